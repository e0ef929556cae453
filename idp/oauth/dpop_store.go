package oauth

import (
	"context"
	"time"

	"tamga/internal/db"
)

// insertProof notes a proof, and tells whether it is new.
func insertProof(ctx context.Context, d db.DB, hash []byte, expires time.Time) (bool, error) {
	tag, err := d.Exec(ctx, `INSERT INTO oauth_proof (hash, expires_at) VALUES ($1, $2) ON CONFLICT DO NOTHING`, hash, expires)
	return tag.RowsAffected() == 1, err
}
