package payments

import (
	"testing"
	"time"

	"tamga/payments/paytest"
)

// TestSurplusIsReturnedAlone: the button of a surplus returns what came on top, never what the charge has taken: while the portal's
// own refund waits, and after it was rejected.
func TestSurplusIsReturnedAlone(t *testing.T) {
	t.Parallel()
	for name, rejected := range map[string]bool{"while the portal asks": false, "after it was rejected": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			c, _ := w.lied("more") // 450 came for 350
			at := w.office()
			at("valeeva").Post("/discrepancies", w.discrepancy("amount"), "choice", "accept")
			w.wantPaidOnce(c)
			if rejected {
				at("valeeva").Post("/refunds", w.refund(), "choice", "reject", "note", "не то")
			}
			place := w.discrepancy("surplus")
			if got := at("valeeva").Post("/discrepancies", place, "choice", "return"); got.Status != 303 {
				t.Errorf("return: %d %s", got.Status, paytest.Main(got.Text))
			}
			at("valeeva").Post("/discrepancies", place, "choice", "return") // a second click
			if n := w.count(w.db, `SELECT coalesce(sum(amount), 0)::int FROM refund WHERE state <> 'rejected'`); n != 10000 {
				t.Errorf("%d kopecks are to go back, 10000 came on top", n)
			}
			at("nuriev").Post("/refunds", w.refund(), "choice", "approve")
			w.payBack()
			w.wantStatus(c, Paid)
			w.wantBooks()
			if n := w.count(w.db, `SELECT count(*) FROM discrepancy WHERE resolution IS NULL`); n != 0 {
				t.Errorf("%d discrepancies are left", n)
			}
		})
	}
}

// TestRefundIsAskedRarely: a refund that takes days is not asked about every ten seconds.
func TestRefundIsAskedRarely(t *testing.T) {
	t.Parallel()
	n := 0
	for age := time.Duration(0); age < 3*24*time.Hour; age += nextRefund(age) {
		n++
	}
	if n > 150 || nextRefund(0) != 10*time.Second || nextRefund(30*24*time.Hour) != time.Hour {
		t.Errorf("asked %d times in three days", n)
	}
}
