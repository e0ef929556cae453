package payments

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"tamga/internal/rus"
	"tamga/payments/paytest"
)

// TestRegistry: the bank's file settles what it names, brings what we had not heard of, and shows what one side lacks.
func TestRegistry(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	known, b := w.charge(), w.browser()
	b.atBank(b.toBank(known), "choice", "pay")
	w.deliver()
	w.deaf.Store(true)
	unheard := w.charge()
	b.atBank(b.toBank(unheard), "choice", "pay")
	w.deliver()
	lost := w.charge()
	b.atBank(b.toBank(lost), "choice", "pay")
	w.deliver()
	p, err := lastPayment(t.Context(), w.db, lost.ID)
	if err != nil {
		t.Fatal(err)
	}
	w.check(lost)
	w.wantPaidOnce(lost)
	// The bank forgets one, and has one of a merchant that is not us.
	if _, err := w.bankDB.Exec(t.Context(), `UPDATE bank_payment SET order_id = $2, id = gen_random_uuid(), amount = 77700 WHERE id = (
		SELECT id FROM bank_payment WHERE id = $1) AND NOT EXISTS (SELECT FROM bank_callback WHERE payment_id = $1)`, *p.BankID, uuid.NewString()); err != nil {
		t.Fatal(err)
	}
	if _, err := w.bankDB.Exec(t.Context(), `INSERT INTO bank_payment (id, idempotence_key, request_hash, order_id, receipt, payee, description, amount,
		currency, return_url, status, created_at, expires_at, settled_at) SELECT gen_random_uuid(), 'stranger', request_hash, $1, '', payee, '', 77700,
		'RUB', return_url, 'succeeded', created_at, expires_at, settled_at FROM bank_payment WHERE settled_at IS NOT NULL LIMIT 1`, uuid.NewString()); err != nil {
		t.Fatal(err)
	}
	if _, err := w.bankDB.Exec(t.Context(), `UPDATE bank_payment SET settled_at = settled_at - interval '3 days' WHERE id = $1`, *p.BankID); err != nil {
		t.Fatal(err)
	}
	today := w.now().In(rus.Moscow)
	d := w.handle.desk()
	if err := d.takeRegistry(t.Context(), d.banks[0], today); err == nil {
		t.Error("a registry of a day that is not over was taken")
	}
	w.pass(24 * time.Hour)
	for range 2 { // taken twice, it changes nothing
		if err := d.takeRegistry(t.Context(), d.banks[0], today); err != nil {
			t.Fatal(err)
		}
	}
	w.wantPaidOnce(unheard)
	w.wantBooks()
	if n := w.count(w.db, `SELECT count(*) FROM payment WHERE registry_day IS NOT NULL`); n != 2 {
		t.Errorf("%d payments are in the registry", n)
	}
	if n := w.count(w.db, `SELECT count(*) FROM ledger_entry WHERE kind = 'settlement'`); n != 2 {
		t.Errorf("%d settlements are booked", n)
	}
	if n := w.count(w.db, `SELECT theirs::int FROM discrepancy WHERE kind = 'unknown' AND resolution IS NULL`); n != 77700 {
		t.Errorf("a stranger's payment: %d", n)
	}
	at := w.office()
	place := w.discrepancy("unknown")
	paytest.Want(t, at("valeeva").Post("/discrepancies", place, "choice", "dismiss", "note", ""), 422, "почему")
	if got := at("valeeva").Post("/discrepancies", place, "choice", "dismiss", "note", "чужой платёж, банк исправил"); got.Status != 303 {
		t.Errorf("dismiss: %d", got.Status)
	}
	// A day later nobody has named the lost one: it is missing, until a registry names it.
	if err := d.findMissing(t.Context(), "sandbox", today.AddDate(0, 0, 1)); err != nil {
		t.Fatal(err)
	}
	w.discrepancy("missing")
	if err := d.takeRegistry(t.Context(), d.banks[0], today.AddDate(0, 0, -3)); err != nil {
		t.Fatal(err)
	}
	if n := w.count(w.db, `SELECT count(*) FROM discrepancy WHERE kind = 'missing' AND resolution = 'found'`); n != 1 {
		t.Error("the missing payment was not found")
	}
	w.wantBooks()
}

