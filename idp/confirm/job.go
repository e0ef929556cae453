package confirm

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"tamga/idp/account"
	"tamga/internal/i18n"
	"tamga/internal/job"
	"tamga/internal/journal"
	"tamga/internal/rus"
)

// LetterArgs hands a letter to the post.
type LetterArgs struct {
	LetterID uuid.UUID `json:"letter_id"`
}

// Kind names the job.
func (LetterArgs) Kind() string { return "idp.confirm_letter" }

// InsertOpts lets the post be away for two days.
func (LetterArgs) InsertOpts() river.InsertOpts { return job.TwoDays() }

// PurgeArgs deletes what has expired.
type PurgeArgs struct{}

// Kind names the job.
func (PurgeArgs) Kind() string { return "idp.confirm_purge" }

// Jobs works in the background.
type Jobs struct {
	account.Clerk
	Post     string            // address of the post, "" when there is none
	Sessions *account.Sessions // ends people's sessions
}

// AddWorkers registers the jobs.
func (j *Jobs) AddWorkers(w *river.Workers) {
	river.AddWorker(w, &letterWorker{Jobs: j})
	river.AddWorker(w, &resetWorker{Jobs: j})
	job.Add[PurgeArgs](w, func(ctx context.Context) error { return purge(ctx, j.DB, j.Now()) })
}

// PeriodicJobs returns the jobs that run by the clock.
func PeriodicJobs() []*river.PeriodicJob { return job.Every(time.Hour, PurgeArgs{}) }

type letterWorker struct {
	job.Patient[LetterArgs]
	*Jobs
}

// Work prints the letter. The post takes a letter of one id once, so a lost answer makes no second one.
func (w *letterWorker) Work(ctx context.Context, r *river.Job[LetterArgs]) error {
	p, err := parcelByID(ctx, w.DB, r.Args.LetterID)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil // voided, erased, or the job ran twice
	}
	if err != nil {
		return err
	}
	address, err := w.Box.Open(p.Address, letterPlace("address", p.ID))
	if err != nil {
		return err
	}
	code, err := w.Box.Open(p.Code, letterPlace("code", p.ID))
	if err != nil {
		return err
	}
	lang := i18n.Lang(p.Lang)
	text := w.Pages.T(lang, "idp_confirm.letter_text", p.Name, string(code), w.PublicURL+"/confirm/letter", rus.FormatDate(p.ExpiresAt, lang))
	if err := w.hand(ctx, p.ID, p.Name, string(address), text); err != nil {
		return errors.Join(err, noteSending(ctx, w.DB, p.ID, err.Error()))
	}
	return setSent(ctx, w.DB, p.ID, w.Now())
}

func (j *Jobs) hand(ctx context.Context, id uuid.UUID, name, address, text string) error {
	body, err := json.Marshal(map[string]any{"id": id, "to": name, "address": address, "text": text})
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, j.Post+"/letters", bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	got, err := j.Client.Do(r)
	if err != nil {
		return errors.New("the post does not answer")
	}
	defer got.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(got.Body, 64<<10))
	if got.StatusCode != http.StatusOK {
		return fmt.Errorf("the post answered %d", got.StatusCode)
	}
	return nil
}

// AfterChecks confirms an account whose passport an operator has held, once the registers have confirmed those very data. It runs
// within the job that put the data in force.
func (j *Jobs) AfterChecks(ctx context.Context, tx pgx.Tx, id uuid.UUID) error {
	w, err := takePending(ctx, tx, id)
	if err != nil || w == nil {
		return err
	}
	a, err := account.ByID(ctx, tx, id)
	if err != nil || a.Level != account.Standard {
		return err
	}
	by := journal.Entry{Actor: w.Operator.String(), ActorRole: "operator", Purpose: "idp_confirm.purpose_register", Details: map[string]any{"centre": w.Centre, "centre_oid": w.CentreOID}}
	g := account.Ground{Way: account.WayCentre, Operator: &w.Operator, Centre: &w.CentreOID}
	return announcer{j.Notify, j.Pages, j.PublicURL}.raise(ctx, tx, id, g, by, j.Now())
}
