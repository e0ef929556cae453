package payments

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
)

// LinesOf returns the lines of a bill with what has come for each; none for a charge that is not a bill. When another sum came than was
// asked and an employee has accepted it, each line has its share of what came: never less is left of the lines than of the charge.
func LinesOf(ctx context.Context, d db.DB, charge uuid.UUID) ([]Line, error) {
	rows, _ := d.Query(ctx, `
		SELECT l.position, l.code, l.title, l.unit, l.volume, l.tariff, l.charged, l.recalculated,
			coalesce((SELECT sum(floor(s.amount::numeric * p.credited / p.amount)) FROM payment_line s JOIN payment p ON p.id = s.payment_id
				WHERE s.charge_id = l.charge_id AND s.position = l.position AND p.state = 'succeeded'), 0)::bigint AS paid
		FROM charge_line l
		WHERE l.charge_id = $1
		ORDER BY l.position`, charge)
	return pgx.CollectRows(rows, pgx.RowToStructByName[Line])
}

// replaceLines gives a charge the lines of its bill. Nobody has begun to pay it.
func replaceLines(ctx context.Context, tx pgx.Tx, charge uuid.UUID, lines []Line) error {
	if _, err := tx.Exec(ctx, `DELETE FROM payment_line WHERE charge_id = $1`, charge); err != nil { // of attempts that came to nothing
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM charge_line WHERE charge_id = $1`, charge); err != nil {
		return err
	}
	for _, l := range lines {
		_, err := tx.Exec(ctx, `
			INSERT INTO charge_line (charge_id, position, code, title, unit, volume, tariff, charged, recalculated)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, charge, l.Position, l.Code, l.Title, l.Unit, l.Volume, l.Tariff, l.Charged, l.Recalculated)
		if err != nil {
			return err
		}
	}
	return nil
}

func insertShares(ctx context.Context, tx pgx.Tx, p *Payment, all []share) error {
	for _, s := range all {
		_, err := tx.Exec(ctx, `INSERT INTO payment_line (payment_id, charge_id, position, amount) VALUES ($1, $2, $3, $4)`, p.ID, p.ChargeID, s.Position, s.Amount)
		if err != nil {
			return err
		}
	}
	return nil
}

// PaidLine is what a payment brought for a line of a bill.
type PaidLine struct {
	Code   string `json:"code"`
	Title  string `json:"-"`
	Amount int64  `json:"amount"` // kopecks
}

// paidLines says which lines a payment is for.
func paidLines(ctx context.Context, d db.DB, payment uuid.UUID) ([]PaidLine, error) {
	rows, _ := d.Query(ctx, `
		SELECT l.code, l.title, (CASE WHEN p.credited = 0 THEN s.amount ELSE floor(s.amount::numeric * p.credited / p.amount) END)::bigint AS amount
		FROM payment_line s
		JOIN payment p ON p.id = s.payment_id
		JOIN charge_line l ON l.charge_id = s.charge_id AND l.position = s.position
		WHERE s.payment_id = $1
		ORDER BY s.position`, payment)
	return pgx.CollectRows(rows, pgx.RowToStructByName[PaidLine])
}
