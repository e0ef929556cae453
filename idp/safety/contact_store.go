package safety

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
	"tamga/internal/fault"
)

// contactTaken tells whether a value is another account's, or held for one that had it lately.
func contactTaken(ctx context.Context, d db.DB, kind, value string, own uuid.UUID, now time.Time) (taken bool, err error) {
	err = d.QueryRow(ctx, `
		SELECT EXISTS (
			SELECT 1 FROM account
			WHERE id <> $3 AND ($1 = 'phone' AND phone = $2 OR $1 = 'email' AND email = $2 AND email_confirmed_at IS NOT NULL)
		) OR EXISTS (
			SELECT 1 FROM contact_past
			WHERE kind = $1 AND value = $2 AND account_id <> $3 AND held_until > $4 AND ($1 = 'phone' OR confirmed_at IS NOT NULL)
		)`, kind, value, own, now).Scan(&taken)
	return taken, err
}

// putChange stores a change. It takes the place of one begun before, in another tab.
func putChange(ctx context.Context, d db.DB, k *contactChange, now time.Time) error {
	_, err := d.Exec(ctx, `
		INSERT INTO contact_change (id, account_id, kind, value, proof, proof_hash, value_hash, sent_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (account_id, kind) DO UPDATE
		SET id = excluded.id, value = excluded.value, proof = excluded.proof, proof_hash = excluded.proof_hash,
		    value_hash = excluded.value_hash, attempts = 0, sent_at = excluded.sent_at, expires_at = excluded.expires_at`,
		k.ID, k.AccountID, k.Kind, k.Value, k.Proof, k.ProofHash, k.ValueHash, now, now.Add(changeLife))
	return err
}

// changeOf returns the change that an account has under way.
func changeOf(ctx context.Context, d db.DB, account uuid.UUID, kind string, now time.Time) (*contactChange, error) {
	rows, _ := d.Query(ctx, `
		SELECT id, account_id, kind, value, proof, proof_hash, value_hash, sent_at
		FROM contact_change
		WHERE account_id = $1 AND kind = $2 AND expires_at > $3`, account, kind, now)
	k, err := pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByName[contactChange])
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.New(fault.NotFound, "idp_safety.change_gone")
	}
	return k, err
}

func countChangeTry(ctx context.Context, d db.DB, id uuid.UUID, limit int) (allowed bool, err error) {
	tag, err := d.Exec(ctx, `UPDATE contact_change SET attempts = attempts + 1 WHERE id = $1 AND attempts < $2`, id, limit)
	return err == nil && tag.RowsAffected() == 1, err
}

// useChange ends a change: the second of two forms sent at once finds none.
func useChange(ctx context.Context, tx pgx.Tx, id uuid.UUID) error {
	tag, err := tx.Exec(ctx, `DELETE FROM contact_change WHERE id = $1`, id)
	if err == nil && tag.RowsAffected() == 0 {
		return fault.New(fault.Conflict, "idp_safety.change_gone")
	}
	return err
}

// keepPast holds the value that an account has now.
func keepPast(ctx context.Context, tx pgx.Tx, token []byte, account uuid.UUID, kind string, now, held time.Time) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO contact_past (token_hash, account_id, kind, value, confirmed_at, replaced_at, held_until)
		SELECT $1, id, $3::text, CASE WHEN $3::text = 'phone' THEN phone ELSE email END,
		       CASE WHEN $3::text = 'email' THEN email_confirmed_at END, $4, $5
		FROM account
		WHERE id = $2`, token, account, kind, now, held)
	return err
}

// setContact replaces the phone or the address. The unique index decides between two accounts at once.
func setContact(ctx context.Context, tx pgx.Tx, account uuid.UUID, kind, value string, now time.Time) error {
	_, err := tx.Exec(ctx, `
		UPDATE account
		SET phone = CASE WHEN $2::text = 'phone' THEN $3 ELSE phone END,
		    email = CASE WHEN $2::text = 'email' THEN $3 ELSE email END,
		    email_confirmed_at = CASE WHEN $2::text = 'email' THEN $4 ELSE email_confirmed_at END
		WHERE id = $1`, account, kind, value, now)
	if db.IsUnique(err, "") {
		return errTaken(kind)
	}
	return err
}

// past is a contact that an account had.
type past struct {
	AccountID   uuid.UUID
	Kind        string
	Value       string
	ConfirmedAt *time.Time
	ReplacedAt  time.Time
}

// usePast takes a link once. Links of later changes go with it: they would bring the stranger's contact back.
func usePast(ctx context.Context, tx pgx.Tx, token []byte, now time.Time) (*past, error) {
	rows, _ := tx.Query(ctx, `
		DELETE FROM contact_past
		WHERE token_hash = $1 AND held_until > $2
		RETURNING account_id, kind, value, confirmed_at, replaced_at`, token, now)
	p, err := pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByName[past])
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.New(fault.NotFound, "idp_safety.undo_gone")
	}
	if err != nil {
		return nil, err
	}
	_, err = tx.Exec(ctx, `
		DELETE FROM contact_past WHERE account_id = $1 AND kind = $2 AND replaced_at >= $3`, p.AccountID, p.Kind, p.ReplacedAt)
	return p, err
}

// restoreContact puts a past contact back, and voids changes under way.
func restoreContact(ctx context.Context, tx pgx.Tx, p *past) error {
	if _, err := tx.Exec(ctx, `DELETE FROM contact_change WHERE account_id = $1`, p.AccountID); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `
		UPDATE account
		SET phone = CASE WHEN $2::text = 'phone' THEN $3 ELSE phone END,
		    email = CASE WHEN $2::text = 'email' THEN $3 ELSE email END,
		    email_confirmed_at = CASE WHEN $2::text = 'email' THEN $4 ELSE email_confirmed_at END
		WHERE id = $1`, p.AccountID, p.Kind, p.Value, p.ConfirmedAt)
	if db.IsUnique(err, "") {
		return errTaken(p.Kind)
	}
	return err
}
