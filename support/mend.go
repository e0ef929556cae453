package support

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
)

// Mend closes the incident that Raise made under this key, in the caller's transaction: what the system found has passed. One that is
// closed or merged already, or that there never was, stays as it is.
func Mend(ctx context.Context, tx pgx.Tx, key string, at time.Time) error {
	i, err := oneIncident(ctx, tx, selectIncident+`WHERE key = $1 FOR UPDATE`, key)
	switch {
	case errors.Is(err, errNotFound):
		return nil
	case err != nil:
		return err
	case i.State == "closed" || i.State == "merged":
		return nil
	}
	if err := stopClock(ctx, tx, i.ID, at); err != nil {
		return err
	}
	return move(ctx, tx, i, "closed", "system", at)
}
