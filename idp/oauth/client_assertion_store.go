package oauth

import (
	"context"
	"time"

	"tamga/internal/db"
)

// useAssertion notes an assertion as used, and tells whether it was not before. The row itself decides: of two that come at
// once, one inserts it.
func useAssertion(ctx context.Context, d db.DB, client string, jti []byte, expires time.Time) (bool, error) {
	tag, err := d.Exec(ctx, `
		INSERT INTO oauth_assertion (client_id, jti_hash, expires_at)
		VALUES ($1, $2, $3)
		ON CONFLICT DO NOTHING`, client, jti, expires)
	if err != nil {
		return false, err
	}
	return tag.RowsAffected() == 1, nil
}
