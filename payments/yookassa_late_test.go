package payments

import (
	"testing"
)

// TestHoldOfCancelledCharge: the money was held for a charge and its capture did not get through; while it waits, the charge counts as
// being paid. When the charge is cancelled all the same, the hold is let go: nothing is taken, and there is nothing to return.
func TestHoldOfCancelledCharge(t *testing.T) {
	t.Parallel()
	w, stand := yooWorld(t, true)
	c := w.charge()
	id := w.toYoo(c)
	stand.Fail(0, 500) // the hold is read, the capture is not done
	if err := stand.Pay(id); err != nil {
		t.Fatal(err)
	}
	w.wantState(c, Authorised)
	if busy, err := UnderWay(t.Context(), w.db, c.Origin()); err != nil || !busy {
		t.Errorf("nobody is said to be paying: %v", err)
	}
	if err := CancelCharge(t.Context(), w.db, c.Origin()); err != nil {
		t.Fatal(err)
	}
	w.check(c)
	w.wantState(c, Expired)
	if books := stand.Payments(); books[0].Status != "canceled" {
		t.Errorf("YooKassa has taken it: %+v", books[0])
	}
	w.wantBooks()
}

// TestWaitsForTheStaff: money of another amount has come, and an employee is yet to decide: the clock of what is paid for waits too.
func TestWaitsForTheStaff(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, _ := w.lied("less")
	if busy, err := UnderWay(t.Context(), w.db, c.Origin()); err != nil || !busy {
		t.Errorf("nobody is said to be paying: %v", err)
	}
}

// TestSecondRefundOnceAtYooKassa: the list of refunds has pages; one on a further page is not made again.
func TestSecondRefundOnceAtYooKassa(t *testing.T) {
	t.Parallel()
	w, stand := yooWorld(t, false)
	c := w.charge()
	if err := stand.Pay(w.toYoo(c)); err != nil {
		t.Fatal(err)
	}
	p, err := lastPayment(t.Context(), w.db, c.ID)
	if err != nil {
		t.Fatal(err)
	}
	d := w.handle.desk()
	for n, sum := range []int64{10000, 5000} {
		r, err := d.ProposeRefund(t.Context(), p.ID, sum, "court", "", "valeeva")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.ApproveRefund(t.Context(), r.ID, "nuriev"); err != nil {
			t.Fatal(err)
		}
		if n == 1 {
			stand.Fail(0, -1) // done, and the answer lost
			_, _ = d.payBack(t.Context(), r.ID)
			stand.Forget()
		}
		if _, err := d.payBack(t.Context(), r.ID); err != nil {
			t.Fatal(err)
		}
	}
	if made := stand.Refunds(); len(made) != 2 {
		t.Errorf("refunds at YooKassa: %+v", made)
	}
}
