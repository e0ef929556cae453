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

func insertText(ctx context.Context, d db.DB, k challenge, now time.Time) error {
	_, err := d.Exec(ctx, `
		INSERT INTO confirm_text (id, account_id, text, created_at, expires_at)
		VALUES ($1, $2, $3, $4, $5)`, k.ID, k.AccountID, k.Text, now, k.ExpiresAt)
	return err
}

// textByID returns a text that may still be signed by its account.
func textByID(ctx context.Context, d db.DB, id, account uuid.UUID, now time.Time) (*challenge, error) {
	rows, _ := d.Query(ctx, `
		SELECT id, account_id, text, expires_at
		FROM confirm_text
		WHERE id = $1 AND account_id = $2 AND used_at IS NULL AND expires_at > $3`, id, account, now)
	k, err := pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByName[challenge])
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.New(fault.NotFound, "idp_confirm.text_gone")
	}
	return k, err
}

// useText ends a text: a signature that is sent again finds it used.
func useText(ctx context.Context, tx pgx.Tx, id uuid.UUID, now time.Time) error {
	tag, err := tx.Exec(ctx, `UPDATE confirm_text SET used_at = $2 WHERE id = $1 AND used_at IS NULL AND expires_at > $2`, id, now)
	if err == nil && tag.RowsAffected() == 0 {
		return fault.New(fault.Conflict, "idp_confirm.text_gone")
	}
	return err
}
