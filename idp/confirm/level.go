package confirm

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/frontend"
	"tamga/idp/account"
	"tamga/internal/db"
	"tamga/internal/fault"
	"tamga/internal/journal"
	"tamga/internal/notify"
)

// announcer tells people what has happened to their accounts, in their language.
type announcer struct {
	Notify    *notify.Outbox
	Pages     *frontend.Pages
	PublicURL string
}

func (h *Handler) announcer() announcer { return announcer{h.Notify, h.Pages, h.PublicURL} }

// tell sends a notice by SMS and, to a confirmed address, by e-mail.
func (n announcer) tell(ctx context.Context, tx pgx.Tx, a *account.Account, notice string, args ...any) error {
	if err := n.sms(ctx, tx, a.Phone, a, notice, args...); err != nil || !a.EmailConfirmed {
		return err
	}
	text := n.Pages.T(a.Language, "idp_confirm.notice_"+notice, args...)
	return n.Notify.Send(ctx, tx, notify.Message{Channel: notify.Email, To: a.Email, Kind: "idp.confirm_" + notice,
		Subject: n.Pages.T(a.Language, "idp_confirm.mail_subject"), Body: n.Pages.T(a.Language, "idp_confirm.mail", a.FirstName, text)})
}

// sms sends a notice to a phone, which may not be the account's yet.
func (n announcer) sms(ctx context.Context, tx pgx.Tx, phone string, a *account.Account, notice string, args ...any) error {
	return n.Notify.Send(ctx, tx, notify.Message{Channel: notify.SMS, To: phone, Kind: "idp.confirm_" + notice,
		Body: n.Pages.T(a.Language, "idp_confirm.sms", n.Pages.T(a.Language, "idp_confirm.notice_"+notice, args...))})
}

// raise confirms an account on a ground, in the caller's transaction: level, journal and notice come together or not at all.
func (n announcer) raise(ctx context.Context, tx pgx.Tx, id uuid.UUID, g account.Ground, by journal.Entry, now time.Time) error {
	if err := account.Raise(ctx, tx, id, g, now); err != nil {
		return err
	}
	a, err := account.ByID(ctx, tx, id)
	if err != nil {
		return err
	}
	details := map[string]any{"way": g.Way}
	for name, value := range by.Details {
		details[name] = value
	}
	if g.Certificate != "" {
		details["certificate"] = g.Certificate
	}
	by.Action, by.Subject, by.Details = "idp.confirm.level", id.String(), details
	if err := journal.Write(ctx, tx, by); err != nil {
		return err
	}
	return n.tell(ctx, tx, a, "confirmed_"+g.Way)
}

// inForce returns the personal data that the registers have confirmed.
func (h *Handler) inForce(ctx context.Context, d db.DB, id uuid.UUID) (*account.Identity, error) {
	i, err := account.IdentityOf(ctx, d, h.Box, id)
	if err == nil && i.State != "passed" {
		return nil, fault.New(fault.Conflict, "idp_confirm.no_data")
	}
	return i, err
}
