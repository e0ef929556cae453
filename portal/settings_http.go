package portal

import (
	"cmp"
	"net/mail"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"tamga/frontend"
	"tamga/internal/i18n"
	"tamga/internal/rus"
)

type settingsPage struct {
	Saved *frontend.NotificationBanner
	List  frontend.SummaryList
	Links []frontend.Link
}

type dataPage struct {
	frontend.Errors
	Welcome bool
	Bound   bool // names are ESIA's and not changed here
	Next    string
	Names   string
	Last    frontend.Input
	First   frontend.Input
	Middle  frontend.Input
	Email   frontend.Input
}

type languagePage struct {
	Choice frontend.Radios
}

const (
	settingsTemplate frontend.Page[settingsPage] = "portal/settings.html"
	dataTemplate     frontend.Page[dataPage]     = "portal/data.html"
	languageTemplate frontend.Page[languagePage] = "portal/language.html"
)

var languages = map[i18n.Lang]string{i18n.RU: "Русский", i18n.TT: "Татарча", i18n.EN: "English"}

func (h *Handler) showSettings(c *fiber.Ctx) error {
	a, err := signedIn(c)
	if err != nil {
		return err
	}
	t := h.Pages.Texts(c)
	given := func(s string) string {
		if s == "" {
			return t("portal.not_given")
		}
		return s
	}
	row := func(key, value, href string) frontend.SummaryRow {
		if href == "" {
			return frontend.Row(t(key), given(value))
		}
		return frontend.Row(t(key), given(value), frontend.Action{Text: t("portal.change"), Href: href,
			VisuallyHiddenText: lowerFirst(t(key))})
	}
	password := t("portal.password_none")
	if a.PasswordHash != nil {
		password = "••••••••"
	}
	bound := t("portal.esia_not_bound")
	if a.Bound() {
		bound = t("portal.esia_bound", t("portal.level_"+string(a.Level)))
	}
	page := settingsPage{List: frontend.SummaryList{Rows: []frontend.SummaryRow{
		row("portal.name", a.FullName(), "/settings/data"),
		row("portal.email", a.Email, "/settings/data"),
		row("portal.phone", a.ShownPhone(), ""),
		row("portal.password", password, "/settings/password"),
		row("portal.language", languages[a.Lang], "/settings/language"),
		row("portal.esia_binding", bound, "/settings/esia"),
	}}}
	for _, name := range []string{"documents", "notices", "place", "sessions", "journal", "export", "delete"} {
		href := map[string]string{"documents": "/documents", "notices": "/notices/settings", "place": "/place"}[name]
		page.Links = append(page.Links, frontend.Link{Text: t("cabinet.settings_" + name), Href: cmp.Or(href, "/settings/"+name)})
	}
	switch saved := c.Query("saved"); saved {
	case "data", "password", "language", "unbound", "bound":
		page.Saved = &frontend.NotificationBanner{Type: "success", Text: t("portal.saved_" + saved)}
	}
	return settingsTemplate.Render(c, h.Pages, page)
}

// lowerFirst makes a label go on after a verb and leaves abbreviations as they are.
func lowerFirst(label string) string {
	first, size := utf8.DecodeRuneInString(label)
	return string(unicode.ToLower(first)) + label[size:]
}

func (h *Handler) showWelcome(c *fiber.Ctx) error {
	a, err := signedIn(c)
	if err != nil {
		return err
	}
	page := h.dataForm(c, a)
	page.Welcome, page.Next = true, nextOr(c.Query("next"))
	return dataTemplate.Render(c, h.Pages, page)
}

func (h *Handler) saveWelcome(c *fiber.Ctx) error {
	return h.saveNames(c, true, nextOr(c.FormValue("next")))
}

func (h *Handler) showData(c *fiber.Ctx) error {
	a, err := signedIn(c)
	if err != nil {
		return err
	}
	return dataTemplate.Render(c, h.Pages, h.dataForm(c, a))
}

func (h *Handler) saveData(c *fiber.Ctx) error { return h.saveNames(c, false, "/settings?saved=data") }

