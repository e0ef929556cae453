package payments

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// Leave ends what would pay for somebody whose cabinet is deleted: nobody could stop it any more, or be told of it. The cards go first:
// who is making a rule meanwhile holds the card too, and then finds it removed.
func (h *Handler) Leave(ctx context.Context, tx pgx.Tx, account uuid.UUID) error {
	for _, query := range []string{
		`UPDATE saved_card SET removed_at = $2 WHERE account = $1 AND removed_at IS NULL`,
		`UPDATE autopay_rule SET stopped_at = $2 WHERE owner = $1 AND stopped_at IS NULL`,
		`UPDATE payment_template SET removed_at = $2 WHERE owner = $1 AND removed_at IS NULL`,
	} {
		if _, err := tx.Exec(ctx, query, account, h.Now()); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, `UPDATE autopay_order SET state = 'stopped' WHERE owner = $1 AND state = 'announced'`, account)
	return err
}
