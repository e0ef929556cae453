package payments

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"tamga/payments/banks"
	"tamga/payments/paytest"
)

// TestSecure: a wrong code is a decline with its reason, the right one pays.
func TestSecure(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, b := w.charge(), w.browser()
	b.atBank(b.toBank(c), "choice", "secure", "code", "0000")
	w.deliver()
	paytest.Want(t, b.Get(c.path("/return")), 200, "Код из SMS банка")
	b.atBank(b.Post(c.path("/return"), c.path("/pay")).To, "choice", "secure", "code", "1234")
	w.deliver()
	w.wantPaidOnce(c)
}

// TestBankLies: calls back twice, or never, or says no and then yes.
func TestBankLies(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	twice, _ := w.lied("twice")
	w.wantPaidOnce(twice)
	mute, b := w.lied("mute")
	w.wantState(mute, Pending)
	b.Get(mute.path("/return"))
	w.wantPaidOnce(mute)
	deny, _ := w.lied("deny")
	w.wantState(deny, Failed)
	w.pass(time.Minute)
	w.deliver()
	w.wantPaidOnce(deny)
	w.wantBooks()
}

// TestSBP: a code instead of a card, shown while it waits and no longer.
func TestSBP(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, b := w.charge(), w.browser()
	got := b.Post(c.path(""), c.path("/pay"), "email", "", "method", "sbp")
	if got.Status != 303 || got.To != c.path("/sbp") {
		t.Fatalf("pay by SBP: %d to %q", got.Status, got.To)
	}
	paytest.Want(t, b.Get(c.path("/sbp")), 200, "Оплата через СБП", "350\u00a0₽", c.path("/sbp.svg"))
	paytest.Want(t, b.Get(c.path("/sbp.svg")), 200, "<svg")
	p, err := lastPayment(t.Context(), w.db, c.ID)
	if err != nil || p.Method != banks.BySBP {
		t.Fatalf("%v, %v", p, err)
	}
	b.atBank(p.QR, "choice", "pay")
	w.deliver()
	if got := b.Get(c.path("/sbp")); got.To != c.path("/return") {
		t.Errorf("the code after payment leads to %q", got.To)
	}
	w.wantPaidOnce(c)
}

// TestPartsByPages: a fine paid in two parts within the discount's days.
func TestPartsByPages(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := fine(t, "18810116260300000009", time.Now())
	n.Payer = w.payer
	c, err := CreateCharge(t.Context(), w.db, n)
	if err != nil {
		t.Fatal(err)
	}
	b := w.browser()
	paytest.Want(t, b.Get(c.path("")), 200, "Скидка 25 %", "1\u00a0500\u00a0₽")
	for _, sum := range []string{"0", "-5", "3000", "abc", "0,5"} {
		paytest.Want(t, b.Post(c.path(""), c.path("/pay"), "email", "", "sum", sum), 422, "Введите сумму в рублях")
	}
	b.atBank(b.Post(c.path(""), c.path("/pay"), "email", "", "sum", "1 000,50").To, "choice", "pay")
	w.deliver()
	now := w.wantStatus(c, Open)
	if now.Credited != 100050 {
		t.Errorf("%d have come", now.Credited)
	}
	if got := b.Get(c.path("/return")); got.To != c.path("") {
		t.Errorf("after a part the payer comes to %q", got.To)
	}
	b.atBank(b.Post(c.path(""), c.path("/pay"), "email", "").To, "choice", "pay")
	w.deliver()
	now = w.wantStatus(c, Paid)
	if now.Credited != 150000 || now.Discounted != 50000 {
		t.Errorf("paid %d with a discount of %d", now.Credited, now.Discounted)
	}
	w.wantBooks()
}

// TestUnknownPayment: the bank took money under an order that we never made. It is told no, and somebody here must look.
func TestUnknownPayment(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.charge()
	bank := w.handle.Bank.(*banks.Sandbox)
	order := uuid.New()
	deal, err := bank.Create(t.Context(), banks.Order{ID: order, Receipt: "x", Payee: "УФК", Purpose: "п", Amount: 12300, Return: "http://portal.test/"})
	if err != nil {
		t.Fatal(err)
	}
	w.browser().atBank(deal.Confirm, "choice", "pay")
	for range 2 {
		w.deliver()
		w.pass(time.Minute)
	}
	if n := w.count(w.db, `SELECT theirs::int FROM discrepancy WHERE kind = 'unknown' AND bank_id = $1`, deal.ID); n != 12300 {
		t.Errorf("the staff see %d", n)
	}
	if n := w.count(w.db, `SELECT count(*) FROM payment`); n != 0 {
		t.Errorf("%d payments were made of it", n)
	}
}

// TestStrangerPays: whoever named the УИН pays for somebody else; neither sees the other's address.
func TestStrangerPays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := newCharge(w.payer)
	n.Email = "owner@example.com"
	c, err := CreateCharge(t.Context(), w.db, n)
	if err != nil {
		t.Fatal(err)
	}
	stranger, owner := w.browser(), w.browser()
	stranger.User = uuid.New()
	if _, err := ClaimByUIN(t.Context(), w.db, stranger.User, c.UIN, w.now()); err != nil {
		t.Fatal(err)
	}
	hidden := func(where string, got paytest.Answer, secrets ...string) {
		t.Helper()
		for _, s := range secrets {
			if strings.Contains(got.Text, s) {
				t.Errorf("%s shows %q", where, s)
			}
		}
	}
	hidden("the charge", stranger.Get(c.path("")), "owner@", "Гарипова")
	hidden("the bill", stranger.Get(c.path("/bill")), "owner@", "Гарипова")
	got := stranger.Post(c.path(""), c.path("/pay"), "email", "stranger@example.com")
	hidden("the owner's page", owner.Get(c.path("")), "stranger@")
	stranger.atBank(got.To, "choice", "pay")
	w.deliver()
	w.wantPaidOnce(c)
	hidden("the receipt", stranger.Get(c.path("/receipt")), "owner@", "Гарипова")
	hidden("the owner's receipt", owner.Get(c.path("/receipt")), "stranger@")
	paytest.Want(t, owner.Get(c.path("/receipt")), 200, "Гарипова")
	if n := w.count(w.db, `SELECT count(*) FROM notification WHERE kind = 'payments.receipt' AND channel = 'email'`); n != 1 {
		t.Errorf("%d receipts were sent", n)
	}
}
