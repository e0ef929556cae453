package stand

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
)

func saveRecord(ctx context.Context, d db.DB, r Record, position int) error {
	_, err := d.Exec(ctx, `
		INSERT INTO stand_record (department, source, id, keys, title, text, amount, fields, position)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (department, source, id) DO UPDATE
		SET keys = excluded.keys, title = excluded.title, text = excluded.text, amount = excluded.amount,
			fields = excluded.fields, position = excluded.position
		WHERE stand_record.settled_by IS NULL`,
		r.Department, r.Source, r.ID, r.Keys, r.Title, r.Text, r.Amount, r.Fields, position)
	return err
}

// recordsBy returns what has all the keys and is not settled. Nothing is given to a question without keys but what has none.
func recordsBy(ctx context.Context, d db.DB, department, source string, keys []string) ([]found, error) {
	rows, _ := d.Query(ctx, `
		SELECT id, title, text, amount, fields
		FROM stand_record
		WHERE department = $1 AND source = $2 AND keys @> $3 AND (cardinality($3::text[]) > 0 OR cardinality(keys) = 0)
			AND settled_by IS NULL
		ORDER BY position
		LIMIT 50`, department, source, keys)
	return pgx.CollectRows(rows, pgx.RowToStructByPos[found])
}

// settleRecord marks a record as paid by an application and returns which one has paid it.
func settleRecord(ctx context.Context, tx pgx.Tx, department, id string, application uuid.UUID, now time.Time) (uuid.UUID, error) {
	by := application
	err := tx.QueryRow(ctx, `
		UPDATE stand_record SET settled_by = coalesce(settled_by, $3), settled_at = coalesce(settled_at, $4)
		WHERE department = $1 AND id = $2
		RETURNING settled_by`, department, id, application, now).Scan(&by)
	if errors.Is(err, pgx.ErrNoRows) { // typed by hand: nothing to mark
		return application, nil
	}
	return by, err
}

func takenVisits(ctx context.Context, d db.DB, department, resource string, from time.Time) (map[int64]bool, error) {
	rows, _ := d.Query(ctx, `
		SELECT starts_at
		FROM stand_visit
		WHERE department = $1 AND resource = $2 AND starts_at >= $3`, department, resource, from)
	starts, err := pgx.CollectRows(rows, pgx.RowTo[time.Time])
	if err != nil {
		return nil, err
	}
	taken := make(map[int64]bool, len(starts))
	for _, at := range starts {
		taken[at.Unix()] = true
	}
	return taken, nil
}

// takeVisit returns the number of the ticket, or pgx.ErrNoRows when somebody else has the time. The same application may ask
// again.
func takeVisit(ctx context.Context, tx pgx.Tx, department, resource string, at time.Time, application uuid.UUID) (ticket int, err error) {
	err = tx.QueryRow(ctx, `
		INSERT INTO stand_visit (department, resource, starts_at, application_id, ticket)
		SELECT $1, $2, $3, $4, count(*) + 1 FROM stand_visit WHERE department = $1 AND resource = $2
		ON CONFLICT (department, resource, starts_at) DO UPDATE SET ticket = stand_visit.ticket
		WHERE stand_visit.application_id = excluded.application_id
		RETURNING ticket`, department, resource, at, application).Scan(&ticket)
	return ticket, err
}
