package payments

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/i18n"
	"tamga/internal/notify"
	"tamga/internal/rus"
)

// TellSurplus tells whoever paid of money that nothing asked for, when the origin of its charge cannot: an application that was
// withdrawn and erased while its payer stood at the bank, or what has no page of its own. It goes where the account is reached now,
// else to what was left with the payment. Staff find the money among the discrepancies, with a refund that waits for them.
func TellSurplus(ctx context.Context, tx pgx.Tx, out *notify.Outbox, texts *i18n.Bundle, site, receipt string) error {
	s, err := surplusByReceipt(ctx, tx, receipt)
	if err != nil || s == nil || out == nil {
		return err
	}
	way := notify.Way{}
	if out.WayTo != nil && s.PaidBy != uuid.Nil {
		if way, err = out.WayTo(ctx, tx, s.PaidBy, "payments"); err != nil {
			return err
		}
	}
	account := s.PaidBy
	if way.To == "" { // a guest, or a cabinet that is gone
		account = uuid.Nil
		if way = (notify.Way{Channel: notify.Email, To: s.Email}); s.Email == "" {
			way = notify.Way{Channel: notify.SMS, To: s.Phone}
		}
	}
	if way.To == "" {
		return nil
	}
	lang := i18n.Parse(way.Lang)
	m := notify.Message{Channel: way.Channel, To: way.To, Account: account, Kind: "payments.surplus", About: receipt,
		Body: texts.T(lang, "payments_payer.surplus", rus.FormatRubles(s.Received), receipt, s.Purpose, site+"/payments/history")}
	if way.Channel == notify.Email {
		m.Subject = texts.T(lang, "payments_payer.surplus_subject", receipt)
	}
	return out.Send(ctx, tx, m)
}
