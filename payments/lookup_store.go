package payments

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
)

// findByReceipt returns the payment with that number, in a list of one or none.
func findByReceipt(ctx context.Context, d db.DB, receipt string) ([]Found, error) {
	rows, _ := d.Query(ctx, `
		SELECT p.receipt, p.state, p.amount, p.received, p.reason, p.created_at, p.paid_at, c.refund_since AS refund, c.purpose, c.uin,
			c.payer, concat_ws(' ', c.last_name, c.first_name, nullif(c.middle_name, '')) AS name
		FROM payment p
		JOIN charge c ON c.id = p.charge_id
		WHERE p.receipt = $1`, receipt)
	return pgx.CollectRows(rows, pgx.RowToStructByName[Found])
}

// findByName returns the payments of people of that name, newest first, and how many there are, counted up to lookupCap.
func findByName(ctx context.Context, d db.DB, typed string) ([]Found, int, error) {
	for _, q := range nameQueries(typed) {
		found, n, err := findNamed(ctx, d, q)
		if err != nil || n > 0 {
			return found, n, err
		}
	}
	return nil, 0, nil
}

func findNamed(ctx context.Context, d db.DB, q nameQuery) ([]Found, int, error) {
	var n int
	// The innermost LIMIT has no ORDER BY, and that is its point: the planner must not walk all payments by date.
	rows, err := d.Query(ctx, namedSQL, q.last, q.first.from, q.first.to, q.middle.from, q.middle.to, lookupCap, lookupShow)
	if err != nil {
		return nil, 0, err
	}
	var found []Found
	var f Found
	_, err = pgx.ForEachRow(rows, []any{&n, &f.Receipt, &f.State, &f.Amount, &f.Received, &f.Reason, &f.CreatedAt, &f.PaidAt,
		&f.Refund, &f.Purpose, &f.UIN, &f.Payer, &f.Name}, func() error {
		found = append(found, f)
		f.Received, f.PaidAt, f.Refund = nil, nil, nil
		return nil
	})
	if err != nil {
		return nil, 0, fmt.Errorf("find payments by name: %w", err)
	}
	return found, n, nil
}

const namedSQL = `
	WITH named AS MATERIALIZED (
		SELECT id, charge_id, receipt, state, amount, received, reason, created_at, paid_at
		FROM payment
		WHERE last_n = $1 AND first_n >= $2 AND first_n < $3 AND middle_n >= $4 AND middle_n < $5
		LIMIT $6
	), newest AS (
		SELECT id, charge_id, receipt, state, amount, received, reason, created_at, paid_at
		FROM named
		ORDER BY created_at DESC
		LIMIT $7
	)
	SELECT (SELECT count(*)::int FROM named), p.receipt, p.state, p.amount, p.received, p.reason, p.created_at, p.paid_at,
		c.refund_since, c.purpose, c.uin, c.payer, concat_ws(' ', c.last_name, c.first_name, nullif(c.middle_name, '')) AS name
	FROM newest p
	JOIN charge c ON c.id = p.charge_id
	ORDER BY p.created_at DESC`
