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
)

// desk is where a payer, the bank's call-back and the check job meet: each brings news of a payment, and all of it goes
// through apply under the charge's lock.
type desk struct {
	db     db.DB
	river  *river.Client[pgx.Tx]
	bank   Acquirer
	pages  *frontend.Pages
	notify *notify.Outbox // nil sends nothing
	now    func() time.Time
	url    string // of the portal
	log    *slog.Logger
}

// start returns the live attempt to pay a charge, making one when there is none. However many clicks arrive, they wait for
// each other at the charge's lock and get the same attempt.
func (d *desk) start(ctx context.Context, payer, charge uuid.UUID, email string) (*Payment, error) {
	var p *Payment
	var c *Charge
	err := pgx.BeginFunc(ctx, d.db, func(tx pgx.Tx) error {
		var err error
		if c, err = lockCharge(ctx, tx, charge); err != nil {
			return err
		}
		if c.Payer != payer {
			return fault.New(fault.NotFound, "payments.no_charge")
		}
		if c.Status == Cancelled {
			return fault.New(fault.Conflict, "payments.cancelled")
		}
		if err := setContact(ctx, tx, c.ID, email); err != nil {
			return err
		}
		live, err := livePayments(ctx, tx, c.ID)
		if err != nil || len(live) > 0 {
			p = first(live)
			return err
		}
		p, err = d.open(ctx, tx, c)
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

// open makes an attempt and, in the same transaction, the job that will see it through: a payer who closes the browser, a
// call-back that is lost and a restart of ours change nothing.
func (d *desk) open(ctx context.Context, tx pgx.Tx, c *Charge) (*Payment, error) {
	receipt, err := nextReceipt(ctx, tx)
	if err != nil {
		return nil, err
	}
	p := newPayment(c, d.bank.Name(), receipt, d.now())
	if err := insertPayment(ctx, tx, p, foldName(c)); err != nil {
		return nil, err
	}
	_, err = d.river.InsertTx(ctx, tx, CheckArgs{p.ID}, &river.InsertOpts{ScheduledAt: d.now().Add(firstCheck)})
	return p, err
}

// register tells the bank about an attempt. It may be called again for the same one: the Idempotence-Key is the payment's key.
// When the bank does not answer, the payment stays as it is and the check job asks again.
func (d *desk) register(ctx context.Context, c *Charge, p *Payment) (*Payment, error) {
	payee, err := payeeOf(ctx, d.db, c)
	if err != nil {
		return nil, err
	}
	deal, err := d.bank.Create(ctx, Order{ID: p.ID, Receipt: p.Receipt, Payee: payee.Name, Purpose: c.Purpose, Amount: p.Amount,
		Return: d.url + "/payments/" + c.ID.String() + "/return"})
	switch {
	case errors.Is(err, ErrRefused):
		return d.change(ctx, p.ID, &Deal{}, step{Event: "refused", Source: "answer", Detail: err.Error(), At: d.now()})
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
	deal, err := d.bank.Get(ctx, *p.BankID)
	if err != nil {
		return p, fmt.Errorf("payment %s: %w", p.ID, err)
	}
	return d.apply(ctx, p.ID, deal, s)
}

// apply changes a payment to what the bank says of it.
func (d *desk) apply(ctx context.Context, id uuid.UUID, deal *Deal, s step) (*Payment, error) {
	if deal.Order != id {
		return nil, fmt.Errorf("payment %s: the bank answers about order %s", id, deal.Order)
	}
	s.At = d.now()
	return d.change(ctx, id, deal, s)
}

func (d *desk) change(ctx context.Context, id uuid.UUID, deal *Deal, s step) (*Payment, error) {
	var p *Payment
	err := pgx.BeginFunc(ctx, d.db, func(tx pgx.Tx) error {
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
		if s.Event == "" {
			s.Event = eventOf(c, p, deal)
		}
		if s.Event == "paid" || s.Event == "amount_differs" {
			if err := d.supersede(ctx, tx, c, p, s); err != nil {
				return err
			}
		}
		moved, err := advance(ctx, tx, p, s)
		if err != nil {
			return err
		}
		if err := setDeal(ctx, tx, p, deal); err != nil || !moved {
			return err
		}
		return d.tell(ctx, tx, c, p)
	})
	return p, err
}

// tell does what follows from money that has come, needed or not.
func (d *desk) tell(ctx context.Context, tx pgx.Tx, c *Charge, p *Payment) error {
	switch p.State {
	case Succeeded:
		return d.paid(ctx, tx, c, p)
	case Surplus:
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
		moved, err := advance(ctx, tx, other, step{Event: "superseded", Source: "charge", Detail: p.Receipt, At: s.At})
		if err != nil {
			return err
		}
		if moved {
			if err := d.tell(ctx, tx, c, other); err != nil {
				return err
			}
		}
	}
	return nil
}

// paid closes the charge, tells its origin, and sends the receipt, all in the transaction of the payment.
func (d *desk) paid(ctx context.Context, tx pgx.Tx, c *Charge, p *Payment) error {
	if err := markPaid(ctx, tx, c.ID, *p.PaidAt); err != nil {
		return err
	}
	if _, err := d.river.InsertTx(ctx, tx, PaidArgs{ChargeID: c.ID, Origin: c.Origin()}, nil); err != nil {
		return err
	}
	return d.sendReceipt(ctx, tx, c, p)
}
