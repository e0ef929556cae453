package payments

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"tamga/internal/dbtest"
	"tamga/internal/fault"
	"tamga/internal/rus"
	"tamga/internal/secret"
	"tamga/payments/banks"
	"tamga/payments/paytest"
)

// The test drives the real desk on a real database with random steps of payers, a bank, call-backs, polls, employees and time,
// in any order, and compares it after each with a model that knows only what the bank's own books say and what was decided.

// modelRun is one run of the model.
type modelRun struct {
	*testing.T
	r       *rand.Rand
	seed    uint64
	db      *pgxpool.Pool
	bank    *bookBank
	d       *desk
	clock   time.Time
	payer   uuid.UUID
	charges []uuid.UUID
	origins map[uuid.UUID]Origin
	box     *secret.Box
	rule    uuid.UUID
	log     []string
	done    map[string]int
}

func newModelRun(t *testing.T, pool *pgxpool.Pool, seed uint64) *modelRun {
	t.Helper()
	client, err := river.NewClient(riverpgxv5.New(pool), &river.Config{})
	if err != nil {
		t.Fatal(err)
	}
	m := &modelRun{T: t, r: rand.New(rand.NewPCG(seed, 1)), seed: seed, db: pool, clock: time.Date(2026, 3, 1, 12, 0, 0, 0, rus.Moscow), payer: uuid.New(),
		origins: map[uuid.UUID]Origin{}, done: map[string]int{}}
	now := func() time.Time { return m.clock }
	_, err = pool.Exec(t.Context(), `INSERT INTO commission_rule (acquirer, method, kind, valid_from, per_myriad, least) VALUES ('book', 'card', '*', '2026-01-01', 150, 100)`)
	if err != nil {
		t.Fatal(err)
	}
	m.bank = &bookBank{r: m.r, now: now, deals: map[string]*bankDeal{}, byOrder: map[uuid.UUID]*bankDeal{}, refunds: map[uuid.UUID]*bankBack{}}
	if m.box, err = secret.NewBox(paytest.Key); err != nil {
		t.Fatal(err)
	}
	m.d = &desk{db: pool, river: client, banks: Banks{m.bank}, now: now, box: m.box, log: logOf(nil)}
	return m
}

// fine faults are those that a person is told of; anything else is a defect.
func (m *modelRun) ok(err error, allowed ...error) {
	m.Helper()
	if err == nil || errors.Is(err, errSilent) || errors.Is(err, banks.ErrNoRegistry) {
		return
	}
	for _, a := range allowed {
		if errors.Is(err, a) {
			return
		}
	}
	m.fail("%v", err)
}

func (m *modelRun) fail(format string, args ...any) {
	m.Helper()
	m.Fatalf("seed %d: %s\nlast steps:\n%s", m.seed, fmt.Sprintf(format, args...), strings.Join(m.log[max(0, len(m.log)-40):], "\n"))
}

func (m *modelRun) note(format string, args ...any) {
	m.log = append(m.log, fmt.Sprintf("%4d ", len(m.log))+fmt.Sprintf(format, args...))
}

// charge is one of the newest, so that much happens to each of them at the same time.
func (m *modelRun) charge() uuid.UUID {
	newest := m.charges[max(0, len(m.charges)-5):]
	return newest[m.r.IntN(len(newest))]
}

// payments returns the payments in any of the states, all of them without one.
func (m *modelRun) payments(states ...State) []*Payment {
	m.Helper()
	rows, _ := m.db.Query(m.Context(), `SELECT `+paymentColumns+` FROM payment WHERE $1::text[] IS NULL OR state = ANY($1) ORDER BY created_at, id`, states)
	all, err := pgx.CollectRows(rows, pgx.RowToAddrOfStructByName[Payment])
	if err != nil {
		m.fail("%v", err)
	}
	return all
}

func (m *modelRun) refunds(states ...RefundState) []*Refund {
	m.Helper()
	rows, _ := m.db.Query(m.Context(), `SELECT `+refundColumns+` FROM refund r JOIN payment p ON p.id = r.payment_id WHERE r.state = ANY($1) ORDER BY r.created_at, r.id`, states)
	all, err := pgx.CollectRows(rows, pgx.RowToAddrOfStructByName[Refund])
	if err != nil {
		m.fail("%v", err)
	}
	return all
}

func pick[T any](r *rand.Rand, all []T) (one T, ok bool) {
	if len(all) == 0 {
		return one, false
	}
	return all[r.IntN(len(all))], true
}

