package account

import (
	"context"

	"github.com/google/uuid"

	"tamga/internal/db"
)

// passwordOf returns the hash of an account's password.
func passwordOf(ctx context.Context, d db.DB, id uuid.UUID) (hash string, err error) {
	err = d.QueryRow(ctx, `SELECT password FROM account WHERE id = $1`, id).Scan(&hash)
	return hash, err
}
