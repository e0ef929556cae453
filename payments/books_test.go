package payments

import (
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"tamga/internal/fault"
	"tamga/internal/web"
	"tamga/payments/paytest"
)

// office is the staff site with the books, for the employee whom the header X-User names.
func (w *world) office() func(name string) *browser {
	w.t.Helper()
	h := &BooksHandler{
		DB: w.db, Pages: w.handle.Pages, Actor: func(c *fiber.Ctx) string { return c.Get("X-User") },
		Allowed: func(c *fiber.Ctx) error {
			if c.Get("X-User") == nobody.String() {
				return fault.New(fault.Forbidden, "web.csrf")
			}
			return nil
		},
		Desk: &Jobs{DB: w.db, Pages: w.handle.Pages, Now: w.now, River: w.handle.River},
	}
	app := web.New(web.Config{Role: "intra", ShowError: w.handle.Pages.ShowError})
	app.Use((&web.CSRF{Key: paytest.Key, Cookie: "intra_csrf"}).Check)
	h.Mount(app)
	line := paytest.Listen(w.t)
	paytest.Serve(w.t, app, line)
	people := map[string]uuid.UUID{"valeeva": uuid.New(), "nuriev": uuid.New(), "nobody": nobody}
	return func(name string) *browser {
		b := (&world{t: w.t, portal: "http://" + line.Addr().String()}).browser()
		b.User = people[name]
		return b
	}
}

var nobody = uuid.New()

// only returns the key of the only open row of a table of the books.
func (w *world) only(sql string, args ...any) string {
	w.t.Helper()
	var id uuid.UUID
	if err := w.db.QueryRow(w.t.Context(), sql, args...).Scan(&id); err != nil {
		w.t.Fatalf("%s: %v", sql, err)
	}
	return id.String()
}

func (w *world) discrepancy(kind string) string {
	w.t.Helper()
	return "/discrepancies/" + w.only(`SELECT id FROM discrepancy WHERE kind = $1 AND resolution IS NULL`, kind)
}

func (w *world) refund() string {
	w.t.Helper()
	return "/refunds/" + w.only(`SELECT id FROM refund WHERE state IN ('asked', 'proposed')`)
}

// payBack works the refunds that are approved, as the worker would.
func (w *world) payBack() {
	w.t.Helper()
	d := w.handle.desk()
	for range 3 {
		rows, err := w.db.Query(w.t.Context(), `SELECT id FROM refund WHERE state IN ('approved', 'sent')`)
		if err != nil {
			w.t.Fatal(err)
		}
		var ids []uuid.UUID
		for rows.Next() {
			var id uuid.UUID
			if err := rows.Scan(&id); err != nil {
				w.t.Fatal(err)
			}
			ids = append(ids, id)
		}
		for _, id := range ids {
			if _, err := d.payBack(w.t.Context(), id); err != nil {
				w.t.Fatal(err)
			}
		}
		w.pass(5 * time.Second)
	}
}

func (w *world) wantBooks() {
	w.t.Helper()
	faults, err := CheckBooks(w.t.Context(), w.db)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, f := range faults {
		w.t.Error(f)
	}
}

func (w *world) wantStatus(c *Charge, want Status) *Charge {
	w.t.Helper()
	now, err := ChargeOf(w.t.Context(), w.db, c.Origin())
	if err != nil {
		w.t.Fatal(err)
	}
	if now.Status != want {
		w.t.Errorf("the charge is %s, want %s; history: %s", now.Status, want, w.history(c))
	}
	return now
}

// lied pays a charge at a bank that lies.
func (w *world) lied(trick string) (*Charge, *browser) {
	w.t.Helper()
	c, b := w.charge(), w.browser()
	b.atBank(b.toBank(c), "choice", "trick", "trick", trick)
	w.deliver()
	return c, b
}

