package applications

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
)

func unfinishedOf(ctx context.Context, d db.DB, person uuid.UUID) ([]Unfinished, error) {
	rows, _ := d.Query(ctx, `
		SELECT a.id, a.service, a.service_version, a.created_at
		FROM application_party p
		JOIN application a ON a.id = p.application
		WHERE p.person = $1 AND (a.state IN ('filling', 'signing', 'paying') OR a.state = 'draft' AND a.paid_charge IS NOT NULL)
		ORDER BY a.created_at DESC
		LIMIT 20`, person)
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Unfinished])
}

func draftsOf(ctx context.Context, tx pgx.Tx, person uuid.UUID) ([]uuid.UUID, error) {
	rows, _ := tx.Query(ctx, `
		SELECT a.id
		FROM application_party p
		JOIN application a ON a.id = p.application
		WHERE p.person = $1 AND p.position = 0 AND a.state = 'draft'
		ORDER BY a.id`, person)
	return pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
}

// keeps tells whether a person has a draft or takes part in what has not been sent yet.
func keeps(ctx context.Context, tx pgx.Tx, person uuid.UUID) (kept bool, err error) {
	err = tx.QueryRow(ctx, `
		SELECT EXISTS (
			SELECT FROM application_party p
			JOIN application a ON a.id = p.application
			WHERE p.person = $1 AND a.state IN ('draft', 'filling', 'signing', 'paying'))`, person).Scan(&kept)
	return kept, err
}
