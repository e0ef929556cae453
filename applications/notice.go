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
	return k.tellThose(ctx, tx, d, kind, func(p *Party) bool { return p != but && (p.Joined() || p.Invited != nil) })
}

func (k *Core) tellThose(ctx context.Context, tx pgx.Tx, d *dossier, kind string, whom func(*Party) bool) error {
	return k.Notify.Send(ctx, tx, k.noticesTo(d, kind, whom)...)
}

func (k *Core) noticesTo(d *dossier, kind string, whom func(*Party) bool) (all []notify.Message) {
	for _, p := range d.Parties {
		if whom(p) {
			all = append(all, k.noticeTo(d, kind, p)...)
		}
	}
	return all
}

func (k *Core) tellOne(ctx context.Context, tx pgx.Tx, d *dossier, kind string, p *Party) error {
	return k.Notify.Send(ctx, tx, k.noticeTo(d, kind, p)...)
}

func (k *Core) noticeTo(d *dossier, kind string, p *Party) []notify.Message {
	link := k.PublicURL + applicationPath(d.ID, "")
	if !p.Joined() {
		link = k.PublicURL + "/applications" // the page of the application is not theirs yet
	}
	return k.notices(d, "notice_"+kind, p.Contact, link)
}

// tellInvited sends the letter with the link that the token opens.
func (k *Core) tellInvited(ctx context.Context, tx pgx.Tx, d *dossier, to contact, token string) error {
	return k.Notify.Send(ctx, tx, k.notices(d, "notice_invitation", to, k.PublicURL+"/invitations/"+token)...)
}

// notices are one text by each way there is. A notice that cannot be sent never stops an application.
func (k *Core) notices(d *dossier, key string, to contact, link string) (all []notify.Message) {
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
		all = append(all, m)
	}
	if to.Email != "" {
		m.Channel, m.To, m.Subject = notify.Email, to.Email, k.Texts.T(lang, "applications.notice_subject", about)
		all = append(all, m)
	}
	return all
}

// remind writes to each party that still has something to do before the clock runs out.
func (k *Core) remind(ctx context.Context, tx pgx.Tx, d *dossier) error {
	return k.tellThose(ctx, tx, d, "reminder", func(p *Party) bool {
		return !p.Joined() && p.Invited != nil ||
			p.Joined() && (!p.Complete || d.State == Signing && p.Signature == nil || d.State == Paying && p == d.payer())
	})
}
