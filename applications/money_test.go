package applications

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"tamga/internal/notify"
	"tamga/payments"
)

// TestMoneyForADutyTakenBack: the payer stands at the bank while the other withdraws, and then pays.
func TestMoneyForADutyTakenBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, first, second := w.signed()
	second.send(second.get(applicationPath(id, "/decline")), "main form", nil)
	w.wantDead(id, Declined)
	news := &river.Job[payments.SurplusArgs]{JobRow: &rivertype.JobRow{}, Args: payments.SurplusArgs{Origin: origin(id), Receipt: "1234-5678"}}
	for range 2 { // a worker killed after its transaction works the job again
		if err := w.jobs.workSurplus(t.Context(), news); err != nil {
			t.Fatal(err)
		}
	}
	page := first.get(applicationPath(id, ""))
	if text := page.Text("main"); !strings.Contains(text, "1234-5678") || !strings.Contains(text, "Деньги не потеряны") {
		t.Errorf("the payer reads %s", text)
	}
	if strings.Contains(second.get(applicationPath(id, "")).Text("main"), "1234-5678") {
		t.Error("the other one reads the payer's receipt")
	}
	if n := w.count(`SELECT count(*) FROM application_event WHERE application = $1 AND kind = 'surplus'`, id); n != 1 {
		t.Errorf("%d events", n)
	}
	if n := w.count(`SELECT count(*) FROM notification WHERE kind = 'applications.notice_surplus' AND channel = 'sms'`); n != 1 {
		t.Errorf("%d notices", n)
	}
}

// TestMoneyForWhatWasErased: the payer stands at the bank, withdraws in another tab and erases; then the money comes. Whoever paid is
// told by payments, where they have messages now; so is who has paid twice for what is no application.
func TestMoneyForWhatWasErased(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, first, _ := w.signed()
	w.core.Notify.WayTo = func(_ context.Context, _ pgx.Tx, account uuid.UUID, topic string) (notify.Way, error) {
		if account != first.p.ID || topic != "payments" {
			return notify.Way{}, nil
		}
		return notify.Way{Channel: notify.SMS, To: "+79172000055", Lang: "tt"}, nil
	}
	w.pay(id)
	w.exec(`UPDATE charge SET status = 'open', paid_at = NULL, paid = 0 WHERE origin_id = $1`, id)
	first.send(first.get(applicationPath(id, "/cancel")), "main form", nil)
	first.send(first.get(applicationPath(id, "/erase")), "main form", nil)
	if n := w.count(`SELECT count(*) FROM application WHERE id = $1`, id); n != 0 {
		t.Fatal("nothing was erased")
	}
	w.exec(`UPDATE payment SET state = 'surplus', receipt = '1234-5678', paid_by = $1`, first.p.ID)
	for n, from := range []payments.Origin{origin(id), {Kind: "utility"}} {
		if err := w.jobs.workSurplus(t.Context(), &river.Job[payments.SurplusArgs]{JobRow: &rivertype.JobRow{}, Args: payments.SurplusArgs{Origin: from, Receipt: "1234-5678"}}); err != nil {
			t.Fatal(err)
		}
		if text := w.lastSMS(); !strings.Contains(text, "1234-5678") || !strings.Contains(text, "югалмаган") || !strings.Contains(text, "http://portal/payments/history") {
			t.Errorf("the payer reads %q", text)
		}
		if told := w.count(`SELECT count(*) FROM notification WHERE kind = 'payments.surplus'`); told != n+1 {
			t.Errorf("%d notices of %s", told, from.Kind)
		}
	}
	w.exec(`UPDATE payment SET state = 'refunded'`)
	if err := w.jobs.workSurplus(t.Context(), &river.Job[payments.SurplusArgs]{JobRow: &rivertype.JobRow{}, Args: payments.SurplusArgs{Origin: origin(id), Receipt: "1234-5678"}}); err != nil {
		t.Fatal(err)
	}
	if told := w.count(`SELECT count(*) FROM notification WHERE kind = 'payments.surplus'`); told != 2 {
		t.Error("money that has gone back is promised")
	}
}

