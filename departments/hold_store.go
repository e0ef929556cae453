package departments

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
	"tamga/internal/fault"
	"tamga/internal/i18n"
)

// setPause tells whether anything has changed: a second click does not journal a second pause.
func setPause(ctx context.Context, tx pgx.Tx, code, reason string, now time.Time) (bool, error) {
	tag, err := tx.Exec(ctx, `
		UPDATE department_endpoint SET pause_reason = $2, paused_at = CASE WHEN $2 = '' THEN NULL ELSE $3::timestamptz END
		WHERE code = $1 AND (paused_at IS NULL) = ($2 <> '')`, code, reason, now)
	return tag.RowsAffected() == 1, err
}

func insertWorks(ctx context.Context, tx pgx.Tx, code string, w Works, now time.Time, by string) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO department_works (id, department, starts_at, ends_at, announced_at, announced_by)
		VALUES ($1, $2, $3, $4, $5, $6)`, w.ID, code, w.StartsAt, w.EndsAt, now, by)
	if db.IsForeignKey(err, "") {
		return fault.New(fault.NotFound, "departments_hold.no_department")
	}
	return err
}

func cancelWorks(ctx context.Context, tx pgx.Tx, id uuid.UUID, now time.Time) (code string, err error) {
	err = tx.QueryRow(ctx, `
		UPDATE department_works SET cancelled_at = $2
		WHERE id = $1 AND cancelled_at IS NULL AND ends_at > $2
		RETURNING department`, id, now).Scan(&code)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", fault.New(fault.Conflict, "departments_hold.over")
	}
	return code, err
}

// worksAhead returns the works that last or are announced, by department, the nearest first.
func worksAhead(ctx context.Context, d db.DB, now time.Time) (map[string][]Works, error) {
	rows, _ := d.Query(ctx, `
		SELECT department, id, starts_at, ends_at
		FROM department_works
		WHERE cancelled_at IS NULL AND ends_at > $1
		ORDER BY starts_at`, now)
	all, code, w := map[string][]Works{}, "", Works{}
	_, err := pgx.ForEachRow(rows, []any{&code, &w.ID, &w.StartsAt, &w.EndsAt}, func() error {
		all[code] = append(all[code], w)
		return nil
	})
	return all, err
}

// line is a department as staff see it.
type line struct {
	Code        string
	Name        i18n.Text
	Failures    int
	OpenUntil   *time.Time
	PausedAt    *time.Time
	PauseReason string
	Waiting     int
	Stuck       int
	Oldest      *time.Time
	Signature   string
}

// linesOf counts only what waits, which the partial index holds.
func linesOf(ctx context.Context, d db.DB) ([]line, error) {
	rows, _ := d.Query(ctx, `
		SELECT e.code, e.name, e.failures, nullif(e.open_until, '-infinity'), e.paused_at, e.pause_reason,
			w.waiting, w.stuck, w.oldest, e.signature
		FROM department_endpoint e
		CROSS JOIN LATERAL (
			SELECT count(*) FILTER (WHERE state = 'waiting') AS waiting, count(*) FILTER (WHERE state = 'stuck') AS stuck,
				min(created_at) AS oldest
			FROM delivery
			WHERE department = e.code AND state IN ('waiting', 'stuck')) w
		ORDER BY w.stuck DESC, w.waiting DESC, e.code`)
	return pgx.CollectRows(rows, pgx.RowToStructByPos[line])
}

// departmentOf returns where the application goes, or "" when it has not been sent.
func departmentOf(ctx context.Context, d db.DB, application uuid.UUID) (code string, err error) {
	err = d.QueryRow(ctx, `
		SELECT department
		FROM delivery
		WHERE application_id = $1
		ORDER BY seq DESC
		LIMIT 1`, application).Scan(&code)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", nil
	}
	return code, err
}
