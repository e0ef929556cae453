package departments_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/departments"
)

func TestAcceptedAtOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.work()
	d := b.submit("municipality", uuid.Nil) // answers 200
	b.wantTold(d, "sent accepted")
	if b.state(d) != "delivered" {
		t.Errorf("state %s", b.state(d))
	}
}

func TestReceivedThenDecided(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.work()
	d := b.submit("zags", uuid.Nil) // answers 202
	b.wantTold(d, "sent")
	b.decide(d, "accept", "")
	b.wantTold(d, "sent accepted")
	b.decide(d, "complete", "Приходите в назначенное время")
	b.wantTold(d, "sent accepted completed")
	if got := one[string](b, b.portal, `SELECT text FROM told WHERE status = 'completed'`); got != "Приходите в назначенное время" {
		t.Errorf("text %q", got)
	}
}

func TestDownThenUp(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.mode("zags", "down")
	b.work()
	d := b.submit("zags", uuid.Nil)
	b.until("several attempts", func() (string, bool) {
		return "", one[int](b, b.portal, `SELECT count(*) FROM delivery_attempt WHERE answer = 503 AND outcome = 'failed'`) >= 3
	})
	if b.state(d) != "waiting" || b.told(d) != "" {
		t.Fatalf("while down: %s, told %q", b.state(d), b.told(d))
	}
	b.mode("zags", "normal")
	b.wantTold(d, "sent")
	if rows, copies := b.copies(d); rows != 1 || copies != 1 {
		t.Errorf("%d applications at the stand, %d copies", rows, copies)
	}
}

// The stand keeps the message and its answer is lost: the portal sends again, and there is still one application.
func TestLostAnswer(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.mode("zags", "drop")
	b.work()
	d := b.submit("zags", uuid.Nil)
	b.until("the message comes three times", func() (string, bool) { _, copies := b.copies(d); return "", copies >= 3 })
	b.mode("zags", "normal")
	b.wantTold(d, "sent")
	if rows, _ := b.copies(d); rows != 1 {
		t.Errorf("%d applications at the stand", rows)
	}
}

// A call-back that is quicker than the answer proves the arrival: "sent" is told first, and once.
func TestCallbackBeforeAnswer(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.mode("zags", "drop")
	b.work()
	d := b.submit("zags", uuid.Nil)
	b.until("it has arrived", func() (string, bool) { rows, _ := b.copies(d); return "", rows == 1 })
	b.decide(d, "accept", "")
	b.wantTold(d, "sent accepted")
	b.mode("zags", "normal")
	time.Sleep(500 * time.Millisecond) // attempts under way, if any, end
	if got := b.told(d); got != "sent accepted" || b.state(d) != "delivered" {
		t.Errorf("told %q, state %s", got, b.state(d))
	}
}

func TestRejected(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.mode("social", "reject")
	b.work()
	d := b.submit("social", uuid.Nil)
	b.wantTold(d, "rejected")
	if got := one[string](b, b.portal, `SELECT text FROM told`); got == "" {
		t.Error("the citizen is not told why")
	}
	if b.state(d) != "rejected" || one[int](b, b.portal, `SELECT count(*) FROM delivery_attempt`) != 1 {
		t.Errorf("state %s: a rejection is final", b.state(d))
	}
}

func TestCallbacksTwice(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.mode("zags", "duplicate")
	b.work()
	d := b.submit("zags", uuid.Nil)
	b.wantTold(d, "sent")
	b.decide(d, "accept", "")
	b.decide(d, "refuse", "Не истёк срок")
	b.wantTold(d, "sent accepted refused")
}

// A call-back that the portal cannot take now is kept at the stand and comes again.
func TestPortalFailsThenTakesCallback(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.work()
	d := b.submit("zags", uuid.Nil)
	b.wantTold(d, "sent")
	b.exec(b.portal, `ALTER TABLE told RENAME TO away`)
	b.decide(d, "accept", "")
	b.until("an attempt failed", func() (string, bool) {
		return "", one[int](b, b.stand, `SELECT count(*) FROM stand_callback WHERE last_error = 'answer 500'`) == 1
	})
	if n := one[int](b, b.portal, `SELECT count(*) FROM department_event`); n != 0 {
		t.Fatalf("%d events are kept without their effect", n)
	}
	b.exec(b.portal, `ALTER TABLE away RENAME TO told`)
	b.wantTold(d, "sent accepted")
}

