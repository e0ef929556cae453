package payments

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"tamga/internal/notify"
	"tamga/payments/paytest"
)

// auto is somebody with a remembered card, a template of a car, and a rule.
type auto struct {
	*world
	b    *browser
	card string
	tpl  string
	car  Identity
}

func newAuto(t *testing.T) *auto {
	t.Helper()
	a := &auto{world: newWorld(t), car: Identity{STS: "9912345678"}}
	a.jobs.River = a.handle.River
	a.jobs.Notify.WayTo = func(context.Context, pgx.Tx, uuid.UUID, string) (notify.Way, error) {
		return notify.Way{Channel: notify.Email, To: "ilnur@mail.ru", Lang: "ru"}, nil
	}
	a.handle.Person = func(*fiber.Ctx) (Person, error) {
		return Person{Last: "Сафин", First: "Ильнур", Middle: "Рустамович", Email: "ilnur@mail.ru"}, nil
	}
	a.b = a.browser()
	c := a.fine(a.car)
	a.b.Post("/payments", "/payments/find", "kind", "sts", "number", a.car.STS)
	a.b.atBank(a.b.Post(c.path(""), c.path("/pay"), "email", "", "save", "yes", "means", a.b.chooses(c.path(""), "sandbox.card")).To, "choice", "pay")
	a.deliver()
	receipt := a.b.Get(c.path("/receipt"))
	paytest.Want(t, receipt, 200, "Сохранить как шаблон", "Сафин Ильнур Рустамович", "А. М. Г.")
	if strings.Contains(receipt.Text, "Гарипова") {
		t.Error("a stranger reads the name of the debtor on the receipt")
	}
	paytest.Want(t, a.b.Post(c.path("/receipt"), "/payments/templates", "charge", c.ID.String(), "title", "Машина"), 303)
	if err := a.db.QueryRow(t.Context(), `SELECT id::text FROM saved_card`).Scan(&a.card); err != nil {
		t.Fatal(err)
	}
	if err := a.db.QueryRow(t.Context(), `SELECT id::text FROM payment_template`).Scan(&a.tpl); err != nil {
		t.Fatal(err)
	}
	return a
}

// rule makes a rule of the two limits.
func (a *auto) rule(each, month string) paytest.Answer {
	a.t.Helper()
	token := a.b.Token("/payments/autopay")
	form := url.Values{"_csrf": {token}, "kind": {"register", "utility"}, "whose": {a.tpl}, "card": {a.card}, "each": {each}, "month": {month}, "agree": {"yes"}}
	return a.b.Send(http.MethodPost, "/payments/autopay", form)
}

// hour works what rules have to do, and pays what is due, each order as often as River might.
func (a *auto) hour() {
	a.t.Helper()
	for range 2 {
		if err := (&autopayWorker{jobs: a.jobs}).Work(a.t.Context(), &river.Job[AutopayArgs]{}); err != nil {
			a.t.Fatal(err)
		}
	}
	rows, _ := a.db.Query(a.t.Context(), `SELECT args FROM river_job WHERE kind = 'payments.autopay_order' ORDER BY id`)
	all, err := pgx.CollectRows(rows, pgx.RowTo[AutopayOrderArgs])
	if err != nil {
		a.t.Fatal(err)
	}
	for _, args := range append(all, all...) {
		if err := (&autopayOrderWorker{jobs: a.jobs}).Work(a.t.Context(), &river.Job[AutopayOrderArgs]{Args: args}); err != nil {
			a.t.Fatal(err)
		}
	}
	a.deliver()
}

func (a *auto) wantOrder(c *Charge, state string) {
	a.t.Helper()
	var got string
	if err := a.db.QueryRow(a.t.Context(), `SELECT state FROM autopay_order WHERE charge_id = $1`, c.ID).Scan(&got); err != nil || got != state {
		a.t.Errorf("the order is %q, want %q (%v); history: %s", got, state, err, a.history(c))
	}
}

func (a *auto) told() int {
	return a.count(a.db, `SELECT count(*) FROM notification WHERE kind = 'payments.autopay'`)
}

