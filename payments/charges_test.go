package payments

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"tamga/internal/dbtest"
	"tamga/internal/secret"
	"tamga/internal/web"
)

// fine makes an open fine of 1000 rubles with a discount, known by the numbers of its payer alone.
func (w *world) fine(id Identity) *Charge {
	w.t.Helper()
	n := NewCharge{Origin: Outside(FromRegister, "gibdd", uuid.NewString()), Source: "gibdd", Reference: uuid.NewString(),
		Last: "Гарипова", First: "Алия", Middle: "Маратовна", Amount: 100000, Purpose: "Штраф за превышение скорости", Service: "fine", Payee: "gibdd",
		Discount: "fine", Decided: w.now(), Part: true}
	if err := n.Identify(w.box(), id); err != nil {
		w.t.Fatal(err)
	}
	c, err := CreateCharge(w.t.Context(), w.db, n)
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

func (w *world) box() *secret.Box {
	w.t.Helper()
	box, err := secret.NewBox(bankSecret)
	if err != nil {
		w.t.Fatal(err)
	}
	return box
}

// stranger is a browser in which nobody is signed in.
func (w *world) stranger() *browser {
	b := w.browser()
	b.user = uuid.UUID{}
	b.guest = true
	return b
}

func TestGuestPaysByUIN(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, b := w.fine(Identity{STS: "9912345678"}), w.stranger()
	if got := b.get(c.path("")); got.status == 200 {
		t.Errorf("a stranger sees a charge without naming it: %d", got.status)
	}
	want(t, b.post("/payments", "/payments/find", "number", "18810116000000000040"), 422, "govuk-error-summary")
	want(t, b.post("/payments", "/payments/find", "number", "18810116000000000830"), 422, "Начисления с таким УИН нет")
	got := b.post("/payments", "/payments/find", "number", groupUIN(c.UIN))
	if got.status != 303 || got.to != c.path("") {
		t.Fatalf("find: %d to %q", got.status, got.to)
	}
	page := b.get(got.to)
	want(t, page, 200, "750", "Штраф за превышение скорости")
	for _, page := range []answer{page, b.get("/payments"), b.get(c.path("/bill"))} {
		if strings.Contains(page.text, "Гарипова") {
			t.Errorf("a guest reads the payer's name: %s", mainOf(page.text))
		}
	}
	if other := w.stranger().get(c.path("")); other.status == 200 {
		t.Error("another browser sees what this one has named")
	}
	bank := b.toBank(c)
	if again := b.post(c.path(""), c.path("/pay"), "email", ""); again.to != bank {
		t.Errorf("the second click leads to %q, the first to %q", again.to, bank)
	}
	b.atBank(bank, "choice", "pay")
	w.deliver()
	want(t, b.get(c.path("/receipt")), 200, "Оплачено")
	if n := w.count(w.db, `SELECT count(*) FROM payment WHERE charge_id = $1 AND state = 'succeeded' AND amount = 75000`, c.ID); n != 1 {
		t.Errorf("%d payments of the lower sum; history: %s", n, w.history(c))
	}
}

// TestGuestIsNoAccount: a cookie that names an account, or the key of a guest, opens nothing.
func TestGuestIsNoAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, b := w.charge(), w.stranger()
	for _, value := range []string{w.payer.String(), "", strings.Repeat("A", 43)} {
		b.cookie(guestCookie, value)
		if got := b.get(c.path("")); got.status == 200 {
			t.Errorf("cookie %q opens the charge", value)
		}
	}
}

func TestOwnCharges(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.handle.Box = w.box()
	w.handle.Identity = func(c *fiber.Ctx) (Identity, error) {
		if c.Get("X-User") == w.payer.String() {
			return Identity{SNILS: "112-233-445 95"}, nil
		}
		return Identity{}, nil
	}
	c := w.fine(Identity{SNILS: "11223344595", STS: "9912345678", INN: "500100732259"})
	mine, other := w.browser(), w.browser()
	other.user = uuid.New()
	want(t, mine.get("/payments"), 200, c.path(""), "750", "25 %", "Скидка")
	if got := mine.get(c.path("")); !strings.Contains(got.text, "Гарипова") {
		t.Error("the payer does not read the own name")
	}
	if got := other.get("/payments"); got.status != 200 || strings.Contains(got.text, c.path("")) {
		t.Errorf("somebody else's charge is listed: %d", got.status)
	}
	want(t, other.post("/payments", "/payments/find", "kind", "inn", "number", "500100732259"), 422, "ЕСИА")
	want(t, other.post("/payments", "/payments/find", "kind", "sts", "number", "99 87 654321"), 422, "платить нечего")
	if got := other.post("/payments", "/payments/find", "kind", "sts", "number", "99 12 345678"); got.status != 303 {
		t.Fatalf("find by СТС: %d %s", got.status, mainOf(got.text))
	}
	page := other.get("/payments")
	want(t, page, 200, c.path(""), "Найдено по номеру")
	if strings.Contains(page.text+other.get(c.path("")).text, "Гарипова") {
		t.Error("a number of a vehicle tells the name of its owner")
	}
	if n := w.count(w.db, `SELECT count(*) FROM journal WHERE action = 'payments.find' AND actor = $1`, other.user.String()); n != 2 {
		t.Errorf("%d searches stand in the journal, want 2", n)
	}
	if n := w.count(w.db, `SELECT count(*) FROM journal WHERE details::text LIKE '%9912345678%'`); n != 0 {
		t.Error("the journal keeps the number")
	}
	w.pass(25 * time.Hour)
	if strings.Contains(other.get("/payments").text, c.path("")) {
		t.Error("what was named yesterday is listed for ever")
	}
}

func TestFindIsLimited(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.handle.Limiter = &web.Limiter{Redis: dbtest.Redis(t)}
	b := w.stranger()
	for i := range findPerAddress.Burst + 1 {
		got := b.post("/payments", "/payments/find", "number", "18810116000000000830")
		if i < findPerAddress.Burst && got.status != 422 || i == findPerAddress.Burst && got.status != http.StatusTooManyRequests {
			t.Fatalf("attempt %d: %d", i, got.status)
		}
	}
}
