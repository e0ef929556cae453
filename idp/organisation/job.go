package organisation

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"tamga/idp/account"
	"tamga/internal/job"
)

// CheckArgs asks the register about one round of an organisation's data.
type CheckArgs struct {
	Organisation uuid.UUID `json:"organisation"`
	Round        int       `json:"round"`
}

// Kind names the job.
func (CheckArgs) Kind() string { return "idp.organisation_check" }

// InsertOpts lets the register be away for two days.
func (CheckArgs) InsertOpts() river.InsertOpts { return job.TwoDays() }

// RecheckArgs asks the register about an active organisation: whether it is still there, and who heads it.
type RecheckArgs struct {
	Organisation uuid.UUID `json:"organisation" river:"unique"`
}

// Kind names the job.
func (RecheckArgs) Kind() string { return "idp.organisation_recheck" }

// InsertOpts keeps one question at a time per organisation.
func (RecheckArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{MaxAttempts: 20, UniqueOpts: river.UniqueOpts{ByArgs: true, ByPeriod: time.Minute}}
}

// SweepArgs queues the questions about organisations that were not asked about for long, and forgets what has expired.
type SweepArgs struct{}

// Kind names the job.
func (SweepArgs) Kind() string { return "idp.organisation_sweep" }

const (
	recheckAfter = 30 * 24 * time.Hour
	recheckBatch = 1000
)

// Jobs works the checks.
type Jobs struct{ account.Clerk }

// AddWorkers registers the jobs.
func (j *Jobs) AddWorkers(w *river.Workers) {
	river.AddWorker(w, &checkWorker{Jobs: j})
	river.AddWorker(w, &recheckWorker{Jobs: j})
	job.Add[SweepArgs](w, j.sweep)
}

// PeriodicJobs returns the jobs that run by the clock.
func PeriodicJobs() []*river.PeriodicJob { return job.Every(time.Hour, SweepArgs{}) }

type checkWorker struct {
	job.Patient[CheckArgs]
	*Jobs
}

// Work asks the register. Without an answer it notes why and fails, so that River tries again.
func (w *checkWorker) Work(ctx context.Context, r *river.Job[CheckArgs]) error {
	return w.check(ctx, r.Args)
}

type recheckWorker struct {
	river.WorkerDefaults[RecheckArgs]
	*Jobs
}

// Work asks the register about an active organisation.
func (w *recheckWorker) Work(ctx context.Context, r *river.Job[RecheckArgs]) error {
	return w.recheck(ctx, r.Args.Organisation)
}

// sweep queues questions and deletes old choices.
func (j *Jobs) sweep(ctx context.Context) error {
	if err := purgeChoices(ctx, j.DB, j.Now().Add(-24*time.Hour)); err != nil {
		return err
	}
	if err := endExpired(ctx, j.DB); err != nil {
		return err
	}
	ids, err := stale(ctx, j.DB, j.Now().Add(-recheckAfter), recheckBatch)
	if err != nil || len(ids) == 0 {
		return err
	}
	many := make([]river.InsertManyParams, len(ids))
	for i, id := range ids {
		many[i] = river.InsertManyParams{Args: RecheckArgs{Organisation: id}}
	}
	_, err = river.ClientFromContext[pgx.Tx](ctx).InsertMany(ctx, many)
	return err
}

func (j *Jobs) check(ctx context.Context, args CheckArgs) error {
	o, err := organisationByID(ctx, j.DB, args.Organisation)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && (o.State != Checking || o.Round != args.Round) {
		return nil // removed, or the job ran twice
	}
	if err != nil {
		return err
	}
	if o.CreatedBy == nil {
		return river.JobCancel(errors.New("the applicant's account is gone"))
	}
	head, err := account.IdentityOf(ctx, j.DB, j.Box, *o.CreatedBy)
	if err != nil {
		return err
	}
	e, err := ask(ctx, j.Client, j.Registers, claimOf(o, head))
	if err != nil {
		return errors.Join(err, noteAttempt(ctx, j.DB, o.ID, o.Round, err.Error()))
	}
	return pgx.BeginFunc(ctx, j.DB, func(tx pgx.Tx) error { return j.decide(ctx, tx, args, e) })
}

// recheck ends an organisation that the register has ended, and the office of a head that is none any more.
func (j *Jobs) recheck(ctx context.Context, id uuid.UUID) error {
	o, err := organisationByID(ctx, j.DB, id)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && o.State != Active {
		return nil
	}
	if err != nil {
		return err
	}
	head := &account.Identity{}
	chief, err := chiefOf(ctx, j.DB, id)
	if err != nil {
		return err
	}
	if chief != nil {
		if head, err = account.IdentityOf(ctx, j.DB, j.Box, chief.Account); err != nil {
			return err
		}
	}
	q := claimOf(o, head)
	q.FullName, q.ShortName = "", "" // names change; the register's is taken over
	e, err := ask(ctx, j.Client, j.Registers, q)
	if err != nil {
		return err
	}
	return pgx.BeginFunc(ctx, j.DB, func(tx pgx.Tx) error { return j.renew(ctx, tx, id, chief, e) })
}
