package papers

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"tamga/idp/account"
	"tamga/internal/fault"
	"tamga/internal/job"
	"tamga/internal/journal"
	"tamga/internal/notify"
)

// CheckArgs asks a register about one paper, as it was when it was sent.
type CheckArgs struct {
	PaperID int64 `json:"paper_id"`
	Round   int   `json:"round"`
}

// Kind names the job.
func (CheckArgs) Kind() string { return "idp.check_paper" }

// InsertOpts lets a register be away for two days.
func (CheckArgs) InsertOpts() river.InsertOpts { return job.TwoDays() }

// Jobs works the checks of papers.
type Jobs struct{ account.Clerk }

// AddWorkers registers the jobs.
func (j *Jobs) AddWorkers(w *river.Workers) { river.AddWorker(w, &checkWorker{Jobs: j}) }

type checkWorker struct {
	job.Patient[CheckArgs]
	*Jobs
}

// Work asks the register; when the last attempt is spent, the owner is told that nobody has answered.
func (w *checkWorker) Work(ctx context.Context, r *river.Job[CheckArgs]) error {
	p, err := paperByID(ctx, w.DB, w.Box, r.Args.PaperID)
	if errors.Is(err, fault.NotFound) || err == nil && (p.Round != r.Args.Round || p.State != Checking) {
		return nil // removed or changed since, or the job ran twice
	}
	if err != nil {
		return err
	}
	k := kindOf(p.Kind)
	who, err := holderOf(ctx, w.DB, p.Owner)
	if err != nil || who == nil {
		return err
	}
	a, err := w.Ask(ctx, k.Register, ask(p, k, who), job.Last(r), func(why string) error { return noteAttempt(ctx, w.DB, p, why) })
	if err != nil {
		return err
	}
	return pgx.BeginFunc(ctx, w.DB, func(tx pgx.Tx) error { return w.record(ctx, tx, p, a) })
}

// reasons have a text each; others are told as not_found.
var reasons = map[string]bool{"not_found": true, "name": true, "birth_date": true, "away": true}

func (j *Jobs) record(ctx context.Context, tx pgx.Tx, p *Paper, a *account.Answer) error {
	state, reason := Verified, ""
	if !a.Match {
		if state, reason = Refused, a.Reason; !reasons[reason] {
			reason = "not_found"
		}
	}
	done, err := finishPaper(ctx, tx, p, state, reason, j.Now())
	if err != nil || !done {
		return err
	}
	err = journal.Write(ctx, tx, journal.Entry{Actor: "idp.check_paper", ActorRole: "system", Action: "idp.paper_" + string(state),
		Subject: p.Owner.String(), Purpose: "comparison with a state register", Details: map[string]any{"kind": p.Kind}})
	if err != nil {
		return err
	}
	return j.tell(ctx, tx, p, state)
}

// tell sends the result to the owner's confirmed address. A paper is no urgent matter: no SMS. A child has no address of its own.
func (j *Jobs) tell(ctx context.Context, tx pgx.Tx, p *Paper, state State) error {
	a, err := account.ByID(ctx, tx, p.Owner)
	if errors.Is(err, fault.NotFound) || err == nil && !a.EmailConfirmed {
		return nil
	}
	if err != nil {
		return err
	}
	t := func(key string, args ...any) string { return j.Pages.T(a.Language, key, args...) }
	name := t("idp_papers.kind_" + p.Kind)
	key := "idp_papers.mail_" + string(state)
	return j.Notify.Send(ctx, tx, notify.Message{Channel: notify.Email, To: a.Email, Kind: "idp.paper_" + string(state),
		Subject: t(key+"_subject", name), Body: t(key+"_text", a.FirstName, name, j.PublicURL+"/"+kindOf(p.Kind).Group)})
}
