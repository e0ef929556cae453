package safety

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"tamga/idp/account"
	"tamga/internal/db"
	"tamga/internal/i18n"
	"tamga/internal/job"
	"tamga/internal/rus"
	"tamga/internal/secret"
)

// Obstacle says what a person must settle before the account goes (the chief of an organisation hands it over), as a locale key
// with its arguments, or "" when there is nothing.
type Obstacle func(ctx context.Context, d db.DB, account uuid.UUID) (key string, args []any, err error)

// obstacles returns the texts of all that stands in the way.
func (h *Handler) obstacles(ctx context.Context, t func(string, ...any) string, id uuid.UUID) ([]string, error) {
	var texts []string
	for _, find := range h.Obstacles {
		key, args, err := find(ctx, h.DB, id)
		if err != nil {
			return nil, err
		}
		if key != "" {
			texts = append(texts, t(key, args...))
		}
	}
	return texts, nil
}

// askDeletion starts the time of grace. What is open ends now, so that clients hear of it while there is somebody to name.
func (h *Handler) askDeletion(ctx context.Context, a *account.Account, by Actor, lang i18n.Lang) (time.Time, error) {
	at := h.Now().Add(RuleAt(h.Now()).Grace)
	return at, h.inTx(ctx, func(tx pgx.Tx) error {
		if err := setDeleteAt(ctx, tx, a.ID, &at); err != nil {
			return err
		}
		if err := h.closeAll(ctx, tx, a.ID); err != nil {
			return err
		}
		if err := h.record(ctx, tx, by, a.ID, "deletion_asked", "", map[string]any{"until": at.Format(time.DateOnly)}); err != nil {
			return err
		}
		return h.tell(ctx, tx, reachOf(a, lang), "deletion_asked", rus.FormatDate(at, lang))
	})
}

// Jobs are the package's work by the clock.
type Jobs struct {
	*Keeper
	Box *secret.Box

	// BeforeErase runs in the erasing transaction for packages whose rows do not go with the account's. May be empty.
	BeforeErase []func(ctx context.Context, tx pgx.Tx, account uuid.UUID) error
	Obstacles   []Obstacle
}

// EraseArgs erases the accounts whose time of grace is over, and what has expired.
type EraseArgs struct{}

// Kind names the job.
func (EraseArgs) Kind() string { return "idp.erase_accounts" }

type eraseWorker struct {
	river.WorkerDefaults[EraseArgs]
	*Jobs
}

// AddWorkers registers the jobs.
func (j *Jobs) AddWorkers(w *river.Workers) {
	river.AddWorker(w, &eraseWorker{Jobs: j})
	river.AddWorker(w, &recoveryWorker{Jobs: j})
}

// PeriodicJobs returns the jobs that run by the clock.
func (j *Jobs) PeriodicJobs() []*river.PeriodicJob {
	return job.Every(time.Hour, EraseArgs{})
}

// erasedAtOnce bounds the work of one run; the next comes within the hour.
const erasedAtOnce = 200

// Work erases. One account that cannot go does not keep the others.
func (w *eraseWorker) Work(ctx context.Context, _ *river.Job[EraseArgs]) error {
	if err := purgeOld(ctx, w.DB, w.Now()); err != nil {
		return err
	}
	due, err := dueForDeletion(ctx, w.DB, w.Now(), erasedAtOnce)
	if err != nil {
		return err
	}
	var failed []error
	for _, id := range due {
		if err := w.inTx(ctx, func(tx pgx.Tx) error { return w.erase(ctx, tx, id) }); err != nil {
			failed = append(failed, fmt.Errorf("erase account %s: %w", id, err))
		}
	}
	return errors.Join(failed...)
}

// erase deletes an account and all that hangs on it. The journal stays: it names nobody but by the id, and that is now nobody's.
func (j *Jobs) erase(ctx context.Context, tx pgx.Tx, id uuid.UUID) error {
	s, err := lockStanding(ctx, tx, id)
	if err != nil || s.DeleteAt == nil || s.DeleteAt.After(j.Now()) {
		return err // the person came back a moment ago
	}
	for _, find := range j.Obstacles { // what came up since the request, as an organisation handed over to this person
		if key, _, err := find(ctx, tx, id); err != nil || key != "" {
			return err
		}
	}
	if err := j.closeAll(ctx, tx, id); err != nil {
		return err
	}
	for _, prepare := range j.BeforeErase {
		if err := prepare(ctx, tx, id); err != nil {
			return err
		}
	}
	a, err := account.ByID(ctx, tx, id)
	if err != nil {
		return err
	}
	erased, err := eraseAccount(ctx, tx, id, j.Now())
	if err != nil || !erased {
		return err
	}
	by := Actor{ID: "idp.erase_accounts", Role: "system"}
	if err := j.record(ctx, tx, by, id, "erased", "", nil); err != nil {
		return err
	}
	return j.tell(ctx, tx, reachOf(a, a.Language), "erased")
}
