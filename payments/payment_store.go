package payments

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
	"tamga/internal/fault"
	"tamga/internal/rus"
	"tamga/payments/banks"
)

const paymentColumns = `id, charge_id, receipt, acquirer, bank_id, confirmation_url, qr, method, state, amount, fee, discount, part, email, received, currency,
	credited, fee_taken, reserved, refunded, save_card, card_id, reason, created_at, paid_at,
	coalesce(paid_by, '00000000-0000-0000-0000-000000000000') AS paid_by, payer_last, payer_first, payer_middle, shared`

func nextReceipt(ctx context.Context, d db.DB) (string, error) {
	var n int64
	if err := d.QueryRow(ctx, `SELECT nextval('payment_number')`).Scan(&n); err != nil {
		return "", err
	}
	return rus.NewReceipt(n), nil
}

func insertPayment(ctx context.Context, tx pgx.Tx, p *Payment, name foldedName, by uuid.UUID) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO payment (id, charge_id, receipt, acquirer, method, amount, fee, discount, part, email, paid_by, last_n, first_n, middle_n, created_at,
			save_card, card_id, payer_last, payer_first, payer_middle, payer_last_n, payer_first_n, payer_middle_n)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)`,
		p.ID, p.ChargeID, p.Receipt, p.Acquirer, p.Method, p.Amount, p.Fee, p.Discount, p.Part, p.Email, uuid.NullUUID{UUID: by, Valid: by != uuid.Nil},
		name.last, name.first, name.middle, p.CreatedAt, p.SaveCard, p.CardID, p.PayerLast, p.PayerFirst, p.PayerMiddle,
		rus.FoldName(p.PayerLast), rus.FoldName(p.PayerFirst), rus.FoldName(p.PayerMiddle))
	if err != nil {
		return err
	}
	_, err = advance(ctx, tx, p, step{Event: "create", Source: "payer", At: p.CreatedAt})
	return err
}

// step is an event about to happen to a payment.
type step struct {
	Event    string
	Source   string // who told: "payer", "answer", "callback", "return", "poll", "charge", "staff", "registry", "refund"
	Provider string // the bank's number of the notice
	Actor    string // the employee who pressed the button
	Detail   string
	At       time.Time
}

// advance notes the event, if payment_transition has a way for it from where the payment stands; the row of the event moves the
// payment (trigger payment_event_move). It tells whether there was such a way; if not, nothing has happened. The caller holds
// the charge's lock.
func advance(ctx context.Context, tx pgx.Tx, p *Payment, s step) (bool, error) {
	var to State
	err := tx.QueryRow(ctx, `
		INSERT INTO payment_event (payment_id, seq, from_state, event, to_state, source, provider_id, actor, detail, at)
		SELECT p.id, p.events + 1, t.from_state, t.event, t.to_state, $3, $4, $5, $6, $7
		FROM payment p
		JOIN payment_transition t ON t.from_state = p.state AND t.event = $2
		WHERE p.id = $1
		RETURNING to_state`, p.ID, s.Event, s.Source, s.Provider, s.Actor, s.Detail, s.At).Scan(&to)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("%s of payment %s: %w", s.Event, p.ID, err)
	}
	p.State = to
	if to == Succeeded || to == Surplus || to == Mismatch {
		if p.PaidAt == nil {
			p.PaidAt = &s.At
		}
	}
	if to != Succeeded && to != RefundedPayment {
		p.Credited, p.FeeTaken = 0, 0
	}
	return true, nil
}

// setDeal keeps what the bank told about itself: its number of the payment, where to pay, and why not.
func setDeal(ctx context.Context, tx pgx.Tx, p *Payment, deal *banks.Deal) error {
	return tx.QueryRow(ctx, `
		UPDATE payment
		SET bank_id = coalesce(bank_id, nullif($2, '')),
			confirmation_url = coalesce(confirmation_url, nullif($3, '')),
			qr = coalesce(nullif(qr, ''), $4),
			reason = $5
		WHERE id = $1
		RETURNING bank_id, confirmation_url, qr, reason`,
		p.ID, deal.ID, deal.Confirm, deal.QR, deal.Reason).Scan(&p.BankID, &p.ConfirmationURL, &p.QR, &p.Reason)
}

// setShared notes that somebody else than its maker was led to the page of a payment.
func setShared(ctx context.Context, tx pgx.Tx, id uuid.UUID) error {
	_, err := tx.Exec(ctx, `UPDATE payment SET shared = true WHERE id = $1`, id)
	return err
}

// setMoney keeps what came of a payment, and what of it the charge has taken.
func setMoney(ctx context.Context, tx pgx.Tx, p *Payment) error {
	_, err := tx.Exec(ctx, `
		UPDATE payment
		SET received = $2, currency = $3, credited = $4, part = $5, fee_taken = $6
		WHERE id = $1`, p.ID, p.Received, p.Currency, p.Credited, p.Part, p.FeeTaken)
	return err
}

func paymentByID(ctx context.Context, d db.DB, id uuid.UUID) (*Payment, error) {
	rows, _ := d.Query(ctx, `SELECT `+paymentColumns+` FROM payment WHERE id = $1`, id)
	return onePayment(rows)
}

func paymentByReceipt(ctx context.Context, d db.DB, receipt string) (*Payment, error) {
	rows, _ := d.Query(ctx, `SELECT `+paymentColumns+` FROM payment WHERE receipt = $1`, receipt)
	return onePayment(rows)
}

// lastPayment returns the attempt that a payer means: the one that is alive, else the newest.
func lastPayment(ctx context.Context, d db.DB, charge uuid.UUID) (*Payment, error) {
	rows, _ := d.Query(ctx, `
		SELECT `+paymentColumns+`
		FROM payment
		WHERE charge_id = $1
		ORDER BY state IN ('created', 'pending', 'authorised', 'mismatch', 'succeeded') DESC, created_at DESC
		LIMIT 1`, charge)
	return onePayment(rows)
}

// livePayments returns the attempts of a charge that one_live_attempt counts: one at most.
func livePayments(ctx context.Context, tx pgx.Tx, charge uuid.UUID) ([]*Payment, error) {
	rows, _ := tx.Query(ctx, `
		SELECT `+paymentColumns+`
		FROM payment
		WHERE charge_id = $1 AND (state IN ('created', 'pending', 'authorised', 'mismatch') OR state = 'succeeded' AND NOT part)`, charge)
	return pgx.CollectRows(rows, pgx.RowToAddrOfStructByName[Payment])
}

func onePayment(rows pgx.Rows) (*Payment, error) {
	p, err := pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByName[Payment])
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.New(fault.NotFound, "payments.no_payment")
	}
	return p, err
}

// chargeOfPayment returns the charge that a payment is for, whoever pays it: for jobs, not for pages.
func chargeOfPayment(ctx context.Context, d db.DB, payment uuid.UUID) (*Charge, error) {
	rows, _ := d.Query(ctx, `
		SELECT `+chargeColumns+`
		FROM charge c
		WHERE c.id = (SELECT charge_id FROM payment WHERE id = $1)`, payment)
	return oneCharge(rows)
}

// surplusOf returns the payments of which something came on top of what a charge needed and was not returned.
func surplusOf(ctx context.Context, d db.DB, charge uuid.UUID) ([]*Payment, error) {
	rows, _ := d.Query(ctx, `
		SELECT `+paymentColumns+`
		FROM payment
		WHERE charge_id = $1 AND (state = 'surplus' OR state = 'succeeded' AND received > credited + fee_taken + refunded)
		ORDER BY created_at`, charge)
	return pgx.CollectRows(rows, pgx.RowToAddrOfStructByName[Payment])
}
