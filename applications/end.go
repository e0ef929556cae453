package applications

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/departments"
	"tamga/payments"
)

// expire ends an application whose clock has run out. It does nothing when there is time left, or when the duty turns out to be
// paid: then the application goes its way.
func (k *Core) expire(ctx context.Context, tx pgx.Tx, d *dossier) error {
	if !d.Overdue(k.Now()) {
		return nil
	}
	if busy, err := k.atBank(ctx, tx, d); err != nil || busy {
		return err
	}
	if err := k.dropCharge(ctx, tx, d); err != nil {
		return err
	}
	if d.State == Paying && d.PaidCharge != nil {
		return k.afterPayment(ctx, tx, d)
	}
	return k.end(ctx, tx, d, Expired, Event{Kind: string(Expired)}, nil)
}

// atBank tells whether the payer stands at the bank at this moment. The application, its duty and its time then wait a little:
// money that comes a minute late must find something to pay for.
func (k *Core) atBank(ctx context.Context, tx pgx.Tx, d *dossier) (bool, error) {
	until := d.Deadline.Add(payGrace)
	if d.State != Paying || !k.Now().Before(until) {
		return false, nil
	}
	busy, err := payments.UnderWay(ctx, tx, origin(d.ID))
	if err != nil || !busy {
		return false, err
	}
	err = k.keepSlot(ctx, tx, d, until)
	if err == errSlotTaken {
		return false, nil
	}
	return err == nil, err
}

// cancel ends an application because a party withdraws it. What was sent is taken back from the department too, after everything that
// it was told before; the money is owed back, and staff decide.
func (k *Core) cancel(ctx context.Context, tx pgx.Tx, d *dossier, reason string) error {
	if !d.cancellable() {
		return errClosed
	}
	if d.wasSent() {
		err := k.send(ctx, tx, d, departments.TypeCancelled, uuid.Must(uuid.NewV7()), departments.CancelledData{Reason: reason})
		if err != nil {
			return err
		}
		return k.end(ctx, tx, d, Cancelled, Event{Kind: "withdrawn", Party: d.Me.ID, Note: reason}, d.Me)
	}
	if err := k.dropCharge(ctx, tx, d); err != nil {
		return err
	}
	return k.end(ctx, tx, d, Cancelled, Event{Kind: string(Cancelled), Party: d.Me.ID}, d.Me)
}

// decline ends an application because an invited person, come or not, says no.
func (k *Core) decline(ctx context.Context, tx pgx.Tx, d *dossier, p *Party) error {
	if !d.State.may(Declined) || p.Position == 0 {
		return errClosed
	}
	if err := k.dropCharge(ctx, tx, d); err != nil {
		return err
	}
	return k.end(ctx, tx, d, Declined, Event{Kind: string(Declined), Party: p.ID}, p)
}

// end closes an application that was not sent, in one transaction with everything that it held. The unpaid duty must have been
// dropped before.
func (k *Core) end(ctx context.Context, tx pgx.Tx, d *dossier, to State, e Event, by *Party) error {
	if err := releaseSlot(ctx, tx, d.ID, k.Now()); err != nil {
		return err
	}
	d.Booking = nil
	if d.PaidCharge != nil {
		if err := k.oweRefund(ctx, tx, d); err != nil {
			return err
		}
	}
	if err := k.note(ctx, tx, d, e); err != nil {
		return err
	}
	if err := k.tell(ctx, tx, d, string(to), by); err != nil { // before the letters are closed: it goes to the invited as well
		return err
	}
	if err := revokeInvitations(ctx, tx, d.ID, "", k.Now()); err != nil {
		return err
	}
	return k.move(ctx, tx, d, to)
}
