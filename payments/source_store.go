package payments

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
	"tamga/internal/fault"
)

// ChargeByID returns a charge whoever owes it: for machines, not for pages.
func ChargeByID(ctx context.Context, d db.DB, id uuid.UUID) (*Charge, error) {
	rows, _ := d.Query(ctx, `SELECT `+chargeColumns+` FROM charge c WHERE c.id = $1`, id)
	return oneCharge(rows)
}

// ChargeOfSource is the newest charge of an outside source with its number there.
func ChargeOfSource(ctx context.Context, d db.DB, source, reference string) (*Charge, error) {
	rows, _ := d.Query(ctx, `
		SELECT `+chargeColumns+`
		FROM charge c
		WHERE c.source = $1 AND c.reference = $2
		ORDER BY c.status NOT IN ('cancelled', 'refunded') DESC, c.created_at DESC
		LIMIT 1`, source, reference)
	return oneCharge(rows)
}

// ChargesOfSource lists the charges of an outside source after one of them, a hundred at a time, in the order of their making.
func ChargesOfSource(ctx context.Context, d db.DB, source string, after uuid.UUID) ([]*Charge, error) {
	rows, _ := d.Query(ctx, `
		SELECT `+chargeColumns+`
		FROM charge c
		WHERE c.source = $1 AND c.id > $2
		ORDER BY c.id
		LIMIT 100`, source, after)
	return pgx.CollectRows(rows, pgx.RowToAddrOfStructByName[Charge])
}

// ClarifyCharge changes what the charge of an origin says of itself, as long as nobody has begun to pay it. The books get the difference.
func ClarifyCharge(ctx context.Context, tx pgx.Tx, n NewCharge, reason string) (*Charge, error) {
	c, err := lockOrigin(ctx, tx, n.Origin)
	if err != nil {
		return nil, err
	}
	if c == nil {
		return nil, fault.New(fault.NotFound, "payments.no_charge")
	}
	if err := clarify(ctx, tx, c, n, reason); err != nil {
		return nil, err
	}
	return ChargeByID(ctx, tx, c.ID)
}

func clarify(ctx context.Context, tx pgx.Tx, c *Charge, n NewCharge, reason string) error {
	live, err := livePayments(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	if c.Status != Open || c.Credited > 0 || c.Exempt > 0 || len(live) > 0 {
		return fault.New(fault.Conflict, "payments.already_paid")
	}
	_, err = tx.Exec(ctx, `UPDATE charge SET amount = $2, purpose = $3, due = $4 WHERE id = $1`, c.ID, n.Amount, n.Purpose, timeOrNil(n.Due))
	if err != nil {
		return err
	}
	if err := replaceLines(ctx, tx, c.ID, n.Lines); err != nil {
		return err
	}
	if err := noteCharge(ctx, tx, c.ID, chargeEvent{"clarified", n.Amount, "department " + n.Source, reason, n.At}); err != nil {
		return err
	}
	return book(ctx, tx, entry{Kind: "charge", At: n.At, Charge: c.ID, Detail: "clarified"},
		position{{"receivable", Currency}: n.Amount - c.Amount, {"accrued", Currency}: c.Amount - n.Amount})
}
