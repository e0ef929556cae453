package payments

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"

	"tamga/payments/paytest"
)

// TestRoles: the ministry gives and takes roles, with a ground, in the journal; nobody changes the own one, and the last who approves stays.
func TestRoles(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	desk, clerk := b.as(b.desk), b.as(b.clerk)
	paytest.Want(t, b.as(b.head).Get("/payment-roles"), 403)
	paytest.Want(t, b.as(b.head).Post("/payment-access/new", "/payment-roles", "employee", b.clerk.String(), "role", RightAccess, "why", "без права"), 403)
	page := "/payment-roles"
	paytest.Want(t, desk.Get(page), 200, "Шарипова Диляра", "Нуриев Марат")
	paytest.Want(t, desk.Post(page, page, "employee", b.clerk.String(), "role", RightHead), 422, "Запишите основание")
	paytest.Want(t, desk.Post(page, page, "employee", b.clerk.String(), "role", "refunds", "why", "x"), 422, "Выберите роль")
	paytest.Want(t, desk.Post(page, page, "employee", b.desk.String(), "role", RightHead, "why", "x"), 403, "Свою роль")
	for range 2 { // a double click
		paytest.Want(t, b.done(desk, page, page, "employee", b.clerk.String(), "role", RightHead, "why", "Приказ 7"), 200, "Валеева Гузель")
	}
	paytest.Want(t, clerk.Get("/payment-access"), 200)
	paytest.Want(t, b.done(desk, page, page+"/take", "employee", b.clerk.String(), "role", RightHead, "why", "Приказ 8"), 200)
	paytest.Want(t, clerk.Get("/payment-access"), 403)
	paytest.Want(t, b.done(desk, page, page, "employee", b.clerk.String(), "role", RightAccess, "why", "Приказ 9"), 200)
	paytest.Want(t, b.done(clerk, page, page+"/take", "employee", b.desk.String(), "role", RightAccess, "why", "Уволен"), 200)
	paytest.Want(t, desk.Get(page), 403)
	tx := b.db
	if _, err := tx.Exec(t.Context(), `INSERT INTO payment_role VALUES ($1, $2)`, b.desk, RightAccess); err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), `UPDATE employee SET blocked_at = now() WHERE id = $1`, b.clerk); err != nil {
		t.Fatal(err)
	}
	paytest.Want(t, clerk.Post(page, page+"/take", "employee", b.desk.String(), "role", RightAccess, "why", "x"), 409, "последний") // the other one is blocked
	var given, taken int
	if err := b.db.QueryRow(t.Context(), `SELECT count(*) FILTER (WHERE action = 'payments.role_given'), count(*) FILTER (WHERE action = 'payments.role_taken') FROM journal`).Scan(&given, &taken); err != nil || given != 2 || taken != 2 {
		t.Errorf("the journal has %d given and %d taken, %v", given, taken, err)
	}
}

// TestStuckQuittance: staff see what a department has not taken and why, try again, and it is gone when it has arrived.
func TestStuckQuittance(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	deaf := true
	owner := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, _ *http.Request) {
		if deaf {
			out.WriteHeader(http.StatusBadGateway)
		}
	}))
	t.Cleanup(owner.Close)
	w.jobs.Owners = map[string]Owner{"gibdd": {URL: owner.URL, Secret: []byte("x")}}
	c, b := w.fine(Identity{STS: "9912345678"}), w.stranger()
	b.Post("/payments", "/payments/find", "number", c.UIN)
	b.atBank(b.toBank(c), "choice", "pay")
	w.deliver()
	id := w.only(`SELECT id FROM quittance`)
	work := func() error {
		return (&quittanceWorker{jobs: w.jobs}).Work(t.Context(), &river.Job[QuittanceArgs]{Args: QuittanceArgs{uuid.MustParse(id)}})
	}
	if work() == nil {
		t.Error("a deaf owner is no failure")
	}
	staff := w.office()
	paytest.Want(t, staff("nobody").Get("/quittances"), 403)
	paytest.Want(t, staff("valeeva").Get("/quittances"), 200, "answers 502", c.Reference)
	before := w.count(w.db, `SELECT count(*) FROM river_job WHERE kind = 'payments.quittance'`)
	if got := staff("valeeva").Post("/quittances", "/quittances/"+id, "note", "ведомство починили"); got.Status != 303 {
		t.Errorf("try again: %d %s", got.Status, paytest.Main(got.Text))
	}
	if n := w.count(w.db, `SELECT count(*) FROM river_job WHERE kind = 'payments.quittance'`) - before; n != 1 {
		t.Errorf("%d jobs are new", n)
	}
	if n := w.count(w.db, `SELECT count(*) FROM journal WHERE action = 'payments.quittance_retry'`); n != 1 {
		t.Errorf("the journal has %d lines of it", n)
	}
	deaf = false
	if err := work(); err != nil {
		t.Error(err)
	}
	w.pass(2 * time.Hour)
	if page := staff("valeeva").Get("/quittances"); strings.Contains(page.Text, c.Reference) {
		t.Error("what has arrived is still shown")
	}
}
