package payments

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"tamga/internal/dbtest"
	"tamga/internal/rus"
	"tamga/internal/secret"
	"tamga/internal/web"
	"tamga/payments/paytest"
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
	box, err := secret.NewBox(paytest.Key)
	if err != nil {
		w.t.Fatal(err)
	}
	return box
}

// stranger is a browser in which nobody is signed in.
func (w *world) stranger() *browser {
	b := w.browser()
	b.User = uuid.UUID{}
	b.Guest = true
	return b
}

func TestGuestPaysByUIN(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, b := w.fine(Identity{STS: "9912345678"}), w.stranger()
	if got := b.Get(c.path("")); got.Status == 200 {
		t.Errorf("a stranger sees a charge without naming it: %d", got.Status)
	}
	paytest.Want(t, b.Post("/payments", "/payments/find", "number", "18810116000000000040"), 422, "govuk-error-summary")
	paytest.Want(t, b.Post("/payments", "/payments/find", "number", "18810116000000000830"), 422, "Начисления с таким УИН нет")
	got := b.Post("/payments", "/payments/find", "number", rus.FormatUIN(c.UIN))
	if got.Status != 303 || got.To != c.path("") {
		t.Fatalf("find: %d to %q", got.Status, got.To)
	}
	page := b.Get(got.To)
	paytest.Want(t, page, 200, "750", "Штраф за превышение скорости")
	for _, page := range []paytest.Answer{page, b.Get("/payments"), b.Get(c.path("/bill"))} {
		if strings.Contains(page.Text, "Гарипова") {
			t.Errorf("a guest reads the payer's name: %s", paytest.Main(page.Text))
		}
	}
	if other := w.stranger().Get(c.path("")); other.Status == 200 {
		t.Error("another browser sees what this one has named")
	}
	bank := b.toBank(c)
	if again := b.Post(c.path(""), c.path("/pay"), "email", ""); again.To != bank {
		t.Errorf("the second click leads to %q, the first to %q", again.To, bank)
	}
	b.atBank(bank, "choice", "pay")
	w.deliver()
	paytest.Want(t, b.Get(c.path("/receipt")), 200, "Оплачено")
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
		b.Cookie(guestCookie, value)
		if got := b.Get(c.path("")); got.Status == 200 {
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
	other.User = uuid.New()
	paytest.Want(t, mine.Get("/payments"), 200, c.path(""), "750", "25 %", "Скидка")
	if got := mine.Get(c.path("")); !strings.Contains(got.Text, "Гарипова") {
		t.Error("the payer does not read the own name")
	}
	if got := other.Get("/payments"); got.Status != 200 || strings.Contains(got.Text, c.path("")) {
		t.Errorf("somebody else's charge is listed: %d", got.Status)
	}
	paytest.Want(t, other.Post("/payments", "/payments/find", "kind", "inn", "number", "500100732259"), 422, "ЕСИА")
	paytest.Want(t, other.Post("/payments", "/payments/find", "kind", "sts", "number", "99 87 654321"), 422, "платить нечего")
	if got := other.Post("/payments", "/payments/find", "kind", "sts", "number", "99 12 345678"); got.Status != 303 {
		t.Fatalf("find by СТС: %d %s", got.Status, paytest.Main(got.Text))
	}
	page := other.Get("/payments")
	paytest.Want(t, page, 200, c.path(""), "Найдено по номеру")
	if strings.Contains(page.Text+other.Get(c.path("")).Text, "Гарипова") {
		t.Error("a number of a vehicle tells the name of its owner")
	}
	if n := w.count(w.db, `SELECT count(*) FROM journal WHERE action = 'payments.find' AND actor = $1`, other.User.String()); n != 2 {
		t.Errorf("%d searches stand in the journal, want 2", n)
	}
	if n := w.count(w.db, `SELECT count(*) FROM journal WHERE details::text LIKE '%9912345678%'`); n != 0 {
		t.Error("the journal keeps the number")
	}
	w.pass(25 * time.Hour)
	if strings.Contains(other.Get("/payments").Text, c.path("")) {
		t.Error("what was named yesterday is listed for ever")
	}
}

func TestFindIsLimited(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.handle.Limiter = &web.Limiter{Redis: dbtest.Redis(t)}
	b := w.stranger()
	for i := range findPerAddress.Burst + 1 {
		got := b.Post("/payments", "/payments/find", "number", "18810116000000000830")
		if i < findPerAddress.Burst && got.Status != 422 || i == findPerAddress.Burst && got.Status != http.StatusTooManyRequests {
			t.Fatalf("attempt %d: %d", i, got.Status)
		}
	}
}
