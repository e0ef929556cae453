package payments

import (
	"bytes"
	"context"
	"errors"
	"net/http"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
	"tamga/internal/fault"
)

// originFor tells what the charges of a department for a payee are; it may not charge for another's.
func originFor(ctx context.Context, d db.DB, department, payee string) (kind string, err error) {
	err = d.QueryRow(ctx, `SELECT origin FROM department_payee WHERE department = $1 AND payee = $2`, department, payee).Scan(&kind)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", refused(http.StatusForbidden, "payee", "the department may not charge for this payee")
	}
	return kind, err
}

// ownCharge is the newest charge of a department with its number.
func ownCharge(ctx context.Context, tx pgx.Tx, department, reference string) (*Charge, error) {
	rows, _ := tx.Query(ctx, `
		SELECT `+chargeColumns+`
		FROM charge c
		WHERE c.source = $1 AND c.reference = $2
		ORDER BY c.status NOT IN ('cancelled', 'refunded') DESC, c.created_at DESC
		LIMIT 1`, department, reference)
	return oneCharge(rows)
}

// knownNotice returns the charge of a message that has been taken already; uuid.Nil when it is new. The same id with other words is a
// Conflict.
func knownNotice(ctx context.Context, tx pgx.Tx, s *chargeSaid) (uuid.UUID, error) {
	var id uuid.UUID
	var sum []byte
	err := tx.QueryRow(ctx, `SELECT charge_id, sha256 FROM charge_notice WHERE department = $1 AND id = $2`, s.Department, s.ID).Scan(&id, &sum)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return uuid.Nil, nil
	case err == nil && !bytes.Equal(sum, s.Sum[:]):
		return uuid.Nil, refused(http.StatusConflict, "id", "another message had this id")
	}
	return id, err
}

func insertNotice(ctx context.Context, tx pgx.Tx, s *chargeSaid, charge uuid.UUID) error {
	_, err := tx.Exec(ctx, `INSERT INTO charge_notice (department, id, type, sha256, charge_id, at) VALUES ($1, $2, $3, $4, $5, $6)`,
		s.Department, s.ID, s.Type, s.Sum[:], charge, s.At)
	return err
}

// lockNotices lets the messages of one department with one number pass one after the other.
func lockNotices(ctx context.Context, tx pgx.Tx, s *chargeSaid) error {
	_, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended($1, 6))`, s.Department+"\n"+s.ID)
	return err
}

func chargeByID(ctx context.Context, d db.DB, id uuid.UUID) (*Charge, error) {
	rows, _ := d.Query(ctx, `SELECT `+chargeColumns+` FROM charge c WHERE c.id = $1`, id)
	return oneCharge(rows)
}

// ownCharges lists the charges of a department after one of them, a hundred at a time, in the order of their making.
func ownCharges(ctx context.Context, d db.DB, department string, after uuid.UUID) ([]*Charge, error) {
	rows, _ := d.Query(ctx, `
		SELECT `+chargeColumns+`
		FROM charge c
		WHERE c.source = $1 AND c.id > $2
		ORDER BY c.id
		LIMIT 100`, department, after)
	return pgx.CollectRows(rows, pgx.RowToAddrOfStructByName[Charge])
}

// clarify changes what a charge says of itself, as long as nobody has begun to pay it. The books get the difference.
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
