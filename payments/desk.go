package payments

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"tamga/frontend"
	"tamga/internal/db"
	"tamga/internal/fault"
	"tamga/internal/notify"
	"tamga/internal/secret"
	"tamga/payments/banks"
)

// desk is where a payer, the bank's call-back, the check job and an employee meet: each brings news of a payment, and all of
// it goes through change under the charge's lock.
type desk struct {
	db     db.DB
	river  *river.Client[pgx.Tx]
	banks  Banks
	pages  *frontend.Pages
	notify *notify.Outbox // nil sends nothing
	now    func() time.Time
	url    string      // of the portal
	box    *secret.Box // opens the tokens of cards; nil remembers none
	log    *slog.Logger
}

// Banks are the acquirers, the one for new payments first.
type Banks []banks.Acquirer

// allBanks joins the one that a role names with further ones.
func allBanks(first banks.Acquirer, more []banks.Acquirer) Banks {
	if first == nil {
		return more
	}
	return append(Banks{first}, more...)
}

// of returns the acquirer that a payment was begun with.
func (b Banks) of(p *Payment) (banks.Acquirer, error) { return b.named(p.Acquirer) }

func (b Banks) named(name string) (banks.Acquirer, error) {
	for _, bank := range b {
		if bank.Name() == name {
			return bank, nil
		}
	}
	return nil, fmt.Errorf("no acquirer %q", name)
}

// intent is what a payer wants: which charge, with what, and how much of it.
type intent struct {
	Reader Reader
	Charge uuid.UUID
	Email  string
	Method banks.Method // "" is by card
	Sum    int64        // 0 is all that is owed
	Bank   string       // "" is the first
	Fee    int64        // the commission that the payer has seen
	Save   bool         // the card is to be remembered
	Card   uuid.UUID    // pay by a remembered one
	Shown  shown        // what the payer has agreed to pay with it; nothing is whatever it is
	Lines  []int        // of a bill: pay these; none is all of them
	Payer  Person       // who pays for another
}

// start returns the live attempt to pay a charge, making one when there is none. However many clicks arrive, they wait for
// each other at the charge's lock and get the same attempt.
func (d *desk) start(ctx context.Context, want intent) (*Payment, error) {
	var p *Payment
	var c *Charge
	err := pgx.BeginFunc(ctx, d.db, func(tx pgx.Tx) error {
		seen, err := chargeFor(ctx, tx, want.Reader, want.Charge)
		if err != nil { // whoever may not see it may not pay it
			return err
		}
		if c, err = lockCharge(ctx, tx, want.Charge); err != nil {
			return err
		}
		if c.Status == Cancelled || c.Status == Refunded {
			return fault.New(fault.Conflict, "payments.cancelled")
		}
		if seen.Mine { // somebody else's address stays with the payment
			if err := setContact(ctx, tx, c.ID, want.Email); err != nil {
				return err
			}
		}
		live, err := livePayments(ctx, tx, c.ID)
		if err != nil || len(live) > 0 {
			if p = first(live); p != nil && p.PaidBy != want.Reader.Account {
				err = errors.Join(err, setShared(ctx, tx, p.ID)) // whoever pays now, no card is kept for who began
			}
			return err
		}
		if c.Status == Paid { // in parts: the last of them is what there is to show
			p, err = lastPayment(ctx, tx, c.ID)
			return err
		}
		if seen.Mine {
			want.Payer = Person{}
		}
		p, err = d.open(ctx, tx, c, want)
		return err
	})
	if err != nil || p.State != Created {
		return p, err
	}
	return d.register(ctx, c, p)
}

func first(live []*Payment) *Payment {
	if len(live) == 0 {
		return nil
	}
	return live[0]
}

// leastPart is the smallest part of a charge that may be paid by itself: a bank takes no less than a ruble.
const leastPart = 100

