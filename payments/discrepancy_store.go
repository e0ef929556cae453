package payments

import (
	"context"
	"errors"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
	"tamga/internal/fault"
)

// find notes a discrepancy, once while it is open.
func find(ctx context.Context, d db.DB, x Discrepancy) error {
	if x.Currency == "" {
		x.Currency = Currency
	}
	_, err := d.Exec(ctx, `
		INSERT INTO discrepancy (id, kind, acquirer, bank_id, payment_id, ours, theirs, currency, detail, found_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		ON CONFLICT DO NOTHING`,
		uuid.Must(uuid.NewV7()), x.Kind, x.Acquirer, x.BankID, x.PaymentID, x.Ours, x.Theirs, x.Currency, x.Detail, x.FoundAt)
	return err
}

// findOnce is find for what is looked for again each day: what somebody has dismissed does not come back.
func findOnce(ctx context.Context, d db.DB, x Discrepancy) error {
	var dismissed bool
	err := d.QueryRow(ctx, `
		SELECT EXISTS (
			SELECT FROM discrepancy
			WHERE resolution = 'dismissed' AND acquirer = $1 AND bank_id = $2 AND kind = $3 AND payment_id IS NOT DISTINCT FROM $4 AND theirs = $5)`,
		x.Acquirer, x.BankID, x.Kind, x.PaymentID, x.Theirs).Scan(&dismissed)
	if err != nil || dismissed {
		return err
	}
	return find(ctx, d, x)
}

// settle ends the open discrepancies of a payment that are of those kinds.
func settle(ctx context.Context, d db.DB, payment uuid.UUID, kinds []string, r resolution) error {
	_, err := d.Exec(ctx, `
		UPDATE discrepancy
		SET resolution = $3, resolved_by = $4, resolved_at = $5, note = $6
		WHERE payment_id = $1 AND kind = ANY($2) AND resolution IS NULL`, payment, kinds, r.How, r.By, r.At, r.Note)
	return err
}

// settleOne ends one open discrepancy; a Conflict when it has ended already.
func settleOne(ctx context.Context, d db.DB, id uuid.UUID, r resolution) error {
	tag, err := d.Exec(ctx, `
		UPDATE discrepancy
		SET resolution = $2, resolved_by = $3, resolved_at = $4, note = $5
		WHERE id = $1 AND resolution IS NULL`, id, r.How, r.By, r.At, r.Note)
	if err == nil && tag.RowsAffected() == 0 {
		return fault.New(fault.Conflict, "payments_books.resolved_already")
	}
	return err
}

const discrepancyColumns = `x.id, x.kind, x.acquirer, x.bank_id, x.payment_id, x.ours, x.theirs, x.currency, x.detail, x.found_at,
	coalesce(p.receipt, '') AS receipt`

// openDiscrepancies returns what waits for a person, oldest first.
func openDiscrepancies(ctx context.Context, d db.DB) ([]Discrepancy, error) {
	rows, _ := d.Query(ctx, `
		SELECT `+discrepancyColumns+`
		FROM discrepancy x
		LEFT JOIN payment p ON p.id = x.payment_id
		WHERE x.resolution IS NULL
		ORDER BY x.found_at
		LIMIT 200`)
	return pgx.CollectRows(rows, pgx.RowToStructByName[Discrepancy])
}

// openDiscrepancy returns one that waits for a person; a Conflict when somebody was faster.
func openDiscrepancy(ctx context.Context, d db.DB, id uuid.UUID) (*Discrepancy, error) {
	rows, _ := d.Query(ctx, `
		SELECT `+discrepancyColumns+`
		FROM discrepancy x
		LEFT JOIN payment p ON p.id = x.payment_id
		WHERE x.id = $1 AND x.resolution IS NULL`, id)
	x, err := pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByName[Discrepancy])
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.New(fault.Conflict, "payments_books.resolved_already")
	}
	return x, err
}

// endedDiscrepancy returns one that has ended, and how; nil when there is none.
func endedDiscrepancy(ctx context.Context, d db.DB, id uuid.UUID) (*Discrepancy, *resolution, error) {
	var end resolution
	err := d.QueryRow(ctx, `SELECT resolution, resolved_by, note, resolved_at FROM discrepancy WHERE id = $1 AND resolution IS NOT NULL`, id).
		Scan(&end.How, &end.By, &end.Note, &end.At)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	rows, _ := d.Query(ctx, `
		SELECT `+discrepancyColumns+`
		FROM discrepancy x
		LEFT JOIN payment p ON p.id = x.payment_id
		WHERE x.id = $1`, id)
	x, err := pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByName[Discrepancy])
	return x, &end, err
}
