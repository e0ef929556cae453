package payments

import (
	"context"

	"tamga/internal/db"
)

// UnderWay tells whether somebody is at the bank with the open charge of an origin, or money of it waits to be taken or for an employee.
// Its clock may then wait a little instead of cancelling what is just being paid.
func UnderWay(ctx context.Context, d db.DB, o Origin) (bool, error) {
	var yes bool
	err := d.QueryRow(ctx, `
		SELECT EXISTS (
			SELECT FROM charge c
			JOIN payment p ON p.charge_id = c.id AND p.state IN ('created', 'pending', 'authorised', 'mismatch')
			WHERE c.origin_kind = $1 AND c.origin_id = $2 AND c.status = 'open')`, o.Kind, o.ID).Scan(&yes)
	return yes, err
}
