package payments

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
)

// namedCharges returns the open charges whose УИН or number the account has named since a moment, the newest first.
func namedCharges(ctx context.Context, d db.DB, account uuid.UUID, since time.Time) ([]*Charge, error) {
	rows, _ := d.Query(ctx, `
		SELECT `+chargeColumns+`
		FROM charge_claim m
		JOIN charge c ON c.id = m.charge_id
		WHERE m.account = $1 AND m.at > $2 AND c.status = 'open'
		ORDER BY m.at DESC, c.due NULLS LAST
		LIMIT 50`, account, since)
	return pgx.CollectRows(rows, pgx.RowToAddrOfStructByName[Charge])
}
