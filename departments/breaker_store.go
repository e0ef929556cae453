package departments

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
)

func endpointCodes(ctx context.Context, d db.DB) ([]string, error) {
	rows, _ := d.Query(ctx, `SELECT code FROM department_endpoint ORDER BY code`)
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// closeBreaker tells whether the breaker was open. While all is well it writes nothing: the row is everybody's.
func closeBreaker(ctx context.Context, tx pgx.Tx, code string) (wasOpen bool, err error) {
	err = tx.QueryRow(ctx, `
		WITH before AS (SELECT code, open_until FROM department_endpoint WHERE code = $1 AND failures > 0 FOR UPDATE)
		UPDATE department_endpoint e SET failures = 0, open_until = '-infinity'
		FROM before
		WHERE e.code = before.code
		RETURNING before.open_until > '-infinity'`, code).Scan(&wasOpen)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil
	}
	return wasOpen, err
}

func countFailure(ctx context.Context, tx pgx.Tx, code string) (n int, err error) {
	err = tx.QueryRow(ctx, `UPDATE department_endpoint SET failures = failures + 1 WHERE code = $1 RETURNING failures`, code).Scan(&n)
	return n, err
}

func openBreaker(ctx context.Context, tx pgx.Tx, code string, until time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE department_endpoint SET open_until = $2 WHERE code = $1`, code, until)
	return err
}

// takeProbe lets one worker try a department whose breaker is open.
func takeProbe(ctx context.Context, d db.DB, code string, now, until time.Time) (bool, error) {
	tag, err := d.Exec(ctx, `
		UPDATE department_endpoint SET open_until = $3
		WHERE code = $1 AND open_until > '-infinity' AND open_until <= $2`, code, now, until)
	return tag.RowsAffected() == 1, err
}

// probeOverdue tells that the breaker is open and nobody will try.
func probeOverdue(ctx context.Context, d db.DB, code string, before time.Time) (overdue bool, err error) {
	err = d.QueryRow(ctx, `
		SELECT EXISTS (
			SELECT FROM department_endpoint e
			WHERE e.code = $1 AND e.open_until > '-infinity' AND e.open_until <= $2
				AND NOT EXISTS (
					SELECT FROM river_job j
					WHERE j.kind = 'departments.probe' AND j.args ->> 'department' = e.code
						AND j.state IN ('available', 'pending', 'retryable', 'scheduled')))`, code, before).Scan(&overdue)
	return overdue, err
}

// isPaused tells that staff have stopped sending, or that works last.
func isPaused(ctx context.Context, d db.DB, code string, now time.Time) (paused bool, err error) {
	err = d.QueryRow(ctx, `
		SELECT EXISTS (SELECT FROM department_endpoint e WHERE e.code = $1 AND e.paused_at IS NOT NULL)
			OR EXISTS (
				SELECT FROM department_works w
				WHERE w.department = $1 AND w.cancelled_at IS NULL AND w.starts_at <= $2 AND w.ends_at > $2)`, code, now).Scan(&paused)
	return paused, err
}

// isHeld tells that nothing is to be sent, whatever the reason.
func isHeld(ctx context.Context, d db.DB, code string, now time.Time) (held bool, err error) {
	err = d.QueryRow(ctx, `
		SELECT EXISTS (SELECT FROM department_endpoint e WHERE e.code = $1 AND (e.paused_at IS NOT NULL OR e.open_until > '-infinity'))
			OR EXISTS (
				SELECT FROM department_works w
				WHERE w.department = $1 AND w.cancelled_at IS NULL AND w.starts_at <= $2 AND w.ends_at > $2)`, code, now).Scan(&held)
	return held, err
}

// claimAny takes for the probe the delivery that was not tried for longest.
func claimAny(ctx context.Context, d db.DB, code string, now, until time.Time) (*claimed, error) {
	rows, _ := d.Query(ctx, `
		UPDATE delivery SET claimed_until = $3
		FROM department_endpoint e
		WHERE e.code = department AND delivery.id = (
			SELECT w.id
			FROM delivery w
			WHERE w.department = $1 AND w.state = 'waiting' AND w.claimed_until <= $2
				AND NOT EXISTS (
					SELECT FROM delivery earlier
					WHERE earlier.application_id = w.application_id AND earlier.seq < w.seq
						AND earlier.state IN ('waiting', 'stuck'))
			ORDER BY w.next_attempt_at, w.seq
			LIMIT 1
			FOR UPDATE SKIP LOCKED)
		RETURNING `+claimedColumns, code, now, until)
	c, err := pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByPos[claimed])
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	return c, err
}
