package confirm

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
)

// witness is the operator who has held somebody's passport before the registers answered.
type witness struct {
	Operator  uuid.UUID
	CentreOID int64
	Centre    string
}

// takePending returns who has seen the passport of the data now in force, or nil, and ends the wait.
func takePending(ctx context.Context, tx pgx.Tx, account uuid.UUID) (*witness, error) {
	rows, _ := tx.Query(ctx, `
		DELETE FROM confirm_pending p
		USING identity i, organisation o
		WHERE p.account_id = $1 AND i.account_id = p.account_id AND i.state = 'passed' AND i.round = p.round AND o.oid = p.centre_oid
		RETURNING p.operator_id AS operator, p.centre_oid, CASE WHEN o.short_name <> '' THEN o.short_name ELSE o.full_name END AS centre`, account)
	w, err := pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByName[witness])
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	return w, err
}

func putPending(ctx context.Context, tx pgx.Tx, account uuid.UUID, round int, w witness, now time.Time) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO confirm_pending (account_id, round, operator_id, centre_oid, created_at)
		VALUES ($1, $2, $3, $4, $5)`, account, round, w.Operator, w.CentreOID, now)
	return err
}

// purge deletes what has expired. Questions to a bank stay for a month: a step of level_change may rest on one.
func purge(ctx context.Context, d db.DB, now time.Time) error {
	if _, err := d.Exec(ctx, `DELETE FROM confirm_text WHERE expires_at < $1`, now); err != nil {
		return err
	}
	if _, err := d.Exec(ctx, `DELETE FROM confirm_bank WHERE expires_at < $1 AND result <> 'confirmed'`, now.Add(-30*24*time.Hour)); err != nil {
		return err
	}
	if _, err := d.Exec(ctx, `DELETE FROM operator_visit WHERE expires_at < $1`, now); err != nil {
		return err
	}
	if _, err := d.Exec(ctx, `DELETE FROM operator_registration WHERE expires_at < $1`, now); err != nil {
		return err
	}
	_, err := d.Exec(ctx, `DELETE FROM first_password WHERE expires_at < $1`, now)
	return err
}
