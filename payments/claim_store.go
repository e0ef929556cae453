package payments

import (
	"context"
	"time"

	"tamga/internal/db"
)

// forgetGuests removes what browsers without an account have named before a moment.
func forgetGuests(ctx context.Context, d db.DB, before time.Time) error {
	_, err := d.Exec(ctx, `
		DELETE FROM charge_claim c
		WHERE c.at < $1 AND NOT EXISTS (SELECT FROM account a WHERE a.id = c.account)`, before)
	return err
}
