package family

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// Forget deletes the children whom nobody but this parent keeps, before the parent's account is erased.
func Forget(ctx context.Context, tx pgx.Tx, parent uuid.UUID) error {
	_, err := tx.Exec(ctx, `
		DELETE FROM child c
		WHERE EXISTS (SELECT 1 FROM child_parent p WHERE p.child_id = c.id AND p.parent_id = $1)
		  AND NOT EXISTS (SELECT 1 FROM child_parent p WHERE p.child_id = c.id AND p.parent_id <> $1)`, parent)
	return err
}
