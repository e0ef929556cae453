package payments

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"

	"tamga/internal/rus"
	"tamga/payments/banks"
)

// filed is the sandbox with registries of the test's own.
type filed struct {
	*banks.Sandbox
	files map[string][]byte // by day
	mute  bool              // Get does not answer
}

func (f *filed) Registry(_ context.Context, day time.Time) ([]byte, error) {
	raw, ok := f.files[day.Format(time.DateOnly)]
	if !ok {
		return nil, banks.ErrNoRegistry
	}
	return raw, nil
}

func (f *filed) Get(ctx context.Context, id string) (*banks.Deal, error) {
	if f.mute {
		return nil, errSilent
	}
	return f.Sandbox.Get(ctx, id)
}

// write makes the file of a day.
func (f *filed) write(day time.Time, lines ...registryLine) {
	for i := range lines {
		lines[i].At, lines[i].Currency = day, Currency
	}
	f.files[day.Format(time.DateOnly)] = registryFile(day, lines)
}

// paidWorld is a world with a paid charge, its payment, and a bank whose registries the test writes.
func paidWorld(t *testing.T) (*world, *Charge, *Payment, *desk, *filed) {
	t.Helper()
	w := newWorld(t)
	c, b := w.charge(), w.browser()
	b.atBank(b.toBank(c), "choice", "pay")
	w.deliver()
	p, err := lastPayment(t.Context(), w.db, c.ID)
	if err != nil {
		t.Fatal(err)
	}
	d, bank := w.filedBank()
	return w, c, p, d, bank
}

// filedBank is the bank of a world with registries of the test's own, and a desk that takes them.
func (w *world) filedBank() (*desk, *filed) {
	bank := &filed{Sandbox: w.handle.Bank.(*banks.Sandbox), files: map[string][]byte{}}
	d := w.handle.desk()
	d.banks = Banks{bank}
	return d, bank
}

// day is noon of today and n days later, in Moscow.
func (w *world) day(n int) time.Time {
	now := w.now().In(rus.Moscow)
	return time.Date(now.Year(), now.Month(), now.Day()+n, 12, 0, 0, 0, rus.Moscow)
}

// held is what the ledger says that a bank has of a payment and has not passed on.
func (w *world) held(p *Payment) int {
	w.t.Helper()
	return w.count(w.db, `SELECT coalesce(sum(l.amount), 0)::int FROM ledger_posting l JOIN ledger_entry e ON e.id = l.entry_id WHERE l.account = 'clearing' AND e.payment_id = $1`, p.ID)
}

func line(kind, id string, p *Payment, amount int64) registryLine {
	l := registryLine{Kind: kind, BankID: id, Order: p.ID.String(), Amount: amount}
	if kind != "payment" {
		l.PaymentOf = *p.BankID
	}
	return l
}

// TestTakenTwiceByTheBank: two payments of the bank under one order of ours are not one: the second is before the staff.
func TestTakenTwiceByTheBank(t *testing.T) {
	t.Parallel()
	w, _, p, d, bank := paidWorld(t)
	day := w.day(0)
	bank.write(day, line("payment", *p.BankID, p, 35000), line("payment", uuid.NewString(), p, 35000))
	if err := d.takeRegistry(t.Context(), bank, day); err != nil {
		t.Fatal(err)
	}
	if n := w.count(w.db, `SELECT count(*) FROM discrepancy WHERE kind = 'unknown' AND theirs = 35000`); n != 1 {
		t.Errorf("%d discrepancies tell of the second payment", n)
	}
	if n := w.held(p); n != 0 {
		t.Errorf("%d kopecks stand at the bank after its settlement", n)
	}
	w.wantBooks()
}

// TestRefundedInSpite: a refund that the bank had refused stands in its registry as made: somebody must hear, or it is made twice.
func TestRefundedInSpite(t *testing.T) {
	t.Parallel()
	w, _, p, d, bank := paidWorld(t)
	at := w.office()
	at("valeeva").Post("/refunds", "/refunds", "receipt", p.Receipt, "sum", "100", "ground", "court")
	if _, err := w.bankDB.Exec(t.Context(), `UPDATE bank_payment SET status = 'canceled'`); err != nil {
		t.Fatal(err)
	}
	at("nuriev").Post("/refunds", w.refund(), "choice", "approve")
	w.payBack()
	refused := w.only(`SELECT id FROM refund WHERE state = 'refused'`)
	at("valeeva").Post("/discrepancies", w.discrepancy("refund"), "choice", "dismiss", "note", "банк отказал")
	day := w.day(0)
	made := line("refund", "r1", p, 10000)
	made.Order = refused
	bank.write(day, line("payment", *p.BankID, p, 35000), made)
	if err := d.takeRegistry(t.Context(), bank, day); err != nil {
		t.Fatal(err)
	}
	if n := w.count(w.db, `SELECT count(*) FROM discrepancy WHERE kind = 'refund' AND theirs = 10000 AND resolution IS NULL`); n != 1 {
		t.Errorf("%d discrepancies tell of a refund that was refused and made", n)
	}
	if n := w.held(p); n != 10000 {
		t.Errorf("the bank owes us %d of what it sent back unasked", n)
	}
	w.wantBooks()
}

// TestReversalIsSettled: when the bank takes back what it had passed on and an employee undoes it with us, nothing stands at the bank.
func TestReversalIsSettled(t *testing.T) {
	t.Parallel()
	w, c, p, d, bank := paidWorld(t)
	bank.write(w.day(0), line("payment", *p.BankID, p, 35000))
	bank.write(w.day(1), line("reversal", "v1", p, 35000))
	for n := range 2 {
		if err := d.takeRegistry(t.Context(), bank, w.day(n)); err != nil {
			t.Fatal(err)
		}
	}
	w.office()("valeeva").Post("/discrepancies", w.discrepancy("reversal"), "choice", "reverse")
	w.wantStatus(c, Open)
	w.wantBooks()
	if n := w.held(p); n != 0 {
		t.Errorf("%d kopecks stand at the bank of what came and went", n)
	}
}
