package factor

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
)

// touchBrowser notes that a known browser was used; known is false for a new one.
func touchBrowser(ctx context.Context, d db.DB, person uuid.UUID, hash []byte, now time.Time) (known bool, err error) {
	tag, err := d.Exec(ctx, `UPDATE known_browser SET last_at = $3 WHERE account_id = $1 AND token_hash = $2`, person, hash, now)
	return tag.RowsAffected() == 1, err
}

func browserKnown(ctx context.Context, d db.DB, person uuid.UUID, hash []byte) (known bool, err error) {
	err = d.QueryRow(ctx, `
		SELECT EXISTS (SELECT 1 FROM known_browser WHERE account_id = $1 AND token_hash = $2)`, person, hash).Scan(&known)
	return known, err
}

func insertBrowser(ctx context.Context, d db.DB, person uuid.UUID, hash []byte, device string, now time.Time) error {
	_, err := d.Exec(ctx, `
		INSERT INTO known_browser (account_id, token_hash, device, first_at, last_at)
		VALUES ($1, $2, $3, $4, $4)
		ON CONFLICT (account_id, token_hash) DO UPDATE SET last_at = excluded.last_at`, person, hash, device, now)
	return err
}

func forgetBrowser(ctx context.Context, d db.DB, person uuid.UUID, hash []byte) error {
	_, err := d.Exec(ctx, `DELETE FROM known_browser WHERE account_id = $1 AND token_hash = $2`, person, hash)
	return err
}

// ForgetBrowsers makes all browsers of a person strange: after a stolen password the thief's may be among them.
func ForgetBrowsers(ctx context.Context, d db.DB, person uuid.UUID) error {
	_, err := d.Exec(ctx, `DELETE FROM known_browser WHERE account_id = $1`, person)
	return err
}

func insertNotice(ctx context.Context, d db.DB, token []byte, n *notice, expires time.Time) error {
	_, err := d.Exec(ctx, `
		INSERT INTO browser_notice (token_hash, account_id, session_id, browser_hash, expires_at)
		VALUES ($1, $2, $3, $4, $5)`, token, n.AccountID, n.SessionID, n.BrowserHash, expires)
	return err
}

// takeNotice uses a link up.
func takeNotice(ctx context.Context, d db.DB, token []byte, now time.Time) (*notice, error) {
	rows, _ := d.Query(ctx, `
		DELETE FROM browser_notice WHERE token_hash = $1 AND expires_at > $2
		RETURNING account_id, session_id, browser_hash`, token, now)
	return pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByName[notice])
}
