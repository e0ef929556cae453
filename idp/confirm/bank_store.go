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

func insertQuestion(ctx context.Context, d db.DB, q question, state []byte, now time.Time) error {
	_, err := d.Exec(ctx, `
		INSERT INTO confirm_bank (id, account_id, session_id, state_hash, nonce, verifier, request_id, created_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		q.ID, q.AccountID, q.SessionID, state, q.Nonce, q.Verifier, q.RequestID, now, q.ExpiresAt)
	return err
}

// useQuestion takes the question that a state belongs to, once, and only at the sign-in that asked it. An answer that comes again, or
// to another browser, finds none.
func useQuestion(ctx context.Context, d db.DB, state []byte, account, session uuid.UUID, now time.Time) (*question, error) {
	rows, _ := d.Query(ctx, `
		UPDATE confirm_bank SET result = 'used', answered_at = $4
		WHERE state_hash = $1 AND account_id = $2 AND session_id = $3 AND result = 'asked' AND expires_at > $4
		RETURNING id, account_id, session_id, nonce, verifier, request_id, result, expires_at`, state, account, session, now)
	q, err := pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByName[question])
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.New(fault.Conflict, "idp_confirm.bank_gone")
	}
	return q, err
}

// setResult writes down how a question ended.
func setResult(ctx context.Context, d db.DB, id uuid.UUID, result, reason string) error {
	_, err := d.Exec(ctx, `UPDATE confirm_bank SET result = $2, reason = $3 WHERE id = $1`, id, result, reason)
	return err
}
