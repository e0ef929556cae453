package factor

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
)

func insertQR(ctx context.Context, d db.DB, q *qrSignIn) error {
	_, err := d.Exec(ctx, `
		INSERT INTO qr_sign_in (id, code_hash, browser_hash, number, choices, device, address, created_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		q.ID, q.CodeHash, q.BrowserHash, q.Number, q.Choices, q.Device, q.Address, q.CreatedAt, q.ExpiresAt)
	return err
}

func qrByCode(ctx context.Context, d db.DB, code []byte, now time.Time) (*qrSignIn, error) {
	rows, _ := d.Query(ctx, `
		SELECT id, code_hash, browser_hash, number, choices, device, address, state, account_id, methods, created_at, expires_at
		FROM qr_sign_in
		WHERE code_hash = $1 AND expires_at > $2 AND state = 'waiting'`, code, now)
	return pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByName[qrSignIn])
}

func qrByBrowser(ctx context.Context, d db.DB, browser []byte) (*qrSignIn, error) {
	rows, _ := d.Query(ctx, `
		SELECT id, code_hash, browser_hash, number, choices, device, address, state, account_id, methods, created_at, expires_at
		FROM qr_sign_in
		WHERE browser_hash = $1`, browser)
	return pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByName[qrSignIn])
}

// decideQR notes the phone's answer, the first one only.
func decideQR(ctx context.Context, d db.DB, id uuid.UUID, state string, person uuid.UUID, methods []string, now time.Time) (mine bool, err error) {
	tag, err := d.Exec(ctx, `
		UPDATE qr_sign_in SET state = $2, account_id = $3, methods = $4
		WHERE id = $1 AND state = 'waiting' AND expires_at > $5`, id, state, person, methods, now)
	return tag.RowsAffected() == 1, err
}

// useQR uses a confirmation up.
func useQR(ctx context.Context, d db.DB, id uuid.UUID, now time.Time) (mine bool, err error) {
	tag, err := d.Exec(ctx, `UPDATE qr_sign_in SET state = 'used' WHERE id = $1 AND state = 'confirmed' AND expires_at > $2`, id, now)
	return tag.RowsAffected() == 1, err
}
