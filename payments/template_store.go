package payments

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
	"tamga/internal/fault"
)

// payTemplate is what somebody pays again and again.
type payTemplate struct {
	ID      uuid.UUID
	Title   string
	KeyHash []byte
	Payee   string
}

// insertTemplate saves a charge of the reader as a template: by the own number, or by the number that the reader has named. Who has
// named nothing but a УИН has no number to come back to, and would read of somebody else's charges for ever.
func insertTemplate(ctx context.Context, d db.DB, r Reader, charge uuid.UUID, title string, at time.Time) error {
	done, err := d.Exec(ctx, `
		INSERT INTO payment_template (id, owner, title, key_hash, payee, created_at)
		SELECT $1, $2, $3, k.hash, c.payee, $6
		FROM charge c
		JOIN charge_key k ON k.charge_id = c.id
		LEFT JOIN charge_claim m ON m.charge_id = c.id AND m.account = $2
		WHERE c.id = $4 AND (k.hash = m.key_hash OR k.hash = ANY($5::bytea[]))
		ORDER BY k.hash = m.key_hash DESC NULLS LAST
		LIMIT 1
		ON CONFLICT (owner, key_hash, payee) DO UPDATE SET title = excluded.title, removed_at = NULL`,
		uuid.Must(uuid.NewV7()), r.Account, title, charge, r.Keys, at)
	if err == nil && done.RowsAffected() == 0 {
		err = fault.New(fault.Conflict, "payments_auto.no_template")
	}
	return err
}

// mayTemplate tells whether the reader has a number of the charge to come back to, and no template of it yet.
func mayTemplate(ctx context.Context, d db.DB, r Reader, charge uuid.UUID) (may bool, err error) {
	err = d.QueryRow(ctx, `
		SELECT EXISTS (
			SELECT FROM charge c
			JOIN charge_key k ON k.charge_id = c.id
			LEFT JOIN charge_claim m ON m.charge_id = c.id AND m.account = $2
			WHERE c.id = $1 AND (k.hash = m.key_hash OR k.hash = ANY($3::bytea[])))
		AND NOT EXISTS (
			SELECT FROM payment_template t
			JOIN charge c ON c.id = $1 AND c.payee = t.payee
			JOIN charge_key k ON k.charge_id = c.id AND k.hash = t.key_hash
			WHERE t.owner = $2 AND t.removed_at IS NULL)`, charge, r.Account, r.Keys).Scan(&may)
	return may, err
}

func templatesOf(ctx context.Context, d db.DB, owner uuid.UUID) ([]payTemplate, error) {
	rows, _ := d.Query(ctx, `
		SELECT id, title, key_hash, payee
		FROM payment_template
		WHERE owner = $1 AND removed_at IS NULL
		ORDER BY title, id
		LIMIT 50`, owner)
	return pgx.CollectRows(rows, pgx.RowToStructByName[payTemplate])
}

func removeTemplate(ctx context.Context, d db.DB, owner, id uuid.UUID, at time.Time) error {
	_, err := d.Exec(ctx, `UPDATE payment_template SET removed_at = $3 WHERE owner = $1 AND id = $2 AND removed_at IS NULL`, owner, id, at)
	return err
}

// repeat returns the open charges of a template and lets its owner pay them.
func repeat(ctx context.Context, d db.DB, owner uuid.UUID, t payTemplate, at time.Time) ([]*Charge, error) {
	rows, _ := d.Query(ctx, `
		WITH due AS (
			SELECT DISTINCT c.id
			FROM charge_key k
			JOIN charge c ON c.id = k.charge_id
			WHERE k.hash = $2 AND c.payee = $3 AND c.status = 'open'
			LIMIT 20
		), claimed AS (
			INSERT INTO charge_claim (charge_id, account, via, at, key_hash)
			SELECT id, $1, 'number', $4, $2 FROM due
			ON CONFLICT (charge_id, account) DO UPDATE SET key_hash = excluded.key_hash)
		SELECT `+chargeColumns+`
		FROM charge c
		WHERE c.id IN (SELECT id FROM due)
		ORDER BY c.due NULLS LAST, c.created_at`, owner, t.KeyHash, t.Payee, at)
	found, err := pgx.CollectRows(rows, pgx.RowToAddrOfStructByName[Charge])
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	return found, err
}
