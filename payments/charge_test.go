package payments

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"tamga/internal/dbtest"
	"tamga/internal/fault"
	"tamga/internal/rus"
	"tamga/internal/secret"
	"tamga/payments/paytest"
)

func testBox(t *testing.T) *secret.Box {
	t.Helper()
	box, err := secret.NewBox(paytest.Key)
	if err != nil {
		t.Fatal(err)
	}
	return box
}

// fine is a fine of 2,000 rubles of somebody known by a СТС alone, decided at a moment.
func fine(t *testing.T, reference string, decided time.Time) NewCharge {
	t.Helper()
	n := NewCharge{Origin: Outside(FromRegister, "gibdd", reference), Source: "gibdd", Reference: reference, Last: "Гарипова", First: "Алия",
		Amount: 200000, Purpose: "Штраф ГИБДД, постановление " + reference, Payee: "gibdd", Part: true, Discount: "fine", Decided: decided,
		At: decided}
	if err := n.Identify(testBox(t), Identity{STS: "9901 123456", SNILS: "112-233-445 95"}); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestExemptedWhileAtTheBank: the discount is of what is owed after the exemption, also when the payer had clicked before it.
func TestExemptedWhileAtTheBank(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := fine(t, "18810116260300000009", time.Now())
	n.Payer = w.payer
	c, b := made(t, w.db, n), w.browser()
	page := b.toBank(c)
	if err := ExemptCharge(t.Context(), w.db, c.Origin(), 10000, "ivanov", "НК РФ", w.now()); err != nil {
		t.Fatal(err)
	}
	b.atBank(page, "choice", "pay") // 1500 of 2000; of 1900 it would be 1425
	w.deliver()
	if now := w.wantStatus(c, Paid); now.Credited != 142500 || now.Discounted != 47500 {
		t.Errorf("the charge has taken %d with a discount of %d", now.Credited, now.Discounted)
	}
	w.wantBooks()
}

func made(t *testing.T, pool *pgxpool.Pool, n NewCharge) *Charge {
	t.Helper()
	c, err := CreateCharge(t.Context(), pool, n)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func moscow(text string) time.Time {
	at, err := time.ParseInLocation(time.DateTime, text, rus.Moscow)
	if err != nil {
		panic(err)
	}
	return at
}

// TestDiscountByDate: 25 % for 30 days since 2025, before that half for 20 days; to the last second of the last day in Moscow.
func TestDiscountByDate(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t, dbtest.Portal)
	after := made(t, pool, fine(t, "18810116260300000001", moscow("2026-03-02 23:30:00")))
	if _, err := pool.Exec(t.Context(), `INSERT INTO payee SELECT code, '2020-01-01', name, inn, kpp, bank_name, bik, corr_account, account, kbk,
		oktmo, uin_prefix, treasury FROM payee WHERE code = 'gibdd'`); err != nil {
		t.Fatal(err)
	}
	before := made(t, pool, fine(t, "18810116240300000001", moscow("2024-12-31 23:30:00")))
	for _, step := range []struct {
		c         *Charge
		at        string
		pay, less int64
	}{
		{after, "2026-03-03 00:00:00", 150000, 50000},
		{after, "2026-04-01 23:59:59", 150000, 50000},
		{after, "2026-04-02 00:00:00", 200000, 0},
		{before, "2025-01-20 23:59:59", 100000, 100000},
		{before, "2025-01-21 00:00:00", 200000, 0},
	} {
		if pay, less := step.c.Offer(moscow(step.at)); pay != step.pay || less != step.less {
			t.Errorf("on %s: pay %d, discount %d; want %d and %d", step.at, pay, less, step.pay, step.less)
		}
	}
}

// TestOfferWithParts: parts that were paid count towards the lower sum, and the odd kopeck is the payer's.
func TestOfferWithParts(t *testing.T) {
	t.Parallel()
	until := time.Now().Add(time.Hour)
	c := &Charge{Status: Open, Amount: 10003, Credited: 5000, Discounts: []Discount{{Percent: 10, Until: until}, {Percent: 25, Until: until}}}
	if pay, less := c.Offer(time.Now()); pay != 2502 || less != 2501 {
		t.Errorf("pay %d, discount %d", pay, less)
	}
	c.Credited = 9000 // more than the lower sum has come
	if pay, less := c.Offer(time.Now()); pay != 0 || less != 1003 {
		t.Errorf("pay %d, discount %d", pay, less)
	}
	c.Status = Paid
	if pay, less := c.Offer(time.Now()); pay != 0 || less != 0 {
		t.Errorf("a paid charge asks for %d less %d", pay, less)
	}
}

// TestWhoSeesACharge: the own numbers open it, a stranger's do not; whoever names its УИН may pay it and reads no name.
func TestWhoSeesACharge(t *testing.T) {
	t.Parallel()
	pool, box, ctx := dbtest.DB(t, dbtest.Portal), testBox(t), t.Context()
	c := made(t, pool, fine(t, "18810116260300000002", time.Now()))
	reader := func(id Identity) Reader {
		r, err := ReaderOf(box, uuid.New(), id)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	owner, stranger := reader(Identity{SNILS: "11223344595"}), reader(Identity{SNILS: "087-654-303 00"})
	if got, err := chargeFor(ctx, pool, owner, c.ID); err != nil || !got.Mine || shownName(got) != "Гарипова Алия" {
		t.Errorf("the owner: %v, %v", got, err)
	}
	if _, err := chargeFor(ctx, pool, stranger, c.ID); !errors.Is(err, fault.NotFound) {
		t.Errorf("a stranger: %v", err)
	}
	if owed, err := OpenCharges(ctx, pool, owner); err != nil || len(owed) != 1 {
		t.Errorf("the owner owes %v, %v", owed, err)
	}
	if owed, err := OpenCharges(ctx, pool, reader(Identity{})); err != nil || len(owed) != 0 {
		t.Errorf("somebody without numbers owes %v, %v", owed, err)
	}
	if _, err := ClaimByUIN(ctx, pool, stranger.Account, c.UIN, time.Now()); err != nil {
		t.Fatal(err)
	}
	if got, err := chargeFor(ctx, pool, stranger, c.ID); err != nil || got.Mine || shownName(got) != "" {
		t.Errorf("whoever named the УИН: %v, %v", got, err)
	}
	wrong := c.UIN[:19] + string('0'+(c.UIN[19]-'0'+1)%10)
	if _, err := ClaimByUIN(ctx, pool, uuid.New(), wrong, time.Now()); err == nil {
		t.Error("a УИН with a wrong check digit was taken")
	}
	by := uuid.New()
	if found, err := ClaimByNumber(ctx, pool, box, by, Identity{STS: "99 01 123456"}, time.Now()); err != nil || len(found) != 1 {
		t.Errorf("by the СТС: %v, %v", found, err)
	}
	if got, err := chargeFor(ctx, pool, Reader{Account: by, Keys: [][]byte{}}, c.ID); err != nil || got.Mine {
		t.Errorf("whoever named the СТС: %v, %v", got, err)
	}
	var identity []byte
	if err := pool.QueryRow(ctx, `SELECT identity FROM charge WHERE id = $1`, c.ID).Scan(&identity); err != nil || strings.Contains(string(identity), "9901") {
		t.Errorf("the numbers stand open: %q, %v", identity, err)
	}
	if plain, err := box.Open(identity, identitySeal(c.Origin())); err != nil || !strings.Contains(string(plain), `"snils":"11223344595"`) {
		t.Errorf("sealed identity: %s, %v", plain, err)
	}
}

// TestOutsideCharge: the origin's own УИН is kept and checked, the same decision is one charge, a wrong number is none.
func TestOutsideCharge(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t, dbtest.Portal)
	n := fine(t, "18810116260300000003", time.Now())
	n.UIN = "18810116000000000048"
	if first, second := made(t, pool, n), made(t, pool, n); first.ID != second.ID || first.UIN != n.UIN {
		t.Errorf("one decision became %s and %s, УИН %s", first.ID, second.ID, first.UIN)
	}
	n = fine(t, "18810116260300000004", time.Now())
	n.UIN = "18810116000000000040"
	if _, err := CreateCharge(t.Context(), pool, n); err == nil {
		t.Error("a wrong УИН was taken")
	}
	n.UIN = "18810116000000000048"
	if _, err := CreateCharge(t.Context(), pool, n); err == nil {
		t.Error("a УИН was given twice")
	}
	if err := n.Identify(testBox(t), Identity{SNILS: "112-233-445 96"}); err == nil {
		t.Error("a wrong SNILS was taken")
	}
}

// TestUINIsGivenAgain: who changes an answer, or lets the time run out, begins to pay the same fine anew; two at once cannot.
func TestUINIsGivenAgain(t *testing.T) {
	t.Parallel()
	pool, ctx := dbtest.DB(t, dbtest.Portal), t.Context()
	first, second := newCharge(uuid.New()), newCharge(uuid.New())
	first.UIN, second.UIN = "18810116000000000048", "18810116000000000048"
	made(t, pool, first)
	if _, err := CreateCharge(ctx, pool, second); !errors.Is(err, fault.Conflict) {
		t.Errorf("the same fine twice: %v, want a conflict", err)
	}
	if err := CancelCharge(ctx, pool, first.Origin); err != nil {
		t.Fatal(err)
	}
	c := made(t, pool, second)
	if c.UIN != second.UIN {
		t.Errorf("УИН %s", c.UIN)
	}
	if got, err := ClaimByUIN(ctx, pool, uuid.New(), second.UIN, time.Now()); err != nil || got.ID != c.ID {
		t.Errorf("by its УИН: %v, %v; want the one that is alive", got, err)
	}
}

func TestExemption(t *testing.T) {
	t.Parallel()
	pool, ctx, now := dbtest.DB(t, dbtest.Portal), t.Context(), time.Now()
	c := made(t, pool, newCharge(uuid.New()))
	for _, sum := range []int64{0, -1, 35001} {
		if err := ExemptCharge(ctx, pool, c.Origin(), sum, "ivanov", "НК РФ, ст. 333.35", now); !errors.Is(err, fault.Invalid) {
			t.Errorf("exempt %d: %v", sum, err)
		}
	}
	if err := ExemptCharge(ctx, pool, c.Origin(), 10000, "ivanov", "НК РФ, ст. 333.35", now); err != nil {
		t.Fatal(err)
	}
	c, err := ChargeOf(ctx, pool, c.Origin())
	if err != nil || c.Rest() != 25000 {
		t.Errorf("rest %d, %v", c.Rest(), err)
	}
	if err := ExemptCharge(ctx, pool, c.Origin(), 25000, "ivanov", "НК РФ, ст. 333.35", now); err != nil {
		t.Fatal(err)
	}
	if c, err = ChargeOf(ctx, pool, c.Origin()); err != nil || c.Status != Cancelled {
		t.Errorf("exempt of all: %s, %v", c.Status, err)
	}
	rows, _ := pool.Query(ctx, `SELECT event FROM charge_event WHERE charge_id = $1 ORDER BY seq`, c.ID)
	if events, err := pgx.CollectRows(rows, pgx.RowTo[string]); err != nil || strings.Join(events, " ") != "created exempted cancelled" {
		t.Errorf("history %v, %v", events, err)
	}
	if owed := balance(ctx, t, pool, c.ID, "receivable"); owed != 0 {
		t.Errorf("%d are still owed in the books", owed)
	}
	if _, err := pool.Exec(ctx, `DELETE FROM charge_event`); err == nil {
		t.Error("the history of a charge was deleted")
	}
}

// balance is what stands on an account of the ledger for a charge.
func balance(ctx context.Context, t *testing.T, pool *pgxpool.Pool, charge uuid.UUID, account string) int64 {
	t.Helper()
	var n int64
	if err := pool.QueryRow(ctx, `SELECT coalesce(sum(l.amount), 0)::bigint FROM ledger_posting l JOIN ledger_entry e ON e.id = l.entry_id
		WHERE e.charge_id = $1 AND l.account = $2`, charge, account).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestSeededPayees: the requisites that the migrations bring have the check digits that they must have.
func TestSeededPayees(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t, dbtest.Portal)
	rows, _ := pool.Query(t.Context(), `SELECT code, valid_from, name, inn, kpp, bank_name, bik, corr_account, account, kbk, oktmo, uin_prefix, treasury FROM payee`)
	all, err := pgx.CollectRows(rows, pgx.RowToAddrOfStructByName[Payee])
	if err != nil || len(all) < 5 {
		t.Fatalf("%d payees, %v", len(all), err)
	}
	for _, p := range all {
		if err := p.Check(); err != nil {
			t.Errorf("%s: %v", p.Code, err)
		}
	}
	bad := *all[0]
	bad.CorrAccount = "40102810445370000078"
	if bad.Check() == nil {
		t.Error("an account with a wrong key was taken")
	}
}
