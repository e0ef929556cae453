package payments

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// account does the books of a step that a payment has made: what its charge takes, what the ledger says, and who hears of it.
// The caller holds the charge's lock.
func (d *desk) account(ctx context.Context, tx pgx.Tx, c *Charge, before, p *Payment, s step) error {
	closed := false
	var discount int64
	switch {
	case p.State == Succeeded && before.State != Succeeded:
		p.Credited, discount, closed = credit(c, p)
		if p.Currency == Currency {
			p.FeeTaken = min(p.Fee, *p.Received-p.Credited)
		}
		p.Part = !closed
	case before.State == Succeeded && p.State != Succeeded:
		if err := d.uncredit(ctx, tx, c, before, p, s); err != nil {
			return err
		}
	}
	if before.State == Mismatch && !p.State.HasMoney() && p.State != Reversed {
		p.Received = nil // the bank's first word was wrong: nothing has come
	}
	if p.State.HasMoney() || before.State.HasMoney() {
		if err := setMoney(ctx, tx, p); err != nil {
			return err
		}
	}
	kind := "payment"
	switch s.Event {
	case "refunded":
		kind = "refund"
	case "reversed":
		kind = "reversal"
	}
	err := book(ctx, tx, entry{Kind: kind, At: s.At, Charge: c.ID, Payment: p.ID, Detail: s.Event}, positionOf(p).minus(positionOf(before)))
	if err != nil {
		return err
	}
	if p.State == Succeeded && before.State != Succeeded {
		if err := d.credited(ctx, tx, c, p, discount, closed, s); err != nil {
			return err
		}
	}
	if before.State == Mismatch {
		if err := settle(ctx, tx, p.ID, []string{"amount", "currency"}, resolutionOf(s)); err != nil {
			return err
		}
	}
	if p.State == before.State {
		return nil
	}
	if err := d.followOrder(ctx, tx, p); err != nil {
		return err
	}
	return d.tell(ctx, tx, c, p, s)
}

// credited gives the charge what has come for it; when that closes it, its origin is told and the receipt sent, all in the
// transaction of the payment.
func (d *desk) credited(ctx context.Context, tx pgx.Tx, c *Charge, p *Payment, discount int64, closed bool, s step) error {
	if err := addCredit(ctx, tx, c, p.Credited, discount, closed, *p.PaidAt); err != nil {
		return err
	}
	event := "credited"
	if closed {
		event = "paid"
	}
	if err := noteCharge(ctx, tx, c.ID, chargeEvent{event, p.Credited, s.Source, p.Receipt, s.At}); err != nil {
		return err
	}
	if err := writeOffDiscount(ctx, tx, c, discount, s); err != nil {
		return err
	}
	if closed && c.OriginKind == FromApplication {
		if _, err := d.river.InsertTx(ctx, tx, PaidArgs{ChargeID: c.ID, Origin: c.Origin()}, nil); err != nil {
			return err
		}
	}
	if err := d.quit(ctx, tx, c, p, notice{kind: "paid", amount: p.Credited, at: s.At}); err != nil {
		return err
	}
	return d.sendReceipt(ctx, tx, c, p)
}

func writeOffDiscount(ctx context.Context, tx pgx.Tx, c *Charge, discount int64, s step) error {
	if discount == 0 {
		return nil
	}
	return writeOff(ctx, tx, c.ID, "discount", discount, s.At)
}

// uncredit takes from a charge the money that went back. One that the bank took back is owed again, with the discount gone; one
// that we refunded is closed, unless parts of it are still to be paid.
func (d *desk) uncredit(ctx context.Context, tx pgx.Tx, c *Charge, before, p *Payment, s step) error {
	reopens := p.State == Reversed && (c.Status == Paid || c.Status == Open)
	event, discount := "refunded", int64(0)
	if p.State == Reversed {
		event = "reversed"
	}
	if reopens && c.Status == Paid {
		event, discount = "reopened", c.Discounted
		if err := makeParts(ctx, tx, c.ID); err != nil {
			return err
		}
	}
	if err := takeCredit(ctx, tx, c, before.Credited, reopens); err != nil {
		return err
	}
	if err := noteCharge(ctx, tx, c.ID, chargeEvent{event, before.Credited, s.Source, p.Receipt, s.At}); err != nil {
		return err
	}
	if p.State == Reversed { // of refunds the owner has heard one by one
		if err := d.quit(ctx, tx, c, p, notice{kind: "returned", amount: before.Credited - before.backOfCharge(), at: s.At}); err != nil {
			return err
		}
	}
	switch {
	case reopens: // the booking of the payment makes it owed again; so becomes the discount
		return writeOff(ctx, tx, c.ID, "reversal", -discount, s.At)
	case p.State == Reversed: // closed for good: nobody owes it
		return writeOff(ctx, tx, c.ID, "reversal", before.Credited, s.At)
	case c.Status == Open: // refunded, and still owed in parts
		return writeOff(ctx, tx, c.ID, "refund", -before.Credited, s.At)
	}
	return nil
}
