package stand

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/departments"
	"tamga/internal/db"
)

// heard is what a citizen has said after having applied.
type heard struct {
	ID            uuid.UUID
	ApplicationID uuid.UUID
	Type          string
	Data          json.RawMessage
	Refused       string
	Copies        int
	ReceivedAt    time.Time
}

// insertHeard returns nil for a new message; of a known one the kept hash, and why it was refused.
func insertHeard(ctx context.Context, tx pgx.Tx, code string, h *heard, sum []byte) (known []byte, refused string, err error) {
	var copies int
	err = tx.QueryRow(ctx, `
		INSERT INTO stand_message (department, id, application_id, type, data, sha256, received_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (department, id) DO UPDATE SET copies = stand_message.copies + 1
		RETURNING sha256, refused, copies`,
		code, h.ID, h.ApplicationID, h.Type, h.Data, sum, h.ReceivedAt).Scan(&known, &refused, &copies)
	if err != nil || copies == 1 {
		return nil, "", err
	}
	return known, refused, nil
}

func refuseHeard(ctx context.Context, tx pgx.Tx, code string, id uuid.UUID, reason string) error {
	_, err := tx.Exec(ctx, `UPDATE stand_message SET refused = $3 WHERE department = $1 AND id = $2`, code, id, reason)
	return err
}

func heardOf(ctx context.Context, d db.DB, code string, application uuid.UUID) ([]heard, error) {
	rows, _ := d.Query(ctx, `
		SELECT id, application_id, type, data, refused, copies, received_at
		FROM stand_message
		WHERE department = $1 AND application_id = $2
		ORDER BY received_at
		LIMIT 200`, code, application)
	return pgx.CollectRows(rows, pgx.RowToStructByPos[heard])
}

// lockApplied finds an application by its own id; nil when it is not here.
func lockApplied(ctx context.Context, tx pgx.Tx, code string, application uuid.UUID) (*received, error) {
	rows, _ := tx.Query(ctx, `
		SELECT `+receivedColumns+`
		FROM stand_application
		WHERE department = $1 AND application_id = $2
		ORDER BY received_at
		LIMIT 1
		FOR UPDATE`, code, application)
	r, err := pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByPos[received])
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	return r, err
}

func setData(ctx context.Context, tx pgx.Tx, code string, id uuid.UUID, data json.RawMessage) error {
	_, err := tx.Exec(ctx, `UPDATE stand_application SET data = $3 WHERE department = $1 AND id = $2`, code, id, data)
	return err
}

func insertDocument(ctx context.Context, tx pgx.Tx, code string, id, application uuid.UUID, mediaType string, content []byte, now time.Time) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO stand_document (department, id, application_id, media_type, content, created_at)
		VALUES ($1, $2, $3, $4, $5, $6)`, code, id, application, mediaType, content, now)
	return err
}

// documentByID returns no media type when there is no such document.
func documentByID(ctx context.Context, d db.DB, code string, id uuid.UUID) (mediaType string, content []byte, err error) {
	err = d.QueryRow(ctx, `SELECT media_type, content FROM stand_document WHERE department = $1 AND id = $2`, code, id).Scan(&mediaType, &content)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", nil, nil
	}
	return mediaType, content, err
}

func receiptsSince(ctx context.Context, d db.DB, code string, since time.Time) ([]departments.Receipt, error) {
	rows, _ := d.Query(ctx, `
		SELECT id::text, encode(sha256, 'hex')
		FROM stand_application
		WHERE department = $1 AND received_at >= $2
		UNION ALL
		SELECT id::text, encode(sha256, 'hex')
		FROM stand_message
		WHERE department = $1 AND received_at >= $2`, code, since)
	return pgx.CollectRows(rows, pgx.RowToStructByPos[departments.Receipt])
}
