package payments

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertest"

	"tamga/internal/db"
	"tamga/internal/fault"
	"tamga/internal/web"
	"tamga/payments/banks"
	"tamga/payments/paytest"
)

// mindChanged lets the bank find out that the first payment did go through after all.
func (w *world) mindChanged() { w.t.Helper(); w.mindChangedOf("first") }

// mindChangedOf is mindChanged of the first payment at the bank, or of the last.
func (w *world) mindChangedOf(which string) {
	w.t.Helper()
	if _, err := w.bankDB.Exec(w.t.Context(), `
		UPDATE bank_payment SET status = 'pending', settled_at = NULL, reason = '', settle_at = created_at
		WHERE id = (SELECT (array_agg(id ORDER BY created_at, id)) [CASE $1 WHEN 'first' THEN 1 ELSE count(*) END] FROM bank_payment)`, which); err != nil {
		w.t.Fatal(err)
	}
	w.deliver()
	w.deliver()
}

func TestLatePaid(t *testing.T) {
	t.Parallel()
	t.Run("after declined", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		c, b := w.charge(), w.browser()
		b.atBank(b.toBank(c), "choice", "decline", "reason", "issuer_unavailable")
		w.deliver()
		w.wantState(c, Failed)
		w.mindChanged()
		w.wantPaidOnce(c)
		if h := w.history(c); h != "create registered declined paid" {
			t.Errorf("history: %s", h)
		}
	})
	t.Run("after expiry", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		c, b := w.charge(), w.browser()
		b.toBank(c)
		w.pass(61 * time.Minute)
		w.deliver()
		w.wantState(c, Expired)
		paytest.Want(t, b.Get(c.path("/return")), 200, "Оплата не сделана", "Попробовать ещё раз")
		w.mindChanged()
		w.wantPaidOnce(c)
	})
	t.Run("while a second attempt waits at the bank", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		c, b := w.charge(), w.browser()
		b.atBank(b.toBank(c), "choice", "decline", "reason", "card_expired")
		w.deliver()
		second := b.Post(c.path("/return"), c.path("/pay")).To
		w.mindChanged()
		w.wantPaidOnce(c)
		// The payer did not see it and paid the second one too: that money is surplus, and both sides can see it.
		b.atBank(second, "choice", "pay")
		w.deliver()
		w.wantPaidOnce(c)
		if h := w.history(c); h != "create registered declined paid create registered superseded paid_extra" {
			t.Errorf("history: %s", h)
		}
		paytest.Want(t, b.Get(c.path("/receipt")), 200, "Деньги пришли ещё раз")
	})
	t.Run("after the charge was paid by another attempt", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		c, b := w.charge(), w.browser()
		b.atBank(b.toBank(c), "choice", "decline", "reason", "card_expired")
		w.deliver()
		b.atBank(b.Post(c.path("/return"), c.path("/pay")).To, "choice", "pay")
		w.deliver()
		w.wantPaidOnce(c)
		w.mindChanged()
		w.wantPaidOnce(c)
		if n := w.count(w.db, `SELECT count(*) FROM payment WHERE state = 'surplus' AND paid_at IS NOT NULL`); n != 1 {
			t.Errorf("%d payments are surplus", n)
		}
		w.wantSurplusTold(c, 1)
	})
	t.Run("after the charge was cancelled", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		c, b := w.charge(), w.browser()
		page := b.toBank(c)
		if err := CancelCharge(t.Context(), w.db, c.Origin()); err != nil {
			t.Fatal(err)
		}
		paytest.Want(t, b.Get(c.path("/return")), 200, "Проверяем оплату")
		b.atBank(page, "choice", "pay")
		w.deliver()
		w.wantState(c, Surplus)
		paytest.Want(t, b.Get(c.path("/return")), 200, "Деньги пришли лишний раз", "5-114-115")
		if n := w.count(w.db, `SELECT count(*) FROM river_job WHERE kind = 'payments.paid'`); n != 0 {
			t.Error("the origin was told of a cancelled charge")
		}
		w.wantSurplusTold(c, 1)
	})
}

