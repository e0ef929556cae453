package portal

import (
	"cmp"
	"net/netip"
	"strconv"

	"github.com/gofiber/fiber/v2"
	"github.com/jackc/pgx/v5"

	"tamga/frontend"
	"tamga/internal/fault"
	"tamga/internal/journal"
	"tamga/internal/rus"
	"tamga/internal/web"
)

// sessionsPage is «Где вы вошли».
type sessionsPage struct {
	Saved  *frontend.NotificationBanner
	List   []sessionLine
	Others bool // there is something to end
}

type sessionLine struct {
	Here   bool
	Device string
	Rows   frontend.SummaryList
	End    string // where to end it, "" for this one
}

const sessionsTemplate frontend.Page[sessionsPage] = "portal/sessions.html"

func (h *Handler) showSessions(c *fiber.Ctx) error {
	a, err := signedIn(c)
	if err != nil {
		return err
	}
	all, err := h.Sessions.Of(c.UserContext(), a.ID)
	if err != nil {
		return fault.New(fault.Unavailable, "portal.sign_in_down")
	}
	t, lang := h.Pages.Texts(c), web.Lang(c)
	var page sessionsPage
	for _, s := range all {
		if s.Data[dataEpoch] != strconv.Itoa(a.Epoch) {
			continue // ended with a password, an unbinding or all others
		}
		how := t("cabinet.session_phone")
		if s.Data[dataESIA] != "" {
			how = t("cabinet.session_esia")
		}
		line := sessionLine{Here: s.ID == web.Current(c).ID, Device: cmp.Or(web.DeviceName(s.Agent), t("cabinet.session_unknown")),
			Rows: frontend.SummaryList{Classes: "govuk-summary-list--no-border govuk-!-margin-bottom-2", Rows: []frontend.SummaryRow{
				frontend.Row(t("cabinet.session_started"), rus.FormatDateTime(s.Started, lang)+", "+how),
				frontend.Row(t("cabinet.session_seen"), rus.FormatDateTime(s.Seen, lang)),
				frontend.Row(t("cabinet.session_address"), cmp.Or(shownAddress(s.Address), t("cabinet.session_unknown_address"))),
			}}}
		if line.Here {
			page.List = append([]sessionLine{line}, page.List...)
			continue
		}
		line.End, page.Others = "/settings/sessions/"+s.ID+"/end", true
		page.List = append(page.List, line)
	}
	switch saved := c.Query("saved"); saved {
	case "one", "left":
		page.Saved = &frontend.NotificationBanner{Type: "success", Text: t("cabinet.session_saved_" + saved)}
	}
	return sessionsTemplate.Render(c, h.Pages, page)
}

// shownAddress writes an address as the person's operator does, without the marks of a mapped one.
func shownAddress(address string) string {
	at, err := netip.ParseAddr(address)
	if err != nil {
		return ""
	}
	return at.Unmap().WithZone("").String()
}

// endSession ends one session: of its owner's own, since it is looked for in the list of the account.
func (h *Handler) endSession(c *fiber.Ctx) error {
	a, err := signedIn(c)
	if err != nil {
		return err
	}
	id := c.Params("id")
	if id == web.Current(c).ID {
		return h.signOut(c)
	}
	found, err := h.Sessions.EndOne(c.UserContext(), a.ID, id)
	switch {
	case err != nil:
		return fault.New(fault.Unavailable, "portal.sign_in_down")
	case !found:
		return fault.New(fault.NotFound, "cabinet.session_gone")
	}
	if err := journal.Write(c.UserContext(), h.DB, own(a, "account.leave_one")); err != nil {
		return err
	}
	return seeOther(c, "/settings/sessions?saved=one")
}

// leaveOthers ends all sessions but this one: they were begun under a smaller epoch.
func (h *Handler) leaveOthers(c *fiber.Ctx) error {
	a, err := signedIn(c)
	if err != nil {
		return err
	}
	err = h.inTx(c.UserContext(), func(tx pgx.Tx) error {
		if a.Epoch, err = endSessions(c.UserContext(), tx, a.ID); err != nil {
			return err
		}
		return journal.Write(c.UserContext(), tx, own(a, "account.leave_others"))
	})
	if err != nil {
		return err
	}
	web.Current(c).Data[dataEpoch] = strconv.Itoa(a.Epoch)
	if err := h.Sessions.Save(c); err != nil {
		return fault.New(fault.Unavailable, "portal.sign_in_down")
	}
	return seeOther(c, "/settings/sessions?saved=left")
}
