package account

import (
	"errors"
	"time"

	"github.com/gofiber/fiber/v2"

	"tamga/frontend"
	"tamga/internal/fault"
	"tamga/internal/rus"
	"tamga/internal/web"
)

const dataPageFile frontend.Page[dataPage] = "idp/data.html"

type dataPage struct {
	frontend.Errors
	Request  string
	Client   string
	Person   []frontend.Field
	Document []frontend.Field
	Send     frontend.Button
}

// showData asks for personal data, or shows those that were sent before so that they can be corrected.
func (h *Handler) showData(c *fiber.Ctx) error {
	a, err := h.person(c)
	if err != nil {
		return err
	}
	id, _ := h.waiting(c)
	if a.Level.AtLeast(Standard) {
		return c.Redirect(withRequest("/profile", id), fiber.StatusSeeOther)
	}
	i, err := IdentityOf(c.UserContext(), h.DB, h.Box, a.ID)
	switch {
	case errors.Is(err, fault.NotFound):
		return h.renderData(c, dataForm{LastName: a.LastName, FirstName: a.FirstName, Citizenship: "RUS"}, &reading{})
	case err != nil:
		return err
	case i.State == "checking":
		return c.Redirect(withRequest("/profile/checks", id), fiber.StatusSeeOther)
	}
	return h.renderData(c, dataFormOf(i), &reading{})
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
	if a.Level.AtLeast(Standard) {
		return c.Redirect("/profile", fiber.StatusSeeOther)
	}
	form := readDataForm(func(name string) string { return c.FormValue(name) })
	i, r := form.read(h.Pages.Texts(c), h.Now())
	if r.errors.Any() {
		c.Status(fiber.StatusUnprocessableEntity)
		return h.renderData(c, form, r)
	}
	if err := h.Limit.Allow(c.UserContext(), "checks", a.ID.String(), checksRate); err != nil {
		r.errors.Add("last_name", h.limitText(c, err))
		c.Status(fiber.StatusTooManyRequests)
		return h.renderData(c, form, r)
	}
	id, _ := h.waiting(c)
	i.Account, i.Request = a.ID, id
	if err := h.startChecks(c.UserContext(), i); err != nil {
		return err
	}
	return c.Redirect(withRequest("/profile/checks", id), fiber.StatusSeeOther)
}

func (h *Handler) renderData(c *fiber.Ctx, f dataForm, r *reading) error {
	t := h.Pages.Texts(c)
	id, w := h.waiting(c)
	page := dataPage{
		Errors: r.errors, Request: textOf(id),
		Person: personFields(t, f, r), Document: documentFields(t, f, r),
		Send: frontend.Button{Text: t("idp.next"), PreventDoubleClick: true},
	}
	if w != nil {
		page.Client = w.Name
	}
	return dataPageFile.Render(c, h.Pages, page)
}

func personFields(t func(string, ...any) string, f dataForm, r *reading) []frontend.Field {
	radios := func(name, value, legend string, items ...frontend.Choice) frontend.Field {
		return frontend.Field{Radios: &frontend.Radios{Name: name, Value: value, Fieldset: frontend.Question(t(legend)),
			Items: items, ErrorMessage: r.errors.Message(name), Classes: "govuk-radios--inline"}}
	}
	noMiddle := frontend.Field{Checkboxes: &frontend.Checkboxes{Name: "no_middle", Classes: "govuk-checkboxes--small",
		Items: []frontend.Choice{{Value: "yes", Text: t("idp.no_middle"), Checked: f.NoMiddle}}}}
	return []frontend.Field{
		line(t, r, "last_name", f.LastName, "family-name"),
		line(t, r, "first_name", f.FirstName, "given-name"),
		line(t, r, "middle_name", f.MiddleName, "additional-name"),
		noMiddle,
		radios("sex", f.Sex, "idp.sex", frontend.Choice{Value: "F", Text: t("idp.sex_f")}, frontend.Choice{Value: "M", Text: t("idp.sex_m")}),
		day(t, r, "birth", f.Birth, true),
		line(t, r, "birth_place", f.BirthPlace, ""),
		hinted(t, line(t, r, "snils", f.SNILS, ""), "idp.snils_hint", "govuk-input--width-20"),
		radios("citizenship", f.Citizenship, "idp.citizenship", frontend.Choice{Value: "RUS", Text: t("idp.citizenship_rus")},
			frontend.Choice{Value: "other", Text: t("idp.citizenship_other")}),
	}
}

func documentFields(t func(string, ...any) string, f dataForm, r *reading) []frontend.Field {
	return []frontend.Field{
		hinted(t, line(t, r, "passport", f.Passport, ""), "idp.passport_hint", "govuk-input--width-20"),
		day(t, r, "issued", f.Issued, false),
		line(t, r, "issued_by", f.IssuedBy, ""),
		hinted(t, line(t, r, "code", f.Code, ""), "idp.code_hint", "govuk-input--width-10"),
	}
}

// line is an input whose label is the locale text idp.<name>.
func line(t func(string, ...any) string, r *reading, name, value, autocomplete string) frontend.Field {
	key := map[string]string{"code": "idp.division_code"}[name]
	if key == "" {
		key = "idp." + name
	}
	return frontend.Field{Input: &frontend.Input{Name: name, Value: value, Label: frontend.Label{Text: t(key)},
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
		NamePrefix: name, Fieldset: frontend.Question(t("idp." + name)), Hint: frontend.Hint{Text: t("idp." + name + "_hint")},
		ErrorMessage: r.errors.Message(name), Birthday: birthday,
		Day:   frontend.DatePart{Value: typed[0], Error: wrong(rus.PartDay)},
		Month: frontend.DatePart{Value: typed[1], Error: wrong(rus.PartMonth)},
		Year:  frontend.DatePart{Value: typed[2], Error: wrong(rus.PartYear)},
	}}
}
