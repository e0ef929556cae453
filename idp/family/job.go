package family

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"tamga/idp/account"
	"tamga/internal/fault"
	"tamga/internal/job"
)

// CheckArgs asks the register of births about one parent of one child.
type CheckArgs struct {
	Child  uuid.UUID `json:"child"`
	Parent uuid.UUID `json:"parent"`
	Round  int       `json:"round"`
}

// Kind names the job.
func (CheckArgs) Kind() string { return "idp.check_child" }

// InsertOpts lets the register be away for two days.
func (CheckArgs) InsertOpts() river.InsertOpts { return job.TwoDays() }

// PurgeArgs forgets children whom nobody keeps.
type PurgeArgs struct{}

// Kind names the job.
func (PurgeArgs) Kind() string { return "idp.purge_children" }

// Jobs works the checks of children.
type Jobs struct{ account.Clerk }

// AddWorkers registers the jobs.
func (j *Jobs) AddWorkers(w *river.Workers) {
	river.AddWorker(w, &checkWorker{Jobs: j})
	job.Add[PurgeArgs](w, func(ctx context.Context) error { return purgeOrphans(ctx, j.DB, j.Now()) })
}

// PeriodicJobs returns the jobs that run by the clock.
func PeriodicJobs() []*river.PeriodicJob { return job.Every(time.Hour, PurgeArgs{}) }

type checkWorker struct {
	job.Patient[CheckArgs]
	*Jobs
}

// Work asks the register; when the last attempt is spent, the parent is told that nobody has answered.
func (w *checkWorker) Work(ctx context.Context, r *river.Job[CheckArgs]) error {
	args := r.Args
	k, err := childByID(ctx, w.DB, w.Box, args.Parent, args.Child)
	if errors.Is(err, fault.NotFound) || err == nil && (k.Round != args.Round || k.State != Checking) {
		return nil // gone or changed since, or the job ran twice
	}
	if err != nil {
		return err
	}
	parent, err := account.IdentityOf(ctx, w.DB, w.Box, args.Parent)
	if err != nil {
		return err
	}
	draft, own, err := w.asked(ctx, args)
	if err != nil {
		return err
	}
	a, err := w.Ask(ctx, "births", ask(draft, parent), job.Last(r), func(why string) error {
		return noteAttempt(ctx, w.DB, args.Child, args.Parent, args.Round, why)
	})
	if err != nil {
		return err
	}
	return pgx.BeginFunc(ctx, w.DB, func(tx pgx.Tx) error { return w.record(ctx, tx, args, draft, own, a) })
}

// asked is what the register is asked about: what the parent entered themselves, or, of an invited parent, what is in force.
func (j *Jobs) asked(ctx context.Context, args CheckArgs) (draft *Draft, own bool, err error) {
	draft, err = draftOf(ctx, j.DB, j.Box, args.Parent, args.Child)
	if err != nil || draft != nil {
		return draft, true, err
	}
	parents, err := parentsOf(ctx, j.DB, args.Child)
	if err != nil || len(parents) == 0 {
		return nil, false, errors.Join(err, errNoChild)
	}
	k, err := childByID(ctx, j.DB, j.Box, parents[0], args.Child)
	if err != nil {
		return nil, false, err
	}
	draft, err = inForce(ctx, j.DB, j.Box, k)
	return draft, false, err
}
