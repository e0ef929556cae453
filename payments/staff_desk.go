package payments

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/fault"
)

// verdict is what an employee decides about a discrepancy.
type verdict struct {
	Choice string // accept, return, reread, reverse, dismiss
	Note   string
	Actor  string
}

// Resolve does what the button of a discrepancy says. Two employees who press at once: the second finds it ended.
func (d *desk) Resolve(ctx context.Context, id uuid.UUID, v verdict) (*Discrepancy, error) {
	x, err := openDiscrepancy(ctx, d.db, id)
	if err != nil {
		return nil, err
	}
	if !mayChoose(x.Kind, v.Choice) {
		return nil, fault.New(fault.Invalid, "payments_books.no_choice")
	}
	if v.Choice == "dismiss" {
		if v.Note == "" {
			return x, fault.New(fault.Invalid, "payments_books.note_empty")
		}
		return x, settleOne(ctx, d.db, x.ID, resolution{How: "dismissed", By: v.Actor, Note: v.Note, At: d.now()})
	}
	if x.PaymentID == nil {
		return nil, fault.New(fault.Invalid, "payments_books.no_choice")
	}
	return x, d.resolvePayment(ctx, x, *x.PaymentID, v)
}

func mayChoose(kind, choice string) bool {
	for _, c := range choices[kind] {
		if c == choice {
			return true
		}
	}
	return false
}

func (d *desk) resolvePayment(ctx context.Context, x *Discrepancy, payment uuid.UUID, v verdict) error {
	switch v.Choice {
	case "reread": // the worker asks the bank: the staff site does not reach it
		return pgx.BeginFunc(ctx, d.db, func(tx pgx.Tx) error {
			_, err := d.river.InsertTx(ctx, tx, CheckArgs{payment, true}, nil)
			return err
		})
	case "accept":
		return d.decide(ctx, payment, "accepted", v, func(_ pgx.Tx, c *Charge, p *Payment) error {
			if c.Status != Open || p.Currency != Currency {
				return fault.New(fault.Conflict, "payments_books.charge_closed")
			}
			return nil
		})
	case "reverse":
		err := d.decide(ctx, payment, "reversed", v, func(_ pgx.Tx, _ *Charge, p *Payment) error {
			if p.Reserved != p.Refunded {
				return fault.New(fault.Conflict, "payments_books.refund_under_way")
			}
			return nil
		})
		if err != nil {
			return err
		}
		return settleOne(ctx, d.db, x.ID, resolution{How: "reversed", By: v.Actor, Note: v.Note, At: d.now()})
	case "return":
		if x.Kind != "surplus" {
			return d.decide(ctx, payment, "to_return", v, nil)
		}
		return d.returnSurplus(ctx, payment, v)
	}
	return fault.New(fault.Invalid, "payments_books.no_choice")
}

// returnSurplus makes the employee the first to stand for the return of what came on top: by the refund that the portal has asked for, or
// by a new one where that was rejected. What the charge has taken stays.
func (d *desk) returnSurplus(ctx context.Context, payment uuid.UUID, v verdict) error {
	_, err := d.locked(ctx, payment, func(tx pgx.Tx, _ *Charge, p *Payment) error {
		all, err := refundsOf(ctx, tx, p.ID)
		if err != nil {
			return err
		}
		for _, r := range all {
			if r.State == RefundAsked && r.Ground == "surplus" {
				_, err := advanceRefund(ctx, tx, r, "propose", v.Actor, v.Note, d.now())
				return err
			}
		}
		left := p.over() - p.Reserved // what goes back is taken from the surplus first
		if left <= 0 {
			return fault.New(fault.Conflict, "payments_books.refund_under_way")
		}
		return openRefund(ctx, tx, newRefund(p, left, "surplus", v.Note, d.now()), "propose", v.Actor)
	})
	return err
}

// decide brings a payment the event of an employee, if it is still where the button was meant for.
func (d *desk) decide(ctx context.Context, payment uuid.UUID, event string, v verdict, guard func(pgx.Tx, *Charge, *Payment) error) error {
	_, err := d.locked(ctx, payment, func(tx pgx.Tx, c *Charge, p *Payment) error {
		if guard != nil {
			if err := guard(tx, c, p); err != nil {
				return err
			}
		}
		was := p.State
		err := d.move(ctx, tx, c, p, nil, step{Event: event, Source: "staff", Actor: v.Actor, Detail: v.Note, At: d.now()})
		if err == nil && p.State == was {
			err = fault.New(fault.Conflict, "payments_books.resolved_already")
		}
		return err
	})
	return err
}
