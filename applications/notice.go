package applications

import (
	"context"

	"github.com/jackc/pgx/v5"

	"tamga/internal/i18n"
	"tamga/internal/notify"
	"tamga/internal/rus"
)

// tell sends a notice to all parties but one: those who have come, and those whose letter is open. The texts are
// applications.notice_<kind> with what it is about, the address of its page, and the end of the clock.
func (k *Core) tell(ctx context.Context, tx pgx.Tx, d *dossier, kind string, but *Party) error {
	for _, p := range d.Parties {
		if p == but || !p.Joined() && p.Invited == nil {
			continue
		}
		if err := k.tellOne(ctx, tx, d, kind, p); err != nil {
			return err
		}
	}
	return nil
}

func (k *Core) tellOne(ctx context.Context, tx pgx.Tx, d *dossier, kind string, p *Party) error {
	link := k.PublicURL + applicationPath(d.ID, "")
	if !p.Joined() {
		link = k.PublicURL + "/applications" // the page of the application is not theirs yet
	}
	return k.post(ctx, tx, d, "notice_"+kind, p.Contact, link)
}

// tellInvited sends the letter with the link that the token opens.
func (k *Core) tellInvited(ctx context.Context, tx pgx.Tx, d *dossier, to contact, token string) error {
	return k.post(ctx, tx, d, "notice_invitation", to, k.PublicURL+"/invitations/"+token)
}

// post sends one text by each way there is. A notice that cannot be sent never stops an application.
func (k *Core) post(ctx context.Context, tx pgx.Tx, d *dossier, key string, to contact, link string) error {
	lang := i18n.Parse(string(to.Lang))
	about := "«" + d.Definition.Name.In(lang) + "»"
	if d.Number != "" {
		about += " № " + d.Number
	}
	until := ""
	if d.Deadline != nil {
		until = rus.FormatDateTime(*d.Deadline, lang)
	}
	m := notify.Message{Kind: "applications." + key, Body: k.Texts.T(lang, "applications."+key, about, link, until, d.filer().Name())}
	if to.Phone != "" {
		m.Channel, m.To = notify.SMS, to.Phone
		if err := k.Notify.Send(ctx, tx, m); err != nil {
			return err
		}
	}
	if to.Email == "" {
		return nil
	}
	m.Channel, m.To, m.Subject = notify.Email, to.Email, k.Texts.T(lang, "applications.notice_subject", about)
	return k.Notify.Send(ctx, tx, m)
}

// remind writes to each party that still has something to do before the clock runs out.
func (k *Core) remind(ctx context.Context, tx pgx.Tx, d *dossier) error {
	for _, p := range d.Parties {
		waiting := !p.Joined() && p.Invited != nil ||
			p.Joined() && (!p.Complete || d.State == Signing && p.Signature == nil || d.State == Paying && p == d.payer())
		if !waiting {
			continue
		}
		if err := k.tellOne(ctx, tx, d, "reminder", p); err != nil {
			return err
		}
	}
	return nil
}
