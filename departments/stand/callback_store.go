package stand

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
)

// queueEvent gives the news the next number of its application. The application's row is locked, so numbers do not collide. Data
// are those of the event when it is not a status.
func queueEvent(ctx context.Context, tx pgx.Tx, code string, r *received, typ, status, text string, data json.RawMessage, now time.Time) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO stand_callback
			(id, department, delivery_id, application_id, sequence, status, text, created_at, next_at, type, data)
		SELECT $1, $2, $3, $4, coalesce(max(sequence), 0) + 1, $5, $6, $7, $7, $8, $9::json
		FROM stand_callback
		WHERE department = $2 AND application_id = $4`,
		uuid.Must(uuid.NewV7()), code, r.ID, r.ApplicationID, status, text, now, typ, data)
	return err
}

// claimCallbacks takes due news, the first that is left of each application.
func claimCallbacks(ctx context.Context, d db.DB, code string, now, until time.Time) ([]callback, error) {
	rows, _ := d.Query(ctx, `
		WITH due AS (
			SELECT b.id
			FROM stand_callback b
			WHERE b.department = $1 AND b.next_at <= $2
				AND NOT EXISTS (
					SELECT FROM stand_callback earlier
					WHERE earlier.department = $1 AND earlier.application_id = b.application_id
						AND earlier.sequence < b.sequence AND earlier.next_at IS NOT NULL)
			ORDER BY b.next_at
			LIMIT 20
			FOR UPDATE SKIP LOCKED)
		UPDATE stand_callback SET next_at = $3, attempts = attempts + 1
		FROM due
		WHERE stand_callback.id = due.id
		RETURNING stand_callback.id, application_id, sequence, status, text, created_at, attempts, type, data`, code, now, until)
	return pgx.CollectRows(rows, pgx.RowToStructByPos[callback])
}

func endCallback(ctx context.Context, d db.DB, id uuid.UUID, delivered, next *time.Time, problem string) error {
	_, err := d.Exec(ctx, `
		UPDATE stand_callback SET delivered_at = $2, next_at = $3, last_error = $4
		WHERE id = $1`, id, delivered, next, problem)
	return err
}

// told is news as the application's page shows it.
type told struct {
	Status      string
	Text        string
	CreatedAt   time.Time
	Attempts    int
	NextAt      *time.Time
	DeliveredAt *time.Time
	LastError   string
	Type        string
}

func toldOf(ctx context.Context, d db.DB, code string, delivery uuid.UUID) ([]told, error) {
	rows, _ := d.Query(ctx, `
		SELECT status, text, created_at, attempts, next_at, delivered_at, last_error, type
		FROM stand_callback
		WHERE department = $1 AND delivery_id = $2
		ORDER BY sequence`, code, delivery)
	return pgx.CollectRows(rows, pgx.RowToStructByPos[told])
}