// TestRefundIsSeenByStaff: what the application owes stands at the charge, where staff look, and nothing is sent after it.
func TestRefundIsSeenByStaff(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.beforeRest()
	id, _, _ := w.signed()
	args := w.pay(id)
	w.pass(aDay)
	other, taker, _, _ := w.couple() // takes the time whose hold has expired
	w.expire(id)
	w.wantDead(id, Expired)
	if n := w.count(`SELECT count(*) FROM charge WHERE origin_id = $1 AND refund_since IS NOT NULL`, id); n != 1 {
		t.Error("staff who find the payment read that all is well")
	}
	taker.send(taker.get(applicationPath(other, "/cancel")), "main form", nil) // the time is free again
	w.tellPaid(args)
	w.wantDead(id, Expired)
}

// TestSweepPassesOverTrouble: an application that cannot be ended does not keep the others from it.
func TestSweepPassesOverTrouble(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	broken, _, _, _ := w.couple()
	w.pass(time.Minute)
	well, _, _, _ := w.couple()
	w.exec(`UPDATE application_party SET snils = 'x' WHERE application = $1 AND position = 0`, broken)
	w.pass(25 * time.Hour)
	err := w.jobs.workSweep(t.Context(), nil)
	if err == nil || !strings.Contains(err.Error(), broken.String()) {
		t.Errorf("the trouble is not told: %v", err)
	}
	w.wantState(well, Expired)
}

func TestNewsOfMoneyIsNeverGivenUp(t *testing.T) {
	t.Parallel()
	trouble := errors.New("trouble")
	worker := &moneyWorker[payments.PaidArgs]{work: func(context.Context, *river.Job[payments.PaidArgs]) error { return trouble }}
	for attempt := 1; attempt <= 25; attempt++ {
		job := &river.Job[payments.PaidArgs]{JobRow: &rivertype.JobRow{Attempt: attempt, MaxAttempts: 25}}
		err := worker.Work(t.Context(), job)
		var snooze *river.JobSnoozeError
		if last := attempt == 25; errors.As(err, &snooze) != last || !last && err != trouble {
			t.Errorf("attempt %d: %v", attempt, err)
		}
		if wait := time.Until(worker.NextRetry(job)); wait > moneyPause || wait < 0 {
			t.Errorf("attempt %d: next in %s", attempt, wait)
		}
	}
}

// Money that was returned is promised no more, and does not keep an application beyond its time.
func TestReturnedMoneyKeepsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, first, _ := w.signed()
	news := w.pay(id)
	first.send(first.get(applicationPath(id, "/cancel")), "main form", nil)
	promised := func() bool {
		t.Helper()
		return strings.Contains(first.get(applicationPath(id, "")).Text("main"), "оформит возврат")
	}
	sweep := func() {
		t.Helper()
		if err := w.jobs.retain(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if !promised() {
		t.Fatal("the page does not say that the money comes back")
	}
	w.pass(10 * 366 * 24 * time.Hour)
	sweep()
	w.wantDead(id, Cancelled) // it is still owed
	w.exec(`UPDATE charge SET status = 'refunded' WHERE origin_id = $1`, id)
	w.tellPaid(news) // late, and not for ever
	if promised() {
		t.Error("the page promises money that was returned")
	}
	sweep()
	if n := w.count(`SELECT count(*) FROM application WHERE id = $1`, id); n != 0 {
		t.Error("kept for ever")
	}
}

// TestMoneyThatTheBankTookBack: the news of it, come late, is no news of what nobody owes any more.
func TestMoneyThatTheBankTookBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, first, _ := w.signed()
	news := w.pay(id)
	w.exec(`UPDATE payment SET state = 'reversed'`)
	w.exec(`UPDATE charge SET status = 'open', paid_at = NULL, paid = 0 WHERE origin_id = $1`, id)
	first.send(first.get(applicationPath(id, "/cancel")), "main form", nil)
	w.tellPaid(news)
	w.wantDead(id, Cancelled)
}
