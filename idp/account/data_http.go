package account

import (
	"context"
	"errors"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/frontend"
	"tamga/internal/fault"
	"tamga/internal/i18n"
	"tamga/internal/journal"
	"tamga/internal/rus"
	"tamga/internal/web"
)

const dataPageFile frontend.Page[dataPage] = "idp/data.html"

type dataPage struct {
	frontend.Errors
	Request  string
	Client   string
	InForce  bool // the person corrects data that have been confirmed
	Fixed    frontend.SummaryList
	Person   []frontend.Field
	Document []frontend.Field
	Foreign  bool
	Send     frontend.Button
}

// known returns the data in force, or nil, and those last sent, or nil.
func (h *Handler) known(ctx context.Context, account uuid.UUID) (inForce, last *Identity, err error) {
	last, err = LatestIdentity(ctx, h.DB, h.Box, account)
	if errors.Is(err, fault.NotFound) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	inForce, err = IdentityOf(ctx, h.DB, h.Box, account)
	if err == nil && inForce.State != "passed" {
		inForce = nil
	}
	return inForce, last, err
}

// showData asks for personal data, or shows those that were sent before so that they can be corrected.
func (h *Handler) showData(c *fiber.Ctx) error {
	a, err := h.person(c)
	if err != nil {
		return err
	}
	id, w := h.waiting(c)
	inForce, last, err := h.known(c.UserContext(), a.ID)
	form := dataForm{LastName: a.LastName, FirstName: a.FirstName, Citizenship: Russia}
	switch {
	case err != nil:
		return err
	case w != nil && inForce != nil: // a site waits for a level that data do not give
		return c.Redirect(withRequest("/profile", id), fiber.StatusSeeOther)
	case last != nil && last.State == "checking":
		return c.Redirect(withRequest("/profile/checks", id), fiber.StatusSeeOther)
	case last != nil:
		form = dataFormOf(last)
	}
	if c.Query("citizenship") == other {
		form.Citizenship = other
	}
	return h.renderData(c, form, inForce, NewReading(h.Pages.Texts(c)))
}

// checksRate bounds the rounds of checks. The registers say what does not match, so that a person can correct it; without a limit
// somebody else's birth date or passport could be found out by trying.
var checksRate = web.Rate{Burst: 6, Every: 4 * time.Hour}

// sendData starts the checks.
func (h *Handler) sendData(c *fiber.Ctx) error {
	a, err := h.person(c)
	if err != nil {
		return err
	}
	id, _ := h.waiting(c)
	inForce, last, err := h.known(c.UserContext(), a.ID)
	if err != nil {
		return err
	}
	if last != nil && last.State == "checking" { // sent twice, or in two tabs
		return c.Redirect(withRequest("/profile/checks", id), fiber.StatusSeeOther)
	}
	form := readDataForm(func(name string) string { return c.FormValue(name) })
	i, r := form.read(h.Pages.Texts(c), inForce, h.Now())
	if inForce != nil && !r.Errors.Any() && i.same(inForce) {
		r.Errors.Add("last_name", h.Pages.Texts(c)("idp_data.nothing_new"))
	}
	if r.Errors.Any() {
		c.Status(fiber.StatusUnprocessableEntity)
		return h.renderData(c, form, inForce, r)
	}
	if err := h.Limit.Allow(c.UserContext(), "checks", a.ID.String(), checksRate); err != nil {
		r.Errors.Add("last_name", h.limitText(c, err))
		c.Status(fiber.StatusTooManyRequests)
		return h.renderData(c, form, inForce, r)
	}
	i.Account, i.Request = a.ID, id
	if err := h.startChecks(c.UserContext(), i, web.Lang(c)); err != nil {
		return err
	}
	return c.Redirect(withRequest("/profile/checks", id), fiber.StatusSeeOther)
}

// dropData takes back a round that is under way or has failed: the data in force stay.
func (h *Handler) dropData(c *fiber.Ctx) error {
	a, err := h.person(c)
	if err != nil {
		return err
	}
	err = pgx.BeginFunc(c.UserContext(), h.DB, func(tx pgx.Tx) error {
		dropped, err := dropIdentity(c.UserContext(), tx, a.ID)
		if err != nil || !dropped {
			return err
		}
		return journal.Write(c.UserContext(), tx, journal.Entry{Actor: a.ID.String(), ActorRole: "citizen", Action: "idp.data_dropped",
			Subject: a.ID.String()})
	})
	if err != nil {
		return err
	}
	return c.Redirect("/profile/data", fiber.StatusSeeOther)
}

