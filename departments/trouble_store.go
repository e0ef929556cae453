package departments

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

const troubleColumns = `id, department, kind, cause, raised_at, over_at IS NOT NULL, delivery_id,
	(SELECT d.application_id FROM delivery d WHERE d.id = delivery_id)`

// raiseTroubles notes what is new. What is noted already, and not over, stays as it is.
func raiseTroubles(ctx context.Context, tx pgx.Tx, now time.Time) ([]Trouble, error) {
	rows, _ := tx.Query(ctx, `
		INSERT INTO department_trouble (id, department, delivery_id, kind, cause, raised_at)
		SELECT gen_random_uuid(), found.department, found.delivery_id, found.kind, found.cause, $1
		FROM (
			SELECT department, NULL::uuid AS delivery_id, 'late' AS kind, 'messages that wait longer than promised: ' || count(*) AS cause
			FROM delivery
			WHERE late_at IS NOT NULL AND state IN ('waiting', 'stuck')
			GROUP BY department
			UNION ALL
			SELECT department, id, 'stuck', 'not delivered after so many attempts: ' || attempts
			FROM delivery
			WHERE state = 'stuck'
			UNION ALL
			SELECT r.department, e.delivery_id, 'result', left(r.problem, 300)
			FROM department_result r JOIN department_event e ON e.department = r.department AND e.id = r.event_id
			WHERE r.state = 'failed') found
		WHERE NOT EXISTS (
			SELECT FROM department_trouble t
			WHERE t.department = found.department AND t.kind = found.kind AND t.over_at IS NULL
				AND t.delivery_id IS NOT DISTINCT FROM found.delivery_id)
		LIMIT 200
		ON CONFLICT DO NOTHING
		RETURNING `+troubleColumns, now)
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Trouble])
}

// endTroubles notes what has mended.
func endTroubles(ctx context.Context, tx pgx.Tx, now time.Time) ([]Trouble, error) {
	rows, _ := tx.Query(ctx, `
		UPDATE department_trouble t SET over_at = $1
		WHERE over_at IS NULL AND CASE kind
			WHEN 'late' THEN NOT EXISTS (
				SELECT FROM delivery d
				WHERE d.department = t.department AND d.late_at IS NOT NULL AND d.state IN ('waiting', 'stuck'))
			WHEN 'stuck' THEN NOT EXISTS (SELECT FROM delivery d WHERE d.id = t.delivery_id AND d.state = 'stuck')
			WHEN 'missing' THEN EXISTS (
				SELECT FROM delivery d
				WHERE d.id = t.delivery_id AND d.state IN ('delivered', 'rejected') AND coalesce(d.delivered_at, $1) > t.raised_at)
			WHEN 'result' THEN NOT EXISTS (
				SELECT FROM department_result r JOIN department_event e ON e.department = r.department AND e.id = r.event_id
				WHERE e.delivery_id = t.delivery_id AND r.state = 'failed')
			ELSE false END
		RETURNING `+troubleColumns, now)
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Trouble])
}

// raiseTrouble notes one that a comparison has found; it returns nothing when it is noted already.
func raiseTrouble(ctx context.Context, tx pgx.Tx, department string, delivery *uuid.UUID, kind, cause string, now time.Time) ([]Trouble, error) {
	rows, _ := tx.Query(ctx, `
		INSERT INTO department_trouble (id, department, delivery_id, kind, cause, raised_at)
		VALUES (gen_random_uuid(), $1, $2, $3, $4, $5)
		ON CONFLICT DO NOTHING
		RETURNING `+troubleColumns, department, delivery, kind, cause, now)
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Trouble])
}

// endTrouble notes that a comparison finds it no more.
func endTrouble(ctx context.Context, tx pgx.Tx, department string, delivery *uuid.UUID, kind string, now time.Time) ([]Trouble, error) {
	rows, _ := tx.Query(ctx, `
		UPDATE department_trouble SET over_at = $4
		WHERE department = $1 AND delivery_id IS NOT DISTINCT FROM $2 AND kind = $3 AND over_at IS NULL
		RETURNING `+troubleColumns, department, delivery, kind, now)
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Trouble])
}
