package payments

import (
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"tamga/internal/rus"
	"tamga/payments/paytest"
)

// TestCardOfSharedPayment: who begins to pay somebody's charge with «remember the card» and leaves it to its owner gets nobody's card.
func TestCardOfSharedPayment(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, owner, thief := w.charge(), w.browser(), w.browser()
	thief.User = uuid.New()
	if _, err := ClaimByUIN(t.Context(), w.db, thief.User, c.UIN, w.now()); err != nil {
		t.Fatal(err)
	}
	trap := thief.Post(c.path(""), c.path("/pay"), "email", "", "save", "yes", "means", thief.chooses(c.path(""), "sandbox.card"))
	got := owner.Post(c.path(""), c.path("/pay"), "email", "", "means", owner.chooses(c.path(""), "sandbox.card"))
	if got.To != trap.To {
		t.Fatalf("two live payments of a charge: %s and %s", got.To, trap.To)
	}
	owner.atBank(got.To, "choice", "pay")
	w.deliver()
	w.wantPaidOnce(c)
	if n := w.count(w.db, `SELECT count(*) FROM saved_card`); n != 0 {
		t.Error("the card of who paid is kept for who began")
	}
}

// TestGuestKeepsNoCard: a guest who adds the field by hand has no card remembered.
func TestGuestKeepsNoCard(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b, c := w.browser(), w.charge()
	b.Guest = true
	b.Post("/payments", "/payments/find", "number", c.UIN)
	got := b.Post(c.path(""), c.path("/pay"), "email", "", "save", "yes", "means", b.chooses(c.path(""), "sandbox.card"))
	b.atBank(got.To, "choice", "pay")
	w.deliver()
	w.wantPaidOnce(c)
	if n := w.count(w.db, `SELECT count(*) FROM payment WHERE save_card`) + w.count(w.db, `SELECT count(*) FROM saved_card`); n != 0 {
		t.Error("a guest's card is kept")
	}
}

// TestSmallRest: a part that would leave less than a bank takes is refused beside its field, and what was typed stays.
func TestSmallRest(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.partCharge()
	b := w.browser()
	for sum, status := range map[string]int{"349,50": 422, "349,01": 422, "350,01": 422, "0,99": 422} {
		page := b.Post(c.path(""), c.path("/pay"), "email", "", "sum", sum, "means", b.chooses(c.path(""), "sandbox.card"))
		paytest.Want(t, page, status, `value="`+sum+`"`, "govuk-error-summary", "Перейти к оплате")
	}
	if n := w.count(w.db, `SELECT count(*) FROM payment`); n != 0 {
		t.Fatalf("%d payments were begun", n)
	}
	b.atBank(b.Post(c.path(""), c.path("/pay"), "email", "", "sum", "349", "means", b.chooses(c.path(""), "sandbox.card")).To, "choice", "pay")
	w.deliver()
	paytest.Want(t, b.Get(c.path("")), 200, "Оплачено 349\u00a0₽, номер квитанции")
	for _, page := range []string{"/pay", ""} { // the language of a page with mistakes is changed
		if got := b.Get(c.path(page)); got.Status != 200 && got.To != c.path("") {
			t.Errorf("%s: %d %s", page, got.Status, got.To)
		}
	}
	w.wantBooks()
}

// TestTwinRefund: a part proposed twice by a double click is one refund; another sum is another.
func TestTwinRefund(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, b := w.charge(), w.browser()
	b.atBank(b.toBank(c), "choice", "pay")
	w.deliver()
	staff := w.office()
	receipt := w.text(`SELECT receipt FROM payment`)
	for range 2 {
		paytest.Want(t, staff("valeeva").Post("/refunds", "/refunds", "receipt", receipt, "sum", "100", "ground", "error", "note", "дважды"), 303)
	}
	if n := w.count(w.db, `SELECT count(*) FROM refund`); n != 1 {
		t.Errorf("%d refunds of a double click", n)
	}
	if n := w.count(w.db, `SELECT reserved FROM payment`); n != 10000 {
		t.Errorf("%d kopecks are reserved", n)
	}
	paytest.Want(t, staff("valeeva").Post("/refunds", "/refunds", "receipt", receipt, "sum", "50", "ground", "error", "note", strings.Repeat("а", 1001)), 422, "Напишите короче")
	paytest.Want(t, staff("nuriev").Post("/refunds", "/refunds", "receipt", receipt, "sum", "100", "ground", "error", "note", ""), 303)
	if n := w.count(w.db, `SELECT count(*) FROM refund`); n != 2 {
		t.Errorf("%d refunds: another employee's is another", n)
	}
}

