package departments

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
)

func saveEndpoint(ctx context.Context, d db.DB, e Endpoint, now time.Time) error {
	_, err := d.Exec(ctx, `
		INSERT INTO department_endpoint (code, name, url, signature, updated_at)
		VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (code) DO UPDATE
			SET name = excluded.name, url = excluded.url, signature = excluded.signature, updated_at = excluded.updated_at
		WHERE (department_endpoint.name, department_endpoint.url, department_endpoint.signature)
			IS DISTINCT FROM (excluded.name, excluded.url, excluded.signature)`,
		e.Code, e.Name, e.URL, e.Signature, now)
	return err
}

// endpointByCode returns nil for an unknown code.
func endpointByCode(ctx context.Context, d db.DB, code string) (*Endpoint, error) {
	rows, _ := d.Query(ctx, `SELECT code, name, url, signature FROM department_endpoint WHERE code = $1`, code)
	e, err := pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByPos[Endpoint])
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	return e, err
}

func listEndpoints(ctx context.Context, d db.DB) ([]Endpoint, error) {
	rows, _ := d.Query(ctx, `SELECT code, name, url, signature FROM department_endpoint ORDER BY code`)
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Endpoint])
}