func (m *modelRun) deals(status ...banks.Verdict) []*bankDeal {
	var found []*bankDeal
	for i := range len(m.bank.deals) {
		if d := m.bank.deals[fmt.Sprint("b", i)]; slices.Contains(status, d.Status) && !d.reversed {
			found = append(found, d)
		}
	}
	return found
}

var modelSteps = []struct {
	weight int
	name   string
	do     func(*modelRun)
}{
	{3, "charge", (*modelRun).newCharge}, {14, "click", (*modelRun).click}, {14, "pay", (*modelRun).payAtBank}, {4, "decline", (*modelRun).declineAtBank},
	{3, "hold", (*modelRun).holdAtBank}, {2, "differ", (*modelRun).differAtBank}, {3, "late", (*modelRun).lateAtBank}, {14, "news", (*modelRun).news},
	{10, "poll", (*modelRun).poll}, {3, "cancel", (*modelRun).cancel}, {2, "exempt", (*modelRun).exempt}, {3, "propose", (*modelRun).propose},
	{5, "take", (*modelRun).take}, {5, "approve", (*modelRun).approve}, {2, "reject", (*modelRun).reject}, {8, "payback", (*modelRun).payBack},
	{4, "resolve", (*modelRun).resolve}, {1, "reverse", (*modelRun).reverseAtBank}, {3, "time", (*modelRun).time}, {1, "owe", (*modelRun).owe},
	{4, "autopay", (*modelRun).autopay}, {1, "rule", (*modelRun).changeRule},
}

func (m *modelRun) step() {
	total := 0
	for _, s := range modelSteps {
		total += s.weight
	}
	n := m.r.IntN(total)
	for _, s := range modelSteps {
		if n -= s.weight; n < 0 {
			m.note("%s", s.name)
			m.done[s.name]++
			m.clock = m.clock.Add(time.Second)
			s.do(m)
			return
		}
	}
}

func (m *modelRun) newCharge() {
	n := NewCharge{Origin: Origin{FromApplication, uuid.Must(uuid.NewV7())}, Payer: m.payer, Last: "Гарипова", First: "Алия", Amount: int64(1000 + m.r.IntN(500000)),
		Purpose: "Пошлина", Service: "s", Payee: "zags", Part: m.r.IntN(2) == 0, At: m.clock}
	if m.r.IntN(3) == 0 {
		n.Discount, n.Decided = "fine", m.clock.AddDate(0, 0, -m.r.IntN(40))
	}
	if m.r.IntN(2) == 0 {
		m.makeBill(&n)
	}
	c, err := CreateCharge(m.Context(), m.db, n)
	if err != nil {
		m.fail("%v", err)
	}
	m.charges, m.origins[c.ID] = append(m.charges, c.ID), n.Origin
}

func (m *modelRun) click() {
	want := intent{Reader: Reader{Account: m.payer, Keys: [][]byte{}}, Charge: m.charge()}
	if m.r.IntN(3) == 0 {
		want.Sum = int64(100 + m.r.IntN(200000))
	}
	m.chooseMeans(&want)
	_, err := m.d.start(m.Context(), want)
	if errors.Is(err, errFee) { // the page has shown another sum: it is shown again
		c, err := chargeFor(m.Context(), m.db, want.Reader, want.Charge)
		m.ok(err)
		if want.Fee, err = feeOf(m.Context(), m.db, "book", banks.ByCard, c.OriginKind, newPayment(c, "book", "", banks.ByCard, want.Sum, m.clock).Amount, m.clock); err != nil || want.Fee == 0 {
			m.fail("commission %d, %v", want.Fee, err)
		}
		_, err = m.d.start(m.Context(), want)
		m.ok(err, errFee) // of lines: their sum is another one
		return
	}
	m.ok(err, fault.Conflict, fault.Invalid, errLines)
}

func (m *modelRun) payAtBank() {
	if d, ok := m.recent(banks.DealPending); ok {
		m.bank.settle(d, banks.DealSucceeded, d.Amount, Currency)
	}
}

// recent is one of the newest deals.
func (m *modelRun) recent(status ...banks.Verdict) (*bankDeal, bool) {
	all := m.deals(status...)
	return pick(m.r, all[max(0, len(all)-6):])
}

func (m *modelRun) declineAtBank() {
	if d, ok := m.recent(banks.DealPending, banks.DealHeld); ok {
		d.Status, d.Reason = banks.DealCanceled, []string{"insufficient_funds", banks.ReasonExpired}[m.r.IntN(2)]
	}
}

func (m *modelRun) holdAtBank() {
	if d, ok := pick(m.r, m.deals(banks.DealPending)); ok {
		d.Status = banks.DealHeld
	}
}

