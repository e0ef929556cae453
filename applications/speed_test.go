package applications

import (
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"tamga/internal/dbtest"
)

// TestTripsOfASubmission: the request that signs and sends a filled application asks the database so many times and no more. Whoever
// adds a trip has to say so here and in docs/operations/applications-speed.md. River's word to sleeping workers, which it gives once in a
// tenth of a second at most, is not counted: the first round gives it for an hour.
func TestTripsOfASubmission(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	pool, trips := dbtest.Counting(t, w.db)
	client, err := river.NewClient(riverpgxv5.New(pool), &river.Config{FetchCooldown: time.Hour, FetchPollInterval: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	w.core.DB, w.core.River, w.core.Notify.River = pool, client, client
	const send = 4 // read and lock; number; jobs of the letter and of the notices; commit. What needs no answer goes along
	const check, page = 2, 6
	for round := range 2 {
		b := w.browser("Смирнов", "Иван", "male")
		id, path := b.begin("child-benefit")
		b.fill(path, with(bank, child("children.0.", "Пётр", snils(7)), map[string]string{"lives_here": "yes", "state_care": "no",
			"rights_taken": "no", "applicant_role": "mother", "family_status": "single_mother", "family_size": "2", "income_work": "20000",
			"income_social": "0", "income_alimony": "0", "income_other": "0", "payout": "bank", "consent_truth": "yes", "consent_check": "yes"}))
		took := func(do func()) int32 {
			before := trips.Load()
			do()
			return trips.Load() - before
		}
		var shown answer
		if n := took(func() { shown = b.get(applicationPath(id, "/check")) }); n > check {
			t.Errorf("the page of the answers: %d trips, want %d", n, check)
		}
		if n := took(func() { b.send(shown, "main form", nil) }); n > send && round > 0 {
			t.Errorf("a submission: %d trips, want %d", n, send)
		}
		w.wantState(id, Submitted)
		if n := took(func() { b.get(applicationPath(id, "")) }); n > page {
			t.Errorf("the page of an application: %d trips, want %d", n, page)
		}
	}
}
