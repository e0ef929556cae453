package safety

import (
	"context"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/frontend"
	"tamga/idp/account"
	"tamga/idp/factor"
	"tamga/internal/fault"
	"tamga/internal/rus"
	"tamga/internal/web"
)

const (
	safetyFile   frontend.Page[safetyPage]   = "idp/safety_map.html"
	sessionsFile frontend.Page[sessionsPage] = "idp/safety_sessions.html"
)

type safetyPage struct {
	Done  string // what was just done, in words
	Cards []frontend.Card
}

// showSafety is the map of the pages here.
func (h *Handler) showSafety(c *fiber.Ctx, _ *account.Account) error {
	t := h.Pages.Texts(c)
	p := safetyPage{}
	if done := c.Query("done"); done == "password" || done == kindPhone || done == kindEmail {
		p.Done = t("idp_safety.done_" + done)
	}
	for _, card := range []struct{ key, href, icon string }{
		{"factors", "/profile/security", "shield"}, {"password", "/profile/password", "lock"}, {"phone", "/profile/contacts/phone", "phone"}, {"email", "/profile/contacts/email", "chat"},
		{"sessions", "/profile/sessions", "globe"}, {"consents", "/profile/consents", "eye"}, {"events", "/profile/events", "clock"},
		{"export", "/profile/export", "document"}, {"block", "/profile/block", "bell"}, {"delete", "/profile/delete", "flag"},
	} {
		p.Cards = append(p.Cards, frontend.Card{Title: t("idp_safety.card_" + card.key), Text: t("idp_safety.card_" + card.key + "_text"),
			Href: card.href, Icon: card.icon, Kind: "plain"})
	}
	return safetyFile.Render(c, h.Pages, p)
}

type sessionsPage struct {
	Done   string
	Live   []sessionView
	Past   []sessionView
	Days   int
	Others frontend.Button // ends all but this; no text when there is none
	Back   frontend.Link
}

type sessionView struct {
	ID     string
	Device string
	Here   bool
	Rows   frontend.SummaryList
	End    frontend.Button
}

// maxSessions is how many sign-ins a page shows.
const maxSessions = 200

func (h *Handler) showSessions(c *fiber.Ctx, a *account.Account) error {
	t, past := h.Pages.Texts(c), RuleAt(h.Now()).Past
	all, err := account.SessionsOf(c.UserContext(), h.DB, a.ID, h.Now().Add(-past), maxSessions)
	if err != nil {
		return err
	}
	p := sessionsPage{Days: days(past), Back: h.back(c)}
	if done := c.Query("done"); done == "one" || done == "others" {
		p.Done = t("idp_safety.sessions_done_" + done)
	}
	here := account.CurrentSignIn(c).ID
	for _, s := range all {
		v := sessionView{ID: s.ID.String(), Device: factor.DeviceName(s.Device), Here: s.ID == here, Rows: h.sessionRows(c, s)}
		if v.Device == "" {
			v.Device = t("idp_safety.device_unknown")
		}
		if !s.Live(h.Now()) {
			p.Past = append(p.Past, v)
			continue
		}
		v.End = frontend.Button{Text: t("idp_safety.session_end"), Classes: "govuk-button--secondary", PreventDoubleClick: true}
		p.Live = append(p.Live, v)
		if !v.Here {
			p.Others = warningButton(t("idp_safety.sessions_end_others"))
		}
	}
	return sessionsFile.Render(c, h.Pages, p)
}

func (h *Handler) sessionRows(c *fiber.Ctx, s account.PastSignIn) frontend.SummaryList {
	t, lang := h.Pages.Texts(c), web.Lang(c)
	var how []string
	for _, m := range s.Methods {
		how = append(how, t("idp_safety.method_"+m))
	}
	rows := []frontend.SummaryRow{frontend.Row(t("idp_safety.session_started"), rus.FormatDateTime(s.StartedAt, lang)),
		frontend.Row(t("idp_safety.session_how"), strings.Join(how, ", "))}
	if at := roughAddress(s.Address); at != "" {
		rows = append(rows, frontend.Row(t("idp_safety.session_address"), at))
	}
	switch {
	case s.Live(h.Now()):
		rows = append(rows, frontend.Row(t("idp_safety.session_seen"), rus.FormatDateTime(s.SeenAt, lang)))
	case s.EndedAt != nil:
		rows = append(rows, frontend.Row(t("idp_safety.session_ended"), rus.FormatDateTime(*s.EndedAt, lang)))
	default:
		rows = append(rows, frontend.Row(t("idp_safety.session_ran_out"), rus.FormatDateTime(s.SeenAt, lang)))
	}
	return frontend.SummaryList{Rows: rows}
}

// endSession ends one session of the person's own; another's is not found. Ending the one at hand is signing out.
func (h *Handler) endSession(c *fiber.Ctx, a *account.Account) error {
	id, err := uuid.Parse(c.FormValue("session"))
	if err != nil {
		return fault.New(fault.NotFound, "idp_safety.session_gone")
	}
	if id == account.CurrentSignIn(c).ID {
		if err := h.Sessions.End(c); err != nil {
			return err
		}
		return c.Redirect("/login", fiber.StatusSeeOther)
	}
	own, err := account.SessionsOf(c.UserContext(), h.DB, a.ID, h.Now(), maxSessions)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(own, func(s account.PastSignIn) bool { return s.ID == id }) {
		return fault.New(fault.NotFound, "idp_safety.session_gone")
	}
	err = h.endAndRecord(c, a, "session_ended", func(ctx context.Context, tx pgx.Tx) error { return h.Sessions.EndOf(ctx, tx, a.ID, id) })
	if err != nil {
		return err
	}
	return c.Redirect("/profile/sessions?done=one", fiber.StatusSeeOther)
}

// endOthers signs out everywhere but here.
func (h *Handler) endOthers(c *fiber.Ctx, a *account.Account) error {
	here := account.CurrentSignIn(c).ID
	err := h.endAndRecord(c, a, "sessions_ended", func(ctx context.Context, tx pgx.Tx) error { return h.Sessions.EndOthers(ctx, tx, a.ID, here) })
	if err != nil {
		return err
	}
	return c.Redirect("/profile/sessions?done=others", fiber.StatusSeeOther)
}

func (h *Handler) endAndRecord(c *fiber.Ctx, a *account.Account, action string, end func(context.Context, pgx.Tx) error) error {
	ctx := c.UserContext()
	return h.inTx(ctx, func(tx pgx.Tx) error {
		if err := end(ctx, tx); err != nil {
			return err
		}
		return h.record(ctx, tx, actorOf(c, a.ID), a.ID, action, "", nil)
	})
}
