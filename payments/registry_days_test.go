package payments

import (
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"

	"tamga/payments/banks"
	"tamga/payments/paytest"
)

// other is a further bank of the same kind.
type other struct{ *filed }

func (other) Name() string { return "other" }

// takeAll works the job of the registries, and tells whether it wants to run again today.
func (w *world) takeAll(all ...banks.Acquirer) (again bool, err error) {
	w.t.Helper()
	jobs := *w.jobs
	jobs.Bank, jobs.More, jobs.River = all[0], all[1:], w.handle.River
	err = (&registryWorker{jobs: &jobs}).Work(w.t.Context(), &river.Job[RegistryArgs]{})
	var snooze *river.JobSnoozeError
	if errors.As(err, &snooze) {
		return true, nil
	}
	return false, err
}

// TestRegistryComesLate: a day whose file comes a day too late, or that no worker was there for, is taken all the same; neither holds up
// another bank, and the staff know of it meanwhile.
func TestRegistryComesLate(t *testing.T) {
	t.Parallel()
	w, _, p, _, bank := paidWorld(t)
	second := other{&filed{Sandbox: bank.Sandbox, files: map[string][]byte{}}}
	paid, next := w.day(0), w.day(1)
	w.pass(24 * time.Hour)
	second.write(paid)
	if again, err := w.takeAll(bank, second); err != nil || !again {
		t.Errorf("a bank without a file: again %v, %v", again, err)
	}
	if n := w.count(w.db, `SELECT count(*) FROM registry WHERE acquirer = 'other'`); n != 1 {
		t.Error("one bank without a file held up the other")
	}
	w.pass(24 * time.Hour)
	bank.write(next)
	if _, err := w.takeAll(bank); err != nil {
		t.Error(err)
	}
	paytest.Want(t, w.office()("valeeva").Get("/discrepancies"), 200, "Реестр банка не принят", paid.Format(time.DateOnly))
	if n := w.count(w.db, `SELECT count(*) FROM discrepancy WHERE kind = 'missing'`); n != 0 {
		t.Errorf("%d payments are missing from a file that is yet to come", n)
	}
	w.pass(24 * time.Hour)
	bank.write(paid, line("payment", *p.BankID, p, 35000))
	bank.write(w.day(-1))
	if _, err := w.takeAll(bank); err != nil {
		t.Error(err)
	}
	if n := w.count(w.db, `SELECT count(*) FROM registry WHERE acquirer = 'sandbox'`); n != 3 {
		t.Errorf("the files of %d days were taken, want 3", n)
	}
	if n := w.count(w.db, `SELECT count(*) FROM discrepancy WHERE resolution IS NULL`); n != 0 || w.held(p) != 0 {
		t.Errorf("%d discrepancies are left, the bank holds %d", n, w.held(p))
	}
	w.wantBooks()
}

// TestRegistryDoesNotRead: a broken file is before the staff until a whole one comes, and keeps no other day from being taken.
func TestRegistryDoesNotRead(t *testing.T) {
	t.Parallel()
	w, _, _, _, bank := paidWorld(t)
	day := w.day(0).Format(time.DateOnly)
	bank.files[day] = []byte("REGISTRY;" + day + "\npayment;cut")
	w.pass(24 * time.Hour)
	if _, err := w.takeAll(bank); err == nil {
		t.Error("a broken file was taken")
	}
	if n := w.count(w.db, `SELECT count(*) FROM discrepancy WHERE kind = 'registry' AND bank_id = $1`, day); n != 1 {
		t.Errorf("%d discrepancies tell of it", n)
	}
	bank.write(w.day(-1))
	if _, err := w.takeAll(bank); err != nil {
		t.Error(err)
	}
	if n := w.count(w.db, `SELECT count(*) FROM discrepancy WHERE kind = 'registry' AND resolution = 'found'`); n != 1 {
		t.Error("the whole file did not end it")
	}
	bank.files[w.day(0).Format(time.DateOnly)] = []byte("MZ")
	w.pass(24 * time.Hour)
	for range 2 {
		if _, err := w.takeAll(bank); err == nil {
			t.Error("a broken file was taken")
		}
		if n := w.count(w.db, `SELECT count(*) FROM discrepancy WHERE kind = 'registry' AND resolution IS NULL`); n == 1 {
			w.office()("valeeva").Post("/discrepancies", w.discrepancy("registry"), "choice", "dismiss", "note", "пришлют на бумаге")
		}
	}
	if n := w.count(w.db, `SELECT count(*) FROM discrepancy WHERE kind = 'registry'`); n != 2 {
		t.Errorf("what was dismissed came back: %d", n)
	}
}

