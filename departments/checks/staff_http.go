package checks

import (
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/catalog"
	"tamga/departments"
	"tamga/frontend"
	"tamga/internal/i18n"
	"tamga/internal/journal"
	"tamga/internal/rus"
	"tamga/internal/web"
)

// Handler is what the staff of departments see of their checks.
type Handler struct {
	Desk
	Pages   *frontend.Pages
	Clerks  departments.Clerks
	Service func(id string, version int) (*catalog.Service, error)
}

// Mount registers the routes.
func (h *Handler) Mount(r fiber.Router) {
	r.Get("/checks", h.Clerks.Only(h.list))
	r.Get("/checks/new", h.Clerks.Only(h.offer))
	r.Post("/checks/new", h.Clerks.Only(h.askNew))
	r.Get("/checks/:id<guid>", h.Clerks.Only(h.show))
	r.Post("/checks/:id<guid>/again", h.Clerks.Only(h.again))
}

const (
	listView  frontend.Page[listPage]  = "checks/list.html"
	checkView frontend.Page[checkPage] = "checks/check.html"

	listSize = 50
)

var stateTags = map[string]string{Asked: "govuk-tag--yellow", Answered: "govuk-tag--blue", Failed: "govuk-tag--red", TimedOut: "govuk-tag--red"}
var outcomeTags = map[string]string{"confirmed": "govuk-tag--green", "differs": "govuk-tag--red", "told": "govuk-tag--blue", "not_found": "govuk-tag--orange"}

type listPage struct {
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
}

