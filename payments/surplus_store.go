package payments

import (
	"context"
	"errors"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// surplusPaid is money that nothing asked for, and how its payer may be reached.
type surplusPaid struct {
	PaidBy   uuid.UUID
	Received int64
	Purpose  string
	Email    string
	Phone    string
}

// surplusByReceipt returns nil when the money has gone back meanwhile.
func surplusByReceipt(ctx context.Context, tx pgx.Tx, receipt string) (*surplusPaid, error) {
	rows, _ := tx.Query(ctx, `
		SELECT coalesce(p.paid_by, c.payer, '00000000-0000-0000-0000-000000000000') AS paid_by, coalesce(p.received, p.amount + p.fee) AS received,
			c.purpose, p.email, c.phone
		FROM payment p
		JOIN charge c ON c.id = p.charge_id
		WHERE p.receipt = $1 AND p.state = 'surplus'`, receipt)
	s, err := pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByName[surplusPaid])
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	return s, err
}