func (m *modelRun) differAtBank() {
	if d, ok := pick(m.r, m.deals(banks.DealPending)); ok {
		if m.r.IntN(4) == 0 {
			m.bank.settle(d, banks.DealSucceeded, d.Amount, "USD")
			return
		}
		m.bank.settle(d, banks.DealSucceeded, max(1, d.Amount+int64(m.r.IntN(20001)-10000)), Currency)
	}
}

func (m *modelRun) lateAtBank() {
	if d, ok := m.recent(banks.DealCanceled); ok && d.Reason != "released" {
		m.bank.settle(d, banks.DealSucceeded, d.Amount, Currency)
	}
}

// news is a call-back, first or repeated, of any payment that the bank has.
func (m *modelRun) news() {
	if d, ok := m.recent(banks.DealPending, banks.DealHeld, banks.DealSucceeded, banks.DealCanceled); ok {
		copied := d.Deal
		_, err := m.d.apply(m.Context(), d.Order, &copied, step{Source: "callback"})
		m.ok(err)
	}
}

func (m *modelRun) poll() {
	if p, ok := pick(m.r, m.payments()); ok {
		_, err := m.d.check(m.Context(), p)
		m.ok(err)
	}
}

func (m *modelRun) cancel() {
	if m.r.IntN(3) == 0 {
		m.ok(CancelChargeFor(m.Context(), m.db, m.origins[m.charge()], "origin", "", m.clock), fault.Conflict)
	}
}

func (m *modelRun) exempt() {
	m.ok(ExemptCharge(m.Context(), m.db, m.origins[m.charge()], int64(1+m.r.IntN(100000)), "ivanov", "НК", m.clock), fault.Conflict, fault.Invalid, fault.NotFound)
}

func (m *modelRun) owe() { m.ok(OweRefund(m.Context(), m.db, m.origins[m.charge()], m.clock)) }

func (m *modelRun) propose() {
	if p, ok := pick(m.r, m.payments(Succeeded, Surplus, Mismatch, Failed)); ok {
		_, err := m.d.ProposeRefund(m.Context(), p.ID, int64(m.r.IntN(2)*m.r.IntN(100000)), "court", "", m.person())
		m.ok(err, fault.Conflict, fault.Invalid)
	}
}

func (m *modelRun) person() string { return []string{"valeeva", "nuriev"}[m.r.IntN(2)] }

func (m *modelRun) take() {
	if r, ok := pick(m.r, m.refunds(RefundAsked)); ok {
		_, err := m.d.TakeRefund(m.Context(), r.ID, m.person())
		m.ok(err)
	}
}

func (m *modelRun) approve() {
	if r, ok := pick(m.r, m.refunds(RefundProposed)); ok {
		actor := m.person()
		_, err := m.d.ApproveRefund(m.Context(), r.ID, actor)
		m.ok(err, fault.Forbidden)
		if (err == nil) == (*r.FirstBy == actor) {
			m.fail("%s proposed and %s approved: %v", *r.FirstBy, actor, err)
		}
	}
}

func (m *modelRun) reject() {
	if r, ok := pick(m.r, m.refunds(RefundAsked, RefundProposed)); ok {
		_, err := m.d.RejectRefund(m.Context(), r.ID, m.person(), "no")
		m.ok(err)
	}
}

func (m *modelRun) payBack() {
	if r, ok := pick(m.r, m.refunds(RefundApproved, RefundSent)); ok {
		_, err := m.d.payBack(m.Context(), r.ID)
		m.ok(err)
	}
}

func (m *modelRun) resolve() {
	all, err := openDiscrepancies(m.Context(), m.db)
	m.ok(err)
	if x, ok := pick(m.r, all); ok {
		choice, _ := pick(m.r, choices[x.Kind])
		if choice == "reread" { // the worker's business: poll does it
			return
		}
		m.note("  %s %s", x.Kind, choice)
		_, err := m.d.Resolve(m.Context(), x.ID, verdict{Choice: choice, Note: "why", Actor: m.person()})
		m.ok(err, fault.Conflict, fault.Invalid)
	}
}

// reverseAtBank takes money back at the bank; we hear of it in the registry only.
func (m *modelRun) reverseAtBank() {
	if d, ok := pick(m.r, m.deals(banks.DealSucceeded)); ok && d.refunded == 0 && d.Currency == Currency {
		d.reversed = true
		m.bank.moves = append(m.bank.moves, registryLine{Kind: "reversal", BankID: "v" + d.ID, PaymentOf: d.ID, Order: d.Order.String(), Amount: d.Amount,
			Currency: Currency, At: m.clock})
	}
}