// TestRegistryTakenHalf: the worker stopped between taking a file and matching its lines; the next attempt matches them.
func TestRegistryTakenHalf(t *testing.T) {
	t.Parallel()
	w, _, p, d, bank := paidWorld(t)
	bank.write(w.day(0), line("payment", *p.BankID, p, 35000))
	if err := d.keepRegistry(t.Context(), bank, w.day(0)); err != nil {
		t.Fatal(err)
	}
	w.pass(24 * time.Hour)
	if _, err := w.takeAll(bank); err != nil {
		t.Error(err)
	}
	if w.held(p) != 0 {
		t.Errorf("the bank holds %d", w.held(p))
	}
}

// TestRegistryRepeatsALine: a line that the file of that day or of another names again counts once; the other lines count too.
func TestRegistryRepeatsALine(t *testing.T) {
	t.Parallel()
	w, _, p, d, bank := paidWorld(t)
	once := line("payment", *p.BankID, p, 35000)
	bank.write(w.day(0), once, once, registryLine{Kind: "payment", BankID: "b9", Order: uuid.NewString(), Amount: 100})
	bank.write(w.day(1), once)
	for n := range 2 {
		if err := d.takeRegistry(t.Context(), bank, w.day(n)); err != nil {
			t.Fatal(err)
		}
	}
	if n := w.count(w.db, `SELECT count(*) FROM discrepancy WHERE kind = 'registry' AND bank_id = $1`, *p.BankID); n != 1 || w.held(p) != 0 {
		t.Errorf("%d discrepancies tell of the line, the bank holds %d", n, w.held(p))
	}
	w.discrepancy("unknown")
}

// TestUnheardInRegistry: the bank names money of which we have not heard and does not answer; when it does, the line is settled and the
// discrepancy ends.
func TestUnheardInRegistry(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.deaf.Store(true)
	c, b := w.charge(), w.browser()
	b.atBank(b.toBank(c), "choice", "pay")
	p, err := lastPayment(t.Context(), w.db, c.ID)
	if err != nil {
		t.Fatal(err)
	}
	d, bank := w.filedBank()
	bank.mute = true
	bank.write(w.day(0), line("payment", *p.BankID, p, 35000))
	bank.write(w.day(1))
	if err := d.takeRegistry(t.Context(), bank, w.day(0)); err != nil {
		t.Fatal(err)
	}
	w.discrepancy("unpaid")
	bank.mute = false
	w.check(c)
	w.wantPaidOnce(c)
	if err := d.takeRegistry(t.Context(), bank, w.day(1)); err != nil {
		t.Fatal(err)
	}
	if n := w.count(w.db, `SELECT count(*) FROM discrepancy WHERE resolution IS NULL`); n != 0 || w.held(p) != 0 {
		t.Errorf("%d discrepancies are left, the bank holds %d", n, w.held(p))
	}
	w.wantBooks()
}

// TestDismissedStaysDismissed: what a registry lacks is looked for every day; what an employee has closed does not come back.
func TestDismissedStaysDismissed(t *testing.T) {
	t.Parallel()
	w, _, _, d, bank := paidWorld(t)
	bank.write(w.day(0))
	bank.write(w.day(1))
	for range 2 {
		if err := errors.Join(d.takeRegistry(t.Context(), bank, w.day(0)), d.takeRegistry(t.Context(), bank, w.day(1))); err != nil {
			t.Fatal(err)
		}
		if n := w.count(w.db, `SELECT count(*) FROM discrepancy WHERE resolution IS NULL`); n == 1 {
			w.office()("valeeva").Post("/discrepancies", w.discrepancy("missing"), "choice", "dismiss", "note", "пришло вчера, сверено")
		}
	}
	if n := w.count(w.db, `SELECT count(*) FROM discrepancy`); n != 1 {
		t.Errorf("it was found %d times", n)
	}
}

// TestRefundNotInRegistry: a refund that the bank said it had made and that no file names is before the staff, until a file does.
func TestRefundNotInRegistry(t *testing.T) {
	t.Parallel()
	w, _, p, d, bank := paidWorld(t)
	at := w.office()
	at("valeeva").Post("/refunds", "/refunds", "receipt", p.Receipt, "sum", "100", "ground", "court")
	at("nuriev").Post("/refunds", w.refund(), "choice", "approve")
	w.payBack()
	done := line("refund", "r1", p, 10000)
	done.Order = w.only(`SELECT id FROM refund WHERE state = 'done'`)
	bank.write(w.day(0), line("payment", *p.BankID, p, 35000))
	bank.write(w.day(1))
	bank.write(w.day(2), done)
	for n := range 2 {
		if err := d.takeRegistry(t.Context(), bank, w.day(n)); err != nil {
			t.Fatal(err)
		}
	}
	w.discrepancy("refund")
	if err := d.takeRegistry(t.Context(), bank, w.day(2)); err != nil {
		t.Fatal(err)
	}
	if n := w.count(w.db, `SELECT count(*) FROM discrepancy WHERE resolution IS NULL`); n != 0 || w.held(p) != 0 {
		t.Errorf("%d discrepancies are left, the bank holds %d", n, w.held(p))
	}
	w.wantBooks()
}
