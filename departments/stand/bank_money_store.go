package stand

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
	"tamga/internal/fault"
)

// bankRefundOf books a refund, or returns the one of the same key as it stands now. More than was taken does not go back. A
// refund is made when it is asked about after its time has come: there is nobody to tell of it.
func bankRefundOf(ctx context.Context, d db.DB, r *bankRefund, now, settle time.Time) (*bankRefund, error) {
	err := pgx.BeginFunc(ctx, d, func(tx pgx.Tx) error {
		var status string
		var left int64
		err := tx.QueryRow(ctx, `
			SELECT status, amount - (SELECT coalesce(sum(amount), 0) FROM bank_refund r WHERE r.payment_id = p.id AND r.status <> 'canceled'
				AND r.idempotence_key <> $2)::bigint
			FROM bank_payment p
			WHERE id = $1
			FOR UPDATE`, r.PaymentID, r.Key).Scan(&status, &left)
		if err != nil {
			return fault.New(fault.NotFound, "bank.no_payment")
		}
		r.Status = "pending"
		if status != "succeeded" || r.Amount > left {
			r.Status, r.Reason = "canceled", "insufficient_funds"
		}
		_, err = tx.Exec(ctx, `
			INSERT INTO bank_refund (id, idempotence_key, payment_id, amount, status, reason, created_at, settle_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
			ON CONFLICT (idempotence_key) DO NOTHING`, r.ID, r.Key, r.PaymentID, r.Amount, r.Status, r.Reason, now, settle)
		if err != nil {
			return fmt.Errorf("book refund: %w", err)
		}
		_, err = tx.Exec(ctx, `UPDATE bank_refund SET status = 'succeeded', settled_at = $2 WHERE idempotence_key = $1 AND status = 'pending' AND settle_at <= $2`,
			r.Key, now)
		if err != nil {
			return err
		}
		var payment uuid.UUID
		var amount int64
		err = tx.QueryRow(ctx, `SELECT id, payment_id, amount, status, reason, created_at FROM bank_refund WHERE idempotence_key = $1`, r.Key).
			Scan(&r.ID, &payment, &amount, &r.Status, &r.Reason, &r.At)
		if err == nil && (payment != r.PaymentID || amount != r.Amount) {
			err = fault.New(fault.Conflict, "bank.key_used")
		}
		return err
	})
	return r, err
}

// bankMove is a line of a registry.
type bankMove struct {
	Kind      string
	ID        string
	PaymentOf string
	OrderID   string
	Amount    int64
	Currency  string
	At        time.Time
}

// bankMoves returns what came and what went back between two moments.
func bankMoves(ctx context.Context, d db.DB, from, to time.Time) ([]bankMove, error) {
	rows, _ := d.Query(ctx, `
		SELECT 'payment' AS kind, id::text AS id, '' AS payment_of, order_id, amount, currency, settled_at AS at
		FROM bank_payment
		WHERE status = 'succeeded' AND settled_at >= $1 AND settled_at < $2
		UNION ALL
		SELECT 'refund', r.id::text, r.payment_id::text, r.idempotence_key, r.amount, p.currency, r.settled_at
		FROM bank_refund r
		JOIN bank_payment p ON p.id = r.payment_id
		WHERE r.status = 'succeeded' AND r.settled_at >= $1 AND r.settled_at < $2
		ORDER BY at`, from, to)
	return pgx.CollectRows(rows, pgx.RowToStructByName[bankMove])
}

// trickBankPayment makes the bank lie about a payment when it settles it.
func trickBankPayment(ctx context.Context, d db.DB, id uuid.UUID, trick string) error {
	_, err := d.Exec(ctx, `
		UPDATE bank_payment
		SET trick = $2,
			amount = CASE $2 WHEN 'less' THEN greatest(amount / 2, 1) WHEN 'more' THEN amount + 10000 ELSE amount END,
			currency = CASE $2 WHEN 'dollars' THEN 'USD' ELSE currency END
		WHERE id = $1 AND status = 'pending' AND settle_at IS NULL AND trick = ''`, id, trick)
	return err
}

// denyBankPayment says no now and yes later.
func denyBankPayment(ctx context.Context, d db.DB, id uuid.UUID, later time.Time) error {
	_, err := d.Exec(ctx, `UPDATE bank_payment SET flip_at = $2 WHERE id = $1 AND status = 'canceled' AND trick = 'deny'`, id, later)
	return err
}

// flipBankPayments returns denied payments to the waiting ones when their time has come; they are settled at once.
func flipBankPayments(ctx context.Context, d db.DB, now time.Time) error {
	_, err := d.Exec(ctx, `
		UPDATE bank_payment
		SET status = 'pending', reason = '', settled_at = NULL, settle_at = $1, flip_at = NULL
		WHERE flip_at <= $1 AND status = 'canceled'`, now)
	return err
}
