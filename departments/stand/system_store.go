package stand

import (
	"context"
	"errors"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
	"tamga/internal/fault"
)

func modeOf(ctx context.Context, d db.DB, code string) (string, error) {
	set, err := settingOf(ctx, d, code)
	return set.Mode, err
}

func setMode(ctx context.Context, d db.DB, code, mode string) error {
	_, err := d.Exec(ctx, `
		INSERT INTO stand_system (code, mode) VALUES ($1, $2)
		ON CONFLICT (code) DO UPDATE SET mode = excluded.mode`, code, mode)
	return err
}

// insertReceived returns nil for a new message, and the kept hash for a known one.
func insertReceived(ctx context.Context, tx pgx.Tx, code string, r *received, sum []byte) (known []byte, err error) {
	var copies int
	err = tx.QueryRow(ctx, `
		INSERT INTO stand_application (department, id, application_id, number, service, data, sha256, received_at, base)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (department, id) DO UPDATE SET copies = stand_application.copies + 1
		RETURNING sha256, copies`,
		code, r.ID, r.ApplicationID, r.Number, r.Service, r.Data, sum, r.ReceivedAt, r.Base).Scan(&known, &copies)
	if err != nil || copies == 1 {
		return nil, err
	}
	return known, nil
}

const receivedColumns = `id, application_id, number, service, data, state, ground, copies, received_at, base`

func lockReceived(ctx context.Context, tx pgx.Tx, code string, id uuid.UUID) (*received, error) {
	rows, _ := tx.Query(ctx, `
		SELECT `+receivedColumns+`
		FROM stand_application
		WHERE department = $1 AND id = $2
		FOR UPDATE`, code, id)
	return oneReceived(rows)
}

func receivedByID(ctx context.Context, d db.DB, code string, id uuid.UUID) (*received, error) {
	rows, _ := d.Query(ctx, `
		SELECT `+receivedColumns+`
		FROM stand_application
		WHERE department = $1 AND id = $2`, code, id)
	return oneReceived(rows)
}

func oneReceived(rows pgx.Rows) (*received, error) {
	r, err := pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByPos[received])
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.New(fault.NotFound, "stand.no_application")
	}
	return r, err
}

func lastReceived(ctx context.Context, d db.DB, code string, limit int) ([]received, error) {
	rows, _ := d.Query(ctx, `
		SELECT `+receivedColumns+`
		FROM stand_application
		WHERE department = $1
		ORDER BY received_at DESC
		LIMIT $2`, code, limit)
	return pgx.CollectRows(rows, pgx.RowToStructByPos[received])
}

func setState(ctx context.Context, tx pgx.Tx, code string, id uuid.UUID, state, ground string) error {
	_, err := tx.Exec(ctx, `
		UPDATE stand_application SET state = $3, ground = $4
		WHERE department = $1 AND id = $2`, code, id, state, ground)
	return err
}
