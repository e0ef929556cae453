package departments

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
)

// watchEvery bounds how late a late notice is, and how long a delivery rests after its worker was killed.
const watchEvery = 15 * time.Second

// lostAfter is how long a delivery may be due without a living job before the watch starts one.
const lostAfter = 10 * time.Second

// watchArgs makes the round of what waits.
type watchArgs struct{}

// Kind names the job in River's tables.
func (watchArgs) Kind() string { return "departments.watch" }

type watchWorker struct {
	river.WorkerDefaults[watchArgs]
	jobs *Jobs
}

// Work is a round. One delivery's trouble does not keep the others from their turn.
func (w *watchWorker) Work(ctx context.Context, _ *river.Job[watchArgs]) error {
	j, p, now := w.jobs, w.jobs.Policy.filled(), w.jobs.Now()
	late, err1 := lateDeliveries(ctx, j.DB, now.Add(-p.LateAfter))
	err1 = errors.Join(err1, each(late, func(id uuid.UUID) error { return j.tellLate(ctx, id) }))
	expired, err2 := expiredDeliveries(ctx, j.DB, now, now.Add(-p.Expiry))
	err2 = errors.Join(err2, each(expired, func(id uuid.UUID) error { return j.expire(ctx, id) }))
	lost, err3 := lostDeliveries(ctx, j.DB, now, now.Add(-lostAfter))
	err3 = errors.Join(err3, each(lost, func(id uuid.UUID) error { return j.revive(ctx, id) }))
	gone, err4 := lostResults(ctx, j.DB, now.Add(-lostAfter))
	for _, lost := range gone {
		err4 = errors.Join(err4, j.reviveResult(ctx, lost))
	}
	return errors.Join(err1, err2, err3, err4, j.readFolders(ctx), j.seeTroubles(ctx), j.settleAll(ctx))
}

func each(ids []uuid.UUID, do func(uuid.UUID) error) error {
	var all error
	for _, id := range ids {
		if err := do(id); err != nil {
			all = errors.Join(all, fmt.Errorf("delivery %s: %w", id, err))
		}
	}
	return all
}

// tellLate has the citizen told, once, that the application is safe and waits.
func (j *Jobs) tellLate(ctx context.Context, id uuid.UUID) error {
	return pgx.BeginFunc(ctx, j.DB, func(tx pgx.Tx) error {
		p, err := lockDelivery(ctx, tx, id)
		if err != nil || p.LateAt != nil || p.State != "waiting" && p.State != "stuck" {
			return err
		}
		if err := markLate(ctx, tx, id, j.Now()); err != nil {
			return err
		}
		return j.OnUpdate(ctx, tx, ownUpdate(p, Late, "", j.Now()))
	})
}

func (j *Jobs) expire(ctx context.Context, id uuid.UUID) error {
	return pgx.BeginFunc(ctx, j.DB, func(tx pgx.Tx) error {
		p, err := lockDelivery(ctx, tx, id)
		if err != nil || p.State != "waiting" {
			return err
		}
		reason, err := reasonOf(ctx, tx, id)
		if err != nil {
			return err
		}
		if reason == "" {
			reason = "it was never tried: sending was stopped, or an earlier message of the application is not delivered"
		}
		if j.Log != nil {
			j.Log.Error("delivery is stuck", "delivery", id, "reason", reason)
		}
		return markStuck(ctx, tx, id, reason)
	})
}

// revive starts a job for a delivery whose worker was killed in the middle, or whose job River has given up.
func (j *Jobs) revive(ctx context.Context, id uuid.UUID) error {
	r, err := river.ClientFromContextSafely[pgx.Tx](ctx)
	if err != nil {
		return err
	}
	return pgx.BeginFunc(ctx, j.DB, func(tx pgx.Tx) error {
		p, err := lockDelivery(ctx, tx, id)
		if err != nil || p.State != "waiting" {
			return err
		}
		return wake(ctx, tx, r, id, p.Department)
	})
}
