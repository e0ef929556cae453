package safety

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
	"tamga/internal/fault"
	"tamga/internal/notify"
	"tamga/internal/rus"
	"tamga/internal/secret"
)

func insertRecovery(ctx context.Context, d db.DB, box *secret.Box, r *recovery, now time.Time) error {
	_, err := d.Exec(ctx, `
		INSERT INTO recovery (id, token_hash, contact, channel, lang, sent_at, request_id, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		r.ID, r.TokenHash, box.Seal([]byte(r.Contact), contactAAD(r.ID)), r.Channel, r.Lang, now, r.RequestID, now.Add(recoveryLife))
	return err
}

// recoveryByToken returns the recovery of a browser's cookie.
func recoveryByToken(ctx context.Context, d db.DB, box *secret.Box, token []byte, now time.Time) (*recovery, error) {
	rows, _ := d.Query(ctx, `
		SELECT id, token_hash, contact, channel, lang, account_id, code_hash, sent_at, verified_at, document_tries, proven_at, request_id
		FROM recovery
		WHERE token_hash = $1 AND expires_at > $2`, token, now)
	r, err := oneRecovery(rows, box)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.New(fault.NotFound, "idp_safety.recovery_gone")
	}
	return r, err
}

// recoveryByID locks the row: two jobs of one recovery send two codes, of which the later counts.
func recoveryByID(ctx context.Context, tx pgx.Tx, box *secret.Box, id uuid.UUID) (*recovery, error) {
	rows, _ := tx.Query(ctx, `
		SELECT id, token_hash, contact, channel, lang, account_id, code_hash, sent_at, verified_at, document_tries, proven_at, request_id
		FROM recovery
		WHERE id = $1
		FOR UPDATE`, id)
	return oneRecovery(rows, box)
}

func oneRecovery(rows pgx.Rows, box *secret.Box) (*recovery, error) {
	return pgx.CollectExactlyOneRow(rows, func(row pgx.CollectableRow) (*recovery, error) {
		var (
			r      recovery
			sealed []byte
		)
		err := row.Scan(&r.ID, &r.TokenHash, &sealed, &r.Channel, &r.Lang, &r.AccountID, &r.CodeHash, &r.SentAt, &r.VerifiedAt,
			&r.DocumentTries, &r.ProvenAt, &r.RequestID)
		if err != nil {
			return nil, err
		}
		contact, err := box.Open(sealed, contactAAD(r.ID))
		r.Contact = string(contact)
		return &r, err
	})
}

// accountByContact returns whose phone or confirmed address it is, or uuid.Nil.
func accountByContact(ctx context.Context, d db.DB, channel notify.Channel, contact string) (id uuid.UUID, err error) {
	err = d.QueryRow(ctx, `
		SELECT id
		FROM account
		WHERE $1 = 'sms' AND phone = $2 OR $1 = 'email' AND email = $2 AND email_confirmed_at IS NOT NULL`,
		string(channel), contact).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return uuid.Nil, nil
	}
	return id, err
}

// Find returns the account that somebody names by its number (oid) or its phone.
func Find(ctx context.Context, d db.DB, name string) (id uuid.UUID, err error) {
	phone, _ := rus.MobilePhone(name)
	err = d.QueryRow(ctx, `SELECT id FROM account WHERE oid::text = $1 OR phone = $2`, name, phone).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return uuid.Nil, fault.New(fault.NotFound, "idp.no_account")
	}
	return id, err
}

func setRecoveryCode(ctx context.Context, d db.DB, id, account uuid.UUID, code []byte, now time.Time) error {
	_, err := d.Exec(ctx, `
		UPDATE recovery SET account_id = $2, code_hash = $3, attempts = 0, sent_at = $4 WHERE id = $1`, id, account, code, now)
	return err
}

func voidRecoveryCode(ctx context.Context, d db.DB, id uuid.UUID, now time.Time) error {
	_, err := d.Exec(ctx, `UPDATE recovery SET code_hash = NULL, attempts = 0, sent_at = $2 WHERE id = $1`, id, now)
	return err
}

// countCodeTry notes a try before it is compared, so that tries made at once cannot exceed the limit.
func countCodeTry(ctx context.Context, d db.DB, id uuid.UUID, limit int) (allowed bool, err error) {
	tag, err := d.Exec(ctx, `UPDATE recovery SET attempts = attempts + 1 WHERE id = $1 AND attempts < $2`, id, limit)
	return err == nil && tag.RowsAffected() == 1, err
}

// countDocumentTry is countCodeTry for documents.
func countDocumentTry(ctx context.Context, d db.DB, id uuid.UUID, limit int) (allowed bool, err error) {
	tag, err := d.Exec(ctx, `
		UPDATE recovery SET document_tries = document_tries + 1
		WHERE id = $1 AND document_tries < $2 AND verified_at IS NOT NULL`, id, limit)
	return err == nil && tag.RowsAffected() == 1, err
}

// setRecoveryVerified notes a right code, which is good once.
func setRecoveryVerified(ctx context.Context, d db.DB, id uuid.UUID, now time.Time, proven bool) error {
	_, err := d.Exec(ctx, `
		UPDATE recovery SET verified_at = $2, proven_at = CASE WHEN $3::boolean THEN $2::timestamptz END, code_hash = NULL WHERE id = $1`, id, now, proven)
	return err
}

func setRecoveryProven(ctx context.Context, d db.DB, id uuid.UUID, now time.Time) error {
	_, err := d.Exec(ctx, `UPDATE recovery SET proven_at = $2 WHERE id = $1`, id, now)
	return err
}

// useRecovery ends a recovery that is proven, and all others of the account with it. The second to come finds none.
func useRecovery(ctx context.Context, tx pgx.Tx, id uuid.UUID) (account uuid.UUID, err error) {
	err = tx.QueryRow(ctx, `
		DELETE FROM recovery WHERE id = $1 AND proven_at IS NOT NULL RETURNING account_id`, id).Scan(&account)
	if errors.Is(err, pgx.ErrNoRows) {
		return uuid.Nil, fault.New(fault.Conflict, "idp_safety.recovery_used")
	}
	if err != nil {
		return uuid.Nil, err
	}
	_, err = tx.Exec(ctx, `DELETE FROM recovery WHERE account_id = $1`, account)
	return account, err
}

// purgeOld deletes what nobody went on with.
func purgeOld(ctx context.Context, d db.DB, now time.Time) error {
	if _, err := d.Exec(ctx, `DELETE FROM recovery WHERE expires_at < $1`, now); err != nil {
		return err
	}
	if _, err := d.Exec(ctx, `DELETE FROM contact_change WHERE expires_at < $1`, now); err != nil {
		return err
	}
	_, err := d.Exec(ctx, `DELETE FROM contact_past WHERE held_until < $1`, now)
	return err
}
