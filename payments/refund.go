package payments

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"tamga/internal/fault"
	"tamga/payments/banks"
)

// RefundState is where a refund stands. Which step leads where is data: table refund_transition.
type RefundState string

// The states of a refund.
const (
	RefundAsked    RefundState = "asked"    // by the portal; no employee has taken it up
	RefundProposed RefundState = "proposed" // by one employee
	RefundApproved RefundState = "approved" // by another one; the bank is to be told
	RefundSent     RefundState = "sent"     // the bank has it
	RefundDone     RefundState = "done"
	RefundRefused  RefundState = "refused" // by the bank
	RefundRejected RefundState = "rejected"
)

// grounds are why money goes back: the ends of locale keys payments_books.ground_<name>.
var grounds = []string{"surplus", "mismatch", "refusal", "withdrawal", "error", "court"}

// Refund is money on its way back.
type Refund struct {
	ID        uuid.UUID
	PaymentID uuid.UUID
	Receipt   string // of the payment
	Amount    int64
	Ground    string
	Note      string
	State     RefundState
	FirstBy   *string
	SecondBy  *string
	BankID    *string
	Reason    string
	CreatedAt time.Time
	DoneAt    *time.Time
}

func newRefund(p *Payment, amount int64, ground, note string, at time.Time) *Refund {
	return &Refund{ID: uuid.Must(uuid.NewV7()), PaymentID: p.ID, Receipt: p.Receipt, Amount: amount, Ground: ground, Note: note, State: "none",
		CreatedAt: at}
}

// RefundArgs is the job that tells the bank of an approved refund and waits for its end. It is made in the transaction that
// approves.
type RefundArgs struct {
	RefundID uuid.UUID `json:"refund_id"`
}

// Kind names the job.
func (RefundArgs) Kind() string { return "payments.refund" }

// ProposeRefund is the first employee's word: so much of a payment is to go back, and why. 0 is all that is left of it. It only
// takes effect when another employee approves. The same proposed twice by one employee, while the first waits, is one: a double click.
func (d *desk) ProposeRefund(ctx context.Context, payment uuid.UUID, amount int64, ground, note, actor string) (*Refund, error) {
	var r *Refund
	_, err := d.locked(ctx, payment, func(tx pgx.Tx, _ *Charge, p *Payment) error {
		if amount == 0 && p.Received != nil {
			amount = *p.Received - p.Reserved
		}
		if amount <= 0 {
			return fault.New(fault.Invalid, "payments_books.refund_sum")
		}
		twin, err := sameRefund(ctx, tx, p.ID, amount, ground, actor)
		if err != nil || twin != nil {
			r = twin
			return err
		}
		r = newRefund(p, amount, ground, note, d.now())
		return openRefund(ctx, tx, r, "propose", actor)
	})
	return r, err
}

// refundStep brings a refund an event under the lock of its charge.
func (d *desk) refundStep(ctx context.Context, id uuid.UUID, event, actor, detail string, then func(tx pgx.Tx, c *Charge, p *Payment, r *Refund) error) (*Refund, error) {
	r, err := refundByID(ctx, d.db, id)
	if err != nil {
		return nil, err
	}
	_, err = d.locked(ctx, r.PaymentID, func(tx pgx.Tx, c *Charge, p *Payment) error {
		if r, err = refundByID(ctx, tx, id); err != nil {
			return err
		}
		moved, err := advanceRefund(ctx, tx, r, event, actor, detail, d.now())
		switch {
		case err != nil:
			return err
		case !moved:
			return fault.New(fault.Conflict, "payments_books.refund_moved_on")
		case then == nil:
			return nil
		}
		return then(tx, c, p, r)
	})
	return r, err
}

// TakeRefund makes an employee the first to stand for a refund that the portal has asked for.
func (d *desk) TakeRefund(ctx context.Context, id uuid.UUID, actor string) (*Refund, error) {
	return d.refundStep(ctx, id, "propose", actor, "", nil)
}

// ApproveRefund is the second employee's word. It may not be the first's: neither here nor in the database.
func (d *desk) ApproveRefund(ctx context.Context, id uuid.UUID, actor string) (*Refund, error) {
	r, err := refundByID(ctx, d.db, id)
	if err != nil {
		return nil, err
	}
	if r.FirstBy != nil && *r.FirstBy == actor {
		return nil, fault.New(fault.Forbidden, "payments_books.two_people")
	}
	return d.refundStep(ctx, id, "approve", actor, "", func(tx pgx.Tx, _ *Charge, _ *Payment, r *Refund) error {
		_, err := d.river.InsertTx(ctx, tx, RefundArgs{r.ID}, nil)
		return err
	})
}

// RejectRefund ends a refund that nobody has approved yet, and sets its money free.
func (d *desk) RejectRefund(ctx context.Context, id uuid.UUID, actor, note string) (*Refund, error) {
	return d.refundStep(ctx, id, "reject", actor, note, func(tx pgx.Tx, _ *Charge, p *Payment, r *Refund) error {
		return unreserve(ctx, tx, p, r.Amount)
	})
}

