package payments

import (
	"strings"
	"testing"

	"github.com/google/uuid"
)

// TestSavedCard: a card is remembered at the payer's wish as a sealed token, pays a second charge after one more question, is nobody
// else's, says honestly when its bank refuses, and is gone when it was removed.
func TestSavedCard(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b, c := w.browser(), w.charge()
	got := b.post(c.path(""), c.path("/pay"), "email", "", "save", "yes", "means", b.chooses(c.path(""), "sandbox.card"))
	b.atBank(got.to, "choice", "pay")
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
	want(t, b.get("/payments/cards"), 200, "МИР •••• 2201")

	second := w.charge()
	card := b.chooses(second.path(""), "sandbox.card.0.")
	asked := b.post(second.path(""), second.path("/pay"), "email", "", "means", card)
	want(t, asked, 200, "Да, заплатить 350", "МИР •••• 2201")
	if n := w.count(w.db, `SELECT count(*) FROM payment WHERE charge_id = $1`, second.ID); n != 0 {
		t.Error("a card was charged before its owner said yes")
	}
	stranger := w.browser()
	stranger.user = uuid.New()
	if _, err := ClaimByUIN(t.Context(), w.db, stranger.user, second.UIN, w.now()); err != nil {
		t.Fatal(err)
	}
	want(t, stranger.post(second.path(""), second.path("/pay"), "email", "", "means", card+".sure"), 409)
	if got := b.post(second.path(""), second.path("/pay"), "email", "", "means", card+".sure"); !strings.HasSuffix(got.to, "/return") {
		t.Errorf("a remembered card leads to %d %s", got.status, got.to)
	}
	w.wantPaidOnce(second)
	w.wantBooks()

	if _, err := w.bankDB.Exec(t.Context(), `UPDATE bank_card SET blocked = true`); err != nil {
		t.Fatal(err)
	}
	third := w.charge()
	want(t, b.get(b.post(third.path(""), third.path("/pay"), "email", "", "means", card+".sure").to), 200, "больше не списывает")
	w.wantState(third, Failed)
	id := strings.TrimPrefix(card, "sandbox.card.0.")
	want(t, stranger.post("/payments", "/payments/cards/"+id+"/remove"), 303)
	want(t, b.get("/payments/cards"), 200, "МИР •••• 2201") // a stranger removes nothing
	want(t, b.post("/payments/cards", "/payments/cards/"+id+"/remove"), 303)
	want(t, b.post(third.path(""), third.path("/pay"), "email", "", "means", card+".sure"), 409)
}
