package account

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"tamga/frontend"
	"tamga/internal/db"
	"tamga/internal/i18n"
	"tamga/internal/notify"
	"tamga/internal/secret"
)

// CheckArgs asks one register about one person.
type CheckArgs struct {
	CheckID uuid.UUID `json:"check_id"`
}

// Kind names the job.
func (CheckArgs) Kind() string { return "idp.check" }

// InsertOpts lets a register be away for two days.
func (CheckArgs) InsertOpts() river.InsertOpts { return river.InsertOpts{MaxAttempts: 600} }

// PurgeArgs deletes what has expired.
type PurgeArgs struct{}

// Kind names the job.
func (PurgeArgs) Kind() string { return "idp.purge_registrations" }

// Jobs works the checks.
type Jobs struct {
	DB        db.DB
	Box       *secret.Box
	Notify    *notify.Outbox
	Pages     *frontend.Pages // for the texts of messages
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
func (j *Jobs) PeriodicJobs() []*river.PeriodicJob {
	return []*river.PeriodicJob{river.NewPeriodicJob(river.PeriodicInterval(time.Hour),
		func() (river.JobArgs, *river.InsertOpts) { return PurgeArgs{}, nil }, nil)}
}

type purgeWorker struct {
	river.WorkerDefaults[PurgeArgs]
	*Jobs
}

// Work deletes registrations and links that have expired.
func (w *purgeWorker) Work(ctx context.Context, _ *river.Job[PurgeArgs]) error {
	return purgeOld(ctx, w.DB, w.Now())
}

type checkWorker struct {
	river.WorkerDefaults[CheckArgs]
	*Jobs
}

// NextRetry waits 2, 4, 8… seconds, at most five minutes: a person looks at the page meanwhile.
func (w *checkWorker) NextRetry(job *river.Job[CheckArgs]) time.Time {
	return time.Now().Add(min(time.Second<<min(job.Attempt, 10), 5*time.Minute))
}

// Work asks the register. Without an answer it notes why and fails, so that River tries again.
func (w *checkWorker) Work(ctx context.Context, job *river.Job[CheckArgs]) error {
	return w.check(ctx, job.Args.CheckID)
}

func (j *Jobs) check(ctx context.Context, id uuid.UUID) error {
	c, err := checkByID(ctx, j.DB, id)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && c.State != "waiting" {
		return nil // the account is gone, or the job ran twice
	}
	if err != nil {
		return err
	}
	i, err := IdentityOf(ctx, j.DB, j.Box, c.Account)
	if err != nil {
		return err
	}
	if i.Round != c.Round {
		return nil
	}
	a, err := ask(ctx, j.Client, j.Registers, c.Register, i)
	if err != nil {
		return errors.Join(err, noteAttempt(ctx, j.DB, id, err.Error()))
	}
	return pgx.BeginFunc(ctx, j.DB, func(tx pgx.Tx) error { return j.record(ctx, tx, c, a) })
}

// record writes an answer down, and decides when it was the last.
func (j *Jobs) record(ctx context.Context, tx pgx.Tx, c *Check, a *answer) error {
	round, err := lockIdentity(ctx, tx, c.Account)
	if err != nil || round != c.Round {
		return err
	}
	state, reason := "passed", ""
	if !a.Match {
		state, reason = "failed", a.Reason
	}
	if err := finishCheck(ctx, tx, c.ID, state, reason, j.Now()); err != nil {
		return err
	}
	checks, err := checksOf(ctx, tx, c.Account)
	if err != nil {
		return err
	}
	switch decision(checks) {
	case "passed":
		return j.pass(ctx, tx, c)
	case "failed":
		return j.fail(ctx, tx, c.Account)
	}
	return nil
}

// pass raises the level, unless the СНИЛС belongs to another account. Only who knows all data of a person learns of that.
func (j *Jobs) pass(ctx context.Context, tx pgx.Tx, c *Check) error {
	err := raise(ctx, tx, c.Account, j.Now())
	if errors.Is(err, errSNILSTaken) {
		if err := failPassed(ctx, tx, c.Account, c.Round, "pension", "taken"); err != nil {
			return err
		}
		return j.fail(ctx, tx, c.Account)
	}
	if err != nil {
		return err
	}
	if err := decideIdentity(ctx, tx, c.Account, "passed", j.Now()); err != nil {
		return err
	}
	return j.tell(ctx, tx, c.Account, "passed")
}

func (j *Jobs) fail(ctx context.Context, tx pgx.Tx, account uuid.UUID) error {
	if err := decideIdentity(ctx, tx, account, "failed", j.Now()); err != nil {
		return err
	}
	return j.tell(ctx, tx, account, "failed")
}

// tell sends the result by SMS and, to a confirmed address, by e-mail.
func (j *Jobs) tell(ctx context.Context, tx pgx.Tx, account uuid.UUID, result string) error {
	a, err := ByID(ctx, tx, account)
	if err != nil {
		return err
	}
	lang := i18n.RU
	link := j.PublicURL + "/profile/checks"
	if err := sendSMS(ctx, tx, j.Notify, "checks_"+result, a.Phone, j.Pages.T(lang, "idp.sms_checks_"+result)); err != nil {
		return err
	}
	if !a.EmailConfirmed {
		return nil // nobody knows yet whose address it is
	}
	return sendEmail(ctx, tx, j.Notify, "checks_"+result, a.Email, j.Pages.T(lang, "idp.mail_checks_"+result+"_subject"),
		j.Pages.T(lang, "idp.mail_checks_"+result+"_text", a.FirstName, link))
}
