package payments

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
)

// paidLine is a payment that somebody has made.
type paidLine struct {
	ChargeID uuid.UUID
	Receipt  string
	Purpose  string
	State    State
	Received int64
	PaidAt   time.Time
}

// historyOf returns the newest payments for which money of an account has come.
func historyOf(ctx context.Context, d db.DB, account uuid.UUID) ([]paidLine, error) {
	rows, _ := d.Query(ctx, `
		SELECT p.charge_id, p.receipt, c.purpose, p.state, coalesce(p.received, p.amount + p.fee) AS received, p.paid_at
		FROM payment p
		JOIN charge c ON c.id = p.charge_id
		WHERE p.paid_by = $1 AND p.paid_at IS NOT NULL
		ORDER BY p.created_at DESC
		LIMIT 100`, account)
	return pgx.CollectRows(rows, pgx.RowToStructByName[paidLine])
}