// TestTemplate: what was paid is paid again in two clicks, with the sum shown and changeable; a УИН alone makes no template.
func TestTemplate(t *testing.T) {
	t.Parallel()
	a := newAuto(t)
	paytest.Want(t, a.b.Get("/payments/templates"), 200, "Машина", "платить нечего")
	paidFor := a.only(`SELECT id FROM charge`)
	paytest.Want(t, a.b.Post("/payments", "/payments/templates", "charge", paidFor, "title", " "), 422, "Назовите шаблон")
	paytest.Want(t, a.b.Post("/payments", "/payments/templates", "charge", paidFor, "title", strings.Repeat("ә", 81)), 422, "Назовите шаблон", "әә")
	c := a.fine(a.car)
	page := a.b.Get("/payments/templates")
	paytest.Want(t, page, 200, `value="750"`, "МИР •••• 2201")
	asked := a.b.Post("/payments/templates", c.path("/pay"), "sum", "300", "means", "sandbox.card.0."+a.card)
	paytest.Want(t, asked, 200, "Да, заплатить 300")
	if got := a.b.Post("/payments/templates", c.path("/pay"), "sum", "300", "means", "sandbox.card.0."+a.card+".sure-30000-0"); got.Status != 303 {
		t.Errorf("the second click: %d", got.Status)
	}
	if n := a.count(a.db, `SELECT count(*) FROM payment WHERE charge_id = $1 AND state = 'succeeded' AND credited = 30000`, c.ID); n != 1 {
		t.Errorf("%d payments of the part; history: %s", n, a.history(c))
	}
	other := a.browser()
	other.User = uuid.New()
	by := a.fine(a.car)
	other.Post("/payments", "/payments/find", "number", by.UIN)
	other.atBank(other.toBank(by), "choice", "pay")
	a.deliver()
	if got := other.Get(by.path("/receipt")); got.Status != 200 || strings.Contains(got.Text, "Сохранить как шаблон") {
		t.Errorf("who knows a УИН alone may save a template: %d", got.Status)
	}
	paytest.Want(t, other.Post("/payments", "/payments/templates", "charge", by.ID.String(), "title", "чужое"), 409)
	paytest.Want(t, other.Post("/payments", "/payments/templates/"+a.tpl+"/remove"), 303)
	paytest.Want(t, a.b.Get("/payments/templates"), 200, "Машина") // a stranger removes nothing
}

// TestAutopay: told a day before, paid once however often the jobs run, not beyond the limits, not when refused or stopped, and a
// failure is told and not repeated.
func TestAutopay(t *testing.T) {
	t.Parallel()
	a := newAuto(t)
	paytest.Want(t, a.rule("0", "10"), 422, "Введите лимит в рублях")
	for range 2 { // a double click makes no second rule, which would double the limits
		paytest.Want(t, a.rule("800", "1600"), 303)
	}
	if n := a.count(a.db, `SELECT count(*) FROM autopay_rule`) + a.count(a.db, `SELECT count(*) FROM river_job WHERE kind = 'payments.autopay' AND args ? 'rule'`); n != 2 {
		t.Errorf("%d rules and jobs of theirs, want one of each", n)
	}
	paytest.Want(t, a.b.Get("/payments/autopay"), 200, "По шаблону «Машина»", "800\u00a0₽")
	paid, refused, beyond := a.fine(a.car), a.fine(a.car), a.fine(a.car)
	a.hour()
	a.wantOrder(paid, "announced")
	a.wantOrder(beyond, "over") // 750 + 750, and the third is beyond the month
	if n := a.told(); n != 3 {
		t.Errorf("%d messages, want one for each", n)
	}
	if n := a.count(a.db, `SELECT count(*) FROM payment WHERE charge_id = ANY($1)`, []uuid.UUID{paid.ID, refused.ID, beyond.ID}); n != 0 {
		t.Fatal("paid before the notice was a day old")
	}
	var order string
	if err := a.db.QueryRow(t.Context(), `SELECT id::text FROM autopay_order WHERE charge_id = $1`, refused.ID).Scan(&order); err != nil {
		t.Fatal(err)
	}
	stranger := a.browser()
	stranger.User = uuid.New()
	paytest.Want(t, stranger.Get("/payments/autopay/orders/"+order), 404)
	paytest.Want(t, stranger.Post("/payments", "/payments/autopay/orders/"+order+"/skip"), 404)
	paytest.Want(t, a.b.Post("/payments/autopay/orders/"+order, "/payments/autopay/orders/"+order+"/skip"), 303)
	a.pass(25 * time.Hour)
	a.hour()
	a.wantOrder(paid, "paid")
	a.wantOrder(refused, "skipped")
	a.wantPaid(paid)
	if n := a.count(a.db, `SELECT count(*) FROM payment WHERE charge_id = ANY($1)`, []uuid.UUID{paid.ID, refused.ID, beyond.ID}); n != 1 {
		t.Errorf("%d payments, want one", n)
	}
	paytest.Want(t, a.b.Get("/payments/autopay"), 200, "Оплачено", "Вы отказались", "Больше лимита")

	a.pass(40 * 24 * time.Hour) // another month
	if _, err := a.bankDB.Exec(t.Context(), `UPDATE bank_card SET blocked = true`); err != nil {
		t.Fatal(err)
	}
	failing := a.fine(a.car)
	a.hour()
	before := a.told()
	a.pass(25 * time.Hour)
	a.hour()
	a.wantOrder(failing, "failed")
	if n := a.told() - before; n != 1 {
		t.Errorf("a failure is told %d times", n)
	}
	a.pass(25 * time.Hour)
	a.hour()
	if n := a.count(a.db, `SELECT count(*) FROM payment WHERE charge_id = $1`, failing.ID); n != 1 {
		t.Errorf("%d attempts of what failed", n)
	}
	if err := CancelCharge(t.Context(), a.db, failing.Origin()); err != nil {
		t.Fatal(err)
	}
	a.mindChangedOf("last") // late money, and nobody owes it any more
	a.wantState(failing, Surplus)
	a.wantOrder(failing, "paid")

	stopped := a.fine(a.car)
	a.hour()
	a.wantOrder(stopped, "announced")
	var rule string
	if err := a.db.QueryRow(t.Context(), `SELECT id::text FROM autopay_rule`).Scan(&rule); err != nil {
		t.Fatal(err)
	}
	stranger.Post("/payments", "/payments/autopay/"+rule+"/stop")
	a.wantOrder(stopped, "announced")
	paytest.Want(t, a.b.Post("/payments/autopay", "/payments/autopay/"+rule+"/stop"), 303)
	a.wantOrder(stopped, "stopped")
	a.pass(25 * time.Hour)
	a.hour()
	if n := a.count(a.db, `SELECT count(*) FROM payment WHERE charge_id = $1`, stopped.ID); n != 0 {
		t.Error("a stopped rule pays")
	}
	a.wantBooks()
}

