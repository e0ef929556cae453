package payments

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/fault"
	"tamga/internal/secret"
	"tamga/payments/banks"
)

// SavedCard is a card that a bank has remembered for somebody.
type SavedCard struct {
	ID       uuid.UUID
	Acquirer string
	Title    string
	Token    []byte // sealed
}

// cardSeal binds a sealed token to its card.
func cardSeal(id uuid.UUID) []byte { return []byte("card " + id.String()) }

// errCard says that there is no such card of the payer any more.
var errCard = fault.New(fault.Conflict, "payments_card.gone")

// useCard checks that a remembered card is the payer's, and that its bank is the one that is asked.
func (d *desk) useCard(ctx context.Context, tx pgx.Tx, want intent, bank string) error {
	if want.Card == uuid.Nil {
		return nil
	}
	card, err := cardOf(ctx, tx, want.Reader.Account, want.Card)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && (card.Acquirer != bank || want.Method != banks.ByCard) {
		return errCard
	}
	return err
}

// tokenOf is what the bank knows the card of a payment by, "" without one.
func (d *desk) tokenOf(ctx context.Context, p *Payment) (string, error) {
	if p.CardID == nil {
		return "", nil
	}
	if d.box == nil {
		return "", errors.New("no key to open a card's token with")
	}
	card, err := anyCard(ctx, d.db, *p.CardID)
	if err != nil {
		return "", err
	}
	raw, err := d.box.Open(card.Token, cardSeal(card.ID))
	return string(raw), err
}

// keepCard remembers the card of a payment whose payer has wished so, in the transaction that brings the money.
func (d *desk) keepCard(ctx context.Context, tx pgx.Tx, p *Payment, deal *banks.Deal, at time.Time) error {
	if deal == nil || deal.Card == nil || !p.SaveCard || !p.State.HasMoney() || d.box == nil {
		return nil
	}
	return insertCard(ctx, tx, p, sealCard(d.box, p.Acquirer, *deal.Card), at)
}

// sealedCard is a card as it goes into the table.
type sealedCard struct {
	id    uuid.UUID
	token []byte
	hash  []byte
	title string
}

func sealCard(box *secret.Box, bank string, c banks.Card) sealedCard {
	id := uuid.Must(uuid.NewV7())
	return sealedCard{id, box.Seal([]byte(c.Token), cardSeal(id)), box.Blind("card." + bank + ":" + c.Token), short(c.Title, 60)}
}

// short keeps the first n letters.
func short(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}
