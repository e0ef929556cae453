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

// CreateCharge makes a charge, or returns the one that its origin has already, open or paid. When that one is of another
// amount the answer is a Conflict: cancel it first.
func CreateCharge(ctx context.Context, d db.DB, n NewCharge) (*Charge, error) {
	if n.At.IsZero() {
		n.At = time.Now()
	}
	if err := insertCharge(ctx, d, n); err != nil {
		return nil, fmt.Errorf("create charge for %s %s: %w", n.Origin.Kind, n.Origin.ID, err)
	}
	c, err := ChargeOf(ctx, d, n.Origin)
	if err != nil {
		return nil, err
	}
	if c.Amount != n.Amount {
		return nil, fault.New(fault.Conflict, "payments.charge_differs")
	}
	return c, nil
}

func insertCharge(ctx context.Context, d db.DB, n NewCharge) error {
	p, err := payeeOn(ctx, d, n.Payee, n.At)
	if err != nil {
		return err
	}
	var exists bool
	err = d.QueryRow(ctx, `
		SELECT EXISTS (SELECT FROM charge WHERE origin_kind = $1 AND origin_id = $2 AND status <> 'cancelled')`,
		n.Origin.Kind, n.Origin.ID).Scan(&exists)
	if err != nil || exists {
		return err
	}
	uin, err := nextUIN(ctx, d, p.UINPrefix)
	if err != nil {
		return err
	}
	_, err = d.Exec(ctx, `
		INSERT INTO charge (id, uin, origin_kind, origin_id, payer, last_name, first_name, middle_name, amount, purpose, service,
			payee, payee_from, due, email, phone, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
		ON CONFLICT (origin_kind, origin_id) WHERE status <> 'cancelled' DO NOTHING`,
		uuid.Must(uuid.NewV7()), uin, n.Origin.Kind, n.Origin.ID, n.Payer, n.Last, n.First, n.Middle, n.Amount, n.Purpose, n.Service,
		p.Code, p.ValidFrom, timeOrNil(n.Due), n.Email, n.Phone, n.At)
	return err
}

func nextUIN(ctx context.Context, d db.DB, prefix string) (string, error) {
	var n int64
	if err := d.QueryRow(ctx, `SELECT nextval('charge_uin')`).Scan(&n); err != nil {
		return "", err
	}
	return rus.NewUIN(fmt.Sprintf("%s%011d", prefix, n))
}

func timeOrNil(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// ChargeOf returns the newest charge of an origin, cancelled ones included.
func ChargeOf(ctx context.Context, d db.DB, o Origin) (*Charge, error) {
	rows, _ := d.Query(ctx, `
		SELECT c.id, c.uin, c.origin_kind, c.origin_id, c.payer, c.last_name, c.first_name, c.middle_name, c.amount, c.purpose,
			c.service, c.payee, c.payee_from, c.due, c.email, c.phone, c.status, c.created_at, c.paid_at,
			coalesce(p.receipt, '') AS receipt
		FROM charge c
		LEFT JOIN payment p ON p.charge_id = c.id AND p.state = 'succeeded'
		WHERE c.origin_kind = $1 AND c.origin_id = $2
		ORDER BY c.status <> 'cancelled' DESC, c.created_at DESC
		LIMIT 1`, o.Kind, o.ID)
	return oneCharge(rows)
}

// chargeByID returns a charge of payer.
func chargeByID(ctx context.Context, d db.DB, payer, id uuid.UUID) (*Charge, error) {
	rows, _ := d.Query(ctx, `
		SELECT c.id, c.uin, c.origin_kind, c.origin_id, c.payer, c.last_name, c.first_name, c.middle_name, c.amount, c.purpose,
			c.service, c.payee, c.payee_from, c.due, c.email, c.phone, c.status, c.created_at, c.paid_at,
			coalesce(p.receipt, '') AS receipt
		FROM charge c
		LEFT JOIN payment p ON p.charge_id = c.id AND p.state = 'succeeded'
		WHERE c.id = $1 AND c.payer = $2`, id, payer)
	return oneCharge(rows)
}

// lockCharge holds the charge until the transaction ends. Whoever changes a charge or one of its payments takes this lock
// first, and no other: so two of them wait for each other, and never in a circle.
func lockCharge(ctx context.Context, tx pgx.Tx, id uuid.UUID) (*Charge, error) {
	rows, _ := tx.Query(ctx, `
		SELECT id, uin, origin_kind, origin_id, payer, last_name, first_name, middle_name, amount, purpose,
			service, payee, payee_from, due, email, phone, status, created_at, paid_at, '' AS receipt
		FROM charge
		WHERE id = $1
		FOR UPDATE`, id)
	return oneCharge(rows)
}

func oneCharge(rows pgx.Rows) (*Charge, error) {
	c, err := pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByName[Charge])
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.New(fault.NotFound, "payments.no_charge")
	}
	return c, err
}

// OweRefund notes that the origin of a paid charge came to nothing, so that staff who find the payment know of it.
func OweRefund(ctx context.Context, d db.DB, o Origin, at time.Time) error {
	_, err := d.Exec(ctx, `
		UPDATE charge
		SET refund_since = coalesce(refund_since, $3)
		WHERE origin_kind = $1 AND origin_id = $2 AND status = 'paid'`, o.Kind, o.ID, at)
	return err
}

// CancelCharge cancels the unpaid charge of an origin. It is no error when there is none; a paid one is a Conflict. When a
// payment under way succeeds afterwards, it is kept and shown as money to be returned, and SurplusArgs tells the origin.
func CancelCharge(ctx context.Context, d db.DB, o Origin) error {
	var status Status
	err := d.QueryRow(ctx, `
		UPDATE charge
		SET status = CASE status WHEN 'open' THEN 'cancelled' ELSE status END,
			cancelled_at = CASE status WHEN 'open' THEN now() ELSE cancelled_at END
		WHERE origin_kind = $1 AND origin_id = $2 AND status <> 'cancelled'
		RETURNING status`, o.Kind, o.ID).Scan(&status)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return nil
	case err != nil:
		return fmt.Errorf("cancel charge of %s %s: %w", o.Kind, o.ID, err)
	case status == Paid:
		return fault.New(fault.Conflict, "payments.already_paid")
	}
	return nil
}

// markPaid closes an open charge. It is the caller's business to hold the charge's lock.
func markPaid(ctx context.Context, tx pgx.Tx, id uuid.UUID, at time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE charge SET status = 'paid', paid_at = $2 WHERE id = $1 AND status = 'open'`, id, at)
	return err
}

// setContact keeps where the payer wants the receipt to go.
func setContact(ctx context.Context, tx pgx.Tx, id uuid.UUID, email string) error {
	_, err := tx.Exec(ctx, `UPDATE charge SET email = $2 WHERE id = $1`, id, email)
	return err
}