// TestPaidForAnother: the payment stands under the name of who paid and under that of whom it was paid for, even of one surname; the
// payer has it in the own list, and nobody else has.
func TestPaidForAnother(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.handle.Person = func(*fiber.Ctx) (Person, error) {
		return Person{Last: "Гарипова", First: "Ләйсән", Middle: "Фәрит кызы"}, nil
	}
	c, helper := w.charge(), w.browser() // of Гарипова Алия Маратовна
	helper.User = uuid.New()
	helper.Post("/payments", "/payments/find", "number", c.UIN)
	page := helper.Get(c.path(""))
	paytest.Want(t, page, 200, "на квитанции будет и ваше имя: Гарипова Ләйсән")
	if strings.Contains(page.Text, "Алия") {
		t.Error("a stranger reads the debtor's name")
	}
	helper.atBank(helper.toBank(c), "choice", "pay")
	w.deliver()
	receipt := w.text(`SELECT receipt FROM payment`)
	for _, first := range []string{"Алия", "Ләйсән"} {
		if n := w.count(w.db, `SELECT count(*) FROM payment_name WHERE last_n = $1 AND first_n = $2`, rus.FoldName("Гарипова"), rus.FoldName(first)); n != 1 {
			t.Errorf("the payment stands %d times under the name of %s", n, first)
		}
	}
	paytest.Want(t, helper.Get("/payments/history"), 200, "350", receipt)
	paytest.Want(t, helper.Get(c.path("/receipt")), 200, "Гарипова Ләйсән", "А. М. Г.")
	owner := w.browser()
	paytest.Want(t, owner.Get(c.path("/receipt")), 200, "Гарипова Алия", "Л. Ф. Г.")
	if page := owner.Get("/payments/history"); strings.Contains(page.Text, receipt) {
		t.Error("the debtor has a payment of another in the list of the own ones")
	}
	guest := w.browser()
	guest.Guest = true
	if got := guest.Get("/payments/history"); got.Status == 200 {
		t.Error("a guest has a list")
	}
}

// TestNamedAgain: what a number has found is on the page again when the number is named on another day.
func TestNamedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.fine(Identity{STS: "9912345678"})
	b := w.browser()
	b.User = uuid.New()
	for range 2 {
		paytest.Want(t, b.Post("/payments", "/payments/find", "kind", "sts", "number", "99 12 345678"), 303)
		paytest.Want(t, b.Get("/payments"), 200, "Найдено по номеру")
		w.pass(25 * time.Hour)
		if page := b.Get("/payments"); strings.Contains(page.Text, "Найдено по номеру") {
			t.Error("what was named yesterday is still there")
		}
	}
}

func (w *world) text(sql string) (text string) {
	w.t.Helper()
	if err := w.db.QueryRow(w.t.Context(), sql).Scan(&text); err != nil {
		w.t.Fatal(err)
	}
	return text
}

// TestReceiptOfSharedPayment: a stranger begins to pay somebody's charge and leaves it, its owner comes to the same payment and pays. The
// receipt goes to the owner too, and names nobody who may not have paid.
func TestReceiptOfSharedPayment(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.handle.Person = func(*fiber.Ctx) (Person, error) { return Person{Last: "Сафин", First: "Ильнур"}, nil }
	c, owner, stranger := w.charge(), w.browser(), w.browser()
	stranger.User = uuid.New()
	if _, err := ClaimByUIN(t.Context(), w.db, stranger.User, c.UIN, w.now()); err != nil {
		t.Fatal(err)
	}
	stranger.Post(c.path(""), c.path("/pay"), "email", "stranger@example.com")
	owner.atBank(owner.Post(c.path(""), c.path("/pay"), "email", "owner@example.com").To, "choice", "pay")
	w.deliver()
	w.wantPaidOnce(c)
	if n := w.count(w.db, `SELECT count(*) FROM notification WHERE kind = 'payments.receipt' AND channel = 'email'`); n != 2 {
		t.Errorf("%d receipts were sent, want one to each", n)
	}
	got := owner.Get(c.path("/receipt"))
	paytest.Want(t, got, 200, "Гарипова Алия Маратовна")
	if text := paytest.Main(got.Text); strings.Contains(text, "И. С.") || strings.Contains(text, "Сафин") {
		t.Errorf("the receipt names who has only begun: %s", text)
	}
}
