package applications

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
)

// signaturesOf returns the signatures that count.
func signaturesOf(ctx context.Context, d db.DB, application uuid.UUID) ([]*Signature, error) {
	rows, _ := d.Query(ctx, `
		SELECT party, person, name, level, hash, signed_at
		FROM application_signature
		WHERE application = $1 AND voided_at IS NULL`, application)
	return pgx.CollectRows(rows, pgx.RowToAddrOfStructByName[Signature])
}

// insertSignature takes the place of the party's earlier signature, if there is one over another text.
func insertSignature(ctx context.Context, tx pgx.Tx, application uuid.UUID, s *Signature) error {
	_, err := tx.Exec(ctx, `
		UPDATE application_signature
		SET voided_at = $3
		WHERE application = $1 AND party = $2 AND voided_at IS NULL`, application, s.Party, s.SignedAt)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO application_signature (id, application, party, person, name, level, hash, signed_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, uuid.Must(uuid.NewV7()), application, s.Party, s.Person, s.Name, s.Level,
		s.Hash, s.SignedAt)
	return err
}

// voidSignatures makes all signatures history and returns how many there were.
func voidSignatures(ctx context.Context, tx pgx.Tx, application uuid.UUID, now time.Time) (int64, error) {
	done, err := tx.Exec(ctx, `
		UPDATE application_signature
		SET voided_at = $2
		WHERE application = $1 AND voided_at IS NULL`, application, now)
	return done.RowsAffected(), err
}
