package stand

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
)

func saveCharge(ctx context.Context, d db.DB, c Charge, now time.Time) error {
	_, err := d.Exec(ctx, `
		INSERT INTO stand_charge (department, reference, body, purpose, amount, next_at)
		VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (department, reference) DO NOTHING`, c.Department, c.Reference, c.Data, c.Purpose, c.Amount, now)
	return err
}

const (
	claimCharges = `
		UPDATE stand_charge
		SET attempts = attempts + 1, next_at = $3
		WHERE department = $1 AND reference IN (SELECT reference FROM stand_charge WHERE department = $1 AND next_at <= $2 LIMIT 20 FOR UPDATE SKIP LOCKED)
		RETURNING reference AS key, body, attempts, $2::timestamptz AS at`
	endCharge = `UPDATE stand_charge SET next_at = $3, last_error = $4 WHERE department = $1 AND reference = $2`
)

func setUIN(ctx context.Context, d db.DB, department, reference, uin string) error {
	_, err := d.Exec(ctx, `UPDATE stand_charge SET uin = $3 WHERE department = $1 AND reference = $2`, department, reference, uin)
	return err
}

// notice is what the portal says of money for a charge.
type notice struct {
	ID        uuid.UUID `json:"id"`
	Kind      string    `json:"kind"`
	Reference string    `json:"reference"`
	Receipt   string    `json:"receipt"`
	Amount    int64     `json:"amount"`
}

// takeNotice keeps a notice and what it does to the charge. One that comes again only counts as a copy.
func takeNotice(ctx context.Context, d db.DB, department string, n notice, now time.Time) error {
	return pgx.BeginFunc(ctx, d, func(tx pgx.Tx) error {
		var copies int
		err := tx.QueryRow(ctx, `
			INSERT INTO stand_quittance (id, department, reference, kind, receipt, amount, taken_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7)
			ON CONFLICT (id) DO UPDATE SET copies = stand_quittance.copies + 1
			RETURNING copies`, n.ID, department, n.Reference, n.Kind, n.Receipt, n.Amount, now).Scan(&copies)
		if err != nil || copies > 1 {
			return err
		}
		_, err = tx.Exec(ctx, `
			UPDATE stand_charge SET paid = paid + CASE $3 WHEN 'paid' THEN $4::bigint ELSE -$4::bigint END
			WHERE department = $1 AND reference = $2`, department, n.Reference, n.Kind, n.Amount)
		return err
	})
}

// listedCharge is a charge on the register's page.
type listedCharge struct {
	Reference string
	UIN       string
	Purpose   string
	Amount    int64
	Paid      int64
	Problem   string
}

func chargesOf(ctx context.Context, d db.DB, department string) ([]listedCharge, error) {
	rows, _ := d.Query(ctx, `
		SELECT reference, uin, purpose, amount, paid, last_error AS problem
		FROM stand_charge
		WHERE department = $1
		ORDER BY reference
		LIMIT 200`, department)
	return pgx.CollectRows(rows, pgx.RowToStructByName[listedCharge])
}
