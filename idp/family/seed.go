package family

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
	"tamga/internal/secret"
)

// Put stores a confirmed child of a parent, for the demo and tests. Running it again changes nothing.
func Put(ctx context.Context, d db.DB, box *secret.Box, id, parent uuid.UUID, draft *Draft, now time.Time) error {
	return pgx.BeginFunc(ctx, d, func(tx pgx.Tx) error {
		fresh, err := insertChild(ctx, tx, box, id, parent, draft, now)
		if err != nil || !fresh {
			return err
		}
		if err := applyDraft(ctx, tx, box, id, draft, now); err != nil {
			return err
		}
		if err := keepCertificate(ctx, tx, box, &Child{ID: id}, draft, now); err != nil {
			return err
		}
		_, err = finishHold(ctx, tx, id, parent, 1, Verified, "", now)
		return err
	})
}
