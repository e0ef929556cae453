package family

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"tamga/frontend"
	"tamga/idp/account"
	"tamga/internal/db"
	"tamga/internal/fault"
	"tamga/internal/notify"
	"tamga/internal/secret"
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
func (CheckArgs) InsertOpts() river.InsertOpts { return river.InsertOpts{MaxAttempts: 600} }

// PurgeArgs forgets children whom nobody keeps.
type PurgeArgs struct{}

// Kind names the job.
func (PurgeArgs) Kind() string { return "idp.purge_children" }

// Jobs works the checks of children.
type Jobs struct {
	DB        db.DB
	Box       *secret.Box
	Notify    *notify.Outbox
	Pages     *frontend.Pages
	Now       func() time.Time
	Client    *http.Client // with a timeout
	Registers string       // address of the registers, without a slash at the end
	PublicURL string
}

// AddWorkers registers the jobs.
func (j *Jobs) AddWorkers(w *river.Workers) {
	river.AddWorker(w, &checkWorker{Jobs: j})
	river.AddWorker(w, &purgeWorker{Jobs: j})
}

// PeriodicJobs returns the jobs that run by the clock.
func PeriodicJobs() []*river.PeriodicJob {
	return []*river.PeriodicJob{river.NewPeriodicJob(river.PeriodicInterval(time.Hour),
		func() (river.JobArgs, *river.InsertOpts) { return PurgeArgs{}, nil }, nil)}
}

type purgeWorker struct {
	river.WorkerDefaults[PurgeArgs]
	*Jobs
}

// Work deletes children without parents, and links that have expired.
func (w *purgeWorker) Work(ctx context.Context, _ *river.Job[PurgeArgs]) error {
	return purgeOrphans(ctx, w.DB, w.Now())
}

type checkWorker struct {
	river.WorkerDefaults[CheckArgs]
	*Jobs
}

// NextRetry waits 2, 4, 8… seconds, at most five minutes.
func (w *checkWorker) NextRetry(job *river.Job[CheckArgs]) time.Time {
	return time.Now().Add(min(time.Second<<min(job.Attempt, 10), 5*time.Minute))
}

// Work asks the register. Without an answer it notes why and fails, so that River tries again; when the last attempt is spent, the
// parent is told that nobody has answered.
func (w *checkWorker) Work(ctx context.Context, job *river.Job[CheckArgs]) error {
	args := job.Args
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
	a, err := account.AskRegister(ctx, w.Client, w.Registers, "births", ask(draft, parent))
	if err != nil && job.Attempt < job.MaxAttempts {
		return errors.Join(err, noteAttempt(ctx, w.DB, args.Child, args.Parent, args.Round, err.Error()))
	}
	if err != nil {
		a = &account.Answer{Reason: "away"}
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
