package payments

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
)

// insertQuittance notes a notice for the owner of a charge; false when it stands there already.
func insertQuittance(ctx context.Context, tx pgx.Tx, id uuid.UUID, p *Payment, n notice) (bool, error) {
	tag, err := tx.Exec(ctx, `
		INSERT INTO quittance (id, charge_id, payment_id, kind, amount, at, refund_id)
		VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (payment_id, kind, refund_id) DO NOTHING`, id, p.ChargeID, p.ID, n.kind, n.amount, n.at, uuid.NullUUID{UUID: n.refund, Valid: n.refund != uuid.Nil})
	return tag.RowsAffected() > 0, err
}

// Quittance is what the owner of a charge is told. Nothing in it is of a person.
type Quittance struct {
	ID        uuid.UUID `json:"id"`
	Kind      string    `json:"kind"` // "paid" or "returned"
	Source    string    `json:"-"`
	Reference string    `json:"reference"` // the owner's own number of the charge
	UIN       string    `json:"uin"`
	Receipt   string    `json:"receipt"`
	Amount    int64     `json:"amount"` // kopecks
	Left      int64     `json:"left"`   // still owed when the notice was sent
	Status    Status    `json:"status"` // of the charge at that time
	At        time.Time `json:"at"`
	Sent      bool      `json:"-"`
	PaymentID uuid.UUID `json:"-"`

	Lines []PaidLine `json:"lines,omitempty" db:"-"` // of a bill that was paid by line
}

func quittanceByID(ctx context.Context, d db.DB, id uuid.UUID) (*Quittance, error) {
	rows, _ := d.Query(ctx, `
		SELECT q.id, q.kind, c.source, c.reference, c.uin, p.receipt, q.amount,
			CASE WHEN c.status = 'open' THEN c.amount - c.exempt - c.paid ELSE 0 END AS left, c.status, q.at, q.sent_at IS NOT NULL AS sent, q.payment_id
		FROM quittance q
		JOIN charge c ON c.id = q.charge_id
		JOIN payment p ON p.id = q.payment_id
		WHERE q.id = $1`, id)
	q, err := pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByName[Quittance])
	if err != nil {
		return nil, err
	}
	lines, err := paidLines(ctx, d, q.PaymentID)
	var sum int64
	for _, l := range lines {
		sum += l.Amount
	}
	if q.Kind == "paid" || q.Amount >= sum { // a part that goes back is of no line
		q.Lines = lines
	}
	return q, err
}

// tryQuittance notes an attempt that came to nothing.
func tryQuittance(ctx context.Context, d db.DB, id uuid.UUID, problem string, at time.Time) error {
	_, err := d.Exec(ctx, `UPDATE quittance SET attempts = attempts + 1, last_error = left($2, 300), tried_at = $3 WHERE id = $1`, id, problem, at)
	return err
}

// stuckQuittance is a notice that its owner has not taken.
type stuckQuittance struct {
	ID        uuid.UUID
	PaymentID uuid.UUID
	Kind      string
	Source    string
	Reference string
	Receipt   string
	Amount    int64
	Attempts  int
	LastError string
	At        time.Time
}

// stuckQuittances are those that were tried in vain, or that nobody has tried for an hour.
func stuckQuittances(ctx context.Context, d db.DB, now time.Time) ([]stuckQuittance, error) {
	rows, _ := d.Query(ctx, `
		SELECT q.id, q.payment_id, q.kind, c.source, c.reference, p.receipt, q.amount, q.attempts, q.last_error, q.at
		FROM quittance q
		JOIN charge c ON c.id = q.charge_id
		JOIN payment p ON p.id = q.payment_id
		WHERE q.sent_at IS NULL AND (q.attempts > 0 OR q.at < $1)
		ORDER BY q.at
		LIMIT 200`, now.Add(-time.Hour))
	return pgx.CollectRows(rows, pgx.RowToStructByName[stuckQuittance])
}

func setQuittanceSent(ctx context.Context, d db.DB, id uuid.UUID, at time.Time) error {
	_, err := d.Exec(ctx, `UPDATE quittance SET sent_at = coalesce(sent_at, $2), attempts = attempts + 1, last_error = '' WHERE id = $1`, id, at)
	return err
}
