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

// linkLife is how long a link by SMS is good.
const linkLife = 24 * time.Hour

// putLink stores a link in place of the one before.
func putLink(ctx context.Context, d db.DB, token []byte, account uuid.UUID, expires time.Time) error {
	_, err := d.Exec(ctx, `
		INSERT INTO first_password (token_hash, account_id, expires_at)
		VALUES ($1, $2, $3)
		ON CONFLICT (account_id) DO UPDATE SET token_hash = excluded.token_hash, expires_at = excluded.expires_at`, token, account, expires)
	return err
}

// linkGood tells whether a link is there.
func linkGood(ctx context.Context, d db.DB, token []byte, now time.Time) (good bool, err error) {
	err = d.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM first_password WHERE token_hash = $1 AND expires_at > $2)`, token, now).Scan(&good)
	return good, err
}

// useLink takes a link once.
func useLink(ctx context.Context, tx pgx.Tx, token []byte, now time.Time) (account uuid.UUID, err error) {
	err = tx.QueryRow(ctx, `DELETE FROM first_password WHERE token_hash = $1 AND expires_at > $2 RETURNING account_id`, token, now).Scan(&account)
	if errors.Is(err, pgx.ErrNoRows) {
		err = fault.New(fault.NotFound, "idp_confirm.link_gone")
	}
	return account, err
}