func (h *Handler) list(c *fiber.Ctx, who *departments.Clerk) error {
	t, lang := h.Pages.Texts(c), web.Lang(c)
	kinds, err := allKinds()
	if err != nil {
		return err
	}
	f := filter{c.Query("state"), c.Query("kind"), strings.TrimSpace(c.Query("number"))}
	page := listPage{Button: frontend.Button{Text: t("checks.show"), Classes: "govuk-button--secondary"}, Go: frontend.Button{Text: t("checks.choose")},
		State:  frontend.Select{Name: "state", Value: f.State, Label: frontend.Label{Text: t("checks.state")}, Items: []frontend.Option{{Text: t("checks.all")}}},
		Kind:   frontend.Select{Name: "kind", Value: f.Kind, Label: frontend.Label{Text: t("checks.kind")}, Items: []frontend.Option{{Text: t("checks.all")}}},
		Number: frontend.Input{Name: "number", Value: f.Number, Label: frontend.Label{Text: t("checks.number")}, Classes: "govuk-input--width-10", Autocomplete: "off"},
		New:    frontend.Input{Name: "of", Label: frontend.Label{Text: t("checks.of")}, Classes: "govuk-input--width-10", Autocomplete: "off"}}
	for _, s := range states {
		page.State.Items = append(page.State.Items, frontend.Option{Value: s, Text: t("checks.state_" + s)})
	}
	for _, k := range kinds {
		if k.may(who.Department) {
			page.Kind.Items = append(page.Kind.Items, frontend.Option{Value: k.ID, Text: k.Name.In(lang)})
		}
	}
	at := max(1, min(c.QueryInt("page", 1), 1000))
	list, err := listChecks(c.UserContext(), h.DB, who.Department, f, (at-1)*listSize, listSize+1)
	if err != nil {
		return err
	}
	for _, one := range list[:min(len(list), listSize)] {
		page.Rows = append(page.Rows, line(t, lang, one))
	}
	href := func(n int) string {
		return "/checks?" + url.Values{"state": {f.State}, "kind": {f.Kind}, "number": {f.Number}, "page": {strconv.Itoa(n)}}.Encode()
	}
	if at > 1 {
		page.Pages.Previous = &frontend.PageLink{Href: href(at - 1)}
	}
	if len(list) > listSize {
		page.Pages.Next = &frontend.PageLink{Href: href(at + 1)}
	}
	frontend.SetLayout(c, func(l *frontend.Layout) { l.Wide = true })
	return listView.Render(c, h.Pages, page)
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

// Lines are the checks of an application, for who has the right: a Forbidden fault for others.
func (h *Handler) Lines(c *fiber.Ctx, department string, application uuid.UUID) ([]Line, error) {
	if err := h.Clerks.Allowed(c); err != nil {
		return nil, err
	}
	list, err := checksOf(c.UserContext(), h.DB, department, application)
	var lines []Line
	for _, one := range list {
		lines = append(lines, line(h.Pages.Texts(c), web.Lang(c), one))
	}
	return lines, err
}

type checkPage struct {
	Title, Number      string
	Tag                frontend.Tag
	Differs            []string
	Problem            string
	Facts              frontend.SummaryList
	Question, Answer   frontend.SummaryList
	Attempts           frontend.Table
	Again              string // address of the form, "" while it is being asked
	Button             frontend.Button
	Case, Rule, Reused string
}

func (h *Handler) show(c *fiber.Ctx, who *departments.Clerk) error {
	id, err := uuid.Parse(c.Params("id"))
	if err != nil {
		return errNone
	}
	one, err := checkOf(c.UserContext(), h.DB, who.Department, id)
	if err != nil {
		return err
	}
	k, err := kindOf(one.Kind)
	if err != nil {
		return err
	}
	if err := h.looked(c, who, one, k); err != nil {
		return err
	}
	t, lang := h.Pages.Texts(c), web.Lang(c)
	page := checkPage{Title: t("checks.title_one", k.Name.In(lang)), Number: one.Number, Tag: tag(t, one), Rule: k.Rule.In(lang),
		Case: "/checks/new?application=" + one.Application.String(), Button: frontend.Button{Text: t("checks.again"), PreventDoubleClick: true, Classes: "govuk-button--secondary"}}
	for _, d := range one.Differs {
		page.Differs = append(page.Differs, t("checks.differs_"+d))
	}
	if one.State != Asked && one.Question != nil && len(one.Question) > 0 {
		page.Again = "/checks/" + id.String() + "/again"
	}
	if one.State != Answered && one.Problem != "" {
		page.Problem = one.Problem
	}
	if one.Reused != nil {
		page.Reused = "/checks/" + one.Reused.String()
	}
	page.Facts = checkFacts(t, lang, one, k)
	if page.Question, err = h.questionRows(t, lang, one, k); err != nil {
		return err
	}
	if page.Answer, err = h.answerRows(t, lang, one, k); err != nil {
		return err
	}
	if page.Attempts, err = h.attemptsTable(c, one); err != nil {
		return err
	}
	return checkView.Render(c, h.Pages, page)
}

// looked writes into the person's journal that an employee has read what a register says of them.
func (h *Handler) looked(c *fiber.Ctx, who *departments.Clerk, one *Check, k *Kind) error {
	if one.Subject == nil {
		return nil
	}
	name, err := departmentName(c.UserContext(), h.DB, one.Department)
	if err != nil {
		return err
	}
	return journal.Write(c.UserContext(), h.DB, journal.Entry{Actor: who.ID.String(), ActorRole: "employee", Action: "checks.read", Subject: one.Subject.String(),
		Purpose: h.Pages.T(i18n.RU, "checks.purpose", k.Name.RU, one.Number, name), Address: addressOf(c),
		Details: map[string]any{"application": one.Application, "check": one.ID, "kind": one.Kind}})
}

func addressOf(c *fiber.Ctx) netip.Addr {
	from, _ := netip.ParseAddr(c.IP()) // the zero address means unknown
	return from
}

func checkFacts(t func(string, ...any) string, lang i18n.Lang, c *Check, k *Kind) (list frontend.SummaryList) {
	add := func(key, value string) {
		if value != "" {
			list.Rows = append(list.Rows, frontend.Row(t("checks."+key), value))
		}
	}
	asker := c.AskerName
	if c.Asker == nil {
		asker = t("checks.by_rule")
	}
	add("number", c.Number)
	add("register", t("checks.register_"+c.Register))
	add("asked_by", asker)
	add("asked_at", rus.FormatDateTime(c.AskedAt, lang))
	if c.AnsweredAt != nil {
		add("answered_at", rus.FormatDateTime(*c.AnsweredAt, lang))
	}
	if c.FreshUntil != nil {
		add("fresh_until", rus.FormatDateTime(*c.FreshUntil, lang)+"\n"+k.Rule.In(lang))
	}
	if c.KeepUntil != nil {
		add("keep_until", rus.FormatDate(*c.KeepUntil, lang))
	}
	return list
}

func (h *Handler) questionRows(t func(string, ...any) string, lang i18n.Lang, c *Check, k *Kind) (list frontend.SummaryList, err error) {
	q, err := c.question(h.Box, k)
	if err != nil || q == nil {
		return list, err
	}
	fields, err := fieldsOf(q)
	for _, f := range k.typ.fields {
		name := strings.TrimSuffix(f, "?")
		if value := fields[name]; value != "" {
			list.Rows = append(list.Rows, frontend.Row(t("checks.f_"+name), shown(value, lang, strings.HasSuffix(name, "_date") || strings.HasSuffix(name, "_on"))))
		}
	}
	return list, err
}

func shown(value string, lang i18n.Lang, day bool) string {
	if at, err := time.Parse(time.DateOnly, value); day && err == nil {
		return rus.FormatDate(at, lang)
	}
	return value
}

func (h *Handler) answerRows(t func(string, ...any) string, lang i18n.Lang, c *Check, k *Kind) (list frontend.SummaryList, err error) {
	a, err := c.answer(h.Box, k)
	if err != nil || a == nil {
		return list, err
	}
	for _, f := range a.facts() {
		value := shown(f.Value, lang, f.Day)
		if f.Word != "" {
			value = t("checks.w_" + f.Word)
		}
		list.Rows = append(list.Rows, frontend.Row(t("checks.a_"+f.Key), value))
	}
	return list, nil
}

func (h *Handler) attemptsTable(c *fiber.Ctx, one *Check) (table frontend.Table, err error) {
	t, lang := h.Pages.Texts(c), web.Lang(c)
	rows, err := attemptsOf(c.UserContext(), h.DB, one.ID)
	table = frontend.Table{Caption: t("checks.attempts"), CaptionClasses: "govuk-table__caption--m",
		Head: []frontend.Cell{{Text: t("checks.when")}, {Text: t("checks.took")}, {Text: t("checks.came")}, {Text: t("checks.problem")}}}
	for _, a := range rows {
		status := "—"
		if a.Status != nil {
			status = strconv.Itoa(*a.Status)
		}
		table.Rows = append(table.Rows, []frontend.Cell{{Text: rus.FormatDateTime(a.At, lang)}, {Text: t("checks.ms", a.TookMS)},
			{Text: t("checks.attempt_"+a.Outcome) + " (" + status + ")"}, {Text: a.Problem}})
	}
	return table, err
}

// again asks the same anew: not what is still fresh, the register.
func (h *Handler) again(c *fiber.Ctx, who *departments.Clerk) error {
	id, err := uuid.Parse(c.Params("id"))
	if err != nil {
		return errNone
	}
	one, err := checkOf(c.UserContext(), h.DB, who.Department, id)
	if err != nil {
		return err
	}
	k, err := kindOf(one.Kind)
	if err != nil {
		return err
	}
	q, err := one.question(h.Box, k)
	if err != nil {
		return err
	}
	if one.State == Asked || q == nil {
		return errNone
	}
	next := uuid.NewSHA1(one.ID, []byte("again")) // pressed twice it asks once
	err = pgx.BeginFunc(c.UserContext(), h.DB, func(tx pgx.Tx) error {
		return h.ask(c.UserContext(), tx, request{ID: next, Department: who.Department, Application: one.Application, Number: one.Number, Kind: k, Question: q,
			Asker: &who.ID, From: addressOf(c), Anew: true, Subject: one.Subject})
	})
	if err != nil {
		return err
	}
	return c.Redirect("/checks/"+next.String(), fiber.StatusSeeOther)
}

// mayAsk are the kinds that a department may ask, of registers that are connected.
func (h *Handler) mayAsk(c *fiber.Ctx, department string) ([]*Kind, error) {
	kinds, err := allKinds()
	if err != nil {
		return nil, err
	}
	online, err := connected(c.UserContext(), h.DB)
	return slices.DeleteFunc(slices.Clone(kinds), func(k *Kind) bool { return !k.may(department) || !slices.Contains(online, k.Register) }), err
}
