package family

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/frontend"
	"tamga/idp/account"
	"tamga/internal/journal"
	"tamga/internal/notify"
)

// TakeOver ends the parents' hold on a child who has just registered, and tells them. For an account that was no child it does nothing.
// It runs in the transaction that makes the account.
func TakeOver(ctx context.Context, tx pgx.Tx, outbox *notify.Outbox, pages *frontend.Pages, id uuid.UUID) error {
	parents, err := release(ctx, tx, id)
	if err != nil || len(parents) == 0 {
		return err
	}
	child, err := account.ByID(ctx, tx, id)
	if err != nil {
		return err
	}
	for _, subject := range append(parents, id) {
		err := journal.Write(ctx, tx, journal.Entry{Actor: id.String(), ActorRole: "citizen", Action: "idp.child_taken_over",
			Subject: subject.String(), Details: map[string]any{"child": child.OID}})
		if err != nil {
			return err
		}
	}
	for _, id := range parents {
		parent, err := account.ByID(ctx, tx, id)
		if err != nil {
			return err
		}
		err = outbox.Send(ctx, tx, notify.Message{Channel: notify.SMS, To: parent.Phone, Kind: "idp.child_taken_over",
			Body: pages.T(parent.Language, "idp_family.sms_taken_over", child.FirstName)})
		if err != nil {
			return err
		}
	}
	return nil
}
