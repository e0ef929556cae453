package applications

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"tamga/internal/db"
	"tamga/payments"
)

// Jobs are the workers of this package.
type Jobs struct {
	*Core
	Log *slog.Logger // nil for slog's own
}

// expireArgs ends an application at its deadline. The deadline may have moved: the row decides.
type expireArgs struct {
	Application uuid.UUID `json:"application"`
}

// Kind names the job in River's tables.
func (expireArgs) Kind() string { return "applications.expire" }

// remindArgs reminds those who still have something to do before the deadline.
type remindArgs struct {
	Application uuid.UUID `json:"application"`
	Deadline    time.Time `json:"deadline"`
}

// Kind names the job in River's tables.
func (remindArgs) Kind() string { return "applications.remind" }

// sweepArgs looks for what the other jobs have missed, and erases old drafts.
type sweepArgs struct{}

// Kind names the job in River's tables.
func (sweepArgs) Kind() string { return "applications.sweep" }

// AddWorkers registers the workers.
func (j *Jobs) AddWorkers(w *river.Workers) {
	river.AddWorker(w, &moneyWorker[payments.PaidArgs]{log: j.Log, work: j.workPaid})
	river.AddWorker(w, &moneyWorker[payments.SurplusArgs]{log: j.Log, work: j.workSurplus})
	river.AddWorker(w, river.WorkFunc(j.workExpire))
	river.AddWorker(w, river.WorkFunc(j.workRemind))
	river.AddWorker(w, river.WorkFunc(j.workSweep))
	river.AddWorker(w, river.WorkFunc(j.workScan))
	river.AddWorker(w, river.WorkFunc(j.workOrphans))
}

// PeriodicJobs returns the sweep, every ten minutes.
func (j *Jobs) PeriodicJobs() []*river.PeriodicJob {
	return []*river.PeriodicJob{river.NewPeriodicJob(river.PeriodicInterval(10*time.Minute),
		func() (river.JobArgs, *river.InsertOpts) { return sweepArgs{}, nil }, &river.PeriodicJobOpts{RunOnStart: true}),
		river.NewPeriodicJob(river.PeriodicInterval(24*time.Hour),
			func() (river.JobArgs, *river.InsertOpts) { return orphansArgs{}, nil }, &river.PeriodicJobOpts{RunOnStart: true})}
}

// scheduleClock sets the two alarms of a deadline, in the transaction that sets the deadline.
func (k *Core) scheduleClock(ctx context.Context, tx pgx.Tx, d *dossier) error {
	_, err := k.River.InsertTx(ctx, tx, expireArgs{d.ID}, &river.InsertOpts{ScheduledAt: *d.Deadline})
	if err != nil {
		return err
	}
	_, err = k.River.InsertTx(ctx, tx, remindArgs{d.ID, *d.Deadline}, &river.InsertOpts{ScheduledAt: d.Deadline.Add(-remindBefore)})
	return err
}

// locked runs f on a locked application. An application that is gone, an erased draft, is nothing to work on.
func (j *Jobs) locked(ctx context.Context, id uuid.UUID, f func(pgx.Tx, *dossier) error) error {
	err := db.InTx(ctx, j.DB, func(tx pgx.Tx) error {
		d, err := j.lock(ctx, tx, id)
		if err != nil {
			return err
		}
		return f(tx, d)
	})
	if errors.Is(err, errNoApplication) {
		return nil
	}
	return err
}

func (j *Jobs) workExpire(ctx context.Context, job *river.Job[expireArgs]) error {
	return j.locked(ctx, job.Args.Application, func(tx pgx.Tx, d *dossier) error { return j.expire(ctx, tx, d) })
}

func (j *Jobs) workRemind(ctx context.Context, job *river.Job[remindArgs]) error {
	return j.locked(ctx, job.Args.Application, func(tx pgx.Tx, d *dossier) error {
		if !d.State.Clocked() || d.Deadline == nil || !d.Deadline.Equal(job.Args.Deadline) || d.Overdue(j.Now()) {
			return nil
		}
		return j.remind(ctx, tx, d)
	})
}

func (j *Jobs) workSweep(ctx context.Context, _ *river.Job[sweepArgs]) error {
	ids, err := overdue(ctx, j.DB, j.Now())
	if err != nil {
		return err
	}
	var all error
	for _, id := range ids { // one application's trouble does not keep the others from their turn
		if err := j.locked(ctx, id, func(tx pgx.Tx, d *dossier) error { return j.expire(ctx, tx, d) }); err != nil {
			all = errors.Join(all, fmt.Errorf("application %s: %w", id, err))
		}
	}
	return errors.Join(all, j.retain(ctx), j.sweepFiles(ctx))
}