// wantSurplusTold looks for the jobs that tell the origin of money that it did not ask for.
func (w *world) wantSurplusTold(c *Charge, n int) {
	w.t.Helper()
	got := w.count(w.db, `SELECT count(*) FROM river_job WHERE kind = 'payments.surplus' AND args->'origin'->>'id' = $1
		AND args->>'receipt' IN (SELECT receipt FROM payment WHERE charge_id = $2 AND state = 'surplus')`, c.OriginID.String(), c.ID)
	if got != n {
		w.t.Errorf("%d jobs tell of the surplus, want %d", got, n)
	}
}

// check works one payments.check job, as River would, and tells whether it wants to run again.
func (w *world) check(c *Charge) (again bool) {
	w.t.Helper()
	return w.checkJob(c, false)
}

func (w *world) checkJob(c *Charge, once bool) (again bool) {
	w.t.Helper()
	p, err := lastPayment(w.t.Context(), w.db, c.ID)
	if err != nil {
		w.t.Fatal(err)
	}
	// rivertest's transaction is another one than the job's own: River needs one only for its book-keeping.
	tx, err := w.db.Begin(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	worker := rivertest.NewWorker(w.t, riverpgxv5.New(w.db), &river.Config{}, &checkWorker{jobs: w.jobs})
	result, err := worker.Work(w.t.Context(), w.t, tx, CheckArgs{p.ID, once}, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	if err := tx.Rollback(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	return result.EventKind == river.EventKindJobSnoozed
}

func TestCheckJob(t *testing.T) {
	t.Parallel()
	t.Run("heals a lost call-back of somebody who closed the browser", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.deaf.Store(true)
		c, b := w.charge(), w.browser()
		page := b.toBank(c)
		if n := w.count(w.db, `SELECT count(*) FROM river_job WHERE kind = 'payments.check' AND state = 'scheduled'`); n != 1 {
			t.Fatalf("%d check jobs came with the payment", n)
		}
		if !w.check(c) {
			t.Error("the job does not wait for the payer")
		}
		b.atBank(page, "choice", "pay")
		w.deliver()
		w.wantState(c, Pending)
		if w.check(c) {
			t.Error("the job goes on after the end")
		}
		w.wantPaidOnce(c)
	})
	t.Run("asks once for an employee", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		c, b := w.charge(), w.browser()
		b.toBank(c)
		if w.checkJob(c, true) || !w.check(c) {
			t.Error("each question of an employee follows the payment for days")
		}
	})
	t.Run("offers an order again that the bank did not answer", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.mute.Store(true)
		c, b := w.charge(), w.browser()
		b.Post(c.path(""), c.path("/pay"), "email", "")
		w.check(c)
		w.wantState(c, Created)
		w.mute.Store(false)
		w.check(c)
		w.wantState(c, Pending)
		if n := w.count(w.bankDB, `SELECT count(*) FROM bank_payment`); n != 1 {
			t.Errorf("the bank has %d payments", n)
		}
	})
	t.Run("gives up a payment that no bank knows", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.mute.Store(true)
		c, b := w.charge(), w.browser()
		b.Post(c.path(""), c.path("/pay"), "email", "")
		w.pass(2 * time.Hour)
		w.check(c)
		w.wantState(c, Expired)
	})
	t.Run("watches a failed payment for late money", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.deaf.Store(true)
		c, b := w.charge(), w.browser()
		b.atBank(b.toBank(c), "choice", "cancel")
		w.check(c)
		w.wantState(c, Failed)
		w.mindChanged()
		if w.check(c) {
			t.Error("the job goes on after the end")
		}
		w.wantPaidOnce(c)
		w.pass(4 * 24 * time.Hour)
		if w.check(c) {
			t.Error("the job goes on for ever")
		}
	})
}

