package applications

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"tamga/departments"
	"tamga/internal/i18n"
	"tamga/payments"
)

// sign puts a person's signature under the text with this hash. A second click finds the first one and changes nothing. The last
// signature asks for the duty, or sends the application when nothing is owed.
func (k *Core) sign(ctx context.Context, tx pgx.Tx, d *dossier, p *Person, hash []byte) error {
	if d.wasSent() || d.Me.Signature != nil && bytes.Equal(d.Me.Signature.Hash, hash) {
		return nil
	}
	switch {
	case !d.State.Open():
		return errClosed
	case !d.complete():
		return errIncomplete
	case !bytes.Equal(hash, d.hash()):
		return errChanged
	case d.unscanned():
		return errScanning
	case d.Organisation != nil && d.Me == d.filer() && !p.Organisation.May(PowerSign):
		return errMayNotSign
	}
	if d.Deadline == nil && d.chosen() != nil {
		if err := k.timely(d); err != nil {
			return err
		}
		k.setDeadline(d, partyClock)
		if err := k.scheduleClock(ctx, tx, d); err != nil {
			return err
		}
	}
	if err := k.keepSlot(ctx, tx, d, k.holdUntil(d)); err != nil {
		return err
	}
	s := &Signature{Party: d.Me.ID, Person: p.ID, Name: d.Me.Name(), Level: p.Level, Hash: hash, SignedAt: k.Now()}
	if err := insertSignature(ctx, tx, d.ID, s, d.Me.Superseded); err != nil {
		return err
	}
	d.Me.Signature = s
	if err := k.note(ctx, tx, d, Event{Kind: "signed", Party: d.Me.ID}); err != nil {
		return err
	}
	if !d.signed() {
		if err := k.store(ctx, tx, d); err != nil {
			return err
		}
		return k.tell(ctx, tx, d, "signed", d.Me)
	}
	return k.afterSignatures(ctx, tx, d)
}

func (k *Core) setDeadline(d *dossier, clock time.Duration) {
	at := k.Now().Add(clock)
	d.Deadline = &at
}

// afterSignatures asks for the duty once, or sends.
func (k *Core) afterSignatures(ctx context.Context, tx pgx.Tx, d *dossier) error {
	bill, err := d.duty(k.Now())
	if err != nil {
		return err
	}
	if bill.Amount == 0 || d.PaidCharge != nil {
		return k.submit(ctx, tx, d)
	}
	if d.Deadline == nil {
		k.setDeadline(d, payClock)
		if err := k.scheduleClock(ctx, tx, d); err != nil {
			return err
		}
	}
	payer := d.payer()
	duty := d.Definition.Duty
	c, err := payments.CreateCharge(ctx, tx, payments.NewCharge{Origin: origin(d.ID), UIN: bill.UIN, Payer: *payer.Person,
		Last: payer.Last, First: payer.First, Middle: payer.Middle, Amount: bill.Amount, Purpose: duty.Purpose.In(i18n.RU),
		Service: d.Service, Payee: duty.Payee, Due: *d.Deadline, Email: payer.Contact.Email, Phone: payer.Contact.Phone, At: k.Now()})
	if err != nil {
		return err
	}
	if c.Status == payments.Paid {
		return k.paid(ctx, tx, d, c)
	}
	if err := k.note(ctx, tx, d, Event{Kind: string(Paying)}); err != nil {
		return err
	}
	if err := k.move(ctx, tx, d, Paying); err != nil {
		return err
	}
	return k.tell(ctx, tx, d, "paying", d.Me)
}

// notePaid remembers the payment of the duty, once.
func (k *Core) notePaid(ctx context.Context, tx pgx.Tx, d *dossier, c *payments.Charge) error {
	if d.PaidCharge != nil {
		return nil
	}
	at := k.Now()
	if c.PaidAt != nil {
		at = *c.PaidAt
	}
	d.PaidCharge, d.PaidAt = &c.ID, &at
	return k.note(ctx, tx, d, Event{Kind: "paid", Party: d.payer().ID, Note: c.Receipt, At: at})
}

