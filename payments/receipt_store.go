package payments

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
)

// paidOf returns the payments that a charge has taken, the newest first: each has a receipt.
func paidOf(ctx context.Context, d db.DB, charge uuid.UUID) ([]*Payment, error) {
	rows, _ := d.Query(ctx, `
		SELECT `+paymentColumns+`
		FROM payment
		WHERE charge_id = $1 AND state = 'succeeded'
		ORDER BY paid_at DESC`, charge)
	return pgx.CollectRows(rows, pgx.RowToAddrOfStructByName[Payment])
}

// genuine is what anybody may know of a receipt whose number and amount they have.
type genuine struct {
	State    State
	PaidAt   time.Time
	Refunded int64
}

// verifyReceipt returns nil when no money came under that number, or other money than that. Both look the same from outside.
func verifyReceipt(ctx context.Context, d db.DB, receipt string, amount int64) (*genuine, error) {
	rows, _ := d.Query(ctx, `
		SELECT state, paid_at, refunded
		FROM payment
		WHERE receipt = $1 AND received = $2 AND currency = 'RUB' AND state IN ('succeeded', 'surplus', 'refunded', 'reversed')`, receipt, amount)
	g, err := pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByName[genuine])
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	return g, err
}
