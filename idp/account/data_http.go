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
	return h.renderData(c, form, inForce, &reading{})
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
	if inForce != nil && !r.errors.Any() && i.same(inForce) {
		r.errors.Add("last_name", h.Pages.Texts(c)("idp_data.nothing_new"))
	}
	if r.errors.Any() {
		c.Status(fiber.StatusUnprocessableEntity)
		return h.renderData(c, form, inForce, r)
	}
	if err := h.Limit.Allow(c.UserContext(), "checks", a.ID.String(), checksRate); err != nil {
		r.errors.Add("last_name", h.limitText(c, err))
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

func (h *Handler) renderData(c *fiber.Ctx, f dataForm, inForce *Identity, r *reading) error {
	t, lang := h.Pages.Texts(c), web.Lang(c)
	id, w := h.waiting(c)
	page := dataPage{
		Errors: r.errors, Request: textOf(id), InForce: inForce != nil, Foreign: f.foreigner(),
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
func personFields(t func(string, ...any) string, lang i18n.Lang, f dataForm, fixed bool, r *reading) []frontend.Field {
	radios := func(name, value, legend string, items ...frontend.Choice) frontend.Field {
		return frontend.Field{Radios: &frontend.Radios{Name: name, Value: value, Fieldset: frontend.Question(t(legend)),
			Items: items, ErrorMessage: r.errors.Message(name), Classes: "govuk-radios--inline"}}
	}
	noMiddle := frontend.Field{Checkboxes: &frontend.Checkboxes{Name: "no_middle", Classes: "govuk-checkboxes--small",
		Items: []frontend.Choice{{Value: "yes", Text: t("idp.no_middle"), Checked: f.NoMiddle}}}}
	fields := []frontend.Field{
		line(t, r, "last_name", f.LastName, "family-name"),
		line(t, r, "first_name", f.FirstName, "given-name"),
		line(t, r, "middle_name", f.MiddleName, "additional-name"),
		noMiddle,
		radios("sex", f.Sex, "idp.sex", frontend.Choice{Value: "F", Text: t("idp.sex_f")}, frontend.Choice{Value: "M", Text: t("idp.sex_m")}),
	}
	if !fixed {
		fields = append(fields, day(t, r, "birth", f.Birth, true))
	}
	fields = append(fields, line(t, r, "birth_place", f.BirthPlace, ""))
	if !fixed {
		fields = append(fields, hinted(t, line(t, r, "snils", f.SNILS, ""), "idp.snils_hint", "govuk-input--width-20"))
	}
	fields = append(fields, radios("citizenship", f.Citizenship, "idp.citizenship", frontend.Choice{Value: Russia, Text: t("idp.citizenship_rus")},
		frontend.Choice{Value: other, Text: t("idp.citizenship_other")}))
	if f.foreigner() {
		fields = append(fields, frontend.Field{Select: &frontend.Select{Name: "country", Value: f.Country, Items: countryChoices(t, lang),
			Label: frontend.Label{Text: t("idp_data.country")}, ErrorMessage: r.errors.Message("country")}})
	}
	return fields
}

// documentFields ask for a Russian passport, or for a document of another country.
func documentFields(t func(string, ...any) string, f dataForm, r *reading) []frontend.Field {
	if f.foreigner() {
		number := line(t, r, "foreign_number", f.Foreign, "")
		number.Input.Hint.Text, number.Input.Classes = t("idp_data.foreign_number_hint"), "govuk-input--width-20"
		return []frontend.Field{number, day(t, r, "issued", f.Issued, false), day(t, r, "expires", f.Expires, false),
			line(t, r, "issued_by", f.IssuedBy, "")}
	}
	return []frontend.Field{
		hinted(t, line(t, r, "passport", f.Passport, ""), "idp.passport_hint", "govuk-input--width-20"),
		day(t, r, "issued", f.Issued, false),
		line(t, r, "issued_by", f.IssuedBy, ""),
		hinted(t, line(t, r, "code", f.Code, ""), "idp.code_hint", "govuk-input--width-10"),
	}
}

// label is the locale key of a field's name.
func label(name string) string {
	switch name {
	case "code":
		return "idp.division_code"
	case "foreign_number", "expires":
		return "idp_data." + name
	}
	return "idp." + name
}

func line(t func(string, ...any) string, r *reading, name, value, autocomplete string) frontend.Field {
	return frontend.Field{Input: &frontend.Input{Name: name, Value: value, Label: frontend.Label{Text: t(label(name))},
		Autocomplete: autocomplete, ErrorMessage: r.errors.Message(name), Spellcheck: "false"}}
}

func hinted(t func(string, ...any) string, f frontend.Field, key, width string) frontend.Field {
	f.Input.Hint.Text, f.Input.Classes, f.Input.Inputmode = t(key), width, "numeric"
	return f
}

func day(t func(string, ...any) string, r *reading, name string, typed [3]string, birthday bool) frontend.Field {
	wrong := func(part string) bool {
		for _, p := range r.dates[name].Parts {
			if p == part {
				return true
			}
		}
		return false
	}
	return frontend.Field{DateInput: &frontend.DateInput{
		NamePrefix: name, Fieldset: frontend.Question(t(label(name))), Hint: frontend.Hint{Text: t(label(name) + "_hint")},
		ErrorMessage: r.errors.Message(name), Birthday: birthday,
		Day:   frontend.DatePart{Value: typed[0], Error: wrong(rus.PartDay)},
		Month: frontend.DatePart{Value: typed[1], Error: wrong(rus.PartMonth)},
		Year:  frontend.DatePart{Value: typed[2], Error: wrong(rus.PartYear)},
	}}
}
