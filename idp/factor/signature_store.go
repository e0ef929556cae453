package factor

import (
	"context"

	"github.com/google/uuid"

	"tamga/internal/db"
)

// personBySNILS returns whose checked СНИЛС it is, or pgx.ErrNoRows.
func personBySNILS(ctx context.Context, d db.DB, key []byte) (id uuid.UUID, err error) {
	err = d.QueryRow(ctx, `SELECT id FROM account WHERE snils_key = $1`, key).Scan(&id)
	return id, err
}