// paid takes the news of a payment. It may come in any state, and twice.
func (k *Core) paid(ctx context.Context, tx pgx.Tx, d *dossier, c *payments.Charge) error {
	if d.PaidCharge != nil && d.wasSent() {
		return nil
	}
	if err := k.notePaid(ctx, tx, d, c); err != nil {
		return err
	}
	return k.afterPayment(ctx, tx, d)
}

// afterPayment sends what is signed by all. A clock that ran out a moment before does no harm while the chosen time is still
// free. Otherwise the money is kept: for the signatures that are missing, or to be returned.
func (k *Core) afterPayment(ctx context.Context, tx pgx.Tx, d *dossier) error {
	// Where a refund is promised already, staff may have paid it out.
	ready := (d.State == Paying || d.State == Expired && !d.RefundDue) && d.complete() && d.signed()
	if ready {
		sub, err := tx.Begin(ctx) // a savepoint: when the time is gone nothing of the attempt may stay
		if err != nil {
			return err
		}
		err = k.submit(ctx, sub, d)
		if err == nil {
			return sub.Commit(ctx)
		}
		if rollback := sub.Rollback(ctx); rollback != nil {
			return rollback
		}
		if err != errSlotTaken {
			return err
		}
	}
	switch {
	case ready && d.State == Paying:
		return k.end(ctx, tx, d, Expired, Event{Kind: "slot_lost"}, nil)
	case d.State.Gone() && !d.RefundDue:
		if err := k.oweRefund(ctx, tx, d); err != nil {
			return err
		}
		if err := k.note(ctx, tx, d, Event{Kind: "refund_due"}); err != nil {
			return err
		}
		if err := k.tell(ctx, tx, d, "refund", nil); err != nil {
			return err
		}
	}
	return k.store(ctx, tx, d)
}

// submit sends the application: the booking, the number and the letter to the department stand or fall together. The database
// refuses it without all signatures.
func (k *Core) submit(ctx context.Context, tx pgx.Tx, d *dossier) error {
	if d.State.WithDepartment() {
		return nil
	}
	for _, p := range d.Parties {
		if p.Signature == nil || !bytes.Equal(p.Signature.Hash, d.hash()) {
			return errChanged
		}
	}
	if err := k.bookSlot(ctx, tx, d); err != nil {
		return err
	}
	now := k.Now()
	was := d.Application
	number, err := nextNumber(ctx, tx, now)
	if err != nil {
		return err
	}
	d.Number, d.Hash, d.SubmittedAt, d.RefundDue, d.ControlCode = number, d.hash(), &now, false, controlCode()
	d.AnswerBy = d.answerBy(now)
	if err := k.move(ctx, tx, d, Submitted); err != nil {
		d.Application = was
		return err
	}
	if err := k.note(ctx, tx, d, Event{Kind: string(Submitted), Note: number}); err != nil {
		return err
	}
	notices, err := k.Notify.Keep(ctx, tx, k.noticesTo(d, "submitted", func(p *Party) bool { return p.Joined() })...)
	if err != nil {
		return err
	}
	if err := k.enqueue(ctx, tx, d, notices); err != nil {
		return fmt.Errorf("send application %s: %w", d.ID, err)
	}
	return nil
}

// enqueue puts the application into the outbox to its department. The application's own key is the delivery's: it cannot be
// sent twice. The jobs of the notices are queued with its own.
func (k *Core) enqueue(ctx context.Context, tx pgx.Tx, d *dossier, notices []river.InsertManyParams) error {
	data, err := k.letter(ctx, tx, d)
	if err != nil {
		return err
	}
	raw, err := marshal(data)
	if err != nil {
		return err
	}
	return departments.Enqueue(ctx, tx, k.River, k.Box, departments.Delivery{ID: d.ID, ApplicationID: d.ID, Number: d.Number,
		Department: d.Definition.Goes(d.Set), Service: d.Service, ServiceVersion: d.ServiceVersion, Data: raw}, notices...)
}
