package departments

import (
	"context"
	"errors"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
)

// lastLetter is the last message to the department that has the whole application, with its data sealed.
func lastLetter(ctx context.Context, d db.DB, department string, application uuid.UUID) (*Delivery, error) {
	rows, _ := d.Query(ctx, `
		SELECT id, type, application_id, number, department, service, service_version, data
		FROM delivery
		WHERE application_id = $1 AND department = $2 AND data <> '' AND type IN ('tamga.application.submitted', 'tamga.application.corrected')
		ORDER BY seq DESC
		LIMIT 1`, application, department)
	sent, err := pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByPos[Delivery])
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	return sent, err
}
