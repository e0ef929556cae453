package payments

import (
	"errors"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"tamga/departments/stand/yookassa"
	"tamga/internal/rus"
	"tamga/internal/web"
	"tamga/payments/banks"
	"tamga/payments/paytest"
)

// yooWorld is a world whose payments go to a stand of YooKassa.
func yooWorld(t *testing.T, twoStages bool) (*world, *yookassa.Stand) {
	t.Helper()
	w := newWorld(t)
	w.rewrite(`DELETE FROM commission_rule`) // TestCommission is about those
	stand := &yookassa.Stand{Shop: "100500", Secret: "test_secret", Now: w.now, PageSize: 1}
	server := httptest.NewServer(stand)
	t.Cleanup(server.Close)
	y := &banks.YooKassa{URL: server.URL + "/v3", Shop: stand.Shop, Secret: stand.Secret, TwoStages: twoStages, Cheques: true, Now: w.now}
	h := *w.handle
	h.Bank, h.More = y, nil
	w.handle, w.jobs.Bank = &h, y
	app := web.New(web.Config{Role: "portal", ShowError: h.Pages.ShowError})
	app.Use((&web.CSRF{Key: paytest.Key, Cookie: "portal_csrf", Exempt: []string{CallbackPath}}).Check)
	h.Mount(app)
	line := paytest.Listen(t)
	paytest.Serve(t, app, line)
	w.portal = "http://" + line.Addr().String()
	stand.Webhook = w.portal + CallbackPath + "yookassa"
	return w, stand
}

func (w *world) toYoo(c *Charge) string {
	w.t.Helper()
	b := w.browser()
	got := b.Post(c.path(""), c.path("/pay"), "email", "aliya@example.com")
	if got.Status != 303 || !strings.Contains(got.To, "yoomoney.test") {
		w.t.Fatalf("pay: %d to %q", got.Status, got.To)
	}
	p, err := lastPayment(w.t.Context(), w.db, c.ID)
	if err != nil {
		w.t.Fatal(err)
	}
	return *p.BankID
}

func TestYooKassaPays(t *testing.T) {
	t.Parallel()
	for name, twoStages := range map[string]bool{"one stage": false, "held and captured": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, stand := yooWorld(t, twoStages)
			c := w.charge()
			id := w.toYoo(c)
			if err := stand.Pay(id); err != nil {
				t.Fatal(err)
			}
			w.wantPaidOnce(c)
			w.wantBooks()
			books := stand.Payments()
			if len(books) != 1 || books[0].Status != "succeeded" || books[0].Amount.Value != "350.00" || books[0].Cheque != "pending" {
				t.Errorf("YooKassa has %+v", books)
			}
			if err := stand.Call("payment.succeeded", books[0]); err != nil { // twice
				t.Error(err)
			}
			if err := stand.Call("refund.succeeded", map[string]string{"id": "r0"}); err != nil {
				t.Error(err)
			}
			w.wantPaidOnce(c)
		})
	}
}

// TestYooKassaIsReread: a call-back that says "succeeded" of a payment that is not changes nothing.
func TestYooKassaIsReread(t *testing.T) {
	t.Parallel()
	w, stand := yooWorld(t, false)
	c := w.charge()
	id := w.toYoo(c)
	lie := stand.Payments()[0]
	lie.Status, lie.Paid = "succeeded", true
	if err := stand.Call("payment.succeeded", lie); err != nil {
		t.Error(err)
	}
	w.wantState(c, Pending)
	lie.ID = "2f999999-000f-5000-8000-000000000000"
	if err := stand.Call("payment.succeeded", lie); err == nil {
		t.Error("a call-back about another payment was taken")
	}
	lie.Metadata = map[string]string{"order_id": uuid.NewString()}
	if err := stand.Call("payment.succeeded", lie); err == nil {
		t.Error("a call-back about an unknown order was taken")
	}
	if err := stand.Cancel(id, "expired_on_confirmation"); err != nil {
		t.Error(err)
	}
	w.wantState(c, Expired)
}