// time lets hours pass; over midnight the registry of the day before is taken.
func (m *modelRun) time() {
	day := m.clock
	m.clock = m.clock.Add(time.Duration(1+m.r.IntN(10)) * time.Hour)
	if m.clock.In(rus.Moscow).Day() != day.In(rus.Moscow).Day() {
		for range 20 { // until the bank answers
			if err := m.d.takeRegistry(m.Context(), m.bank, day); !errors.Is(err, banks.ErrNoRegistry) {
				m.ok(err)
				break
			}
		}
	}
}

// verify compares what we have with the bank's books.
func (m *modelRun) verify() {
	m.Helper()
	faults, err := CheckBooks(m.Context(), m.db)
	if err != nil {
		m.fail("%v", err)
	}
	for _, f := range faults {
		m.fail("the books: %s", f)
	}
	m.verifyOrders()
	full := map[uuid.UUID]int{}
	for _, p := range m.payments() {
		d := m.bank.byOrder[p.ID]
		switch {
		case p.State.HasMoney() && (d == nil || d.Status != banks.DealSucceeded || *p.Received != d.Amount || p.Currency != d.Currency):
			m.fail("payment %s is %s, the bank has %+v", p.Receipt, p.State, d)
		case p.State == Reversed && !d.reversed:
			m.fail("payment %s is reversed, the bank has %+v", p.Receipt, d)
		case d != nil && p.Refunded > d.refunded:
			m.fail("payment %s returned %d, the bank %d", p.Receipt, p.Refunded, d.refunded)
		case d != nil && d.refunded > p.Reserved:
			m.fail("payment %s: the bank returned %d, %d were reserved", p.Receipt, d.refunded, p.Reserved)
		}
		if p.State == Succeeded && !p.Part {
			full[p.ChargeID]++
		}
	}
	for id, n := range full {
		if n > 1 {
			m.fail("charge %s is paid %d times", id, n)
		}
	}
}

// settleDown lets everything that is under way come to its end, with a bank that answers: then nothing may be owed to anybody
// without somebody knowing.
func (m *modelRun) settleDown() {
	m.Helper()
	for range 30 {
		for _, p := range m.payments() {
			_, err := m.d.check(m.Context(), p)
			m.ok(err)
		}
		for _, r := range m.refunds(RefundApproved, RefundSent) {
			_, err := m.d.payBack(m.Context(), r.ID)
			m.ok(err)
		}
	}
	for _, p := range m.payments() {
		d := m.bank.byOrder[p.ID]
		if d != nil && p.BankID != nil && d.Status == banks.DealSucceeded && !p.State.HasMoney() && p.State != Reversed {
			m.fail("the bank has the money of payment %s, and it is %s", p.Receipt, p.State)
		}
		if d != nil && p.Refunded != d.refunded && p.State != Reversed {
			m.fail("payment %s returned %d, the bank %d", p.Receipt, p.Refunded, d.refunded)
		}
	}
	var untold int
	if err := m.db.QueryRow(m.Context(), `SELECT count(*) FROM payment p WHERE state = 'mismatch' AND NOT EXISTS (
		SELECT FROM discrepancy x WHERE x.payment_id = p.id AND x.resolution IS NULL)`).Scan(&untold); err != nil || untold > 0 {
		m.fail("%d mismatches are before nobody, %v", untold, err)
	}
	m.verify()
}

// TestModel takes TAMGA_MODEL_STEPS steps: 100000 and more for the long form.
func TestModel(t *testing.T) {
	t.Parallel()
	steps, seed := 1000, uint64(time.Now().UnixNano())
	if n, err := strconv.Atoi(os.Getenv("TAMGA_MODEL_STEPS")); err == nil {
		steps = n
	}
	if n, err := strconv.ParseUint(os.Getenv("TAMGA_MODEL_SEED"), 10, 64); err == nil {
		seed = n
	}
	every, perRun := 10, 1000 // a new database then: look-ups of the test itself stay short
	if steps > 10000 {
		every = 25
	}
	for total := steps; steps > 0; steps -= perRun {
		seed := seed + uint64(total-steps) // the first run has the seed itself: a failed one is repeated so
		n := min(steps, perRun)
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			m := newModelRun(t, dbtest.DB(t, dbtest.Portal), seed)
			m.newCharge()
			for i := range n {
				m.step()
				if i%every == every-1 {
					m.verify()
				}
			}
			m.settleDown()
			t.Log(m.done)
		})
	}
}
