package account

import (
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/jackc/pgx/v5"

	"tamga/frontend"
	"tamga/internal/i18n"
	"tamga/internal/rus"
	"tamga/internal/secret"
	"tamga/internal/web"
)

const (
	profile     frontend.Page[profilePage] = "idp/profile.html"
	checksPages frontend.Page[checksPage]  = "idp/checks.html"
	confirmPage frontend.Page[emailPage]   = "idp/email_confirm.html"
)

type profilePage struct {
	Name     string
	Level    frontend.Tag
	Opens    string // what the level opens
	Raise    frontend.Button
	Why      string // one should
	Menu     []frontend.Card
	Contacts frontend.SummaryList
	State    string // of the data: "" until they were sent, "checking", "passed", "failed"
	Data     frontend.SummaryList
	Pending  string          // how the correction of data in force goes: "", "checking", "failed"
	Confirm  frontend.Button // sends the e-mail link again
	Told     bool            // the link was just sent
	Leave    frontend.Button
}

type checksPage struct {
	State     string
	InForce   bool // confirmed data stay in force meanwhile
	Corrected bool // they have taken the place of others
	Results   frontend.SummaryList
	Problems  []problem
	Client    string
	Next      frontend.Button
	Correct   frontend.Button
	Drop      frontend.Button // takes the round back
}

// problem is why a check failed, and what to do about it.
type problem struct {
	Register, Reason, Advice string
}

type emailPage struct {
	Token string
	Send  frontend.Button
	Done  bool
	Next  frontend.Button
}

var levelColours = map[Level]string{Simplified: "govuk-tag--grey", Standard: "govuk-tag--blue", Confirmed: "govuk-tag--green"}

func (h *Handler) showProfile(c *fiber.Ctx) error {
	a, err := h.person(c)
	if err != nil {
		return err
	}
	t := h.Pages.Texts(c)
	var more []MenuItem
	if h.More != nil {
		if more, err = h.More(c.UserContext(), a); err != nil {
			return err
		}
	}
	page := profilePage{
		Name:  a.FullName(),
		Level: frontend.Tag{Text: t("idp.level_" + string(a.Level)), Classes: levelColours[a.Level]},
		Opens: t("idp.level_" + string(a.Level) + "_opens"),
		Menu:  menu(t, more),
		Told:  c.Query("sent") == "1",
		Leave: frontend.Button{Text: t("idp.leave"), Classes: "govuk-button--secondary"},
		Contacts: frontend.SummaryList{Rows: []frontend.SummaryRow{
			frontend.Row(t("idp.phone"), rus.FormatPhone(a.Phone)), frontend.Row(t("idp.email"), a.Email)}},
	}
	if !a.EmailConfirmed {
		page.Contacts.Rows[1].Value.Text = t("idp.email_unconfirmed", a.Email)
		page.Confirm = frontend.Button{Text: t("idp.email_send"), Classes: "govuk-button--secondary", PreventDoubleClick: true}
	}
	inForce, last, err := h.known(c.UserContext(), a.ID)
	if err != nil {
		return err
	}
	switch {
	case inForce != nil:
		page.State, page.Data.Rows = inForce.State, identityRows(t, web.Lang(c), inForce)
		if last.State != "passed" {
			page.Pending = last.State
		}
	case last != nil:
		page.State, page.Data.Rows = last.State, identityRows(t, web.Lang(c), last)
	}
	switch a.Level {
	case Simplified:
		page.Raise, page.Why = raiseButton(t, page.State), t("idp.level_raise_why")
	case Standard:
		page.Raise, page.Why = frontend.Button{Text: t("idp_confirm.title"), Href: "/confirm"}, t("idp_confirm.lead")
	}
	return profile.Render(c, h.Pages, page)
}

func raiseButton(t func(string, ...any) string, state string) frontend.Button {
	switch state {
	case "checking":
		return frontend.Button{Text: t("idp.see_checks"), Href: "/profile/checks"}
	case "failed":
		return frontend.Button{Text: t("idp.correct"), Href: "/profile/data"}
	}
	return frontend.Button{Text: t("idp.level_raise"), Href: "/profile/data"}
}

func identityRows(t func(string, ...any) string, lang i18n.Lang, i *Identity) []frontend.SummaryRow {
	middle := i.MiddleName
	if middle == "" {
		middle = t("idp.none")
	}
	rows := []frontend.SummaryRow{
		frontend.Row(t("idp.last_name"), i.LastName), frontend.Row(t("idp.first_name"), i.FirstName),
		frontend.Row(t("idp.middle_name"), middle),
		frontend.Row(t("idp.sex"), t(map[string]string{"F": "idp.sex_f", "M": "idp.sex_m"}[i.Sex])),
		frontend.Row(t("idp.birth"), rus.FormatDate(i.BirthDate, lang)), frontend.Row(t("idp.birth_place"), i.BirthPlace),
		frontend.Row(t("idp.snils"), rus.FormatSNILS(i.SNILS)), frontend.Row(t("idp.citizenship"), CountryName(t, lang, i.Citizenship)),
	}
	return append(rows, documentRows(t, lang, i.Document)...)
}

