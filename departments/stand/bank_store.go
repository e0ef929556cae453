package stand

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
	"tamga/internal/fault"
)

const bankColumns = `id, order_id, receipt, payee, description, amount, currency, status, reason, return_url, settle_at,
	created_at, expires_at, settled_at, method, trick, save, card,
	coalesce((SELECT title FROM bank_card k WHERE k.id = bank_payment.card), '') AS card_title`

// insertBankPayment books a payment, or returns the one of the same key. The same key with another request is a Conflict.
func insertBankPayment(ctx context.Context, d db.DB, p *bankPayment, key string, hash []byte) (*bankPayment, error) {
	_, err := d.Exec(ctx, `
		INSERT INTO bank_payment (id, idempotence_key, request_hash, order_id, receipt, payee, description, amount, currency,
			return_url, created_at, expires_at, method, save)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
		ON CONFLICT (idempotence_key) DO NOTHING`,
		p.ID, key, hash, p.OrderID, p.Receipt, p.Payee, p.Description, p.Amount, p.Currency, p.ReturnURL, p.CreatedAt, p.ExpiresAt, p.Method, p.Save)
	if err != nil {
		return nil, fmt.Errorf("book payment: %w", err)
	}
	var id uuid.UUID
	var known []byte
	err = d.QueryRow(ctx, `SELECT id, request_hash FROM bank_payment WHERE idempotence_key = $1`, key).Scan(&id, &known)
	if err != nil {
		return nil, fmt.Errorf("book payment: %w", err)
	}
	if !bytes.Equal(known, hash) {
		return nil, fault.New(fault.Conflict, "bank.key_used")
	}
	return bankPaymentByID(ctx, d, id)
}

func bankPaymentByID(ctx context.Context, d db.DB, id uuid.UUID) (*bankPayment, error) {
	rows, _ := d.Query(ctx, `SELECT `+bankColumns+` FROM bank_payment WHERE id = $1`, id)
	p, err := pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByName[bankPayment])
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.New(fault.NotFound, "bank.no_payment")
	}
	return p, err
}

func lastBankPayments(ctx context.Context, d db.DB) ([]*bankPayment, error) {
	rows, _ := d.Query(ctx, `SELECT `+bankColumns+` FROM bank_payment ORDER BY created_at DESC LIMIT 50`)
	return pgx.CollectRows(rows, pgx.RowToAddrOfStructByName[bankPayment])
}

// settleBankPayment ends a pending payment and, in the same transaction, books the call-back about it. A payment that has
// ended already stays as it is.
func settleBankPayment(ctx context.Context, d db.DB, id uuid.UUID, status, reason string, now time.Time) error {
	return pgx.BeginFunc(ctx, d, func(tx pgx.Tx) error {
		rows, _ := tx.Query(ctx, `
			UPDATE bank_payment
			SET status = $2, reason = $3, settled_at = $4
			WHERE id = $1 AND status = 'pending'
			RETURNING `+bankColumns, id, status, reason, now)
		p, err := pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByName[bankPayment])
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("settle bank payment: %w", err)
		}
		if err := rememberBankCard(ctx, tx, p, now); err != nil {
			return err
		}
		calls := map[string]int{"mute": 0, "twice": 2}
		n, known := calls[p.Trick]
		if !known {
			n = 1
		}
		for range n {
			if err := insertBankCallback(ctx, tx, p, now); err != nil {
				return err
			}
		}
		return nil
	})
}

func insertBankCallback(ctx context.Context, tx pgx.Tx, p *bankPayment, now time.Time) error {
	id := uuid.Must(uuid.NewV7())
	body, err := json.Marshal(map[string]any{"id": id, "event": "payment." + p.Status, "payment": p})
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO bank_callback (id, payment_id, body, next_at, created_at)
		VALUES ($1, $2, $3, $4, $4)`, id, p.ID, body, now)
	return err
}

// putOffBankPayment lets the bank take the money later, though the payer has decided.
func putOffBankPayment(ctx context.Context, d db.DB, id uuid.UUID, at time.Time) error {
	_, err := d.Exec(ctx, `UPDATE bank_payment SET settle_at = $2 WHERE id = $1 AND status = 'pending' AND settle_at IS NULL`, id, at)
	return err
}

// dueBankPayments returns the payments whose put-off time or whose last hour has come.
func dueBankPayments(ctx context.Context, d db.DB, now time.Time) ([]*bankPayment, error) {
	rows, _ := d.Query(ctx, `
		SELECT `+bankColumns+`
		FROM bank_payment
		WHERE status = 'pending' AND least(settle_at, expires_at) <= $1
		LIMIT 100`, now)
	return pgx.CollectRows(rows, pgx.RowToAddrOfStructByName[bankPayment])
}

// bankCallback is a notice on its way to the merchant.
type bankCallback struct {
	ID       uuid.UUID
	Body     []byte
	Attempts int
}

// claimBankCallbacks takes due call-backs for one attempt. They are due again soon, whatever happens to the process meanwhile.
func claimBankCallbacks(ctx context.Context, d db.DB, now, again time.Time) ([]bankCallback, error) {
	rows, _ := d.Query(ctx, `
		UPDATE bank_callback
		SET attempts = attempts + 1, next_at = $2
		WHERE id IN (SELECT id FROM bank_callback WHERE next_at <= $1 ORDER BY next_at LIMIT 20 FOR UPDATE SKIP LOCKED)
		RETURNING id, body, attempts`, now, again)
	return pgx.CollectRows(rows, pgx.RowToStructByName[bankCallback])
}

// setBankCallback notes how an attempt went: delivered, to be repeated at next, or given up when next is nil.
func setBankCallback(ctx context.Context, d db.DB, id uuid.UUID, delivered, next *time.Time, problem string) error {
	_, err := d.Exec(ctx, `UPDATE bank_callback SET delivered_at = $2, next_at = $3, last_error = $4 WHERE id = $1`,
		id, delivered, next, problem)
	return err
}

// bankCallbacksOf returns how often the merchant was called about a payment, and whether it has heard.
func bankCallbacksOf(ctx context.Context, d db.DB, payment uuid.UUID) (attempts int, delivered bool, err error) {
	err = d.QueryRow(ctx, `
		SELECT coalesce(sum(attempts), 0)::int, coalesce(bool_and(delivered_at IS NOT NULL), false)
		FROM bank_callback
		WHERE payment_id = $1`, payment).Scan(&attempts, &delivered)
	return attempts, delivered, err
}
