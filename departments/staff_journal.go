package departments

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

func note(ctx context.Context, tx pgx.Tx, actor, address string, id uuid.UUID, number string) error {
	return nil
}
