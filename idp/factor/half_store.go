package factor

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
)

func insertHalf(ctx context.Context, d db.DB, f *half, token []byte) error {
	_, err := d.Exec(ctx, `
		INSERT INTO half_sign_in (id, token_hash, account_id, session_id, methods, watched, setting_up, next, created_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		f.ID, token, f.AccountID, f.SessionID, f.Methods, f.Watched, f.SettingUp, f.Next, f.CreatedAt, f.ExpiresAt)
	return err
}

func halfByToken(ctx context.Context, d db.DB, token []byte, now time.Time) (*half, error) {
	rows, _ := d.Query(ctx, `
		SELECT id, account_id, session_id, methods, watched, setting_up, next, sms_hash, sms_sent_at, sms_sent, sms_tries, totp_tries,
		       recovery_tries, passkey_tries, created_at, expires_at
		FROM half_sign_in
		WHERE token_hash = $1 AND expires_at > $2`, token, now)
	return pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByName[half])
}

// deleteHalf removes a half sign-in; mine is false when another request did.
func deleteHalf(ctx context.Context, d db.DB, id uuid.UUID) (mine bool, err error) {
	tag, err := d.Exec(ctx, `DELETE FROM half_sign_in WHERE id = $1`, id)
	return tag.RowsAffected() == 1, err
}

// countTry notes a try before it is compared, so that tries sent at once cannot exceed the limit.
func countTry(ctx context.Context, d db.DB, id uuid.UUID, w Way, limit int) (allowed bool, err error) {
	tag, err := d.Exec(ctx, `
		UPDATE half_sign_in
		SET sms_tries = sms_tries + ($2 = 'sms')::int, totp_tries = totp_tries + ($2 = 'totp')::int,
		    recovery_tries = recovery_tries + ($2 = 'recovery')::int, passkey_tries = passkey_tries + ($2 = 'passkey')::int
		WHERE id = $1 AND CASE $2 WHEN 'sms' THEN sms_tries WHEN 'totp' THEN totp_tries WHEN 'recovery' THEN recovery_tries
		                          ELSE passkey_tries END < $3`, id, string(w), limit)
	return tag.RowsAffected() == 1, err
}

// setSMS keeps a fresh code, unless too many were sent or the last one just now.
func setSMS(ctx context.Context, d db.DB, id uuid.UUID, hash []byte, now time.Time) (set bool, err error) {
	tag, err := d.Exec(ctx, `
		UPDATE half_sign_in SET sms_hash = $2, sms_sent_at = $3, sms_sent = sms_sent + 1, sms_tries = 0
		WHERE id = $1 AND sms_sent < $4 AND (sms_sent_at IS NULL OR sms_sent_at <= $5)`,
		id, hash, now, codesMax, now.Add(-resendAfter))
	return tag.RowsAffected() == 1, err
}

func setSettingUp(ctx context.Context, d db.DB, id uuid.UUID) error {
	_, err := d.Exec(ctx, `UPDATE half_sign_in SET setting_up = true WHERE id = $1`, id)
	return err
}
