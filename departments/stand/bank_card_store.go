package stand

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
)

// bankCardTitle is what every card of the sandbox looks like: nobody types one.
const bankCardTitle = "МИР •••• 2201"

// bankCardBlocked is why a remembered card pays nothing any more.
const bankCardBlocked = "card_blocked"

// rememberBankCard keeps the card of a payment that has succeeded, when its payer has said so.
func rememberBankCard(ctx context.Context, tx pgx.Tx, p *bankPayment, now time.Time) error {
	if p.Status != "succeeded" || !p.Save || p.Card != nil {
		return nil
	}
	id := uuid.New()
	if _, err := tx.Exec(ctx, `INSERT INTO bank_card (id, title, created_at) VALUES ($1, $2, $3)`, id, bankCardTitle, now); err != nil {
		return err
	}
	p.Card, p.CardTitle = &id, bankCardTitle
	_, err := tx.Exec(ctx, `UPDATE bank_payment SET card = $2 WHERE id = $1`, p.ID, id)
	return err
}

// payByCard takes money from a remembered card at once: nobody is asked. One that is unknown or blocked says no.
func (b *Bank) payByCard(ctx context.Context, p *bankPayment, card string) (*bankPayment, error) {
	status, reason := "succeeded", ""
	if err := chargeBankCard(ctx, b.DB, p.ID, card); errors.Is(err, pgx.ErrNoRows) {
		status, reason = "canceled", bankCardBlocked
	} else if err != nil {
		return nil, err
	}
	if err := settleBankPayment(ctx, b.DB, p.ID, status, reason, b.Now()); err != nil {
		return nil, err
	}
	return bankPaymentByID(ctx, b.DB, p.ID)
}

func chargeBankCard(ctx context.Context, d db.DB, payment uuid.UUID, card string) error {
	id, err := uuid.Parse(card)
	if err != nil {
		return pgx.ErrNoRows
	}
	return d.QueryRow(ctx, `
		UPDATE bank_payment
		SET card = k.id
		FROM bank_card k
		WHERE bank_payment.id = $1 AND k.id = $2 AND NOT k.blocked
		RETURNING bank_payment.id`, payment, id).Scan(&payment)
}
