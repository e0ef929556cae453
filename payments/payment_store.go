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
)

const paymentColumns = `id, charge_id, receipt, acquirer, bank_id, confirmation_url, state, amount, received, reason, created_at, paid_at`

func nextReceipt(ctx context.Context, d db.DB) (string, error) {
	var n int64
	if err := d.QueryRow(ctx, `SELECT nextval('payment_number')`).Scan(&n); err != nil {
		return "", err
	}
	return rus.NewReceipt(n), nil
}

func insertPayment(ctx context.Context, tx pgx.Tx, p *Payment, name foldedName) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO payment (id, charge_id, receipt, acquirer, state, amount, last_n, first_n, middle_n, created_at)
		VALUES ($1, $2, $3, $4, 'created', $5, $6, $7, $8, $9)`,
		p.ID, p.ChargeID, p.Receipt, p.Acquirer, p.Amount, name.last, name.first, name.middle, p.CreatedAt)
	if err != nil {
		return err
	}
	_, err = advance(ctx, tx, p, step{Event: "create", Source: "payer", At: p.CreatedAt})
	return err
}

// step is an event about to happen to a payment.
type step struct {
	Event    string
	Source   string // who told: "payer", "answer", "callback", "return", "poll", "charge"
	Provider string // the bank's number of the notice
	Detail   string
	At       time.Time
}

// advance takes the payment where payment_transition says that the event leads, and notes it. It tells whether there was such
// a way; if not, nothing has happened. The caller holds the charge's lock.
func advance(ctx context.Context, tx pgx.Tx, p *Payment, s step) (bool, error) {
	var to State
	err := tx.QueryRow(ctx, `SELECT to_state FROM payment_transition WHERE from_state = $1 AND event = $2`, p.State, s.Event).Scan(&to)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	var seq int
	err = tx.QueryRow(ctx, `
		UPDATE payment
		SET state = $2, events = events + 1,
			paid_at = CASE WHEN $2 IN ('succeeded', 'surplus') THEN coalesce(paid_at, $3) ELSE paid_at END
		WHERE id = $1
		RETURNING events, paid_at`, p.ID, to, s.At).Scan(&seq, &p.PaidAt)
	if err != nil {
		return false, fmt.Errorf("%s of payment %s: %w", s.Event, p.ID, err)
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO payment_event (payment_id, seq, from_state, event, to_state, source, provider_id, detail, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, p.ID, seq, p.State, s.Event, to, s.Source, s.Provider, s.Detail, s.At)
	if err != nil {
		return false, fmt.Errorf("%s of payment %s: %w", s.Event, p.ID, err)
	}
	p.State = to
	return true, nil
}

// setDeal keeps what the bank told about itself: its number of the payment, where to pay, what came, and why not.
func setDeal(ctx context.Context, tx pgx.Tx, p *Payment, deal *Deal) error {
	var received *int64
	if deal.Status == DealSucceeded {
		received = &deal.Amount
	}
	return tx.QueryRow(ctx, `
		UPDATE payment
		SET bank_id = coalesce(bank_id, nullif($2, '')),
			confirmation_url = coalesce(confirmation_url, nullif($3, '')),
			received = coalesce($4, received),
			reason = $5
		WHERE id = $1
		RETURNING bank_id, confirmation_url, received, reason`,
		p.ID, deal.ID, deal.Confirm, received, deal.Reason).Scan(&p.BankID, &p.ConfirmationURL, &p.Received, &p.Reason)
}

func paymentByID(ctx context.Context, d db.DB, id uuid.UUID) (*Payment, error) {
	rows, _ := d.Query(ctx, `SELECT `+paymentColumns+` FROM payment WHERE id = $1`, id)
	return onePayment(rows)
}

// lastPayment returns the attempt that a payer means: the one that is alive, else the newest.
func lastPayment(ctx context.Context, d db.DB, charge uuid.UUID) (*Payment, error) {
	rows, _ := d.Query(ctx, `
		SELECT `+paymentColumns+`
		FROM payment
		WHERE charge_id = $1
		ORDER BY state IN ('created', 'pending', 'mismatch', 'succeeded') DESC, created_at DESC
		LIMIT 1`, charge)
	return onePayment(rows)
}

// livePayments returns the attempts of a charge that one_live_attempt counts: one at most.
func livePayments(ctx context.Context, tx pgx.Tx, charge uuid.UUID) ([]*Payment, error) {
	rows, _ := tx.Query(ctx, `
		SELECT `+paymentColumns+`
		FROM payment
		WHERE charge_id = $1 AND state IN ('created', 'pending', 'mismatch', 'succeeded')`, charge)
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
		SELECT c.id, c.uin, c.origin_kind, c.origin_id, c.payer, c.last_name, c.first_name, c.middle_name, c.amount, c.purpose,
			c.service, c.payee, c.payee_from, c.due, c.email, c.phone, c.status, c.created_at, c.paid_at, '' AS receipt
		FROM charge c
		JOIN payment p ON p.charge_id = c.id
		WHERE p.id = $1`, payment)
	return oneCharge(rows)
}

// surplusOf returns the payments that came on top of what a charge needed.
func surplusOf(ctx context.Context, d db.DB, charge uuid.UUID) ([]*Payment, error) {
	rows, _ := d.Query(ctx, `
		SELECT `+paymentColumns+`
		FROM payment
		WHERE charge_id = $1 AND state = 'surplus'
		ORDER BY created_at`, charge)
	return pgx.CollectRows(rows, pgx.RowToAddrOfStructByName[Payment])
}
