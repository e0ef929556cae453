package safety

import (
	"context"
	"maps"
	"net/netip"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/frontend"
	"tamga/idp/account"
	"tamga/internal/db"
	"tamga/internal/i18n"
	"tamga/internal/journal"
	"tamga/internal/notify"
)

// Keeper guards accounts for the pages, the jobs and the command line alike.
type Keeper struct {
	DB        db.DB
	Sessions  *account.Sessions
	Notify    *notify.Outbox  // nil on the command line without keys: nobody is told then
	Pages     *frontend.Pages // for the texts of messages
	PublicURL string
	Now       func() time.Time

	// Revoke ends what a client holds of a person: all tokens of that client, or of every client when it is "".
	Revoke func(ctx context.Context, tx pgx.Tx, account uuid.UUID, client string) error
}

// closeAll ends all that is open in somebody's name: sessions, and the tokens of every client.
func (k *Keeper) closeAll(ctx context.Context, tx pgx.Tx, id uuid.UUID) error {
	if err := k.Sessions.EndOf(ctx, tx, id); err != nil {
		return err
	}
	return k.revoke(ctx, tx, id, "")
}

func (k *Keeper) revoke(ctx context.Context, tx pgx.Tx, id uuid.UUID, client string) error {
	if k.Revoke == nil {
		return nil
	}
	return k.Revoke(ctx, tx, id, client)
}

// Actor is who does something with an account that may be another's.
type Actor struct {
	ID      string // an account's id, an operator's login, the name of a job
	Role    string // "citizen", "operator", "administrator", "system"
	Address netip.Addr
	Centre  string // where an operator works, in words for the person
}

// record writes the journal of the person whose account it is.
func (k *Keeper) record(ctx context.Context, tx db.DB, by Actor, id uuid.UUID, action, purpose string, details map[string]any) error {
	if by.Centre != "" {
		details = maps.Clone(details)
		if details == nil {
			details = map[string]any{}
		}
		details["centre"] = by.Centre
	}
	return journal.Write(ctx, tx, journal.Entry{Actor: by.ID, ActorRole: by.Role, Action: "idp." + action, Subject: id.String(),
		Purpose: purpose, Details: details, Address: by.Address})
}

// reach is where a message goes, and in what language.
type reach struct {
	Phone string
	Email string // confirmed, or ""
	Name  string
	Lang  i18n.Lang
}

func reachOf(a *account.Account, lang i18n.Lang) reach {
	r := reach{Phone: a.Phone, Name: a.FirstName, Lang: lang}
	if a.EmailConfirmed {
		r.Email = a.Email
	}
	return r
}

// tell sends a notice to both of a person's channels: whoever has got hold of one does not hide it from the other.
func (k *Keeper) tell(ctx context.Context, tx pgx.Tx, to reach, notice string, args ...any) error {
	if err := k.sms(ctx, tx, to, notice, args...); err != nil {
		return err
	}
	return k.mail(ctx, tx, to, notice, args...)
}

func (k *Keeper) sms(ctx context.Context, tx pgx.Tx, to reach, notice string, args ...any) error {
	if to.Phone == "" || k.Notify == nil {
		return nil
	}
	text := k.Pages.T(to.Lang, "idp_safety.notice_"+notice, args...)
	return k.Notify.Send(ctx, tx, notify.Message{Channel: notify.SMS, To: to.Phone, Kind: "idp.safety_" + notice,
		Body: k.Pages.T(to.Lang, "idp_safety.sms", text)})
}

func (k *Keeper) mail(ctx context.Context, tx pgx.Tx, to reach, notice string, args ...any) error {
	if to.Email == "" || k.Notify == nil {
		return nil
	}
	text := k.Pages.T(to.Lang, "idp_safety.notice_"+notice, args...)
	body := k.Pages.T(to.Lang, "idp_safety.mail_nameless", text)
	if to.Name != "" {
		body = k.Pages.T(to.Lang, "idp_safety.mail", to.Name, text)
	}
	return k.Notify.Send(ctx, tx, notify.Message{Channel: notify.Email, To: to.Email, Kind: "idp.safety_" + notice,
		Subject: k.Pages.T(to.Lang, "idp_safety.mail_subject"), Body: body})
}