// TestReversal: the bank takes back what it gave; an employee undoes it with us, and the charge is owed again.
func TestReversal(t *testing.T) {
	t.Parallel()
	w, c, p, d, bank := paidWorld(t)
	b := w.browser()
	bank.write(w.day(0), line("reversal", "v1", p, p.Amount))
	if err := d.takeRegistry(t.Context(), bank, w.day(0)); err != nil {
		t.Fatal(err)
	}
	w.office()("valeeva").Post("/discrepancies", w.discrepancy("reversal"), "choice", "reverse")
	w.wantState(c, Reversed)
	w.wantStatus(c, Open)
	w.wantBooks()
	paytest.Want(t, b.Get(c.path("/return")), 200, "Банк отозвал платёж")
	w.check(c) // the bank still says that it was paid: that is no news
	w.wantState(c, Reversed)
	b.atBank(b.toBank(c), "choice", "pay")
	w.deliver()
	w.wantStatus(c, Paid)
	w.wantBooks()
}

// TestReversedAndRefused: the bank took the money back, then the department refuses: nobody is asked to pay once more for nothing.
func TestReversedAndRefused(t *testing.T) {
	t.Parallel()
	w, c, p, d, bank := paidWorld(t)
	bank.write(w.day(0), line("reversal", "v1", p, p.Amount))
	if err := d.takeRegistry(t.Context(), bank, w.day(0)); err != nil {
		t.Fatal(err)
	}
	w.office()("valeeva").Post("/discrepancies", w.discrepancy("reversal"), "choice", "reverse")
	if err := OweRefund(t.Context(), w.db, c.Origin(), w.now()); err != nil {
		t.Fatal(err)
	}
	w.wantStatus(c, Cancelled)
	w.wantBooks()
}

// TestBrokenRegistry: a file cut short or changed on the way is not taken.
func TestBrokenRegistry(t *testing.T) {
	t.Parallel()
	day := moscow("2026-03-02 00:00:00")
	whole := string(registryFile(day, []registryLine{{Kind: "payment", BankID: "b1", Order: "o", Amount: 100, Currency: "RUB", At: day.Add(time.Hour)}}))
	if lines, err := parseRegistry(day, []byte(whole)); err != nil || len(lines) != 1 || lines[0].Amount != 100 {
		t.Fatalf("%v, %v", lines, err)
	}
	for name, text := range map[string]string{
		"empty": "", "cut short": whole[:strings.Index(whole, "TOTAL")], "of another day": strings.Replace(whole, "03-02", "03-03", 1),
		"another sum": strings.Replace(whole, ";100;", ";101;", 1), "negative": strings.Replace(whole, ";100;", ";-100;", 1),
		"more after its end": whole + "payment;b2;;o2;1;0;RUB;2026-03-02T10:00:00Z\n",
		"no kind":            strings.Replace(whole, "payment;", ";", 1), "too few fields": strings.Replace(whole, ";RUB", "", 1),
	} {
		if lines, err := parseRegistry(day, []byte(text)); err == nil {
			t.Errorf("%s: taken as %v", name, lines)
		}
	}
}

// TestLedgerRefuses: the database holds the books in balance whatever the code does.
func TestLedgerRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.charge()
	for name, sql := range map[string]string{
		"an entry that does not balance": `WITH e AS (INSERT INTO ledger_entry (at, kind) VALUES (now(), 'payment') RETURNING id)
			INSERT INTO ledger_posting (entry_id, line, account, amount) SELECT id, 1, 'clearing', 100 FROM e`,
		"an entry without postings": `INSERT INTO ledger_entry (at, kind) VALUES (now(), 'payment')`,
		"balance across currencies": `WITH e AS (INSERT INTO ledger_entry (at, kind) VALUES (now(), 'payment') RETURNING id)
			INSERT INTO ledger_posting (entry_id, line, account, currency, amount) SELECT id, n, 'clearing', c, a FROM e,
			(VALUES (1, 'RUB', 100), (2, 'USD', -100)) v (n, c, a)`,
		"a line added later":      `INSERT INTO ledger_posting (entry_id, line, account, amount) SELECT max(id), 9, 'surplus', 5 FROM ledger_entry`,
		"a changed line":          `UPDATE ledger_posting SET amount = amount + 1`,
		"a deleted entry":         `DELETE FROM ledger_entry`,
		"a state written by hand": `UPDATE payment SET state = 'succeeded', events = events + 1`,
	} {
		if name == "a state written by hand" {
			b := w.browser()
			b.toBank(w.charge())
		}
		if _, err := w.db.Exec(t.Context(), sql); err == nil {
			t.Errorf("%s was written", name)
		}
	}
	w.wantBooks()
	// And the check bites: what went round the triggers is found.
	w.rewrite(`UPDATE charge SET exempt = 100`)
	if faults, err := CheckBooks(t.Context(), w.db); err != nil || len(faults) == 0 {
		t.Errorf("a changed charge was not found: %v", err)
	}
}
