package payments

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"tamga/departments/stand"
	"tamga/internal/dbtest"
	"tamga/internal/fault"
	"tamga/internal/notify"
	"tamga/internal/secret"
	"tamga/internal/web"
	"tamga/payments/banks"
	"tamga/payments/paytest"
)

// world is the portal's payments and the sandbox bank, each on its own database and its own port, as in the demo.
type world struct {
	t      *testing.T
	db     *pgxpool.Pool
	bankDB *pgxpool.Pool
	portal string // address
	bank   *stand.Bank
	jobs   *Jobs
	handle *Handler
	later  atomic.Int64 // how far the clock has been moved, in nanoseconds
	deaf   atomic.Bool  // the portal does not take call-backs
	mute   atomic.Bool  // the bank's API does not answer
	payer  uuid.UUID
}

func newWorld(t *testing.T) *world {
	t.Helper()
	p, err := paytest.Pages()
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, db: dbtest.DB(t, dbtest.Portal), bankDB: dbtest.DB(t, dbtest.Stand), payer: uuid.New()}
	portalLine, bankLine := paytest.Listen(t), paytest.Listen(t)
	w.portal = "http://" + portalLine.Addr().String()
	bankURL := "http://" + bankLine.Addr().String()

	w.bank = &stand.Bank{DB: w.bankDB, Pages: p, Secret: paytest.Key, URL: bankURL + "/bank", Callback: w.portal + CallbackPath + "sandbox", Now: w.now}
	client, err := river.NewClient(riverpgxv5.New(w.db), &river.Config{})
	if err != nil {
		t.Fatal(err)
	}
	box, err := secret.NewBox(paytest.Key)
	if err != nil {
		t.Fatal(err)
	}
	outbox := &notify.Outbox{River: client, Box: box, Now: w.now}
	acquirer := &banks.Sandbox{URL: bankURL + stand.BankAPI, Secret: paytest.Key, Now: w.now}
	w.handle = &Handler{Box: box, DB: w.db, River: client, Pages: p, Notify: outbox, Bank: acquirer, Now: w.now, PublicURL: w.portal,
		Back: func(o Origin) string { return "/applications/" + o.ID.String() },
		User: func(c *fiber.Ctx) (uuid.UUID, error) {
			id, err := uuid.Parse(c.Get("X-User"))
			if err != nil {
				return uuid.Nil, fault.New(fault.SignIn, "web.csrf")
			}
			return id, nil
		}}
	w.jobs = &Jobs{Box: box, DB: w.db, Pages: p, Notify: outbox, Bank: acquirer, Now: w.now, PublicURL: w.portal, Log: logOf(nil)}

	portal := web.New(web.Config{Role: "portal", ShowError: p.ShowError})
	portal.Use(func(c *fiber.Ctx) error {
		if w.deaf.Load() && strings.HasPrefix(c.Path(), CallbackPath) {
			return c.SendStatus(fiber.StatusBadGateway)
		}
		return c.Next()
	})
	portal.Use((&web.CSRF{Key: paytest.Key, Cookie: "portal_csrf", Exempt: []string{CallbackPath}}).Check)
	w.handle.Mount(portal)
	bank := web.New(web.Config{Role: "stand", ShowError: p.ShowError})
	bank.Use(func(c *fiber.Ctx) error {
		if w.mute.Load() && strings.HasPrefix(c.Path(), stand.BankAPI) {
			return c.SendStatus(fiber.StatusBadGateway)
		}
		return c.Next()
	})
	bank.Use((&web.CSRF{Key: paytest.Key, Cookie: "stand_csrf", Exempt: []string{stand.BankAPI}}).Check)
	w.bank.Mount(bank)
	paytest.Serve(t, portal, portalLine)
	paytest.Serve(t, bank, bankLine)
	return w
}

func (w *world) now() time.Time { return time.Now().Add(time.Duration(w.later.Load())) }

// charge makes an open charge of 350 rubles.
func (w *world) charge() *Charge { w.t.Helper(); return w.charged(newCharge(w.payer)) }

// partCharge may be paid in parts.
func (w *world) partCharge() *Charge {
	w.t.Helper()
	n := newCharge(w.payer)
	n.Part = true
	return w.charged(n)
}