func TestCharge(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := newCharge(w.payer)
	first, err := CreateCharge(t.Context(), w.db, n)
	if err != nil {
		t.Fatal(err)
	}
	second, err := CreateCharge(t.Context(), w.db, n)
	if err != nil || second.ID != first.ID {
		t.Errorf("a second charge of the same origin: %v %v", second, err)
	}
	n.Amount++
	if _, err := CreateCharge(t.Context(), w.db, n); !errors.Is(err, fault.Conflict) {
		t.Errorf("another amount: %v, want a conflict", err)
	}
	if err := CancelCharge(t.Context(), w.db, n.Origin); err != nil {
		t.Fatal(err)
	}
	if err := CancelCharge(t.Context(), w.db, n.Origin); err != nil {
		t.Errorf("cancelled twice: %v", err)
	}
	if c, err := ChargeOf(t.Context(), w.db, n.Origin); err != nil || c.Status != Cancelled {
		t.Errorf("charge is %v, %v", c, err)
	}
	third, err := CreateCharge(t.Context(), w.db, n)
	if err != nil || third.UIN == first.UIN || third.Amount != n.Amount {
		t.Errorf("a charge after the cancelled one: %v %v", third, err)
	}
	b := w.browser()
	b.atBank(b.toBank(third), "choice", "pay")
	w.deliver()
	if err := CancelCharge(t.Context(), w.db, n.Origin); !errors.Is(err, fault.Conflict) {
		t.Errorf("cancel a paid charge: %v, want a conflict", err)
	}
	if again, err := CreateCharge(t.Context(), w.db, n); err != nil || again.Status != Paid {
		t.Errorf("a charge of what is paid: %v %v", again, err)
	}
	n = newCharge(w.payer)
	n.Payee = "nobody"
	if _, err := CreateCharge(t.Context(), w.db, n); err == nil {
		t.Error("a charge to nobody was made")
	}
}

// TestPayeeByDate: a charge keeps the requisites of its day.
func TestPayeeByDate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if _, err := w.db.Exec(t.Context(), `
		INSERT INTO payee SELECT code, '2030-07-01', 'Новый получатель', inn, kpp, bank_name, bik, corr_account, account, kbk, oktmo, uin_prefix
		FROM payee WHERE code = 'zags'`); err != nil {
		t.Fatal(err)
	}
	for day, want := range map[string]string{"2030-06-30T20:59:59Z": "УФК", "2030-06-30T21:00:00Z": "Новый"} { // midnight in Moscow
		n := newCharge(w.payer)
		n.At, _ = time.Parse(time.RFC3339, day)
		c, err := CreateCharge(t.Context(), w.db, n)
		if err != nil {
			t.Fatal(err)
		}
		p, err := payeeOf(t.Context(), w.db, c)
		if err != nil || !strings.HasPrefix(p.Name, want) {
			t.Errorf("on %s the payee is %v, %v", day, p, err)
		}
	}
}

// TestOneLiveAttempt: what the code would never do, the database refuses.
func TestOneLiveAttempt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, b := w.charge(), w.browser()
	b.toBank(c)
	err := pgx.BeginFunc(t.Context(), w.db, func(tx pgx.Tx) error {
		return insertPayment(t.Context(), tx, newPayment(c, "sandbox", "1", banks.ByCard, 0, time.Now()), foldName(c), uuid.Nil)
	})
	if err == nil || !strings.Contains(err.Error(), "one_live_attempt") {
		t.Errorf("a second live payment: %v", err)
	}
	if _, err := w.db.Exec(t.Context(), `INSERT INTO payment_event (payment_id, seq, from_state, event, to_state, source, at)
		SELECT id, 99, 'succeeded', 'declined', 'failed', 'poll', now() FROM payment`); err == nil {
		t.Error("a step that the table of transitions does not have was noted")
	}
	if _, err := w.db.Exec(t.Context(), `DELETE FROM payment_event`); err == nil {
		t.Error("history was deleted")
	}
}

// interrupted is a database where something else happens just before the payments are read.
type interrupted struct {
	db.DB
	before func()
}

func (i *interrupted) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	if before := i.before; before != nil && strings.Contains(sql, "FROM payment\n") {
		i.before = nil
		before()
	}
	return i.DB.Query(ctx, sql, args...)
}

func TestPaidWhileTheReturnIsRead(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, b := w.charge(), w.browser()
	b.atBank(b.toBank(c), "choice", "pay")
	h := *w.handle
	h.DB = &interrupted{w.db, w.deliver} // the call-back comes between the two reads
	app := web.New(web.Config{Role: "portal", ShowError: h.Pages.ShowError})
	h.Mount(app)
	r := httptest.NewRequest(http.MethodGet, c.path("/return"), nil)
	r.Header.Set("X-User", w.payer.String())
	resp, err := app.Test(r, -1)
	if err != nil {
		t.Fatal(err)
	}
	if to := resp.Header.Get("Location"); resp.StatusCode != http.StatusSeeOther || to != c.path("/receipt") {
		t.Errorf("return: %d to %q", resp.StatusCode, to)
	}
}