// TestMismatchIsResolved: what the bank took wrongly is counted or given back by an employee, and everything adds up.
func TestMismatchIsResolved(t *testing.T) {
	t.Parallel()
	t.Run("more than asked is counted and the rest goes back", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		c, _ := w.lied("more")
		w.wantState(c, Mismatch)
		w.wantBooks()
		at := w.office()
		paytest.Want(t, at("valeeva").Get("/discrepancies"), 200, "Пришла другая сумма", "350\u00a0₽", "450\u00a0₽", "Зачесть эти деньги")
		place := w.discrepancy("amount")
		if got := at("valeeva").Post("/discrepancies", place, "choice", "accept", "note", "сверено с банком"); got.Status != 303 {
			t.Fatalf("accept: %d %s", got.Status, paytest.Main(got.Text))
		}
		w.wantPaidOnce(c)
		w.wantBooks()
		// The second employee, on a page opened before, changes nothing.
		if got := at("nuriev").Post("/discrepancies", place, "choice", "accept"); got.Status != 409 {
			t.Errorf("accepted twice: %d", got.Status)
		}
		if n := w.count(w.db, `SELECT amount::int FROM refund WHERE state = 'asked' AND ground = 'surplus'`); n != 10000 {
			t.Errorf("%d kopecks are to go back", n)
		}
		if n := w.count(w.db, `SELECT count(*) FROM journal WHERE action = 'payments.discrepancy_accept' AND purpose = 'сверено с банком' AND subject = $1`, w.payer.String()); n != 1 {
			t.Error("the payer does not see in the journal who decided")
		}
	})
	t.Run("less than asked is counted as a part", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		c, b := w.lied("less")
		at := w.office()
		at("valeeva").Post("/discrepancies", w.discrepancy("amount"), "choice", "accept")
		if now := w.wantStatus(c, Open); now.Rest() != 17500 {
			t.Errorf("%d are still owed", now.Rest())
		}
		w.wantBooks()
		paytest.Want(t, b.Get(c.path("")), 200, "Уже оплачено", "175\u00a0₽")
		b.atBank(b.toBank(c), "choice", "pay")
		w.deliver()
		w.wantPaidOnce(c)
		w.wantBooks()
	})
	t.Run("given back, and paid anew", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		c, b := w.lied("less")
		at := w.office()
		at("valeeva").Post("/discrepancies", w.discrepancy("amount"), "choice", "return")
		w.wantStatus(c, Open)
		at("valeeva").Post("/refunds", w.refund(), "choice", "take")
		at("nuriev").Post("/refunds", w.refund(), "choice", "approve")
		w.payBack()
		w.wantState(c, RefundedPayment)
		w.wantBooks()
		b.atBank(b.toBank(c), "choice", "pay")
		w.deliver()
		w.wantPaidOnce(c)
		w.wantBooks()
		if n := w.count(w.db, `SELECT count(*) FROM discrepancy WHERE resolution IS NULL`); n != 0 {
			t.Errorf("%d discrepancies are left", n)
		}
	})
	t.Run("another currency is never counted", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		c, _ := w.lied("dollars")
		w.wantState(c, Mismatch)
		w.wantBooks()
		at := w.office()
		paytest.Want(t, at("valeeva").Get("/discrepancies"), 200, "Пришла другая валюта", "USD")
		place := w.discrepancy("currency")
		if got := at("valeeva").Post("/discrepancies", place, "choice", "accept"); got.Status != 422 {
			t.Errorf("dollars were counted: %d", got.Status)
		}
		at("valeeva").Post("/discrepancies", place, "choice", "return")
		w.wantState(c, Surplus)
		w.wantStatus(c, Open)
		w.wantBooks()
	})
	t.Run("the bank's first word was wrong", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		c, _ := w.lied("less")
		if _, err := w.bankDB.Exec(t.Context(), `UPDATE bank_payment SET status = 'canceled', reason = 'fraud_suspected'`); err != nil {
			t.Fatal(err)
		}
		w.check(c)
		w.wantState(c, Failed)
		w.wantBooks()
		if n := w.count(w.db, `SELECT count(*) FROM payment WHERE received IS NOT NULL`); n != 0 {
			t.Error("the payment still says that money came")
		}
		if n := w.count(w.db, `SELECT count(*) FROM discrepancy WHERE resolution = 'mended'`); n != 1 {
			t.Error("the discrepancy is still before the staff")
		}
	})
}

