package applications

import (
	"time"

	"tamga/payments"
)

// guide says what the reader has to do now, or what is awaited of others, and by when.
type guide struct {
	Key    string // "applications.now_<key>_title" and "_text"
	Args   []any  // of the text
	Href   string // of the button, "" when there is nothing to do
	Button string // locale key
	Until  *time.Time
	Good   bool // shown in green: a number to keep
}

// now says what comes next for d.Me. The charge is the one of the duty, or nil.
func (h *Handler) now(d *dossier, charge *payments.Charge) guide {
	g := guide{Key: string(d.State)}
	if d.State.Clocked() {
		g.Until = d.Deadline
	}
	switch d.State {
	case Draft, Filling, Signing:
		h.nowOpen(d, &g)
	case Paying:
		switch {
		case charge != nil && charge.Status == payments.Paid:
			g.Key, g.Until = "paid", nil
		case d.payer() != d.Me:
			g.Key, g.Args = "wait_pay", []any{d.payer().Name()}
		case charge != nil:
			g.Href, g.Button = "/payments/"+charge.ID.String(), "applications.pay"
		}
	case Submitted, Sent:
		g.Good = d.LateAt == nil
		if d.LateAt != nil {
			g.Key = "late"
		}
	case Accepted, InProgress, Completed:
		g.Good = true
	case Declined, Expired, Cancelled:
		if d.Me.Position == 0 {
			g.Href, g.Button = "/services/"+d.Service, "applications.again"
		}
	}
	return g
}

// nowOpen is now for an application that is still being filled and signed.
func (h *Handler) nowOpen(d *dossier, g *guide) {
	switch absent := d.absent(); {
	case !d.Me.Complete:
		g.Key, g.Href, g.Button = "fill", h.onward(d), "applications.continue"
	case d.State == Draft:
		g.Key, g.Href, g.Button = "ready", applicationPath(d.ID, "/check"), "applications.check_link"
	case absent != nil:
		g.Key = "wait_join"
		if d.Me.Position == 0 {
			g.Href, g.Button = applicationPath(d.ID, "/invite"), "applications.invite_again"
		}
	case !d.complete():
		g.Key, g.Args = "wait_fill", []any{d.pending(func(p *Party) bool { return !p.Complete })}
	case d.Me.Signature == nil:
		g.Key, g.Href, g.Button = "sign", applicationPath(d.ID, "/check"), "applications.check_sign_link"
	default:
		g.Key, g.Args = "wait_sign", []any{d.pending(func(p *Party) bool { return p.Signature == nil })}
	}
}

// pending returns the name of the first other party who is still to do something.
func (d *dossier) pending(todo func(*Party) bool) string {
	for _, p := range d.Parties {
		if p != d.Me && todo(p) {
			return p.Name()
		}
	}
	return ""
}
