package organisation

import (
	"context"

	"github.com/jackc/pgx/v5"

	"tamga/idp/account"
	"tamga/internal/notify"
)

// tellPerson sends an SMS and, to a confirmed address, an e-mail: nobody knows whose another address is.
func tellPerson(ctx context.Context, tx pgx.Tx, o *notify.Outbox, a *account.Account, kind, sms, subject, text string) error {
	if err := o.Send(ctx, tx, notify.Message{Channel: notify.SMS, To: a.Phone, Body: sms, Kind: "idp." + kind}); err != nil {
		return err
	}
	if !a.EmailConfirmed {
		return nil
	}
	return o.Send(ctx, tx, notify.Message{Channel: notify.Email, To: a.Email, Subject: subject, Body: text, Kind: "idp." + kind})
}
