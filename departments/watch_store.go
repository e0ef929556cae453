package departments

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
)

// A round takes at most so many of each kind: the next one is soon.

func lateDeliveries(ctx context.Context, d db.DB, before time.Time) ([]uuid.UUID, error) {
	rows, _ := d.Query(ctx, `
		SELECT id
		FROM delivery
		WHERE state IN ('waiting', 'stuck') AND rank IN (0, 1) AND late_at IS NULL AND created_at <= $1
		ORDER BY created_at
		LIMIT 500`, before)
	return pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
}

func expiredDeliveries(ctx context.Context, d db.DB, now, before time.Time) ([]uuid.UUID, error) {
	rows, _ := d.Query(ctx, `
		SELECT id
		FROM delivery
		WHERE state = 'waiting' AND claimed_until <= $1 AND created_at <= $2 AND (expires_at IS NULL OR expires_at <= $1)
		ORDER BY created_at
		LIMIT 500`, now, before)
	return pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
}

// lostDeliveries are due, nobody sends them, and River has no job that will.
func lostDeliveries(ctx context.Context, d db.DB, now, due time.Time) ([]uuid.UUID, error) {
	rows, _ := d.Query(ctx, `
		SELECT id
		FROM delivery
		WHERE state = 'waiting' AND created_at <= $2 AND next_attempt_at <= $2 AND claimed_until <= $1
			AND NOT EXISTS (
				SELECT FROM river_job j
				WHERE j.id = delivery.job_id AND j.state IN ('available', 'pending', 'retryable', 'scheduled'))
			AND NOT EXISTS (
				SELECT FROM delivery earlier
				WHERE earlier.application_id = delivery.application_id AND earlier.seq < delivery.seq
					AND earlier.state IN ('waiting', 'stuck'))
		ORDER BY created_at
		LIMIT 500`, now, due)
	return pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
}

func reasonOf(ctx context.Context, tx pgx.Tx, id uuid.UUID) (string, error) {
	var reason string
	err := tx.QueryRow(ctx, `SELECT reason FROM delivery WHERE id = $1`, id).Scan(&reason)
	return reason, err
}
