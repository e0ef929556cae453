package account

import (
	"context"

	"github.com/jackc/pgx/v5"

	"tamga/internal/notify"
)

func sendSMS(ctx context.Context, tx pgx.Tx, o *notify.Outbox, kind, phone, text string) error {
	return o.Send(ctx, tx, notify.Message{Channel: notify.SMS, To: phone, Body: text, Kind: "idp." + kind})
}

func sendEmail(ctx context.Context, tx pgx.Tx, o *notify.Outbox, kind, address, subject, text string) error {
	return o.Send(ctx, tx, notify.Message{Channel: notify.Email, To: address, Subject: subject, Body: text, Kind: "idp." + kind})
}
