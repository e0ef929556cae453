package confirm

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
	"tamga/internal/fault"
)

// putReset stores a reset, unless one waits already.
func putReset(ctx context.Context, tx pgx.Tx, r *reset, token []byte, now time.Time) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO factor_reset (id, account_id, operator_id, centre_oid, centre, token_hash, created_at, due_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, r.ID, r.AccountID, r.OperatorID, r.CentreOID, r.Centre, token, now, r.DueAt)
	if db.IsUnique(err, "factor_reset_waiting") {
		return fault.New(fault.Conflict, "idp_confirm.visit_gone")
	}
	return err
}

// resetWaiting returns the reset that waits on an account, or nil.
func resetWaiting(ctx context.Context, d db.DB, account uuid.UUID) (*reset, error) {
	rows, _ := d.Query(ctx, `
		SELECT id, account_id, operator_id, centre_oid, centre, due_at
		FROM factor_reset
		WHERE account_id = $1 AND ended_at IS NULL`, account)
	return oneReset(rows)
}

// resetByToken returns the reset that a link stops, or nil when it does not wait any more.
func resetByToken(ctx context.Context, d db.DB, token []byte) (*reset, error) {
	rows, _ := d.Query(ctx, `
		SELECT id, account_id, operator_id, centre_oid, centre, due_at
		FROM factor_reset
		WHERE token_hash = $1 AND ended_at IS NULL`, token)
	return oneReset(rows)
}

// takeReset ends a reset that waits and is due by then: the link and the job cannot both have it.
func takeReset(ctx context.Context, tx pgx.Tx, id uuid.UUID, how string, due, now time.Time) (*reset, error) {
	rows, _ := tx.Query(ctx, `
		UPDATE factor_reset SET ended_at = $3, ended_how = $2
		WHERE id = $1 AND ended_at IS NULL AND due_at <= $4
		RETURNING id, account_id, operator_id, centre_oid, centre, due_at`, id, how, now, due)
	return oneReset(rows)
}

func oneReset(rows pgx.Rows) (*reset, error) {
	r, err := pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByName[reset])
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	return r, err
}

// dropFactors takes the second proofs off an account that people lose with a device. Codes by SMS come in their place: the phone of
// the account is confirmed, and nobody gets in by the password alone.
func dropFactors(ctx context.Context, tx pgx.Tx, account uuid.UUID, now time.Time) error {
	for _, sql := range []string{
		`DELETE FROM factor_totp WHERE account_id = $1`,
		`DELETE FROM factor_recovery WHERE account_id = $1`,
		`DELETE FROM factor_passkey WHERE account_id = $1`,
	} {
		if _, err := tx.Exec(ctx, sql, account); err != nil {
			return err
		}
	}
	return AskForSMS(ctx, tx, account, now)
}

// AskForSMS switches codes by SMS on.
func AskForSMS(ctx context.Context, d db.DB, account uuid.UUID, now time.Time) error {
	_, err := d.Exec(ctx, `INSERT INTO factor_sms (account_id, enabled_at) VALUES ($1, $2) ON CONFLICT DO NOTHING`, account, now)
	return err
}