// TestYooKassaFails: 500 and lost answers are no answers; the key makes one payment of however many questions.
func TestYooKassaFails(t *testing.T) {
	t.Parallel()
	w, stand := yooWorld(t, true)
	c := w.charge()
	stand.Fail(500, -1)
	b := w.browser()
	b.Post(c.path(""), c.path("/pay"), "email", "")
	w.wantState(c, Created)
	p, err := lastPayment(t.Context(), w.db, c.ID)
	if err != nil {
		t.Fatal(err)
	}
	d := w.handle.desk()
	for range 3 {
		if p, err = d.check(t.Context(), p); err != nil {
			t.Fatal(err)
		}
	}
	w.wantState(c, Pending)
	if n := len(stand.Payments()); n != 1 {
		t.Errorf("YooKassa has %d payments", n)
	}
	stand.Webhook = ""
	if err := stand.Pay(*p.BankID); err != nil {
		t.Fatal(err)
	}
	stand.Fail(0, -1) // the hold is read, the answer to the capture is lost
	if _, err := d.check(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	w.wantState(c, Authorised)
	if p, err = paymentByID(t.Context(), w.db, p.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := d.check(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	w.wantPaidOnce(c)
	refused := w.charge()
	stand.Fail(400)
	b.Post(refused.path(""), refused.path("/pay"), "email", "")
	w.wantState(refused, Failed)
	again := w.charge()
	stand.Fail(401)
	b.Post(again.path(""), again.path("/pay"), "email", "")
	w.wantState(again, Created) // our own trouble is not the payer's
	w.wantBooks()
}

// TestYooKassaHoldNobodyNeeds: the charge was cancelled while the payer paid: the hold is let go, no money moves.
func TestYooKassaHoldNobodyNeeds(t *testing.T) {
	t.Parallel()
	w, stand := yooWorld(t, true)
	c := w.charge()
	id := w.toYoo(c)
	if err := CancelCharge(t.Context(), w.db, c.Origin()); err != nil {
		t.Fatal(err)
	}
	if err := stand.Pay(id); err != nil {
		t.Fatal(err)
	}
	w.wantState(c, Failed)
	if books := stand.Payments(); books[0].Status != "canceled" {
		t.Errorf("YooKassa has %+v", books)
	}
	w.wantBooks()
}

// TestYooKassaRefund: never twice, though the answer is lost and the key is forgotten; then the registry of the day agrees.
func TestYooKassaRefund(t *testing.T) {
	t.Parallel()
	w, stand := yooWorld(t, false)
	c, other := w.charge(), w.charge()
	for _, one := range []*Charge{c, other} {
		if err := stand.Pay(w.toYoo(one)); err != nil {
			t.Fatal(err)
		}
	}
	p, err := lastPayment(t.Context(), w.db, c.ID)
	if err != nil {
		t.Fatal(err)
	}
	d := w.handle.desk()
	r, err := d.ProposeRefund(t.Context(), p.ID, 10001, "court", "", "valeeva")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.ApproveRefund(t.Context(), r.ID, "nuriev"); err != nil {
		t.Fatal(err)
	}
	stand.Fail(0, -1)
	if _, err := d.payBack(t.Context(), r.ID); err == nil {
		t.Error("a lost answer is no answer")
	}
	stand.Forget()
	if r, err = d.payBack(t.Context(), r.ID); err != nil || r.State != RefundDone {
		t.Fatalf("%v, %v", r, err)
	}
	if made := stand.Refunds(); len(made) != 1 || made[0].Amount.Value != "100.01" {
		t.Errorf("refunds at YooKassa: %+v", made)
	}
	w.wantBooks()
	day := w.now().In(rus.Moscow)
	if err := d.takeRegistry(t.Context(), d.banks[0], day); !errors.Is(err, banks.ErrNoRegistry) {
		t.Errorf("a registry of a day that is not over: %v", err)
	}
	w.pass(24 * time.Hour)
	if err := d.takeRegistry(t.Context(), d.banks[0], day); err != nil {
		t.Fatal(err)
	}
	if n := w.count(w.db, `SELECT count(*) FROM registry_line WHERE payment_id IS NOT NULL`); n != 3 {
		t.Errorf("%d lines were matched", n)
	}
	if n := w.count(w.db, `SELECT count(*) FROM discrepancy`); n != 0 {
		t.Errorf("%d discrepancies", n)
	}
	if n := w.count(w.db, `SELECT -sum(amount)::int FROM ledger_posting l JOIN ledger_entry e ON e.id = entry_id WHERE account = 'commission' AND kind = 'settlement'`); n != -1960 {
		t.Errorf("the commission is booked as %d", n)
	}
	w.wantBooks()
}

func TestYooKassaSBP(t *testing.T) {
	t.Parallel()
	w, stand := yooWorld(t, true)
	c, b := w.charge(), w.browser()
	if got := b.Post(c.path(""), c.path("/pay"), "email", "", "method", "sbp"); got.To != c.path("/sbp") {
		t.Fatalf("pay by SBP: %d to %q", got.Status, got.To)
	}
	paytest.Want(t, b.Get(c.path("/sbp")), 200, "https://qr.nspk.test/")
	if err := stand.Pay(stand.Payments()[0].ID); err != nil {
		t.Fatal(err)
	}
	w.wantPaidOnce(c)
}
