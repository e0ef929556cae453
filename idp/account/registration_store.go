package account

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
	"tamga/internal/fault"
)

// registration is a row of that table: a registration between its pages.
type registration struct {
	TokenHash  []byte
	AccountID  uuid.UUID
	LastName   string
	FirstName  string
	Phone      string
	Email      string
	CodeHash   []byte // nil when the phone has an account: no code fits
	Attempts   int
	SentAt     time.Time
	VerifiedAt *time.Time
	RequestID  *uuid.UUID
}

func insertRegistration(ctx context.Context, d db.DB, r *registration, now time.Time) error {
	_, err := d.Exec(ctx, `
		INSERT INTO registration (token_hash, account_id, last_name, first_name, phone, email, code_hash, sent_at, request_id,
		                          created_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $8, $10)`,
		r.TokenHash, r.AccountID, r.LastName, r.FirstName, r.Phone, r.Email, r.CodeHash, now, r.RequestID,
		now.Add(registrationLife))
	return err
}

func registrationByToken(ctx context.Context, d db.DB, token []byte, now time.Time) (*registration, error) {
	rows, _ := d.Query(ctx, `
		SELECT token_hash, account_id, last_name, first_name, phone, email, code_hash, attempts, sent_at, verified_at, request_id
		FROM registration
		WHERE token_hash = $1 AND expires_at > $2`, token, now)
	r, err := pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByName[registration])
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.New(fault.NotFound, "idp.registration_gone")
	}
	return r, err
}

// countAttempt notes a try of a code before it is compared, so that tries made at once cannot exceed the limit.
func countAttempt(ctx context.Context, d db.DB, token []byte, limit int) (allowed bool, err error) {
	tag, err := d.Exec(ctx, `
		UPDATE registration SET attempts = attempts + 1 WHERE token_hash = $1 AND attempts < $2`, token, limit)
	return err == nil && tag.RowsAffected() == 1, err
}

func setVerified(ctx context.Context, d db.DB, token []byte, now time.Time) error {
	_, err := d.Exec(ctx, `UPDATE registration SET verified_at = $2 WHERE token_hash = $1`, token, now)
	return err
}

func setCode(ctx context.Context, d db.DB, token, code []byte, now time.Time) error {
	_, err := d.Exec(ctx, `
		UPDATE registration SET code_hash = $2, attempts = 0, sent_at = $3 WHERE token_hash = $1`, token, code, now)
	return err
}

func deleteRegistration(ctx context.Context, d db.DB, token []byte) error {
	_, err := d.Exec(ctx, `DELETE FROM registration WHERE token_hash = $1`, token)
	return err
}

// purgeOld deletes registrations and links that nobody went on with, which hold names and phones, and old sessions.
func purgeOld(ctx context.Context, d db.DB, now time.Time) error {
	if _, err := d.Exec(ctx, `DELETE FROM registration WHERE expires_at < $1`, now); err != nil {
		return err
	}
	if _, err := d.Exec(ctx, `DELETE FROM email_confirmation WHERE expires_at < $1`, now); err != nil {
		return err
	}
	_, err := d.Exec(ctx, `DELETE FROM session WHERE ends_at < $1`, now.Add(-sessionKept))
	return err
}
