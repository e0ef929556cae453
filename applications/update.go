package applications

import (
	"context"

	"github.com/jackc/pgx/v5"

	"tamga/departments"
)

// OnUpdate takes news from a department, in the transaction that records them. News that come out of order are kept in the
// history and do not turn the application back.
func (k *Core) OnUpdate(ctx context.Context, tx pgx.Tx, u departments.Update) error {
	d, err := k.lock(ctx, tx, u.ApplicationID)
	if err != nil {
		return err
	}
	switch u.Kind {
	case departments.KindMessage, departments.KindRequest:
		return k.heard(ctx, tx, d, u)
	case departments.KindResult:
		return k.issued(ctx, tx, d, u)
	case departments.KindAppointment:
		return k.awaits(ctx, tx, d, u)
	case departments.KindDelivery:
		return k.delivered(ctx, tx, d, u)
	}
	return k.moved(ctx, tx, d, u)
}

// moved takes a status.
func (k *Core) moved(ctx context.Context, tx pgx.Tx, d *dossier, u departments.Update) error {
	e := Event{Kind: string(u.Status), Note: u.Text, At: u.At}
	if u.Status == departments.Late {
		return k.late(ctx, tx, d, e)
	}
	d.LateAt = nil // it has arrived, whatever else is said
	to := State(u.Status)
	if !d.State.may(to) {
		if d.State != to && to != Sent {
			return k.note(ctx, tx, d, e)
		}
		return k.store(ctx, tx, d)
	}
	if err := k.note(ctx, tx, d, e); err != nil {
		return err
	}
	if to == Rejected || to == Refused {
		if err := releaseSlot(ctx, tx, d.ID, k.Now()); err != nil {
			return err
		}
		// A department that could not read the data has done nothing for the money; one that refused with a ground has.
		if to == Rejected && d.PaidCharge != nil {
			if err := k.oweRefund(ctx, tx, d); err != nil {
				return err
			}
		}
	}
	if err := k.move(ctx, tx, d, to); err != nil {
		return err
	}
	if to == Sent {
		return nil // nothing that a person could do about it: the page shows it
	}
	return k.tell(ctx, tx, d, string(to), nil)
}

// late tells the parties, once each time, that the department keeps us waiting and that the application is safe: it does not answer, or
// had the application and has lost it, as a comparison found, and it is sent again. Once the department works on it, or has decided,
// that is its own trouble and worries nobody.
func (k *Core) late(ctx context.Context, tx pgx.Tx, d *dossier, e Event) error {
	if d.State != Submitted && d.State != Sent || d.LateAt != nil {
		return nil
	}
	d.LateAt = &e.At
	if err := k.note(ctx, tx, d, e); err != nil {
		return err
	}
	if err := k.store(ctx, tx, d); err != nil {
		return err
	}
	return k.tell(ctx, tx, d, "late", nil)
}
