package payments

import (
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"tamga/internal/fault"
	"tamga/payments/paytest"
)

// TestSavedCard: a card is remembered at the payer's wish as a sealed token, pays a second charge after one more question, is nobody
// else's, says honestly when its bank refuses, and is gone when it was removed.
func TestSavedCard(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b, c := w.browser(), w.charge()
	got := b.Post(c.path(""), c.path("/pay"), "email", "", "save", "yes", "means", b.chooses(c.path(""), "sandbox.card"))
	b.atBank(got.To, "choice", "pay")
	w.deliver()
	w.wantPaidOnce(c)
	w.deliver()
	if n := w.count(w.db, `SELECT count(*) FROM saved_card WHERE account = $1`, w.payer); n != 1 {
		t.Fatalf("%d cards are remembered", n)
	}
	var token string
	if err := w.bankDB.QueryRow(t.Context(), `SELECT id::text FROM bank_card`).Scan(&token); err != nil {
		t.Fatal(err)
	}
	if n := w.count(w.db, `SELECT count(*) FROM saved_card WHERE position($1::bytea in token) > 0`, []byte(token)); n != 0 {
		t.Error("the token lies open")
	}
	paytest.Want(t, b.Get("/payments/cards"), 200, "МИР •••• 2201")

	second := w.charge()
	card := b.chooses(second.path(""), "sandbox.card.0.")
	asked := b.Post(second.path(""), second.path("/pay"), "email", "", "means", card)
	paytest.Want(t, asked, 200, "Да, заплатить 350", "МИР •••• 2201")
	if n := w.count(w.db, `SELECT count(*) FROM payment WHERE charge_id = $1`, second.ID); n != 0 {
		t.Error("a card was charged before its owner said yes")
	}
	stranger := w.browser()
	stranger.User = uuid.New()
	if _, err := ClaimByUIN(t.Context(), w.db, stranger.User, second.UIN, w.now()); err != nil {
		t.Fatal(err)
	}
	paytest.Want(t, stranger.Post(second.path(""), second.path("/pay"), "email", "", "means", card+".sure-35000-0"), 409)
	if got := b.Post(second.path(""), second.path("/pay"), "email", "", "means", card+".sure-35000-0"); !strings.HasSuffix(got.To, "/return") {
		t.Errorf("a remembered card leads to %d %s", got.Status, got.To)
	}
	w.wantPaidOnce(second)
	w.wantBooks()

	if _, err := w.bankDB.Exec(t.Context(), `UPDATE bank_card SET blocked = true`); err != nil {
		t.Fatal(err)
	}
	third := w.charge()
	paytest.Want(t, b.Get(b.Post(third.path(""), third.path("/pay"), "email", "", "means", card+".sure-35000-0").To), 200, "больше не списывает")
	w.wantState(third, Failed)
	id := strings.TrimPrefix(card, "sandbox.card.0.")
	paytest.Want(t, stranger.Post("/payments", "/payments/cards/"+id+"/remove"), 303)
	paytest.Want(t, b.Get("/payments/cards"), 200, "МИР •••• 2201") // a stranger removes nothing
	paytest.Want(t, b.Post("/payments/cards", "/payments/cards/"+id+"/remove"), 303)
	paytest.Want(t, b.Post(third.path(""), third.path("/pay"), "email", "", "means", card+".sure-35000-0"), 409)
}

// TestCardsAreNotThePhones: who came into a bound cabinet by phone, whose number may have a new owner, neither sees its cards nor pays
// with them, by a rule or at once.
func TestCardsAreNotThePhones(t *testing.T) {
	t.Parallel()
	a := newAuto(t)
	means := a.b.chooses(a.charge().path(""), "sandbox.card.0.") + ".sure-35000-0"
	a.handle.ThroughESIA = func(page string) string { return "/esia/start?next=" + page }
	a.handle.Keeper = func(*fiber.Ctx) (uuid.UUID, error) {
		return uuid.Nil, fault.New(fault.Forbidden, "documents.hidden_title")
	}
	c := a.charge()
	for page, says := range map[string]string{"/payments/cards": "только после входа через ЕСИА", "/payments/autopay": "номер может перейти к другому",
		"/payments/templates": "Машина", c.path(""): "Оплатить"} {
		got := a.b.Get(page)
		if paytest.Want(t, got, 200, says); strings.Contains(got.Text, "••••") {
			t.Errorf("%s shows a card", page)
		}
	}
	paytest.Want(t, a.b.Post(c.path(""), c.path("/pay"), "email", "", "means", means), 403, "после входа через ЕСИА")
	paytest.Want(t, a.b.Post("/payments", "/payments/cards/"+a.card+"/remove"), 403)
	paytest.Want(t, a.b.Post("/payments", "/payments/autopay", "kind", "register", "whose", a.tpl, "card", a.card, "each", "800", "month", "1600", "agree", "yes"), 403)
	if n := a.count(a.db, `SELECT count(*) FROM payment WHERE charge_id = $1`, c.ID) + a.count(a.db, `SELECT count(*) FROM autopay_rule`); n != 0 {
		t.Errorf("%d payments or rules with somebody's card", n)
	}
	a.b.atBank(a.b.Post(c.path(""), c.path("/pay"), "email", "", "save", "yes", "means", a.b.chooses(c.path(""), "sandbox.card")).To, "choice", "pay")
	a.deliver()
	a.wantPaidOnce(c) // at the bank's own page, as anybody
}

// TestSureOfWhatWasShown: a yes to a remembered card, which is charged at once, holds for the total that was shown and for what had come
// by then: neither when the discount has ended meanwhile, nor a second time for a part.
func TestSureOfWhatWasShown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b, c := w.browser(), w.charge()
	b.atBank(b.Post(c.path(""), c.path("/pay"), "email", "", "save", "yes", "means", b.chooses(c.path(""), "sandbox.card")).To, "choice", "pay")
	w.deliver()
	owed := func(uin string) *Charge {
		n := fine(t, uin, time.Now())
		n.Payer = w.payer
		c, err := CreateCharge(t.Context(), w.db, n)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	yes := func(c *Charge, sum string) paytest.Answer {
		t.Helper()
		asked := b.Post(c.path(""), c.path("/pay"), "email", "", "sum", sum, "means", b.chooses(c.path(""), "sandbox.card.0."))
		m := meansButton.FindStringSubmatch(asked.Text)
		if m == nil {
			t.Fatalf("nobody is asked: %s", paytest.Main(asked.Text))
		}
		return paytest.Answer{Text: m[1] + m[2]}
	}
	part := owed("18810116260300000009")
	button := yes(part, "100").Text
	for n, want := range []int{303, 200} { // a second click, or the back button
		got := b.Post(part.path(""), part.path("/pay"), "email", "", "sum", "100", "means", button)
		if got.Status != want {
			t.Errorf("click %d: %d to %q", n+1, got.Status, got.To)
		}
	}
	if now := w.wantStatus(part, Open); now.Credited != 10000 {
		t.Errorf("%d were taken of a card whose owner agreed to 100 rubles", now.Credited)
	}
	whole := owed("18810116260300000017")
	button = yes(whole, "").Text
	w.pass(40 * 24 * time.Hour)
	paytest.Want(t, b.Post(whole.path(""), whole.path("/pay"), "email", "", "means", button), 200, "Да, заплатить 2\u00a0000")
	if now := w.wantStatus(whole, Open); now.Credited != 0 {
		t.Errorf("%d were taken of a card whose owner agreed to 1500 rubles", now.Credited)
	}
}
