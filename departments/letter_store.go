package departments

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
)

// sentLetter is a message with when it was written.
type sentLetter struct {
	Delivery
	CreatedAt time.Time
}

// lastLetter is the last message to the department, at a moment when it is given, that has the whole application, with its data sealed.
func lastLetter(ctx context.Context, d db.DB, department string, application uuid.UUID, at *time.Time) (*sentLetter, error) {
	rows, _ := d.Query(ctx, `
		SELECT id, type, application_id, number, department, service, service_version, data, created_at
		FROM delivery
		WHERE application_id = $1 AND department = $2 AND data <> '' AND type IN ('tamga.application.submitted', 'tamga.application.corrected')
			AND ($3::timestamptz IS NULL OR created_at <= $3)
		ORDER BY seq DESC
		LIMIT 1`, application, department, at)
	sent, err := pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByPos[sentLetter])
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	return sent, err
}
