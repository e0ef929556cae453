package payments

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"
)

// TestGuestsAreForgotten: what a browser without an account has named goes when its cookie is long dead; an account keeps what it has paid.
func TestGuestsAreForgotten(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, account, guest, late := w.charge(), uuid.New(), uuid.New(), uuid.New()
	w.rewrite(`INSERT INTO account (id, phone, consent_at, created_at) VALUES ($1, '+79170000001', now(), now())`, account)
	for who, age := range map[uuid.UUID]time.Duration{account: 1000 * time.Hour, guest: 49 * time.Hour, late: 47 * time.Hour} {
		if _, err := ClaimByUIN(t.Context(), w.db, who, c.UIN, w.now().Add(-age)); err != nil {
			t.Fatal(err)
		}
	}
	if err := (&claimsWorker{jobs: w.jobs}).Work(t.Context(), &river.Job[ClaimsArgs]{}); err != nil {
		t.Fatal(err)
	}
	for who, want := range map[uuid.UUID]int{account: 1, guest: 0, late: 1} {
		if n := w.count(w.db, `SELECT count(*) FROM charge_claim WHERE account = $1`, who); n != want {
			t.Errorf("%d claims, want %d", n, want)
		}
	}
}
