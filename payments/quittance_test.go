package payments

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"tamga/payments/paytest"
)

// TestQuittance: the owner of a fine hears of each part once, also when its first answer was an error; an application's charge
// makes no notice.
func TestQuittance(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var heard []Quittance
	refuse := true
	owner := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		if refuse {
			out.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		body, _ := io.ReadAll(r.Body)
		mac := hmac.New(sha256.New, []byte("shared"))
		mac.Write(body)
		var q Quittance
		if err := json.Unmarshal(body, &q); err != nil || r.Header.Get(quittanceSignature) != hex.EncodeToString(mac.Sum(nil)) ||
			r.Header.Get(quittanceKey) != q.ID.String() || strings.Contains(string(body), "Гарипова") {
			t.Errorf("notice %s with %v (%v)", body, r.Header, err)
		}
		heard = append(heard, q)
	}))
	t.Cleanup(owner.Close)
	c, b := w.fine(Identity{STS: "9912345678"}), w.stranger()
	b.Post("/payments", "/payments/find", "number", c.UIN)
	b.atBank(b.Post(c.path(""), c.path("/pay"), "email", "", "sum", "200").To, "choice", "pay")
	w.deliver()
	b.atBank(b.toBank(c), "choice", "pay")
	w.deliver()
	w.browser().atBank(w.browser().toBank(w.charge()), "choice", "pay")
	w.deliver()
	rows, _ := w.db.Query(t.Context(), `SELECT args FROM river_job WHERE kind = 'payments.quittance' ORDER BY id`)
	jobs, err := pgx.CollectRows(rows, pgx.RowTo[QuittanceArgs])
	if err != nil || len(jobs) != 2 {
		t.Fatalf("%d jobs, want one for each part: %v; %s", len(jobs), err, w.history(c))
	}
	work := &quittanceWorker{jobs: w.jobs}
	for round, want := range []int{0, 2, 2} {
		switch round {
		case 0:
			w.jobs.Owners = map[string]Owner{"gibdd": {URL: owner.URL, Secret: []byte("shared")}}
		case 1:
			refuse = false
		}
		for _, args := range jobs {
			err := work.Work(t.Context(), &river.Job[QuittanceArgs]{Args: args})
			if (err != nil) != (round == 0) {
				t.Errorf("round %d: %v", round, err)
			}
		}
		if len(heard) != want {
			t.Errorf("round %d: the owner has heard %d notices, want %d", round, len(heard), want)
		}
	}
	if len(heard) == 2 && (heard[0].Amount != 20000 || heard[1].Amount != 55000 || heard[1].Status != Paid || heard[1].UIN != c.UIN || heard[1].Reference != c.Reference) {
		t.Errorf("the owner has heard %+v", heard)
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
	paytest.Want(t, staff("valeeva").Get("/quittances"), 200, "ответила ошибкой 502", c.Reference)
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
	late := staff("valeeva").Post("/refunds", "/quittances/"+id, "note", "") // pressed on a page that was opened before
	paytest.Want(t, staff("valeeva").Get(late.To), 200, "уже принял это извещение")
	if n := w.count(w.db, `SELECT count(*) FROM river_job WHERE kind = 'payments.quittance'`) - before; n != 1 {
		t.Errorf("%d jobs are new after what was taken is sent again", n)
	}
	w.pass(2 * time.Hour)
	if page := staff("valeeva").Get("/quittances"); strings.Contains(page.Text, c.Reference) {
		t.Error("what has arrived is still shown")
	}
}

// TestPartBack: the owner of a fine hears of each part of it that goes back, and of no kopeck twice: of two refunds, and of what a bank
// takes back of the rest. What came on top and goes back is between us and the payer.
func TestPartBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, b := w.fine(Identity{STS: "9912345678"}), w.stranger()
	b.Post("/payments", "/payments/find", "number", c.UIN)
	b.atBank(b.toBank(c), "choice", "trick", "trick", "more") // 850 for 750
	w.deliver()
	at := w.office()
	at("valeeva").Post("/discrepancies", w.discrepancy("amount"), "choice", "accept")
	p, err := lastPayment(t.Context(), w.db, c.ID)
	if err != nil {
		t.Fatal(err)
	}
	returned := func() int {
		return w.count(w.db, `SELECT coalesce(sum(amount), 0)::int FROM quittance WHERE kind = 'returned'`)
	}
	at("valeeva").Post("/discrepancies", w.discrepancy("surplus"), "choice", "return")
	for _, step := range []struct {
		sum  string
		want int
	}{{"", 0}, {"200", 20000}, {"50", 25000}} {
		if step.sum != "" {
			at("valeeva").Post("/refunds", "/refunds", "receipt", p.Receipt, "sum", step.sum, "ground", "court")
		}
		at("nuriev").Post("/refunds", w.refund(), "choice", "approve")
		w.payBack()
		if n := returned(); n != step.want {
			t.Errorf("after %q rubles the owner has heard of %d kopecks, want %d", step.sum, n, step.want)
		}
	}
	d, bank := w.filedBank()
	bank.write(w.day(0), line("reversal", "v1", p, 60000))
	if err := d.takeRegistry(t.Context(), bank, w.day(0)); err != nil {
		t.Fatal(err)
	}
	at("valeeva").Post("/discrepancies", w.discrepancy("reversal"), "choice", "reverse")
	if n := returned(); n != 75000 {
		t.Errorf("in the end the owner has heard of %d kopecks, want 75000", n)
	}
	w.wantBooks()
}
