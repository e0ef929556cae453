package payments

import (
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"

	"tamga/payments/paytest"
)

// TestAutopayWaits: on the day of an order somebody has begun to pay and left the bank's page. The order waits, and is paid when that has
// run out: anybody who knows the number could else undo it unseen.
func TestAutopayWaits(t *testing.T) {
	t.Parallel()
	a := newAuto(t)
	paytest.Want(t, a.rule("1000", "5000"), 303)
	c := a.fine(a.car)
	a.hour()
	a.wantOrder(c, "announced")
	order := uuid.MustParse(a.only(`SELECT id FROM autopay_order`))
	a.pass(24 * time.Hour)
	b := a.stranger()
	b.Post("/payments", "/payments/find", "number", c.UIN)
	b.toBank(c)
	work := func() error {
		return (&autopayOrderWorker{jobs: a.jobs}).Work(t.Context(), &river.Job[AutopayOrderArgs]{Args: AutopayOrderArgs{order}})
	}
	var snooze *river.JobSnoozeError
	if err := work(); !errors.As(err, &snooze) {
		t.Errorf("the order does not wait: %v", err)
	}
	a.wantOrder(c, "announced")
	a.pass(2 * time.Hour)
	a.deliver() // the page has run out
	if err := work(); err != nil {
		t.Error(err)
	}
	a.deliver()
	a.wantOrder(c, "paid")
	a.wantStatus(c, Paid)
}