// saveNames stores how the portal addresses the person. Everything may be left out.
func (h *Handler) saveNames(c *fiber.Ctx, welcome bool, next string) error {
	a, err := signedIn(c)
	if err != nil {
		return err
	}
	page := h.dataForm(c, a)
	page.Welcome, page.Next = welcome, next
	names := map[*frontend.Input]string{&page.Last: "", &page.First: "", &page.Middle: ""}
	for _, in := range []*frontend.Input{&page.Last, &page.First, &page.Middle} {
		if in.Value = c.FormValue(in.Name); strings.TrimSpace(in.Value) == "" || page.Bound {
			continue
		}
		name, err := rus.Name(in.Value)
		if err != nil {
			page.Errors.Add(in.Name, h.text(c, err))
			in.ErrorMessage = page.Errors.Message(in.Name)
		}
		names[in] = name
	}
	page.Email.Value = strings.TrimSpace(c.FormValue("email"))
	if !plainEmail(page.Email.Value) {
		page.Errors.Add("email", h.Pages.Texts(c)("portal.email_wrong"))
		page.Email.ErrorMessage = page.Errors.Message("email")
	}
	if page.Errors.Any() {
		return dataTemplate.Render(c.Status(fiber.StatusUnprocessableEntity), h.Pages, page)
	}
	err = setNames(c.UserContext(), h.DB, a.ID, names[&page.Last], names[&page.First], names[&page.Middle], page.Email.Value)
	if err != nil {
		return err
	}
	return seeOther(c, next)
}

func (h *Handler) dataForm(c *fiber.Ctx, a *Account) dataPage {
	t := h.Pages.Texts(c)
	name := func(field, value, autocomplete string) frontend.Input {
		return frontend.Input{Name: field, Value: value, Autocomplete: autocomplete, Spellcheck: "false",
			Label: frontend.Label{Text: t("portal." + field)}}
	}
	return dataPage{
		Bound: a.Bound(), Names: a.FullName(),
		Last:   name("last_name", a.LastName, "family-name"),
		First:  name("first_name", a.FirstName, "given-name"),
		Middle: name("middle_name", a.MiddleName, "additional-name"),
		Email: frontend.Input{Name: "email", Type: "email", Value: a.Email, Autocomplete: "email", Spellcheck: "false",
			Label: frontend.Label{Text: t("portal.email")}, Hint: frontend.Hint{Text: t("portal.email_hint")}},
	}
}

// plainEmail tells whether an address can be written to. None is fine.
func plainEmail(s string) bool {
	if s == "" {
		return true
	}
	a, err := mail.ParseAddress(s)
	return err == nil && a.Address == s && len(s) <= 254 && strings.Contains(s[strings.LastIndexByte(s, '@'):], ".")
}

func (h *Handler) showLanguage(c *fiber.Ctx) error {
	a, err := signedIn(c)
	if err != nil {
		return err
	}
	t := h.Pages.Texts(c)
	page := languagePage{Choice: frontend.Radios{Name: "lang", Value: string(a.Lang),
		Fieldset: frontend.HeadingQuestion(t("portal.language_title")), Hint: frontend.Hint{Text: t("portal.language_hint")}}}
	for _, lang := range i18n.Langs {
		page.Choice.Items = append(page.Choice.Items, frontend.Choice{Value: string(lang), Text: languages[lang],
			Label: frontend.Label{Attributes: frontend.Attributes{"lang": string(lang)}}})
	}
	return languageTemplate.Render(c, h.Pages, page)
}

func (h *Handler) saveLanguage(c *fiber.Ctx) error {
	a, err := signedIn(c)
	if err != nil {
		return err
	}
	lang := i18n.Parse(c.FormValue("lang"))
	if err := setLang(c.UserContext(), h.DB, a.ID, lang); err != nil {
		return err
	}
	rememberLang(c, lang)
	return seeOther(c, "/settings?saved=language")
}

// rememberLang sets the language of the pages at this browser, as web does for ?lang=.
func rememberLang(c *fiber.Ctx, lang i18n.Lang) {
	c.Cookie(&fiber.Cookie{Name: "lang", Value: string(lang), Path: "/", MaxAge: 365 * 24 * 3600, SameSite: "Lax"})
}
