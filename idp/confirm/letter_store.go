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

// letterOf returns the last letter of an account, or nil.
func letterOf(ctx context.Context, d db.DB, account uuid.UUID) (*Letter, error) {
	rows, _ := d.Query(ctx, `
		SELECT id, account_id AS account, state, attempts, created_at, expires_at, code_hash
		FROM confirm_letter
		WHERE account_id = $1
		ORDER BY created_at DESC
		LIMIT 1`, account)
	l, err := pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByName[Letter])
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	return l, err
}

// lockAccount makes all that decides about one account's level wait for each other.
func lockAccount(ctx context.Context, tx pgx.Tx, account uuid.UUID) error {
	_, err := tx.Exec(ctx, `SELECT 1 FROM account WHERE id = $1 FOR UPDATE`, account)
	return err
}

// insertLetter queues a letter and voids the one before.
func insertLetter(ctx context.Context, tx pgx.Tx, l Letter, address, code []byte) error {
	_, err := tx.Exec(ctx, `
		UPDATE confirm_letter SET state = 'void', code = NULL WHERE account_id = $1 AND state IN ('queued', 'sent')`, l.Account)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO confirm_letter (id, account_id, address, code, code_hash, created_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`, l.ID, l.Account, address, code, l.CodeHash, l.CreatedAt, l.ExpiresAt)
	return err
}

func countLetterTry(ctx context.Context, d db.DB, id uuid.UUID, limit int) (allowed bool, err error) {
	tag, err := d.Exec(ctx, `
		UPDATE confirm_letter SET attempts = attempts + 1
		WHERE id = $1 AND attempts < $2 AND state IN ('queued', 'sent')`, id, limit)
	return err == nil && tag.RowsAffected() == 1, err
}

// useLetter ends a letter whose code was right: the second of two clicks finds it used.
func useLetter(ctx context.Context, tx pgx.Tx, id uuid.UUID, now time.Time) error {
	tag, err := tx.Exec(ctx, `
		UPDATE confirm_letter SET state = 'used', code = NULL, used_at = $2
		WHERE id = $1 AND state IN ('queued', 'sent')`, id, now)
	if err == nil && tag.RowsAffected() == 0 {
		return fault.New(fault.Conflict, "idp_confirm.not_this_level")
	}
	return err
}

// parcel is a letter as the post takes it.
type parcel struct {
	ID        uuid.UUID
	Address   []byte
	Code      []byte
	Name      string
	Lang      string
	ExpiresAt time.Time
}

// parcelByID returns a letter that has not been handed over.
func parcelByID(ctx context.Context, d db.DB, id uuid.UUID) (*parcel, error) {
	rows, _ := d.Query(ctx, `
		SELECT l.id, l.address, l.code, btrim(a.last_name || ' ' || a.first_name || ' ' || a.middle_name) AS name, a.language AS lang, l.expires_at
		FROM confirm_letter l JOIN account a ON a.id = l.account_id
		WHERE l.id = $1 AND l.state = 'queued'`, id)
	return pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByName[parcel])
}

// noteSending keeps why the post could not be reached.
func noteSending(ctx context.Context, d db.DB, id uuid.UUID, problem string) error {
	_, err := d.Exec(ctx, `UPDATE confirm_letter SET sendings = sendings + 1, last_error = $2 WHERE id = $1`, id, problem)
	return err
}

// setSent erases the code: from now on only the paper has it.
func setSent(ctx context.Context, d db.DB, id uuid.UUID, now time.Time) error {
	_, err := d.Exec(ctx, `
		UPDATE confirm_letter SET state = 'sent', code = NULL, sent_at = $2, last_error = ''
		WHERE id = $1 AND state = 'queued'`, id, now)
	return err
}
