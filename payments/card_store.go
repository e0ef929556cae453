package payments

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
)

const cardColumns = `id, acquirer, title, token`

// insertCard keeps the card for whoever has paid. One that was removed comes back. When two people were led to the page of the payment,
// nobody knows whose card it is: it is kept for neither.
func insertCard(ctx context.Context, tx pgx.Tx, p *Payment, c sealedCard, at time.Time) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO saved_card (id, account, acquirer, token, token_hash, title, created_at)
		SELECT $2, paid_by, acquirer, $3, $4, $5, $6 FROM payment WHERE id = $1 AND paid_by IS NOT NULL AND NOT shared
		ON CONFLICT (account, acquirer, token_hash) DO UPDATE SET removed_at = NULL`, p.ID, c.id, c.token, c.hash, c.title, at)
	return err
}

// cardsOf returns the cards of an account, the newest first.
func cardsOf(ctx context.Context, d db.DB, account uuid.UUID) ([]SavedCard, error) {
	rows, _ := d.Query(ctx, `SELECT `+cardColumns+` FROM saved_card WHERE account = $1 AND removed_at IS NULL ORDER BY created_at DESC LIMIT 20`, account)
	return pgx.CollectRows(rows, pgx.RowToStructByName[SavedCard])
}

func cardOf(ctx context.Context, d db.DB, account, id uuid.UUID) (SavedCard, error) {
	rows, _ := d.Query(ctx, `SELECT `+cardColumns+` FROM saved_card WHERE id = $2 AND account = $1 AND removed_at IS NULL`, account, id)
	return pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[SavedCard])
}

// anyCard is a card of whomever, removed ones too: an order goes to the bank again as it was.
func anyCard(ctx context.Context, d db.DB, id uuid.UUID) (SavedCard, error) {
	rows, _ := d.Query(ctx, `SELECT `+cardColumns+` FROM saved_card WHERE id = $1`, id)
	return pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[SavedCard])
}

func removeCard(ctx context.Context, d db.DB, account, id uuid.UUID, at time.Time) error {
	_, err := d.Exec(ctx, `UPDATE saved_card SET removed_at = $3 WHERE id = $2 AND account = $1 AND removed_at IS NULL`, account, id, at)
	return err
}
