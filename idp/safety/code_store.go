package safety

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
)

func putOwnCode(ctx context.Context, d db.DB, account uuid.UUID, purpose string, hash []byte, now time.Time) error {
	_, err := d.Exec(ctx, `
		INSERT INTO own_code (account_id, purpose, code_hash, sent_at)
		VALUES ($1, $2, $3, $4)
		ON CONFLICT (account_id, purpose) DO UPDATE
		SET code_hash = excluded.code_hash, attempts = 0, sent_at = excluded.sent_at`, account, purpose, hash, now)
	return err
}

// tryOwnCode counts a try before it is compared, and returns the code's hash, or nil when no try is left.
func tryOwnCode(ctx context.Context, d db.DB, account uuid.UUID, purpose string, limit int) (hash []byte, sent time.Time, err error) {
	err = d.QueryRow(ctx, `
		UPDATE own_code SET attempts = attempts + 1
		WHERE account_id = $1 AND purpose = $2 AND attempts < $3
		RETURNING code_hash, sent_at`, account, purpose, limit).Scan(&hash, &sent)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, sent, nil
	}
	return hash, sent, err
}

// useOwnCode ends a code that was right.
func useOwnCode(ctx context.Context, d db.DB, account uuid.UUID, purpose string) error {
	_, err := d.Exec(ctx, `DELETE FROM own_code WHERE account_id = $1 AND purpose = $2`, account, purpose)
	return err
}
