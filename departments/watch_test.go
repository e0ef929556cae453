package departments_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
)

// The citizen hears once that a late application is safe; then it gets through all the same.
func TestLate(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.mode("zags", "down")
	d := b.submit("zags", uuid.Nil)
	b.forward(14 * time.Minute)
	stop := b.work()
	b.until("it is tried", func() (string, bool) {
		return "", one[int](b, b.portal, `SELECT attempts FROM delivery`) > 0
	})
	b.until("a round is made", func() (string, bool) { return "", b.rounds() > 0 })
	if got := b.told(d); got != "" {
		t.Fatalf("told %q before it is late", got)
	}
	stop()
	b.forward(2 * time.Minute)
	stop = b.work()
	b.wantTold(d, "late")
	stop()
	b.forward(time.Hour)
	rounds := b.rounds()
	b.work()
	b.until("another round is made", func() (string, bool) { return "", b.rounds() > rounds })
	b.mode("zags", "normal")
	b.wantTold(d, "late sent")
}

// rounds counts the finished rounds of the watch, and lets the next client start one at once.
func (b *bench) rounds() int {
	n := one[int](b, b.portal, `SELECT count(*) FROM river_job WHERE kind = 'departments.watch' AND state = 'completed'`)
	b.exec(b.portal, `UPDATE river_job SET unique_key = NULL WHERE kind = 'departments.watch' AND state = 'completed'`)
	return n
}

func TestStuckThenRetried(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.mode("zags", "down")
	d := b.submit("zags", uuid.Nil)
	b.exec(b.portal, `UPDATE delivery SET created_at = created_at - interval '8 days'`)
	b.work()
	b.wantState(d, "stuck")
	b.wantTold(d, "late")
	page := b.page(d)
	if got := page.Text(".govuk-tag"); got != "Застряло" {
		t.Errorf("tag %q", got)
	}
	b.mode("zags", "normal")
	if status := b.retry(d); status != 303 {
		t.Fatalf("retry: %d", status)
	}
	b.wantTold(d, "late sent")
	if n := one[int](b, b.portal, `SELECT count(*) FROM journal WHERE action = 'delivery.retry' AND actor = 'valeeva'`); n != 1 {
		t.Errorf("%d entries in the journal", n)
	}
	if status := b.retry(d); status != 409 {
		t.Errorf("a delivered one is repeated: %d", status)
	}
}
