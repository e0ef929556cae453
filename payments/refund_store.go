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
)

// openRefund reserves the money and writes the refund with its first event. A Conflict when the payment has not that much left.
// The caller holds the charge's lock.
func openRefund(ctx context.Context, tx pgx.Tx, r *Refund, event, actor string) error {
	tag, err := tx.Exec(ctx, `
		UPDATE payment
		SET reserved = reserved + $2
		WHERE id = $1 AND state IN ('succeeded', 'surplus') AND currency = 'RUB' AND reserved + $2 <= received`, r.PaymentID, r.Amount)
	if err != nil {
		return err
	}
	if tag.RowsAffected() == 0 {
		return fault.New(fault.Conflict, "payments_books.refund_sum")
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO refund (id, payment_id, amount, ground, note, created_at)
		VALUES ($1, $2, $3, $4, $5, $6)`, r.ID, r.PaymentID, r.Amount, r.Ground, r.Note, r.CreatedAt)
	if err != nil {
		return err
	}
	_, err = advanceRefund(ctx, tx, r, event, actor, r.Note, r.CreatedAt)
	return err
}

// askRefunds asks, in the portal's name, for all that is left of the payments of a charge.
func askRefunds(ctx context.Context, tx pgx.Tx, charge uuid.UUID, ground string, at time.Time) error {
	rows, _ := tx.Query(ctx, `
		SELECT `+paymentColumns+`
		FROM payment
		WHERE charge_id = $1 AND state IN ('succeeded', 'surplus') AND currency = 'RUB' AND received > reserved`, charge)
	all, err := pgx.CollectRows(rows, pgx.RowToAddrOfStructByName[Payment])
	if err != nil {
		return err
	}
	for _, p := range all {
		if err := openRefund(ctx, tx, newRefund(p, *p.Received-p.Reserved, ground, "", at), "ask", "portal"); err != nil {
			return err
		}
	}
	return nil
}

// advanceRefund is advance for refunds.
func advanceRefund(ctx context.Context, tx pgx.Tx, r *Refund, event, actor, detail string, at time.Time) (bool, error) {
	err := tx.QueryRow(ctx, `
		INSERT INTO refund_event (refund_id, seq, from_state, event, to_state, actor, detail, at)
		SELECT r.id, r.events + 1, t.from_state, t.event, t.to_state, $3, $4, $5
		FROM refund r
		JOIN refund_transition t ON t.from_state = r.state AND t.event = $2
		WHERE r.id = $1
		RETURNING to_state`, r.ID, event, actor, detail, at).Scan(&r.State)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("%s of refund %s: %w", event, r.ID, err)
	}
	return true, nil
}

func unreserve(ctx context.Context, tx pgx.Tx, p *Payment, amount int64) error {
	_, err := tx.Exec(ctx, `UPDATE payment SET reserved = reserved - $2 WHERE id = $1`, p.ID, amount)
	return err
}

func setRefunded(ctx context.Context, tx pgx.Tx, p *Payment) error {
	_, err := tx.Exec(ctx, `UPDATE payment SET refunded = $2 WHERE id = $1`, p.ID, p.Refunded)
	return err
}

func setRefundBank(ctx context.Context, tx pgx.Tx, r *Refund, bankID, reason string) error {
	_, err := tx.Exec(ctx, `UPDATE refund SET bank_id = coalesce(bank_id, nullif($2, '')), reason = $3 WHERE id = $1`, r.ID, bankID, reason)
	return err
}

const refundColumns = `r.id, r.payment_id, p.receipt, r.amount, r.ground, r.note, r.state, r.first_by, r.second_by, r.bank_id, r.reason,
	r.created_at, r.done_at`

func refundByID(ctx context.Context, d db.DB, id uuid.UUID) (*Refund, error) {
	rows, _ := d.Query(ctx, `
		SELECT `+refundColumns+`
		FROM refund r
		JOIN payment p ON p.id = r.payment_id
		WHERE r.id = $1`, id)
	r, err := pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByName[Refund])
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.New(fault.NotFound, "payments_books.no_refund")
	}
	return r, err
}

// sameRefund returns a refund that the employee has proposed in the same words and nobody has decided yet, nil when there is none.
func sameRefund(ctx context.Context, tx pgx.Tx, payment uuid.UUID, amount int64, ground, actor string) (*Refund, error) {
	rows, _ := tx.Query(ctx, `
		SELECT `+refundColumns+`
		FROM refund r
		JOIN payment p ON p.id = r.payment_id
		WHERE r.payment_id = $1 AND r.amount = $2 AND r.ground = $3 AND r.first_by = $4 AND r.state = 'proposed'
		LIMIT 1`, payment, amount, ground, actor)
	r, err := pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByName[Refund])
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	return r, err
}

// openRefunds returns the refunds that wait for somebody, oldest first.
func openRefunds(ctx context.Context, d db.DB) ([]*Refund, error) {
	rows, _ := d.Query(ctx, `
		SELECT `+refundColumns+`
		FROM refund r
		JOIN payment p ON p.id = r.payment_id
		WHERE r.state IN ('asked', 'proposed', 'approved', 'sent')
		ORDER BY r.created_at
		LIMIT 200`)
	return pgx.CollectRows(rows, pgx.RowToAddrOfStructByName[Refund])
}

// refundsOf returns the refunds of a payment, oldest first.
func refundsOf(ctx context.Context, d db.DB, payment uuid.UUID) ([]*Refund, error) {
	rows, _ := d.Query(ctx, `
		SELECT `+refundColumns+`
		FROM refund r
		JOIN payment p ON p.id = r.payment_id
		WHERE r.payment_id = $1
		ORDER BY r.created_at`, payment)
	return pgx.CollectRows(rows, pgx.RowToAddrOfStructByName[Refund])
}
