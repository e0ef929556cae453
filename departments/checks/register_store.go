package checks

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
)

// saveRegister connects a register, or moves it to another address.
func saveRegister(ctx context.Context, d db.DB, code, url string, now time.Time) error {
	_, err := d.Exec(ctx, `
		INSERT INTO register_endpoint (code, url, updated_at)
		VALUES ($1, $2, $3)
		ON CONFLICT (code) DO UPDATE SET url = excluded.url, updated_at = excluded.updated_at
		WHERE register_endpoint.url <> excluded.url`, code, url, now)
	return err
}

// disconnect takes the addresses of all others away; their checks stay.
func disconnect(ctx context.Context, d db.DB, but []string, now time.Time) error {
	_, err := d.Exec(ctx, `UPDATE register_endpoint SET url = '', updated_at = $2 WHERE code <> ALL ($1) AND url <> ''`, but, now)
	return err
}

// registerURL is "" for a register that is not connected.
func registerURL(ctx context.Context, d db.DB, code string) (url string, err error) {
	err = d.QueryRow(ctx, `SELECT url FROM register_endpoint WHERE code = $1`, code).Scan(&url)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", nil
	}
	return url, err
}

// connected are the codes of the registers that may be asked.
func connected(ctx context.Context, d db.DB) ([]string, error) {
	rows, _ := d.Query(ctx, `SELECT code FROM register_endpoint WHERE url <> '' ORDER BY code`)
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// noteFailure returns since when the register fails, and whether support knows.
func noteFailure(ctx context.Context, tx pgx.Tx, code string, now time.Time) (since time.Time, told bool, err error) {
	err = tx.QueryRow(ctx, `
		UPDATE register_endpoint SET failing_since = COALESCE(failing_since, $2)
		WHERE code = $1
		RETURNING failing_since, troubled_at IS NOT NULL`, code, now).Scan(&since, &told)
	return since, told, err
}

// noteAnswer returns since when support had an incident of the register that is over now; nil without one.
func noteAnswer(ctx context.Context, tx pgx.Tx, code string, now time.Time) (troubled *time.Time, err error) {
	err = tx.QueryRow(ctx, `
		WITH was AS (SELECT code, troubled_at FROM register_endpoint WHERE code = $1 FOR UPDATE)
		UPDATE register_endpoint r SET failing_since = NULL, troubled_at = NULL, answered_at = $2
		FROM was
		WHERE r.code = was.code
		RETURNING was.troubled_at`, code, now).Scan(&troubled)
	return troubled, err
}

func setTroubled(ctx context.Context, tx pgx.Tx, code string, at time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE register_endpoint SET troubled_at = $2 WHERE code = $1`, code, at)
	return err
}
