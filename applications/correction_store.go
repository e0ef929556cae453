package applications

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
)

// storedCorrection is a correction as it is stored.
type storedCorrection struct {
	Sealed  []byte
	Hash    []byte
	Party   string
	SavedAt time.Time
	DoneAt  *time.Time
}

// correctionRow returns the correction that answers a request, or nil.
func correctionRow(ctx context.Context, d db.DB, request uuid.UUID) (*storedCorrection, error) {
	rows, _ := d.Query(ctx, `
		SELECT sealed, hash, party, saved_at, done_at
		FROM application_correction
		WHERE request = $1`, request)
	c, err := pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByName[storedCorrection])
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	return c, err
}

// openCorrections lists the requests that were answered with a correction which is not in force.
func openCorrections(ctx context.Context, d db.DB, application uuid.UUID) ([]uuid.UUID, error) {
	rows, _ := d.Query(ctx, `
		SELECT c.request
		FROM application_correction c
		JOIN application_message m ON m.id = c.request AND m.answered_at IS NULL
		WHERE c.application = $1 AND c.done_at IS NULL
		ORDER BY c.request`, application)
	return pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
}

// saveCorrection takes the place of an earlier proposal, whose signatures go.
func saveCorrection(ctx context.Context, tx pgx.Tx, request, application uuid.UUID, sealed, hash []byte, party string, now time.Time) error {
	if _, err := tx.Exec(ctx, `DELETE FROM application_correction_signature WHERE request = $1`, request); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO application_correction (request, application, sealed, hash, party, saved_at)
		VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (request) DO UPDATE
		SET sealed = excluded.sealed, hash = excluded.hash, party = excluded.party, saved_at = excluded.saved_at`,
		request, application, sealed, hash, party, now)
	return err
}

func finishCorrection(ctx context.Context, tx pgx.Tx, request uuid.UUID, now time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE application_correction SET done_at = $2 WHERE request = $1`, request, now)
	return err
}

// insertCorrectionSignature signs once: a second click finds the first.
func insertCorrectionSignature(ctx context.Context, tx pgx.Tx, request uuid.UUID, s *Signature) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO application_correction_signature (request, party, person, name, level, hash, signed_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (request, party) DO NOTHING`, request, s.Party, s.Person, s.Name, s.Level, s.Hash, s.SignedAt)
	return err
}

func correctionSignatures(ctx context.Context, d db.DB, request uuid.UUID) ([]*Signature, error) {
	rows, _ := d.Query(ctx, `
		SELECT party, person, name, level, hash, signed_at
		FROM application_correction_signature
		WHERE request = $1
		ORDER BY signed_at`, request)
	return pgx.CollectRows(rows, pgx.RowToAddrOfStructByName[Signature])
}