// open makes an attempt and, in the same transaction, the job that will see it through: a payer who closes the browser, a
// call-back that is lost and a restart of ours change nothing.
func (d *desk) open(ctx context.Context, tx pgx.Tx, c *Charge, want intent) (*Payment, error) {
	if want.Sum != 0 && (!c.PartAllowed || want.Sum < leastPart || want.Sum > c.Rest()) {
		return nil, fault.New(fault.Invalid, "payments.part_sum")
	}
	lines, err := d.linesFor(ctx, tx, c, &want)
	if err != nil {
		return nil, err
	}
	bank := d.banks[0]
	if want.Bank != "" {
		if bank, err = d.banks.named(want.Bank); err != nil {
			return nil, fault.New(fault.Invalid, "payments.no_bank")
		}
	}
	if want.Method == "" {
		want.Method = banks.ByCard
	}
	if err := d.useCard(ctx, tx, want, bank.Name()); err != nil {
		return nil, err
	}
	receipt, err := nextReceipt(ctx, tx)
	if err != nil {
		return nil, err
	}
	p := newPayment(c, bank.Name(), receipt, want.Method, want.Sum, d.now())
	if all, _ := c.Offer(d.now()); p.Part && all-p.Amount < leastPart {
		return nil, errRest
	}
	p.Email, p.SaveCard = want.Email, want.Save && want.Card == uuid.Nil && want.Method == banks.ByCard
	p.PayerLast, p.PayerFirst, p.PayerMiddle = want.Payer.Last, want.Payer.First, want.Payer.Middle
	if want.Card != uuid.Nil {
		p.CardID = &want.Card
	}
	if p.Amount == 0 { // an exemption came on top of parts that were paid with a discount in view
		return nil, fault.New(fault.Conflict, "payments.nothing_to_pay")
	}
	if p.Fee, err = feeOf(ctx, tx, p.Acquirer, p.Method, c.OriginKind, p.Amount, d.now()); err != nil {
		return nil, err
	}
	if p.Fee != want.Fee {
		return nil, errFee
	}
	if !want.Shown.holds(p, c) {
		return nil, errShown
	}
	if err := insertPayment(ctx, tx, p, foldName(c), want.Reader.Account); err != nil {
		return nil, err
	}
	if err := insertShares(ctx, tx, p, spread(p.Amount, lines)); err != nil {
		return nil, err
	}
	_, err = d.river.InsertTx(ctx, tx, CheckArgs{PaymentID: p.ID}, &river.InsertOpts{ScheduledAt: d.now().Add(firstCheck)})
	return p, err
}

// errRest says that less would be left of a charge than a bank takes: nobody could ever close it.
var errRest = fault.New(fault.Invalid, "payments_charge.rest_small")

// errLines says that the sum does not fit the lines that were chosen.
var errLines = fault.New(fault.Invalid, "payments_utility.line_sum")

// linesFor returns the lines of a bill that the payer means, and takes their sum when the payer has typed none.
func (d *desk) linesFor(ctx context.Context, tx pgx.Tx, c *Charge, want *intent) ([]Line, error) {
	all, err := LinesOf(ctx, tx, c.ID)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	lines := chosen(all, want.Lines)
	if len(want.Lines) == 0 {
		return lines, nil
	}
	most := min(restOf(lines), c.Rest())
	if want.Sum == 0 {
		want.Sum = most
	}
	if !c.PartAllowed || want.Sum < leastPart || want.Sum > most {
		return nil, errLines
	}
	return lines, nil
}

// register tells the bank about an attempt. It may be called again for the same one: the Idempotence-Key is the payment's key.
// When the bank does not answer, the payment stays as it is and the check job asks again.
func (d *desk) register(ctx context.Context, c *Charge, p *Payment) (*Payment, error) {
	bank, err := d.banks.of(p)
	if err != nil {
		return nil, err
	}
	payee, err := payeeOf(ctx, d.db, c)
	if err != nil {
		return nil, err
	}
	token, err := d.tokenOf(ctx, p)
	if err != nil {
		return nil, err
	}
	deal, err := bank.Create(ctx, banks.Order{ID: p.ID, Save: p.SaveCard, Card: token, Receipt: p.Receipt, Payee: payee.Name, Purpose: c.Purpose, Amount: p.Total(), Fee: p.Fee, Method: p.Method,
		Email: p.Email, Return: d.url + "/payments/" + c.ID.String() + "/return"})
	switch {
	case errors.Is(err, banks.ErrRefused):
		return d.change(ctx, p.ID, &banks.Deal{}, step{Event: "refused", Source: "answer", Detail: err.Error(), At: d.now()})
	case err != nil:
		d.log.Warn("the bank did not answer", "payment", p.ID, "err", err)
		return p, nil
	}
	return d.apply(ctx, p.ID, deal, step{Source: "answer"})
}

// learn re-reads a payment at the bank and applies what it says.
func (d *desk) learn(ctx context.Context, p *Payment, s step) (*Payment, error) {
	if p.BankID == nil {
		return p, nil
	}
	bank, err := d.banks.of(p)
	if err != nil {
		return p, err
	}
	deal, err := bank.Get(ctx, *p.BankID)
	if err != nil {
		return p, fmt.Errorf("payment %s: %w", p.ID, err)
	}
	return d.apply(ctx, p.ID, deal, s)
}

// apply changes a payment to what the bank says of it, and takes or lets go money that the bank holds.
func (d *desk) apply(ctx context.Context, id uuid.UUID, deal *banks.Deal, s step) (*Payment, error) {
	if deal.Order != id {
		return nil, fmt.Errorf("payment %s: the bank answers about order %s", id, deal.Order)
	}
	s.At = d.now()
	p, err := d.change(ctx, id, deal, s)
	if err != nil || deal.Status != banks.DealHeld {
		return p, err
	}
	if next := d.hold(ctx, p, deal); next != nil && next.Status != banks.DealHeld && next.Order == id {
		return d.change(ctx, id, next, step{Source: "answer", At: d.now()})
	}
	return p, nil
}