func (w *world) charged(n NewCharge) *Charge {
	w.t.Helper()
	c, err := CreateCharge(w.t.Context(), w.db, n)
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

func newCharge(payer uuid.UUID) NewCharge {
	return NewCharge{Origin: Origin{"application", uuid.Must(uuid.NewV7())}, Payer: payer, Last: "Гарипова", First: "Алия", Middle: "Маратовна",
		Amount: 35000, Purpose: "Госпошлина за регистрацию брака", Service: "marriage", Payee: "zags"}
}

// browser is one payer's browser.
type browser struct{ *paytest.Browser }

func (w *world) browser() *browser {
	w.t.Helper()
	return &browser{paytest.NewBrowser(w.t, w.portal, w.payer)}
}

// toBank clicks «Оплатить» and returns the address of the bank's page.
func (b *browser) toBank(c *Charge) string {
	b.T.Helper()
	got := b.Post(c.path(""), c.path("/pay"), "email", "")
	if got.Status != 303 || !strings.Contains(got.To, "/bank/pay/") {
		b.T.Fatalf("pay: %d to %q, want the bank", got.Status, got.To)
	}
	return got.To
}

// atBank chooses on the bank's page and returns where the bank sends the payer.
func (b *browser) atBank(page string, fields ...string) string {
	b.T.Helper()
	got := b.Post(page, page, fields...)
	if got.Status != 303 {
		b.T.Fatalf("bank: %d %s", got.Status, got.Text)
	}
	return got.To
}

// deliver lets the bank do what is due.
func (w *world) deliver() {
	w.t.Helper()
	if err := w.bank.Work(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

// rewrite changes what the triggers of a payment would not let change.
func (w *world) rewrite(sql string, args ...any) {
	w.t.Helper()
	err := pgx.BeginFunc(w.t.Context(), w.db, func(tx pgx.Tx) error {
		_, err := tx.Exec(w.t.Context(), `ALTER TABLE payment DISABLE TRIGGER payment_guard`)
		if err == nil {
			_, err = tx.Exec(w.t.Context(), sql, args...)
		}
		if err == nil {
			_, err = tx.Exec(w.t.Context(), `ALTER TABLE payment ENABLE TRIGGER payment_guard`)
		}
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) pass(d time.Duration) { w.later.Add(int64(d)) }

func (w *world) count(pool *pgxpool.Pool, sql string, args ...any) int {
	w.t.Helper()
	var n int
	if err := pool.QueryRow(w.t.Context(), sql, args...).Scan(&n); err != nil {
		w.t.Fatal(err)
	}
	return n
}

// history is the events of a charge's payments in order: "create registered paid".
func (w *world) history(c *Charge) string {
	w.t.Helper()
	rows, _ := w.db.Query(w.t.Context(), `
		SELECT e.event FROM payment_event e JOIN payment p ON p.id = e.payment_id
		WHERE p.charge_id = $1 ORDER BY p.created_at, e.seq`, c.ID)
	events, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		w.t.Fatal(err)
	}
	return strings.Join(events, " ")
}

func (w *world) wantPaidOnce(c *Charge) {
	w.t.Helper()
	now, err := ChargeOf(w.t.Context(), w.db, c.Origin())
	if err != nil {
		w.t.Fatal(err)
	}
	jobs := w.count(w.db, `SELECT count(*) FROM river_job WHERE kind = 'payments.paid' AND args->>'charge_id' = $1`, c.ID.String())
	if now.Status != Paid || now.Receipt == "" || now.PaidAt == nil || jobs != 1 {
		w.t.Errorf("charge is %s, receipt %q, %d jobs tell of it; history: %s", now.Status, now.Receipt, jobs, w.history(c))
	}
}

func (w *world) wantState(c *Charge, want State) {
	w.t.Helper()
	p, err := lastPayment(w.t.Context(), w.db, c.ID)
	if err != nil {
		w.t.Fatal(err)
	}
	if p.State != want {
		w.t.Errorf("payment is %s, want %s; history: %s", p.State, want, w.history(c))
	}
}
