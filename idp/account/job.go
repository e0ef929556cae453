package account

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"tamga/internal/fault"
	"tamga/internal/job"
	"tamga/internal/journal"
)

// CheckArgs asks one register about one person.
type CheckArgs struct {
	CheckID uuid.UUID `json:"check_id"`
}

// Kind names the job.
func (CheckArgs) Kind() string { return "idp.check" }

// InsertOpts lets a register be away for two days.
func (CheckArgs) InsertOpts() river.InsertOpts { return job.TwoDays() }

// PurgeArgs deletes what has expired.
type PurgeArgs struct{}

// Kind names the job.
func (PurgeArgs) Kind() string { return "idp.purge_registrations" }

// Jobs works the checks.
type Jobs struct {
	Clerk

	// Passed is called when data have come into force, in the same transaction; may be nil.
	Passed func(ctx context.Context, tx pgx.Tx, account uuid.UUID) error
}

// AddWorkers registers the jobs.
func (j *Jobs) AddWorkers(w *river.Workers) {
	river.AddWorker(w, &checkWorker{Jobs: j})
	job.Add[PurgeArgs](w, func(ctx context.Context) error { return purgeOld(ctx, j.DB, j.Now()) })
}

// PeriodicJobs returns the jobs that run by the clock.
func PeriodicJobs() []*river.PeriodicJob { return job.Every(time.Hour, PurgeArgs{}) }

type checkWorker struct {
	job.Patient[CheckArgs]
	*Jobs
}

// Work asks the register.
func (w *checkWorker) Work(ctx context.Context, r *river.Job[CheckArgs]) error {
	return w.check(ctx, r.Args.CheckID, job.Last(r))
}

func (j *Jobs) check(ctx context.Context, id uuid.UUID, last bool) error {
	c, err := checkByID(ctx, j.DB, id)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && c.State != "waiting" {
		return nil // the account is gone, or the job ran twice
	}
	if err != nil {
		return err
	}
	i, err := LatestIdentity(ctx, j.DB, j.Box, c.Account)
	if errors.Is(err, fault.NotFound) {
		return nil // taken back
	}
	if err != nil {
		return err
	}
	if i.Round != c.Round {
		return nil
	}
	a, err := j.Ask(ctx, c.Register, question(c.Register, i), last, func(why string) error { return noteAttempt(ctx, j.DB, id, why) })
	if err != nil {
		return err
	}
	return pgx.BeginFunc(ctx, j.DB, func(tx pgx.Tx) error { return j.record(ctx, tx, c, a) })
}

// record writes an answer down, and decides when it was the last.
func (j *Jobs) record(ctx context.Context, tx pgx.Tx, c *Check, a *Answer) error {
	waits, err := lockIdentity(ctx, tx, c.Account, c.Round)
	if err != nil || !waits {
		return err
	}
	state, reason := "passed", ""
	if !a.Match {
		state, reason = "failed", a.Reason
	}
	if err := finishCheck(ctx, tx, c.ID, state, reason, j.Now()); err != nil {
		return err
	}
	checks, err := checksOf(ctx, tx, c.Account, c.Round)
	if err != nil {
		return err
	}
	switch decision(checks) {
	case "passed":
		return j.pass(ctx, tx, c)
	case "failed":
		return j.fail(ctx, tx, c)
	}
	return nil
}

// pass puts the data in force and raises the level, unless the СНИЛС belongs to another account. Only who knows all data of a person
// learns of that.
func (j *Jobs) pass(ctx context.Context, tx pgx.Tx, c *Check) error {
	before, err := ByID(ctx, tx, c.Account)
	if err != nil {
		return err
	}
	err = adopt(ctx, tx, c.Account, c.Round)
	if errors.Is(err, errSNILSTaken) {
		if err := failPassed(ctx, tx, c.Account, c.Round, "pension", "taken"); err != nil {
			return err
		}
		return j.fail(ctx, tx, c)
	}
	if err != nil {
		return err
	}
	if err := decideIdentity(ctx, tx, c.Account, c.Round, "passed", j.Now()); err != nil {
		return err
	}
	if before.Level == Simplified {
		if err := Raise(ctx, tx, c.Account, Ground{Way: WayChecks}, j.Now()); err != nil {
			return err
		}
	}
	if j.Passed != nil {
		if err := j.Passed(ctx, tx, c.Account); err != nil {
			return err
		}
	}
	return j.tell(ctx, tx, before, "passed")
}

// fail ends a round that a register refused. Data in force and the level stay.
func (j *Jobs) fail(ctx context.Context, tx pgx.Tx, c *Check) error {
	if err := decideIdentity(ctx, tx, c.Account, c.Round, "failed", j.Now()); err != nil {
		return err
	}
	a, err := ByID(ctx, tx, c.Account)
	if err != nil {
		return err
	}
	return j.tell(ctx, tx, a, "failed")
}

// tell sends the result by SMS and, to a confirmed address, by e-mail, in the person's language. Who had the level before has
// corrected something, and reads that the old data stay or are replaced.
func (j *Jobs) tell(ctx context.Context, tx pgx.Tx, before *Account, result string) error {
	err := journal.Write(ctx, tx, journal.Entry{Actor: "idp.check", ActorRole: "system", Action: "idp.data_" + result,
		Subject: before.ID.String(), Purpose: "comparison with state registers"})
	if err != nil {
		return err
	}
	area, kind := "idp.", "checks_"+result
	if before.Level.AtLeast(Standard) {
		area, kind = "idp_data.", "correction_"+result
	}
	t := func(key string, args ...any) string { return j.Pages.T(before.Language, area+key, args...) }
	if err := sendSMS(ctx, tx, j.Notify, kind, before.Phone, t("sms_"+kind)); err != nil {
		return err
	}
	if !before.EmailConfirmed {
		return nil // nobody knows yet whose address it is
	}
	return sendEmail(ctx, tx, j.Notify, kind, before.Email, t("mail_"+kind+"_subject"),
		t("mail_"+kind+"_text", before.FirstName, j.PublicURL+"/profile/checks"))
}
