package departments_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/departments"
)

// troubles records what support would hear.
type troubles struct {
	mu  sync.Mutex
	all []string
}

func (l *troubles) hear(_ context.Context, _ pgx.Tx, t departments.Trouble) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	word := t.Kind
	if t.Over {
		word += " over"
	}
	l.all = append(l.all, word)
	return nil
}

func (l *troubles) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return fmt.Sprint(l.all)
}

// ask starts a comparison, as the staff's button does.
func (b *bench) ask(code string) {
	b.t.Helper()
	before := one[int](b, b.portal, `SELECT count(*) FROM department_digest`)
	_, err := b.river.Insert(b.t.Context(), departments.DigestArgs(code, "tester"), nil)
	b.must(err)
	b.until("a comparison is made", func() (string, bool) {
		return "", one[int](b, b.portal, `SELECT count(*) FROM department_digest`) > before
	})
}

// What a department has lost after having answered is found, sent again, and the citizen is told; nothing is told twice.
func TestReconciliation(t *testing.T) {
	t.Parallel()
	b := setup(t)
	heard := &troubles{}
	b.jobs.OnTrouble = heard.hear
	b.jobs.Trust = &departments.Trust{Client: b.jobs.Client, Now: b.now}
	b.work()
	lost, whole, other := b.submit("zags", uuid.Nil), b.submit("zags", uuid.Nil), b.submit("zags", uuid.Nil)
	for _, d := range []departments.Delivery{lost, whole, other} {
		b.wantTold(d, "sent")
	}
	b.exec(b.portal, `UPDATE delivery SET delivered_at = delivered_at - interval '1 hour'`)
	b.exec(b.stand, `DELETE FROM stand_application WHERE id = $1`, lost.ID)
	b.exec(b.stand, `UPDATE stand_application SET sha256 = sha256('x') WHERE id = $1`, other.ID)
	b.exec(b.stand, `INSERT INTO stand_message (department, id, application_id, type, data, sha256, received_at)
		VALUES ('zags', gen_random_uuid(), gen_random_uuid(), 'x', '{}', sha256(''), now())`)
	b.ask("zags")
	if got := one[string](b, b.portal, `SELECT concat_ws(' ', compared, missing, differ, unknown, problem) FROM department_digest`); got != "3 1 1 1 " {
		t.Errorf("compared %q", got)
	}
	b.wantTold(lost, "sent late")
	b.until("it is there again", func() (string, bool) { rows, _ := b.copies(lost); return "", rows == 1 && b.state(lost) == "delivered" })
	if got := b.told(lost) + "/" + b.told(whole) + "/" + b.told(other); got != "sent late/sent/sent" {
		t.Errorf("told %s", got)
	}
	if got := heard.String(); got != "[missing differs unknown]" && got != "[differs missing unknown]" {
		t.Errorf("troubles %s", got)
	}
	b.mode("zags", "down")
	b.forward(time.Minute)
	b.ask("zags")
	if got := one[string](b, b.portal, `SELECT problem FROM department_digest ORDER BY at DESC LIMIT 1`); got != "answer 503 of 0 bytes" && got == "" {
		t.Errorf("problem %q", got)
	}
}

// One incident for a silent department, however many wait; one for each message that is stuck; both close by themselves.
func TestTroublesOpenAndClose(t *testing.T) {
	t.Parallel()
	b := setup(t)
	heard := &troubles{}
	b.jobs.OnTrouble = heard.hear
	b.mode("zags", "down")
	first, second := b.submit("zags", uuid.Nil), b.submit("zags", uuid.Nil)
	b.exec(b.portal, `UPDATE delivery SET created_at = created_at - interval '1 hour'`)
	b.exec(b.portal, `UPDATE delivery SET created_at = created_at - interval '8 days' WHERE id = $1`, first.ID)
	b.work()
	b.until("it is noticed", func() (string, bool) {
		return heard.String(), one[int](b, b.portal, `SELECT count(*) FROM department_trouble`) == 2
	})
	b.mode("zags", "normal")
	if status := b.retry(first); status != 303 {
		t.Fatalf("retry: %d", status)
	}
	b.wantState(first, "delivered")
	b.wantState(second, "delivered")
	b.until("it is over", func() (string, bool) {
		b.rounds()
		_, err := b.river.Insert(t.Context(), departments.WatchArgs(), nil)
		b.must(err)
		return heard.String(), one[int](b, b.portal, `SELECT count(*) FROM department_trouble WHERE over_at IS NULL`) == 0
	})
	if got := len(heard.all); got != 4 {
		t.Errorf("%s", heard)
	}
}
