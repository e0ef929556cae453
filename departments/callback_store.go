package departments

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

func insertEvent(ctx context.Context, tx pgx.Tx, n *news, delivery uuid.UUID, now time.Time, applied bool) (fresh bool, err error) {
	tag, err := tx.Exec(ctx, `
		INSERT INTO department_event
			(department, id, application_id, delivery_id, status, text, sequence, sha256, at, received_at, applied, kind)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
		ON CONFLICT (department, id) DO NOTHING`,
		n.Department, n.Event.ID, n.ApplicationID, delivery, n.Status, n.Text, n.Event.Sequence, n.Sum[:], n.Event.Time, now, applied, n.Kind)
	return tag.RowsAffected() == 1, err
}

func eventSum(ctx context.Context, tx pgx.Tx, department, id string) ([]byte, error) {
	var sum []byte
	err := tx.QueryRow(ctx, `SELECT sha256 FROM department_event WHERE department = $1 AND id = $2`, department, id).Scan(&sum)
	return sum, err
}

// lastAppointment returns the sequence of the newest appointment that counted.
func lastAppointment(ctx context.Context, tx pgx.Tx, delivery uuid.UUID) (last int64, err error) {
	err = tx.QueryRow(ctx, `
		SELECT coalesce(max(sequence), 0)
		FROM department_event
		WHERE delivery_id = $1 AND kind = 'appointment' AND applied`, delivery).Scan(&last)
	return last, err
}
