package factor

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
)

// setOf returns what a person has, and whether the browser is a known one, in one question: every sign-in asks it.
func setOf(ctx context.Context, d db.DB, person uuid.UUID, browser []byte) (Set, error) {
	var s Set
	err := d.QueryRow(ctx, `
		SELECT EXISTS (SELECT 1 FROM factor_sms WHERE account_id = $1),
		       EXISTS (SELECT 1 FROM factor_totp WHERE account_id = $1),
		       (SELECT count(*) FROM factor_passkey WHERE account_id = $1 AND NOT cloned),
		       (SELECT count(*) FROM factor_recovery WHERE account_id = $1 AND used_at IS NULL),
		       EXISTS (SELECT 1 FROM known_browser WHERE account_id = $1 AND token_hash = $2)`, person, browser).
		Scan(&s.SMS, &s.TOTP, &s.Passkeys, &s.Recovery, &s.Known)
	return s, err
}

// lockPerson lets one change of a person's proofs follow the other: two tabs must not remove the last two at once.
func lockPerson(ctx context.Context, tx pgx.Tx, person uuid.UUID) error {
	_, err := tx.Exec(ctx, `SELECT 1 FROM account WHERE id = $1 FOR UPDATE`, person)
	return err
}

func enableSMS(ctx context.Context, d db.DB, person uuid.UUID, now time.Time) (changed bool, err error) {
	tag, err := d.Exec(ctx, `INSERT INTO factor_sms (account_id, enabled_at) VALUES ($1, $2) ON CONFLICT DO NOTHING`, person, now)
	return tag.RowsAffected() == 1, err
}

func disableSMS(ctx context.Context, d db.DB, person uuid.UUID) (changed bool, err error) {
	tag, err := d.Exec(ctx, `DELETE FROM factor_sms WHERE account_id = $1`, person)
	return tag.RowsAffected() == 1, err
}

// totpSecret is a sealed secret, or nil when the person has no app.
func totpSecret(ctx context.Context, d db.DB, person uuid.UUID) ([]byte, error) {
	var sealed []byte
	err := d.QueryRow(ctx, `SELECT secret FROM factor_totp WHERE account_id = $1`, person).Scan(&sealed)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	return sealed, err
}

// insertTOTP switches an app on. The code that proved it cannot be used again.
func insertTOTP(ctx context.Context, d db.DB, person uuid.UUID, sealed []byte, step int64, now time.Time) (changed bool, err error) {
	tag, err := d.Exec(ctx, `
		INSERT INTO factor_totp (account_id, secret, last_step, enabled_at)
		VALUES ($1, $2, $3, $4)
		ON CONFLICT DO NOTHING`, person, sealed, step, now)
	return tag.RowsAffected() == 1, err
}

func deleteTOTP(ctx context.Context, d db.DB, person uuid.UUID) (changed bool, err error) {
	tag, err := d.Exec(ctx, `DELETE FROM factor_totp WHERE account_id = $1`, person)
	return tag.RowsAffected() == 1, err
}

// useStep notes that a time step's code was used, unless it or a later one was.
func useStep(ctx context.Context, d db.DB, person uuid.UUID, step int64, now time.Time) (fresh bool, err error) {
	tag, err := d.Exec(ctx, `UPDATE factor_totp SET last_step = $2, used_at = $3 WHERE account_id = $1 AND last_step < $2`, person, step, now)
	return tag.RowsAffected() == 1, err
}

// replaceRecovery voids all printed codes and keeps fresh ones.
func replaceRecovery(ctx context.Context, d db.DB, person uuid.UUID, hashes [][]byte, now time.Time) error {
	if _, err := d.Exec(ctx, `DELETE FROM factor_recovery WHERE account_id = $1`, person); err != nil {
		return err
	}
	_, err := d.Exec(ctx, `
		INSERT INTO factor_recovery (account_id, code_hash, created_at)
		SELECT $1, hash, $3 FROM unnest($2::bytea[]) AS hash`, person, hashes, now)
	return err
}

func useRecovery(ctx context.Context, d db.DB, person uuid.UUID, hash []byte, now time.Time) (used bool, err error) {
	tag, err := d.Exec(ctx, `
		UPDATE factor_recovery SET used_at = $3 WHERE account_id = $1 AND code_hash = $2 AND used_at IS NULL`, person, hash, now)
	return tag.RowsAffected() == 1, err
}

// useChallenge notes that a challenge was answered; used is false for one that was answered before.
func useChallenge(ctx context.Context, d db.DB, hash []byte, expires time.Time) (used bool, err error) {
	tag, err := d.Exec(ctx, `INSERT INTO used_challenge (hash, expires_at) VALUES ($1, $2) ON CONFLICT DO NOTHING`, hash, expires)
	return tag.RowsAffected() == 1, err
}

// purgeOld deletes what has expired, and browsers that were not seen for a year.
func purgeOld(ctx context.Context, d db.DB, now time.Time) error {
	if _, err := d.Exec(ctx, `DELETE FROM half_sign_in WHERE expires_at < $1`, now); err != nil {
		return err
	}
	if _, err := d.Exec(ctx, `DELETE FROM used_challenge WHERE expires_at < $1`, now); err != nil {
		return err
	}
	if _, err := d.Exec(ctx, `DELETE FROM qr_sign_in WHERE expires_at < $1`, now.Add(-time.Hour)); err != nil {
		return err
	}
	if _, err := d.Exec(ctx, `DELETE FROM browser_notice WHERE expires_at < $1`, now); err != nil {
		return err
	}
	_, err := d.Exec(ctx, `DELETE FROM known_browser WHERE last_at < $1`, now.Add(-browserLife))
	return err
}
