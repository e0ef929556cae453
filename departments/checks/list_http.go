package checks

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"tamga/departments"
	"tamga/frontend"
	"tamga/internal/i18n"
	"tamga/internal/rus"
	"tamga/internal/web"
)

const listView frontend.Page[listPage] = "checks/list.html"

const listSize = 50

var stateTags = map[string]string{Asked: "govuk-tag--yellow", Answered: "govuk-tag--blue", Failed: "govuk-tag--red", TimedOut: "govuk-tag--red"}
var outcomeTags = map[string]string{"confirmed": "govuk-tag--green", "differs": "govuk-tag--red", "told": "govuk-tag--blue", "not_found": "govuk-tag--orange"}

type listPage struct {
	frontend.Errors
	State, Kind frontend.Select
	Number      frontend.Input
	Button      frontend.Button
	Rows        []Line
	Pages       frontend.Pagination
	New         frontend.Input // number of the application to ask about
	Go          frontend.Button
}

// Line is a check in a list.
type Line struct {
	Href, Number, Name, When, Who string
	Tag                           frontend.Tag
	Corrected                     bool // since then, what was asked about
}

func (h *Handler) list(c *fiber.Ctx, who *departments.Clerk) error { return h.showList(c, who, "") }

// showList shows what was asked. problem is the key of what is wrong with the number that was typed to ask about, "" for nothing.
func (h *Handler) showList(c *fiber.Ctx, who *departments.Clerk, problem string) error {
	f := filter{c.Query("state"), c.Query("kind"), strings.TrimSpace(c.Query("number"))}
	page, err := h.listForms(c, who, f)
	if err != nil {
		return err
	}
	if problem != "" {
		page.Add("of", h.Pages.Texts(c)(problem))
		page.New.ErrorMessage = page.Message("of")
		c.Status(fiber.StatusUnprocessableEntity)
	}
	at := max(1, min(c.QueryInt("page", 1), 1000))
	list, err := listChecks(c.UserContext(), h.DB, who.Department, f, (at-1)*listSize, listSize+1)
	if err != nil {
		return err
	}
	for _, one := range list[:min(len(list), listSize)] {
		page.Rows = append(page.Rows, line(h.Pages.Texts(c), web.Lang(c), one))
	}
	page.Pages = f.around(at, len(list) > listSize)
	frontend.SetLayout(c, func(l *frontend.Layout) { l.Wide = true })
	return listView.Render(c, h.Pages, page)
}

// listForms are the forms above the list, with what was chosen in them.
func (h *Handler) listForms(c *fiber.Ctx, who *departments.Clerk, f filter) (page listPage, err error) {
	t, lang := h.Pages.Texts(c), web.Lang(c)
	number := func(name, value, label string) frontend.Input {
		return frontend.Input{Name: name, Value: value, Label: frontend.Label{Text: t(label)}, Classes: "govuk-input--width-10", Autocomplete: "off"}
	}
	choice := func(name, value string) frontend.Select {
		return frontend.Select{Name: name, Value: value, Label: frontend.Label{Text: t("checks." + name)}, Items: []frontend.Option{{Text: t("checks.all")}}}
	}
	page = listPage{Button: frontend.Button{Text: t("checks.show"), Classes: "govuk-button--secondary"}, Go: frontend.Button{Text: t("checks.choose")},
		State: choice("state", f.State), Kind: choice("kind", f.Kind),
		Number: number("number", f.Number, "checks.number"), New: number("of", strings.TrimSpace(c.Query("of")), "checks.of")}
	page.New.Hint.Text = t("checks.of_hint")
	for _, s := range states {
		page.State.Items = append(page.State.Items, frontend.Option{Value: s, Text: t("checks.state_" + s)})
	}
	kinds, err := allKinds()
	for _, k := range kinds {
		if k.may(who.Department) {
			page.Kind.Items = append(page.Kind.Items, frontend.Option{Value: k.ID, Text: k.Name.In(lang)})
		}
	}
	return page, err
}

// around leads to the pages before and after.
func (f filter) around(at int, more bool) (p frontend.Pagination) {
	href := func(n int) string {
		return "/checks?" + url.Values{"state": {f.State}, "kind": {f.Kind}, "number": {f.Number}, "page": {strconv.Itoa(n)}}.Encode()
	}
	if at > 1 {
		p.Previous = &frontend.PageLink{Href: href(at - 1)}
	}
	if more {
		p.Next = &frontend.PageLink{Href: href(at + 1)}
	}
	return p
}

func line(t func(string, ...any) string, lang i18n.Lang, c *Check) Line {
	l := Line{Href: "/checks/" + c.ID.String(), Number: c.Number, When: rus.FormatDateTime(c.AskedAt, lang), Who: c.AskerName, Tag: tag(t, c), Name: c.Kind}
	if k, err := kindOf(c.Kind); err == nil && k != nil {
		l.Name = k.Name.In(lang)
	}
	if c.Asker == nil {
		l.Who = t("checks.by_rule")
	}
	return l
}

// tag says how a check stands: what the register said, once it has.
func tag(t func(string, ...any) string, c *Check) frontend.Tag {
	if c.State == Answered {
		return frontend.Tag{Text: t("checks.outcome_" + c.Outcome), Classes: outcomeTags[c.Outcome]}
	}
	return frontend.Tag{Text: t("checks.state_" + c.State), Classes: stateTags[c.State]}
}
