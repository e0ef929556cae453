package payments

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// addCredit gives an open charge money that has come for it and closes it when nothing is left. It is the caller's business to
// hold the charge's lock.
func addCredit(ctx context.Context, tx pgx.Tx, c *Charge, sum, discount int64, closes bool, at time.Time) error {
	err := tx.QueryRow(ctx, `
		UPDATE charge
		SET paid = paid + $2, discounted = discounted + $3, status = CASE WHEN $4 THEN 'paid' ELSE status END,
			paid_at = CASE WHEN $4 THEN $5::timestamptz ELSE paid_at END
		WHERE id = $1 AND status = 'open'
		RETURNING paid, discounted, status, paid_at`, c.ID, sum, discount, closes, at).Scan(&c.Credited, &c.Discounted, &c.Status, &c.PaidAt)
	if err != nil {
		return fmt.Errorf("credit charge %s: %w", c.ID, err)
	}
	return nil
}

// makeParts turns what was paid for a charge that is open again into parts of it: another payment is to come.
func makeParts(ctx context.Context, tx pgx.Tx, charge uuid.UUID) error {
	_, err := tx.Exec(ctx, `UPDATE payment SET part = true WHERE charge_id = $1 AND state = 'succeeded' AND NOT part`, charge)
	return err
}

// takeCredit takes money from a charge that went back to where it came from. A paid one is open again when it reopens, and
// refunded when nothing that was paid for it is left; in between it stays paid.
func takeCredit(ctx context.Context, tx pgx.Tx, c *Charge, sum int64, reopens bool) error {
	err := tx.QueryRow(ctx, `
		UPDATE charge
		SET paid = paid - $2,
			status = CASE WHEN status <> 'paid' THEN status WHEN $3 THEN 'open' ELSE 'refunded' END,
			discounted = CASE WHEN $3 AND status = 'paid' THEN 0 ELSE discounted END,
			paid_at = CASE WHEN $3 THEN NULL ELSE paid_at END,
			refund_since = CASE WHEN $3 OR paid = $2 AND status = 'cancelled' THEN NULL ELSE refund_since END
		WHERE id = $1
		RETURNING paid, discounted, status, paid_at`, c.ID, sum, reopens).Scan(&c.Credited, &c.Discounted, &c.Status, &c.PaidAt)
	if err != nil {
		return fmt.Errorf("take the money of charge %s back: %w", c.ID, err)
	}
	return nil
}