func TestWorkerRestart(t *testing.T) {
	t.Parallel()
	b := setup(t)
	d := b.submit("zags", uuid.Nil) // committed while no worker lives
	stop := b.work()
	b.wantTold(d, "sent")
	stop()
	late := b.submit("zags", uuid.Nil)
	b.work()
	b.wantTold(late, "sent")
}

// A worker killed in mid-delivery leaves a running job and a claim; the watch starts again when the claim has run out.
func TestWorkerKilled(t *testing.T) {
	t.Parallel()
	b := setup(t)
	d := b.submit("zags", uuid.Nil)
	b.exec(b.portal, `UPDATE river_job SET state = 'running', attempted_at = now(), attempt = 1, attempted_by = '{dead}'
		WHERE id = (SELECT job_id FROM delivery WHERE id = $1)`, d.ID)
	b.exec(b.portal, `UPDATE delivery SET claimed_until = now() + interval '30 seconds' WHERE id = $1`, d.ID)
	b.forward(time.Minute)
	b.work()
	b.wantTold(d, "sent")
	if rows, copies := b.copies(d); rows != 1 || copies != 1 {
		t.Errorf("%d applications at the stand, %d copies", rows, copies)
	}
}

func TestRolledBackSubmissionIsNotDelivered(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.work()
	d := departments.Delivery{ID: uuid.Must(uuid.NewV7()), ApplicationID: uuid.Must(uuid.NewV7()), Number: "1", Department: "zags",
		Service: "marriage", Data: []byte(`{}`)}
	undone := errors.New("undone")
	err := pgx.BeginFunc(t.Context(), b.portal, func(tx pgx.Tx) error {
		if err := departments.Enqueue(t.Context(), tx, b.river, b.jobs.Box, d); err != nil {
			return err
		}
		return undone
	})
	if !errors.Is(err, undone) {
		t.Fatal(err)
	}
	after := b.submit("zags", uuid.Nil)
	b.wantTold(after, "sent")
	if rows, _ := b.copies(d); rows != 0 {
		t.Error("delivered, though never submitted")
	}
}

func TestEnqueueTwice(t *testing.T) {
	t.Parallel()
	b := setup(t)
	d := b.submit("zags", uuid.Nil)
	b.must(b.enqueue(d))
	b.work()
	b.wantTold(d, "sent")
	if n := one[int](b, b.portal, `SELECT count(*) FROM delivery_attempt`); n != 1 {
		t.Errorf("%d attempts", n)
	}
}

// Messages of one application arrive in their order, also when the first has to be tried often.
func TestOrder(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.mode("zags", "down")
	b.work()
	first := b.submit("zags", uuid.Nil)
	second := b.submit("municipality", first.ApplicationID) // could be taken at once
	b.until("the first is being tried", func() (string, bool) {
		return "", one[int](b, b.portal, `SELECT attempts FROM delivery WHERE id = $1`, first.ID) >= 3
	})
	if n := one[int](b, b.portal, `SELECT attempts FROM delivery WHERE id = $1`, second.ID); n != 0 {
		t.Fatalf("the second was sent %d times before the first arrived", n)
	}
	b.mode("zags", "normal")
	b.wantTold(first, "sent sent accepted")
}

func TestDataAreSealed(t *testing.T) {
	t.Parallel()
	b := setup(t)
	d := b.submit("zags", uuid.Nil)
	if n := one[int](b, b.portal, `SELECT count(*) FROM delivery WHERE position(convert_to('Җиһаншина', 'UTF8') IN data) > 0`); n != 0 {
		t.Error("a name can be read in the outbox")
	}
	b.exec(b.portal, `UPDATE delivery SET data = data || '\x00' WHERE id = $1`, d.ID)
	b.work()
	b.until("the damage is seen", func() (string, bool) {
		reason := one[string](b, b.portal, `SELECT reason FROM delivery WHERE id = $1`, d.ID)
		return reason, reason != ""
	})
	if rows, _ := b.copies(d); rows != 0 {
		t.Error("damaged data were delivered")
	}
}
