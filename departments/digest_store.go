package departments

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
)

// digestCodes are the departments that are reached over HTTP.
func digestCodes(ctx context.Context, d db.DB) ([]string, error) {
	rows, _ := d.Query(ctx, `SELECT code FROM department_endpoint WHERE url ~ '^https?:' ORDER BY code`)
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// sent is a message that a department should have.
type sent struct {
	ID  uuid.UUID
	Sum []byte
}

func sentBetween(ctx context.Context, d db.DB, department string, from, until time.Time) ([]sent, error) {
	rows, _ := d.Query(ctx, `
		SELECT id, body_sha256
		FROM delivery
		WHERE department = $1 AND state = 'delivered' AND delivered_at BETWEEN $2 AND $3 AND body_sha256 IS NOT NULL
		ORDER BY delivered_at`, department, from, until)
	return pgx.CollectRows(rows, pgx.RowToStructByPos[sent])
}

// differing are the messages whose difference is not mended yet.
func differing(ctx context.Context, d db.DB, department string) (map[uuid.UUID]bool, error) {
	rows, _ := d.Query(ctx, `
		SELECT delivery_id
		FROM department_trouble
		WHERE department = $1 AND kind = 'differs' AND over_at IS NULL`, department)
	ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	all := map[uuid.UUID]bool{}
	for _, id := range ids {
		all[id] = true
	}
	return all, err
}

// countUnknown counts what is left of a department's list and was never ours.
func countUnknown(ctx context.Context, d db.DB, department string, left map[string]string) (n int, err error) {
	if len(left) == 0 {
		return 0, nil
	}
	ids := slices.Collect(maps.Keys(left))
	err = d.QueryRow(ctx, `
		SELECT count(*)
		FROM unnest($2::text[]) AS theirs (id)
		WHERE NOT EXISTS (SELECT FROM delivery o WHERE o.id::text = theirs.id AND o.department = $1)`, department, ids).Scan(&n)
	return n, err
}

func insertDigest(ctx context.Context, d db.DB, c *compared) error {
	_, err := d.Exec(ctx, `
		INSERT INTO department_digest (department, at, since, asked_by, compared, missing, differ, unknown, problem)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT DO NOTHING`, c.Department, c.At, c.Since, c.AskedBy, c.Compared, c.Missing, c.Differ, c.Unknown, c.Problem)
	return err
}

func digestsOf(ctx context.Context, d db.DB, department string, limit int) ([]compared, error) {
	rows, _ := d.Query(ctx, `
		SELECT department, at, since, asked_by, compared, missing, differ, unknown, problem
		FROM department_digest
		WHERE department = $1
		ORDER BY at DESC
		LIMIT $2`, department, limit)
	return pgx.CollectRows(rows, pgx.RowToStructByPos[compared])
}

// markLost puts a delivered message back. What was told of it stays told.
func markLost(ctx context.Context, tx pgx.Tx, id uuid.UUID, now, expires time.Time) error {
	_, err := tx.Exec(ctx, `
		UPDATE delivery SET state = 'waiting', delivered_at = NULL, next_attempt_at = $2, expires_at = $3, reason = '', late_at = $2
		WHERE id = $1`, id, now, expires)
	return err
}