// hold takes held money that was asked for and lets go what was not. An answer that does not come is asked for by the check job.
func (d *desk) hold(ctx context.Context, p *Payment, deal *banks.Deal) *banks.Deal {
	bank, err := d.banks.of(p)
	holder, ok := bank.(banks.Holder)
	if err != nil || !ok {
		return nil
	}
	var next *banks.Deal
	switch p.State {
	case Authorised:
		next, err = holder.Capture(ctx, deal.ID, p.Total())
	case Created, Pending, Failed, Expired:
		next, err = holder.Release(ctx, deal.ID)
	default: // the money has been taken since that was read
		return nil
	}
	if err != nil {
		d.log.Warn("the bank did not answer about held money", "payment", p.ID, "err", err)
		return nil
	}
	return next
}

// locked runs fn with a payment and its charge, both as they stand under the charge's lock.
func (d *desk) locked(ctx context.Context, id uuid.UUID, fn func(tx pgx.Tx, c *Charge, p *Payment) error) (p *Payment, err error) {
	err = pgx.BeginFunc(ctx, d.db, func(tx pgx.Tx) error {
		unlocked, err := paymentByID(ctx, tx, id)
		if err != nil {
			return err
		}
		c, err := lockCharge(ctx, tx, unlocked.ChargeID)
		if err != nil {
			return err
		}
		if p, err = paymentByID(ctx, tx, id); err != nil { // again: it may have changed before the lock
			return err
		}
		return fn(tx, c, p)
	})
	return p, err
}

func (d *desk) change(ctx context.Context, id uuid.UUID, deal *banks.Deal, s step) (*Payment, error) {
	return d.locked(ctx, id, func(tx pgx.Tx, c *Charge, p *Payment) error {
		if s.Event == "" {
			s.Event = eventOf(c, p, deal)
		}
		return d.move(ctx, tx, c, p, deal, s)
	})
}

// move brings an event to a payment, with all that follows from it. The caller holds the charge's lock.
func (d *desk) move(ctx context.Context, tx pgx.Tx, c *Charge, p *Payment, deal *banks.Deal, s step) error {
	if s.Event == "paid" || s.Event == "amount_differs" || s.Event == "authorised" {
		if err := d.supersede(ctx, tx, c, p, s); err != nil {
			return err
		}
	}
	before := *p
	moved, err := advance(ctx, tx, p, s)
	if err != nil {
		return err
	}
	if deal != nil {
		if err := setDeal(ctx, tx, p, deal); err != nil {
			return err
		}
	}
	if !moved {
		return nil
	}
	if deal != nil && deal.Status == banks.DealSucceeded {
		p.Received, p.Currency = &deal.Amount, deal.Currency
	}
	if err := d.keepCard(ctx, tx, p, deal, s.At); err != nil {
		return err
	}
	return d.account(ctx, tx, c, &before, p, s)
}

// tell does what follows from money that has come and was not needed, and from what a person must look at.
func (d *desk) tell(ctx context.Context, tx pgx.Tx, c *Charge, p *Payment, s step) error {
	over := p.over() > 0
	switch {
	case p.State == Mismatch:
		kind := "amount"
		if p.Currency != Currency {
			kind = "currency"
		}
		return find(ctx, tx, discrepancyOf(kind, p, s.At))
	case p.State == Surplus, p.State == Succeeded && over:
		if err := find(ctx, tx, discrepancyOf("surplus", p, s.At)); err != nil {
			return err
		}
		ask := newRefund(p, p.over(), "surplus", "", s.At)
		if err := openRefund(ctx, tx, ask, "ask", "portal"); err != nil && !errors.Is(err, fault.Conflict) { // another currency: by hand
			return err
		}
		if p.State == Succeeded {
			return nil // the origin hears that it is paid; what is over is between the payer and the staff
		}
		_, err := d.river.InsertTx(ctx, tx, SurplusArgs{Origin: c.Origin(), Receipt: p.Receipt}, nil)
		return err
	}
	return nil
}

// supersede ends the other live attempts of a charge, so that one for which money has come can take their place. If money
// comes for them too, it is surplus.
func (d *desk) supersede(ctx context.Context, tx pgx.Tx, c *Charge, p *Payment, s step) error {
	live, err := livePayments(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	for _, other := range live {
		if other.ID == p.ID {
			continue
		}
		if err := d.move(ctx, tx, c, other, nil, step{Event: "superseded", Source: "charge", Detail: p.Receipt, At: s.At}); err != nil {
			return err
		}
	}
	return nil
}