// payBack tells the bank of an approved refund, and learns how it stands. It may be called again: the key is the refund's.
func (d *desk) payBack(ctx context.Context, id uuid.UUID) (*Refund, error) {
	r, err := refundByID(ctx, d.db, id)
	if err != nil || r.State != RefundApproved && r.State != RefundSent {
		return r, err
	}
	p, err := paymentByID(ctx, d.db, r.PaymentID)
	if err != nil {
		return nil, err
	}
	bank, err := d.banks.of(p)
	if err != nil {
		return nil, err
	}
	if p.BankID == nil {
		return nil, errors.New("a refund of a payment without a number at the bank")
	}
	back, err := bank.Refund(ctx, banks.RefundOrder{ID: r.ID, Deal: *p.BankID, Amount: r.Amount, Purpose: r.Receipt})
	switch {
	case errors.Is(err, banks.ErrRefused):
		return d.refundRefused(ctx, r, err.Error())
	case err != nil:
		return r, err
	case back.Status == banks.DealCanceled:
		return d.refundRefused(ctx, r, back.Reason)
	case back.Status == banks.DealSucceeded:
		return d.refundDone(ctx, r, back.ID)
	case r.State == RefundApproved:
		return d.refundStep(ctx, id, "sent", "bank", back.ID, func(tx pgx.Tx, _ *Charge, _ *Payment, r *Refund) error {
			return setRefundBank(ctx, tx, r, back.ID, "")
		})
	}
	return r, nil
}

// refundDone books the money that has gone back. The payment whose money is all gone is refunded, and so is its charge.
func (d *desk) refundDone(ctx context.Context, r *Refund, bankID string) (*Refund, error) {
	return d.refundStep(ctx, r.ID, "done", "bank", bankID, func(tx pgx.Tx, c *Charge, p *Payment, r *Refund) error {
		at := d.now()
		if err := setRefundBank(ctx, tx, r, bankID, ""); err != nil {
			return err
		}
		before := *p
		p.Refunded += r.Amount
		if err := setRefunded(ctx, tx, p); err != nil {
			return err
		}
		if p.Received != nil && p.Refunded == *p.Received {
			if moved, err := advance(ctx, tx, p, step{Event: "refunded", Source: "refund", Detail: r.ID.String(), At: at}); err != nil || !moved {
				return errors.Join(err, notMoved(moved, p))
			}
		}
		s := step{Event: "refunded", Source: "refund", Detail: r.ID.String(), At: at}
		if err := d.account(ctx, tx, c, &before, p, s); err != nil {
			return err
		}
		back := notice{kind: "returned", amount: p.backOfCharge() - before.backOfCharge(), refund: r.ID, at: at}
		if err := d.quit(ctx, tx, c, p, back); err != nil {
			return err
		}
		if p.Refunded >= p.over() {
			if err := settle(ctx, tx, p.ID, []string{"surplus"}, resolution{How: "returned", By: "refund", At: at}); err != nil {
				return err
			}
		}
		return d.sendRefundNotice(ctx, tx, c, p, r)
	})
}

func notMoved(moved bool, p *Payment) error {
	if moved {
		return nil
	}
	return errors.New("payment " + p.Receipt + " cannot be refunded as " + string(p.State))
}

// refundRefused ends a refund that the bank will not make: its money is free again, and a person must look at it.
func (d *desk) refundRefused(ctx context.Context, r *Refund, why string) (*Refund, error) {
	return d.refundStep(ctx, r.ID, "refused", "bank", why, func(tx pgx.Tx, _ *Charge, p *Payment, r *Refund) error {
		if err := setRefundBank(ctx, tx, r, "", why); err != nil {
			return err
		}
		if err := unreserve(ctx, tx, p, r.Amount); err != nil {
			return err
		}
		x := discrepancyOf("refund", p, d.now())
		x.Ours, x.Detail = r.Amount, why
		return find(ctx, tx, x)
	})
}

type refundWorker struct {
	river.WorkerDefaults[RefundArgs]
	jobs *Jobs
}

// Timeout leaves room for one question to the bank.
func (*refundWorker) Timeout(*river.Job[RefundArgs]) time.Duration { return 30 * time.Second }

// Work asks the bank until the refund has an end. A bank that does not answer is no failure of the job.
func (w *refundWorker) Work(ctx context.Context, job *river.Job[RefundArgs]) error {
	d := w.jobs.desk(ctx)
	r, err := d.payBack(ctx, job.Args.RefundID)
	if err != nil {
		d.log.Warn("the bank did not take a refund", "refund", job.Args.RefundID, "err", err)
	} else if r.State != RefundSent {
		return nil
	}
	return river.JobSnooze(nextRefund(d.now().Sub(job.CreatedAt)))
}

// nextRefund says when to ask about a refund again: ever more rarely, for as long as it takes.
func nextRefund(age time.Duration) time.Duration { return min(max(age/10, 10*time.Second), time.Hour) }
