package departments

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
	"tamga/internal/fault"
)

func insertResult(ctx context.Context, tx pgx.Tx, n *news, now, expires time.Time) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO department_result (department, event_id, documents, next_at, expires_at)
		VALUES ($1, $2, $3, $4, $5)`, n.Department, n.Event.ID, n.Documents, now, expires)
	return err
}

func setResultJob(ctx context.Context, tx pgx.Tx, department, event string, job int64) error {
	_, err := tx.Exec(ctx, `UPDATE department_result SET job_id = $3 WHERE department = $1 AND event_id = $2`, department, event, job)
	return err
}

const issuedColumns = `r.department, r.event_id, e.application_id, e.delivery_id, e.text, e.at, r.documents, r.state, r.attempts,
	r.next_at, r.expires_at`

// resultOf returns nil when there is nothing for this job to fetch.
func resultOf(ctx context.Context, d db.DB, department, event string, job int64) (*issued, error) {
	rows, _ := d.Query(ctx, `
		SELECT `+issuedColumns+`
		FROM department_result r JOIN department_event e ON e.department = r.department AND e.id = r.event_id
		WHERE r.department = $1 AND r.event_id = $2 AND r.job_id = $3 AND r.state = 'waiting'`, department, event, job)
	i, err := pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByPos[issued])
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	return i, err
}

// failResult notes an attempt that failed. A zero next means that nobody tries any more.
func failResult(ctx context.Context, d db.DB, i *issued, problem string, next time.Time) error {
	state := "waiting"
	if next.IsZero() {
		state, next = "failed", i.NextAt
	}
	_, err := d.Exec(ctx, `
		UPDATE department_result SET attempts = attempts + 1, problem = $3, state = $4, next_at = $5
		WHERE department = $1 AND event_id = $2 AND state = 'waiting'`, i.Department, i.EventID, problem, state, next)
	return err
}

// keepResult tells whether the result was still awaited. Its addresses are forgotten: they have served.
func keepResult(ctx context.Context, tx pgx.Tx, department, event string) (bool, error) {
	tag, err := tx.Exec(ctx, `
		UPDATE department_result SET attempts = attempts + 1, problem = '', state = 'kept',
			documents = (SELECT jsonb_agg(d - 'url' ORDER BY n) FROM jsonb_array_elements(documents) WITH ORDINALITY AS list (d, n))
		WHERE department = $1 AND event_id = $2 AND state = 'waiting'`, department, event)
	return tag.RowsAffected() == 1, err
}

// lostResults are due, and River has no job that will fetch them.
func lostResults(ctx context.Context, d db.DB, due time.Time) ([]fetchArgs, error) {
	rows, _ := d.Query(ctx, `
		SELECT department, event_id
		FROM department_result
		WHERE state = 'waiting' AND next_at <= $1
			AND NOT EXISTS (
				SELECT FROM river_job j
				WHERE j.id = job_id AND j.state IN ('available', 'pending', 'retryable', 'scheduled', 'running'))
		ORDER BY next_at
		LIMIT 500`, due)
	return pgx.CollectRows(rows, pgx.RowToStructByPos[fetchArgs])
}

// resultsOf returns what a department has issued for a delivery, the newest first.
func resultsOf(ctx context.Context, d db.DB, delivery uuid.UUID) ([]resultRow, error) {
	rows, _ := d.Query(ctx, `
		SELECT r.event_id, r.state, r.attempts, r.problem, r.documents, e.received_at
		FROM department_event e JOIN department_result r ON r.department = e.department AND r.event_id = e.id
		WHERE e.delivery_id = $1
		ORDER BY e.received_at DESC
		LIMIT 50`, delivery)
	return pgx.CollectRows(rows, pgx.RowToStructByPos[resultRow])
}

// resultRow is a result as staff see it.
type resultRow struct {
	EventID    string
	State      string
	Attempts   int
	Problem    string
	Documents  []Document
	ReceivedAt time.Time
}

// putResultBack makes a result due now. It returns a Conflict fault when there is nothing to repeat.
func putResultBack(ctx context.Context, tx pgx.Tx, delivery uuid.UUID, event string, now, expires time.Time) (department string, err error) {
	err = tx.QueryRow(ctx, `
		UPDATE department_result r SET state = 'waiting', next_at = $3, expires_at = $4
		FROM department_event e
		WHERE e.delivery_id = $1 AND r.event_id = $2 AND e.department = r.department AND e.id = r.event_id AND r.state = 'failed'
		RETURNING r.department`, delivery, event, now, expires).Scan(&department)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", fault.New(fault.Conflict, "departments.nothing_to_retry")
	}
	return department, err
}
