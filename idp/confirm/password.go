package confirm

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/idp/account"
	"tamga/internal/journal"
	"tamga/internal/secret"
)

// sendPasswordLink lets a person whom an operator has helped choose a password: the operator never sees one.
func (h *Handler) sendPasswordLink(ctx context.Context, tx pgx.Tx, a *account.Account) error {
	token := secret.Token(24)
	if err := putLink(ctx, tx, secret.HashToken(token), a.ID, h.Now().Add(linkLife)); err != nil {
		return err
	}
	return h.announcer().sms(ctx, tx, a.Phone, a, "password_link", h.PublicURL+"/confirm/password?token="+token)
}

// setFirstPassword uses a link up.
func (h *Handler) setFirstPassword(ctx context.Context, token []byte, hash string, by journal.Entry) error {
	return pgx.BeginFunc(ctx, h.DB, func(tx pgx.Tx) error {
		id, err := useLink(ctx, tx, token, h.Now())
		if err != nil {
			return err
		}
		if err := account.SetPassword(ctx, tx, id, hash); err != nil {
			return err
		}
		if err := h.Keeper.Sessions.EndOf(ctx, tx, id); err != nil {
			return err
		}
		by.Actor, by.Subject, by.Action = id.String(), id.String(), "idp.confirm.password_chosen"
		return journal.Write(ctx, tx, by)
	})
}

// unusable is a password that nobody knows, until the person chooses one.
func unusable() string { return secret.Token(32) + uuid.NewString() }