// wantPaid is for charges that are no application's.
func (w *world) wantPaid(c *Charge) {
	w.t.Helper()
	if n := w.count(w.db, `SELECT count(*) FROM charge WHERE id = $1 AND status = 'paid'`, c.ID); n != 1 {
		w.t.Errorf("the charge is not paid: %s", w.history(c))
	}
}

// TestAutopayTellsWhereThePersonIsNow: an address that was left, and a language that was changed, after the rule was made.
func TestAutopayTellsWhereThePersonIsNow(t *testing.T) {
	t.Parallel()
	a := newAuto(t)
	now := notify.Way{Channel: notify.Email, To: "ilnur@mail.ru", Lang: "ru"}
	a.jobs.Notify.WayTo = func(_ context.Context, _ pgx.Tx, account uuid.UUID, topic string) (notify.Way, error) {
		if account != a.b.User || topic != "payments" {
			t.Errorf("asked of %s about %q", account, topic)
		}
		return now, nil
	}
	paytest.Want(t, a.rule("800", "8000"), 303)
	for _, test := range []struct {
		way  notify.Way
		says string
	}{
		{now, "Мы спишем"},
		{notify.Way{Channel: notify.Email, To: "new@mail.ru", Lang: "en"}, "We will take"},
		{notify.Way{Channel: notify.SMS, To: "+79172000010", Lang: "tt"}, "Иртәгә"},
	} {
		now = test.way
		a.fine(a.car)
		a.hour()
		m := a.lastTold()
		if m.Channel != now.Channel || m.To != now.To || !strings.Contains(m.Body, test.says) {
			t.Errorf("%+v, want it to %+v", m, now)
		}
	}
	now = notify.Way{Channel: notify.Email, To: "newest@mail.ru", Lang: "ru"}
	a.pass(25 * time.Hour)
	a.hour()
	if n := a.count(a.db, `SELECT count(*) FROM payment WHERE email = 'newest@mail.ru' AND state = 'succeeded'`); n != 3 {
		t.Errorf("%d receipts go where the person is now", n)
	}
	now = notify.Way{} // the account is gone
	before := a.told()
	a.fine(a.car)
	a.hour()
	if n := a.told() - before; n != 0 {
		t.Errorf("%d messages to nobody", n)
	}
}

// lastTold is the last message about a rule, as it will be sent.
func (a *auto) lastTold() (m notify.Message) {
	a.t.Helper()
	var id uuid.UUID
	var to, body []byte
	err := a.db.QueryRow(a.t.Context(), `SELECT id, channel, recipient, body FROM notification WHERE kind = 'payments.autopay' ORDER BY id DESC LIMIT 1`).Scan(&id, &m.Channel, &to, &body)
	for _, part := range []struct {
		sealed []byte
		name   string
		text   *string
	}{{to, "recipient", &m.To}, {body, "body", &m.Body}} {
		plain, wrong := a.jobs.Box.Open(part.sealed, []byte("notification/"+id.String()+"/"+part.name))
		*part.text, err = string(plain), errors.Join(err, wrong)
	}
	if err != nil {
		a.t.Fatal(err)
	}
	return m
}
