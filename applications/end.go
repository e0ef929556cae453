package applications

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// expire ends an application whose clock has run out. It does nothing when there is time left, or when the duty turns out to be
// paid: then the application goes its way.
func (k *Core) expire(ctx context.Context, tx pgx.Tx, d *dossier) error {
	if !d.Overdue(k.Now()) {
		return nil
	}
	if err := k.dropCharge(ctx, tx, d); err != nil {
		return err
	}
	if d.State == Paying && d.PaidCharge != nil {
		return k.afterPayment(ctx, tx, d)
	}
	return k.end(ctx, tx, d, Expired, Event{Kind: string(Expired)}, nil)
}

// cancel ends an application because a party withdraws it before it was sent.
func (k *Core) cancel(ctx context.Context, tx pgx.Tx, d *dossier) error {
	if !d.State.Open() {
		return errClosed
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
	d.RefundDue = d.PaidCharge != nil
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