func documentRows(t func(string, ...any) string, lang i18n.Lang, d Document) []frontend.SummaryRow {
	date := func(s string) string {
		at, err := time.Parse(time.DateOnly, s)
		if err != nil {
			return ""
		}
		return rus.FormatDate(at, lang)
	}
	if d.Type != ForeignDocument {
		return []frontend.SummaryRow{frontend.Row(t("idp.passport"), d.Series+" "+d.Number),
			frontend.Row(t("idp.issued"), date(d.IssuedOn)+", "+d.IssuedBy+", "+d.Code)}
	}
	rows := []frontend.SummaryRow{frontend.Row(t("idp_data.foreign_number"), d.Number), frontend.Row(t("idp.issued"), date(d.IssuedOn)+", "+d.IssuedBy)}
	if d.ExpiresOn != "" {
		rows = append(rows, frontend.Row(t("idp_data.expires"), date(d.ExpiresOn)))
	}
	return rows
}

// showChecks shows each check. The page asks for itself again while one is missing; without scripts too.
func (h *Handler) showChecks(c *fiber.Ctx) error {
	a, err := h.person(c)
	if err != nil {
		return err
	}
	inForce, i, err := h.known(c.UserContext(), a.ID)
	if err != nil {
		return err
	}
	if i == nil {
		return c.Redirect("/profile/data", fiber.StatusSeeOther)
	}
	checks, err := checksOf(c.UserContext(), h.DB, a.ID, i.Round)
	if err != nil {
		return err
	}
	t := h.Pages.Texts(c)
	page := checksPage{State: i.State, InForce: inForce != nil && i.State != "passed", Next: frontend.Button{Text: t("idp.to_profile"), Href: "/profile"}}
	for _, k := range checks {
		page.Results.Rows = append(page.Results.Rows, checkRow(t, web.Lang(c), k))
		if k.State == "failed" {
			page.Problems = append(page.Problems, problem{
				t("idp.register_" + k.Register), t("idp.reason_" + k.Reason), t("idp.advice_" + k.Reason)})
		}
	}
	if i.State == "passed" {
		former, err := FormerIdentities(c.UserContext(), h.DB, h.Box, a.ID)
		if err != nil {
			return err
		}
		page.Corrected = len(former) > 0
	} else {
		page.Drop = frontend.Button{Text: t("idp_data.drop"), Classes: "govuk-button--secondary", PreventDoubleClick: true}
		if inForce != nil {
			page.Drop.Text = t("idp_data.keep")
		}
	}
	if i.Request != nil {
		if w := h.Waiting(c.UserContext(), *i.Request); w != nil {
			page.Client = w.Name
			page.Next = frontend.Button{Text: t("idp.back_to", w.Name), Href: onward(i.Request, w)}
			page.Correct.Href = withRequest("/profile/data", i.Request)
		}
	}
	if page.Correct.Href == "" {
		page.Correct.Href = "/profile/data"
	}
	page.Correct.Text = t("idp.correct")
	if i.State == "checking" {
		c.Set("Refresh", "3")
	}
	return checksPages.Render(c, h.Pages, page)
}

// checkRow is a register's answer, and when it came.
func checkRow(t func(string, ...any) string, lang i18n.Lang, k Check) frontend.SummaryRow {
	text := t("idp.check_" + k.State)
	switch {
	case k.State == "waiting" && k.Attempts > 0:
		text = t("idp.check_again", k.Attempts)
	case k.Reason == "away":
		text = t("idp_data.check_away")
	}
	if k.CheckedAt != nil {
		text += ", " + rus.FormatDateTime(*k.CheckedAt, lang)
	}
	return frontend.Row(t("idp.register_"+k.Register), text)
}

// sendConfirmation sends the e-mail link again.
func (h *Handler) sendConfirmation(c *fiber.Ctx) error {
	a, err := h.person(c)
	if err != nil {
		return err
	}
	if err := h.Limit.Allow(c.UserContext(), "email-confirm", a.ID.String(), smsRate); err != nil {
		return err
	}
	if !a.EmailConfirmed {
		err := pgx.BeginFunc(c.UserContext(), h.DB, func(tx pgx.Tx) error {
			return h.mailConfirmation(c.UserContext(), tx, a, web.Lang(c))
		})
		if err != nil {
			return err
		}
	}
	return c.Redirect("/profile?sent=1", fiber.StatusSeeOther)
}

// showConfirmEmail asks to press a button: scanners of mail open links, too, and must not use them up.
func (h *Handler) showConfirmEmail(c *fiber.Ctx) error {
	page := emailPage{Token: c.Query("token"), Send: frontend.Button{Text: h.Pages.Texts(c)("idp.email_confirm"), PreventDoubleClick: true}}
	c.Set(fiber.HeaderReferrerPolicy, "no-referrer")
	return confirmPage.Render(c, h.Pages, page)
}

func (h *Handler) confirmEmail(c *fiber.Ctx) error {
	if err := confirmEmail(c.UserContext(), h.DB, secret.HashToken(c.FormValue("token")), h.Now()); err != nil {
		return err
	}
	return confirmPage.Render(c, h.Pages, emailPage{Done: true,
		Next: frontend.Button{Text: h.Pages.Texts(c)("idp.next"), Href: "/profile"}})
}