func (h *Handler) renderData(c *fiber.Ctx, f dataForm, inForce *Identity, r *Reading) error {
	t, lang := h.Pages.Texts(c), web.Lang(c)
	id, w := h.waiting(c)
	page := dataPage{
		Errors: r.Errors, Request: textOf(id), InForce: inForce != nil, Foreign: f.foreigner(),
		Person: personFields(t, lang, f, inForce != nil, r), Document: documentFields(t, f, r),
		Send: frontend.Button{Text: t("idp.next"), PreventDoubleClick: true},
	}
	if inForce != nil {
		page.Fixed.Rows = []frontend.SummaryRow{frontend.Row(t("idp.birth"), rus.FormatDate(inForce.BirthDate, lang)),
			frontend.Row(t("idp.snils"), rus.FormatSNILS(inForce.SNILS))}
	}
	if w != nil {
		page.Client = w.Name
	}
	return dataPageFile.Render(c, h.Pages, page)
}

// personFields are the fields about the person. With fixed, those that never change are left out.
func personFields(t func(string, ...any) string, lang i18n.Lang, f dataForm, fixed bool, r *Reading) []frontend.Field {
	noMiddle := frontend.Field{Checkboxes: &frontend.Checkboxes{Name: "no_middle", Classes: "govuk-checkboxes--small",
		Items: []frontend.Choice{{Value: "yes", Text: t("idp.no_middle"), Checked: f.NoMiddle}}}}
	fields := []frontend.Field{
		r.Line("last_name", "idp.last_name", f.LastName, "family-name"),
		r.Line("first_name", "idp.first_name", f.FirstName, "given-name"),
		r.Line("middle_name", "idp.middle_name", f.MiddleName, "additional-name"),
		noMiddle, r.Sex(f.Sex),
	}
	if !fixed {
		fields = append(fields, r.Day("birth", "idp.birth", f.Birth, true))
	}
	fields = append(fields, r.Line("birth_place", "idp.birth_place", f.BirthPlace, ""))
	if !fixed {
		fields = append(fields, hinted(r.Line("snils", "idp.snils", f.SNILS, ""), t("idp.snils_hint"), "20", true))
	}
	fields = append(fields, r.Choose("citizenship", "idp.citizenship", f.Citizenship, frontend.Choice{Value: Russia, Text: t("idp.citizenship_rus")},
		frontend.Choice{Value: other, Text: t("idp.citizenship_other")}))
	if f.foreigner() {
		fields = append(fields, frontend.Field{Select: &frontend.Select{Name: "country", Value: f.Country, Items: countryChoices(t, lang),
			Label: frontend.Label{Text: t("idp_data.country")}, ErrorMessage: r.Errors.Message("country")}})
	}
	return fields
}

// documentFields ask for a Russian passport, or for a document of another country.
func documentFields(t func(string, ...any) string, f dataForm, r *Reading) []frontend.Field {
	if f.foreigner() {
		return []frontend.Field{
			hinted(r.Line("foreign_number", "idp_data.foreign_number", f.Foreign, ""), t("idp_data.foreign_number_hint"), "20", false),
			r.Day("issued", "idp.issued", f.Issued, false), r.Day("expires", "idp_data.expires", f.Expires, false),
			r.Line("issued_by", "idp.issued_by", f.IssuedBy, "")}
	}
	return []frontend.Field{
		hinted(r.Line("passport", "idp.passport", f.Passport, ""), t("idp.passport_hint"), "20", true),
		r.Day("issued", "idp.issued", f.Issued, false),
		r.Line("issued_by", "idp.issued_by", f.IssuedBy, ""),
		hinted(r.Line("code", "idp.division_code", f.Code, ""), t("idp.code_hint"), "10", true),
	}
}

func hinted(f frontend.Field, hint, width string, numeric bool) frontend.Field {
	f.Input.Hint.Text, f.Input.Classes = hint, "govuk-input--width-"+width
	if numeric {
		f.Input.Inputmode = "numeric"
	}
	return f
}