// TestRefund: two different people, a double click, a rejected one, a payer who reads of it.
func TestRefund(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, b := w.charge(), w.browser()
	b.atBank(b.Post(c.path(""), c.path("/pay"), "email", "aliya@example.com").To, "choice", "pay")
	w.deliver()
	p, err := lastPayment(t.Context(), w.db, c.ID)
	if err != nil {
		t.Fatal(err)
	}
	at := w.office()
	valeeva, nuriev := at("valeeva"), at("nuriev")
	paytest.Want(t, valeeva.Post("/refunds", "/refunds", "receipt", p.Receipt, "sum", "400", "ground", "error"), 422, "Столько вернуть нельзя", `value="400"`)
	paytest.Want(t, valeeva.Post("/refunds", "/refunds", "receipt", p.Receipt, "ground", "empty"), 422, "Выберите основание")
	paytest.Want(t, valeeva.Post("/refunds", "/refunds", "receipt", "1000-0000-0000", "ground", ""), 422, "Выберите основание")
	if got := valeeva.Post("/refunds", "/refunds", "receipt", p.Receipt, "sum", "100", "ground", "court", "note", "решение 2-45"); got.Status != 303 {
		t.Fatalf("propose: %d %s", got.Status, paytest.Main(got.Text))
	}
	first := w.refund()
	if got := valeeva.Post("/refunds", first, "choice", "approve"); got.Status != 403 {
		t.Errorf("who proposed also approved: %d", got.Status)
	}
	if _, err := w.db.Exec(t.Context(), `INSERT INTO refund_event (refund_id, seq, from_state, event, to_state, actor, at)
		SELECT id, 2, 'proposed', 'approve', 'approved', first_by, now() FROM refund`); err == nil {
		t.Error("the database lets one person do both")
	}
	if _, err := w.db.Exec(t.Context(), `UPDATE refund SET state = 'approved'`); err == nil {
		t.Error("the state of a refund was written directly")
	}
	var group sync.WaitGroup
	token := nuriev.Token("/refunds")
	for range 10 { // a double click
		group.Go(func() { nuriev.Send(http.MethodPost, first, paytest.Values(token, "choice", "approve")) })
	}
	group.Wait()
	if n := w.count(w.db, `SELECT count(*) FROM river_job WHERE kind = 'payments.refund'`); n != 1 {
		t.Errorf("%d jobs tell the bank", n)
	}
	w.payBack()
	w.wantState(c, Succeeded)
	w.wantStatus(c, Paid)
	w.wantBooks()
	if n := w.count(w.bankDB, `SELECT sum(amount)::int FROM bank_refund WHERE status = 'succeeded'`); n != 10000 {
		t.Errorf("the bank returned %d", n)
	}
	// All that is left; the charge is closed as refunded, and its origin may charge anew.
	nuriev.Post("/refunds", "/refunds", "receipt", p.Receipt, "ground", "error")
	valeeva.Post("/refunds", w.refund(), "choice", "approve")
	w.payBack()
	w.wantState(c, RefundedPayment)
	w.wantStatus(c, Refunded)
	w.wantBooks()
	paytest.Want(t, b.Get(c.path("/return")), 200, "Деньги возвращены")
	if n := w.count(w.db, `SELECT count(*) FROM notification WHERE kind = 'payments.refund'`); n != 2 {
		t.Errorf("%d letters tell of refunds", n)
	}
	if got := at("nobody").Get("/refunds"); got.Status != 403 {
		t.Errorf("somebody without the right reads the refunds: %d", got.Status)
	}
}

// TestRefusalAsksForRefund: an application that came to nothing asks for its money, two employees let it go.
func TestRefusalAsksForRefund(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, b := w.charge(), w.browser()
	b.atBank(b.toBank(c), "choice", "pay")
	w.deliver()
	for range 2 { // the origin may say it twice
		if err := OweRefund(t.Context(), w.db, c.Origin(), w.now()); err != nil {
			t.Fatal(err)
		}
	}
	at := w.office()
	paytest.Want(t, at("valeeva").Get("/refunds"), 200, "Портал просит вернуть", "Заявление закрыто без услуги")
	place := w.refund()
	if got := at("nuriev").Post("/refunds", place, "choice", "approve"); got.Status != 409 {
		t.Errorf("approved without a first person: %d", got.Status)
	}
	at("valeeva").Post("/refunds", place, "choice", "take")
	at("nuriev").Post("/refunds", place, "choice", "approve")
	w.payBack()
	w.wantStatus(c, Refunded)
	w.wantBooks()
}

// TestBankRefusesRefund: the money is free for another try, and somebody hears of it.
func TestBankRefusesRefund(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, b := w.charge(), w.browser()
	b.atBank(b.toBank(c), "choice", "pay")
	w.deliver()
	if err := OweRefund(t.Context(), w.db, c.Origin(), w.now()); err != nil {
		t.Fatal(err)
	}
	if _, err := w.bankDB.Exec(t.Context(), `UPDATE bank_payment SET status = 'canceled'`); err != nil {
		t.Fatal(err)
	}
	at := w.office()
	at("valeeva").Post("/refunds", w.refund(), "choice", "take")
	at("nuriev").Post("/refunds", w.refund(), "choice", "approve")
	w.payBack()
	w.wantState(c, Succeeded)
	w.wantBooks()
	paytest.Want(t, at("valeeva").Get("/discrepancies"), 200, "отклонён банком")
	if n := w.count(w.db, `SELECT reserved::int FROM payment`); n != 0 {
		t.Errorf("%d kopecks are still reserved", n)
	}
}
