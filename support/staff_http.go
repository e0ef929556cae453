package support

import (
	"context"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

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

// StaffHandler is support on the staff site.
type StaffHandler struct {
	Desk
	Allowed  func(*fiber.Ctx) error // a Forbidden fault without the access right "support"
	Employee func(*fiber.Ctx) (uuid.UUID, error)
	Service  func(id string, lang i18n.Lang) string // name of a service, for calls
}

// Mount registers the routes.
func (h *StaffHandler) Mount(r fiber.Router) {
	for path, show := range map[string]func(*fiber.Ctx, uuid.UUID) error{
		"/support": h.list, "/support/new": h.showNew, "/support/report": h.showReport, "/support/status": h.showNotices, "/support/calls": h.showCalls,
		"/support/calls/:id<guid>": h.showCall, "/support/:id<guid>": h.show, "/support/:id<guid>/files/:file<guid>": h.sendFile,
	} {
		r.Get(path, h.guard(show))
	}
	for path, do := range map[string]func(*fiber.Ctx, uuid.UUID) error{
		"/support/new": h.create, "/support/status": h.announce, "/support/status/:id<guid>/end": h.endNotice, "/support/calls": h.beginCall,
		"/support/calls/:id<guid>": h.lookUp, "/support/calls/:id<guid>/end": h.endCall, "/support/:id<guid>/:do": h.act,
	} {
		r.Post(path, h.guard(do))
	}
}

// guard lets in who has the right, and says who it is.
func (h *StaffHandler) guard(page func(*fiber.Ctx, uuid.UUID) error) fiber.Handler {
	return func(c *fiber.Ctx) error {
		if err := h.Allowed(c); err != nil {
			return err
		}
		who, err := h.Employee(c)
		if err != nil {
			return err
		}
		return page(c, who)
	}
}

const (
	deskView     frontend.Page[deskPage]     = "support/desk.html"
	incidentView frontend.Page[incidentPage] = "support/incident.html"
	newView      frontend.Page[askPage]      = "support/staff-new.html"
	reportView   frontend.Page[reportPage]   = "support/report.html"

	staffRows = 50
)

type deskPage struct {
	Tabs   []frontend.Link // to the other pages of support
	Show   frontend.Select
	Line   frontend.Select
	Button frontend.Button
	Rows   []deskRow
	Pages  frontend.Pagination
}

type deskRow struct {
	Number, Href, Topic, Line, Due, Duty, Raised string
	Tag                                          frontend.Tag
	Late                                         bool
}

// tabs lead through support's pages.
func (h *StaffHandler) tabs(c *fiber.Ctx) (links []frontend.Link) {
	t := h.Pages.Texts(c)
	for _, l := range [][2]string{{"incidents", "/support"}, {"calls", "/support/calls"}, {"notices", "/support/status"}, {"report", "/support/report"}} {
		links = append(links, frontend.Link{Text: t("support_staff." + l[0]), Href: l[1], Current: c.Path() == l[1]})
	}
	return links
}

func (h *StaffHandler) list(c *fiber.Ctx, who uuid.UUID) error {
	show, code, n := c.Query("show", "open"), c.Query("line"), max(1, min(c.QueryInt("page", 1), 1000))
	var mine *uuid.UUID
	if show == "mine" {
		mine = &who
	}
	all, err := listIncidents(c.UserContext(), h.DB, show != "all", code, mine, (n-1)*staffRows, staffRows+1)
	if err != nil {
		return err
	}
	lines, err := listLines(c.UserContext(), h.DB)
	if err != nil {
		return err
	}
	t := h.Pages.Texts(c)
	page := deskPage{Tabs: h.tabs(c), Show: frontend.Select{Name: "show", Value: show, Label: frontend.Label{Text: t("support_staff.show")}},
		Line:   frontend.Select{Name: "line", Value: code, Label: frontend.Label{Text: t("support_staff.line")}, Items: []frontend.Option{{Text: t("support_staff.all_lines")}}},
		Button: frontend.Button{Text: t("support_staff.do_show"), Classes: "govuk-button--secondary"}}
	for _, s := range []string{"open", "mine", "all"} {
		page.Show.Items = append(page.Show.Items, frontend.Option{Value: s, Text: t("support_staff.show_" + s)})
	}
	for _, l := range lines {
		page.Line.Items = append(page.Line.Items, frontend.Option{Value: l, Text: t("support_staff.line_" + l)})
	}
	for _, i := range all[:min(len(all), staffRows)] {
		row := deskRow{Number: i.Shown(), Href: "/support/" + i.ID.String(), Topic: t("support.topic_" + i.Topic), Line: t("support_staff.line_" + i.Line),
			Due: rus.FormatDateTime(i.DueAt, web.Lang(c)), Duty: t("support_staff.step_" + strconv.Itoa(i.Step)), Raised: t("support_staff.source_" + i.Source),
			Tag: frontend.Tag{Text: t("support_staff.state_" + i.State), Classes: stateTags[i.State]}, Late: i.State != "merged" && i.Late(h.Now())}
		page.Rows = append(page.Rows, row)
	}
	href := func(n int) string {
		return "/support?" + url.Values{"show": {show}, "line": {code}, "page": {strconv.Itoa(n)}}.Encode()
	}
	if n > 1 {
		page.Pages.Previous = &frontend.PageLink{Href: href(n - 1)}
	}
	if len(all) > staffRows {
		page.Pages.Next = &frontend.PageLink{Href: href(n + 1)}
	}
	frontend.SetLayout(c, func(l *frontend.Layout) { l.Wide = true })
	return deskView.Render(c, h.Pages, page)
}

type incidentPage struct {
	frontend.Errors
	Title, Href, Cause                     string
	Tag                                    frontend.Tag
	Late                                   bool
	List                                   frontend.SummaryList
	Messages                               []spoken
	Files                                  []frontend.Link
	History                                frontend.Table
	Templates                              []frontend.Link
	Answer                                 frontend.CharacterCount
	Note                                   frontend.Textarea
	Merge, Link                            frontend.Input
	CanAnswer, CanTake, CanMerge, CanClose bool
}

func (h *StaffHandler) incident(c *fiber.Ctx) (*Incident, error) {
	id, err := uuid.Parse(c.Params("id"))
	if err != nil {
		return nil, errNotFound
	}
	return incidentByID(c.UserContext(), h.DB, id)
}

func (h *StaffHandler) show(c *fiber.Ctx, who uuid.UUID) error {
	i, err := h.incident(c)
	if err != nil {
		return err
	}
	page, err := h.incidentPage(c, who, i)
	if err != nil {
		return err
	}
	return incidentView.Render(c, h.Pages, page)
}

// incidentPage shows an incident whole. Whoever reads a citizen's words stands in the journal.
func (h *StaffHandler) incidentPage(c *fiber.Ctx, who uuid.UUID, i *Incident) (page incidentPage, err error) {
	if i.Account != uuid.Nil {
		address, _ := netip.ParseAddr(c.IP())
		if err := journal.Write(c.UserContext(), h.DB, journal.Entry{Actor: who.String(), ActorRole: "employee", Action: "support.read", Subject: i.Account.String(),
			Purpose: h.Pages.T(i18n.RU, "support.request", i.Shown()), Details: map[string]any{"incident": i.ID}, Address: address}); err != nil {
			return page, err
		}
	}
	t, lang := h.Pages.Texts(c), web.Lang(c)
	page = incidentPage{Title: t("support.request", i.Shown()), Href: "/support/" + i.ID.String(), Cause: i.Cause, Late: i.State != "merged" && i.Late(h.Now()),
		Tag:     frontend.Tag{Text: t("support_staff.state_" + i.State), Classes: stateTags[i.State]},
		Answer:  frontend.CharacterCount{Name: "text", Maxlength: maxText, Rows: "8", Label: frontend.Label{Text: t("support_staff.answer")}},
		Note:    frontend.Textarea{Name: "note", Rows: "3", Label: frontend.Label{Text: t("support_staff.note")}, Hint: frontend.Hint{Text: t("support_staff.note_hint")}},
		Merge:   frontend.Input{Name: "merge", Label: frontend.Label{Text: t("support_staff.merge_number")}, Classes: "govuk-input--width-10", Autocomplete: "off"},
		Link:    frontend.Input{Name: "link", Label: frontend.Label{Text: t("support_staff.link_number")}, Classes: "govuk-input--width-20", Autocomplete: "off"},
		CanTake: i.State != "merged" && i.State != "closed" && (i.Assignee == nil || *i.Assignee != who), CanAnswer: i.State != "merged" && i.State != "closed",
		CanMerge: i.Open(), CanClose: i.State != "merged" && i.State != "closed" && (i.Source != "citizen" || i.AnsweredAt != nil)}
	list := [][2]string{{"line", t("support_staff.line_" + i.Line)}, {"topic", t("support.topic_" + i.Topic)}, {"kind", t("support.kind_" + i.Kind)},
		{"source", t("support_staff.source_" + i.Source)}, {"raised", rus.FormatDateTime(i.RaisedAt, lang)}, {"due", rus.FormatDateTime(i.DueAt, lang)},
		{"duty", t("support_staff.step_" + strconv.Itoa(i.Step))}}
	for _, row := range list {
		page.List.Rows = append(page.List.Rows, frontend.Row(t("support_staff."+row[0]), row[1]))
	}
	if i.Delivery != nil {
		page.List.Rows = append(page.List.Rows, frontend.Row(t("support_staff.delivery"), t("support_staff.linked"), frontend.Action{Text: t("support_staff.open"), Href: "/deliveries/" + i.Delivery.String()}))
	}
	if i.Application != nil {
		page.List.Rows = append(page.List.Rows, frontend.Row(t("support_staff.application"), i.Application.String()))
	}
	if i.Payment != nil {
		page.List.Rows = append(page.List.Rows, frontend.Row(t("support_staff.payment"), i.Payment.String()))
	}
	if i.MergedInto != nil {
		page.List.Rows = append(page.List.Rows, frontend.Row(t("support_staff.merged_into"), "", frontend.Action{Text: t("support_staff.open"), Href: "/support/" + i.MergedInto.String()}))
	}
	if page.Files, err = h.fileLinks(c, i.ID, page.Href); err != nil {
		return page, err
	}
	if err := h.addTemplates(&page, c, i); err != nil {
		return page, err
	}
	return page, h.addTalk(c.UserContext(), &page, i, t, lang)
}

// addTemplates offers answers; one that was chosen stands in the field, in the citizen's language.
func (h *StaffHandler) addTemplates(page *incidentPage, c *fiber.Ctx, i *Incident) error {
	list, err := answers()
	for _, e := range list {
		page.Templates = append(page.Templates, frontend.Link{Text: e.Question.In(web.Lang(c)), Href: page.Href + "?" + url.Values{"template": {e.ID}}.Encode() + "#text"})
		if e.ID == c.Query("template") {
			page.Answer.Value = strings.TrimSpace(e.Answer.In(i18n.Parse(i.Lang)))
		}
	}
	return err
}

func (h *StaffHandler) addTalk(ctx context.Context, page *incidentPage, i *Incident, t func(string, ...any) string, lang i18n.Lang) error {
	said, err := h.thread(ctx, i.ID, true)
	if err != nil {
		return err
	}
	for _, m := range said {
		page.Messages = append(page.Messages, spoken{m.Author == "citizen", strings.TrimSpace(t("support_staff.said_"+m.Author) + " " + m.Name), m.Text, m.At})
	}
	history, err := eventsOf(ctx, h.DB, i.ID)
	page.History = frontend.Table{Caption: t("support_staff.history"), Head: []frontend.Cell{{Text: t("support_staff.when")}, {Text: t("support_staff.what")}, {Text: t("support_staff.who")}}}
	for _, e := range history {
		who := e.Actor
		if who == "system" || who == "citizen" {
			who = t("support_staff.source_" + who)
		}
		what := t("support_staff.event_" + e.Event)
		if e.Event == "escalated" {
			what += ": " + t("support_staff.step_"+strconv.Itoa(e.Step))
		}
		page.History.Rows = append(page.History.Rows, []frontend.Cell{{Text: rus.FormatDateTime(e.At, lang)}, {Text: what}, {Text: who}})
	}
	return err
}

// act does what a button of the page says.
func (h *StaffHandler) act(c *fiber.Ctx, who uuid.UUID) error {
	i, err := h.incident(c)
	if err != nil {
		return err
	}
	ctx, now, actor := c.UserContext(), h.Now(), who.String()
	field, problem := "", ""
	switch c.Params("do") {
	case "take":
		err = h.change(ctx, i.ID, func(tx pgx.Tx, i *Incident) error {
			if err := move(ctx, tx, i, "taken", actor, now); err != nil {
				return err
			}
			return setAssignee(ctx, tx, i.ID, who)
		})
	case "answer":
		text := cleanText(c.FormValue("text"))
		if field, problem = "text", badText(text); problem == "" {
			err = h.answer(ctx, i.ID, who, text)
		}
	case "note":
		text := cleanText(c.FormValue("note"))
		if field, problem = "note", badText(text); problem == "" {
			err = say(ctx, h.DB, h.Box, i.ID, message{Author: "note", Employee: &who, Text: text, At: now})
		}
	case "close":
		err = h.change(ctx, i.ID, func(tx pgx.Tx, i *Incident) error {
			if err := move(ctx, tx, i, "closed", actor, now); err != nil {
				return err
			}
			return stopClock(ctx, tx, i.ID, now)
		})
	case "merge":
		field, problem, err = "merge", "support_staff.merge_wrong", nil
		if number := validNumber(c.FormValue("merge")); number != "" {
			other, e := incidentByNumber(ctx, h.DB, number)
			if e == nil {
				problem = ""
				err = h.change(ctx, i.ID, func(tx pgx.Tx, i *Incident) error { return mergeIncident(ctx, tx, i, other.ID, actor, now) })
			}
		}
	case "link":
		found, e := linkIncident(ctx, h.DB, i.ID, strings.TrimSpace(c.FormValue("link")))
		if err = e; !found {
			field, problem = "link", "support_staff.link_wrong"
		}
	default:
		return errNotFound
	}
	if err != nil {
		return err
	}
	if problem == "" {
		return c.Redirect("/support/"+i.ID.String(), fiber.StatusSeeOther)
	}
	return h.showProblem(c, who, i, field, problem)
}

func (h *StaffHandler) showProblem(c *fiber.Ctx, who uuid.UUID, i *Incident, field, problem string) error {
	page, err := h.incidentPage(c, who, i)
	if err != nil {
		return err
	}
	t, typed := h.Pages.Texts(c), c.FormValue(field)
	page.Errors.Add(field, t(problem, maxText))
	if !strings.HasPrefix(problem, "support.text_long") {
		page.Errors = frontend.Errors{}
		page.Errors.Add(field, t(problem))
	}
	wrong := page.Errors.Message(field)
	switch field {
	case "text":
		page.Answer.Value, page.Answer.ErrorMessage = typed, wrong
	case "note":
		page.Note.Value, page.Note.ErrorMessage = typed, wrong
	case "merge":
		page.Merge.Value, page.Merge.ErrorMessage = typed, wrong
	case "link":
		page.Link.Value, page.Link.ErrorMessage = typed, wrong
	}
	return incidentView.Render(c.Status(fiber.StatusUnprocessableEntity), h.Pages, page)
}

// badText returns the key of what is wrong with a text.
func badText(s string) string {
	switch n := utf8.RuneCountInString(s); {
	case n == 0:
		return "support.text_missing"
	case n > maxText:
		return "support.text_long"
	}
	return ""
}

func (h *StaffHandler) sendFile(c *fiber.Ctx, _ uuid.UUID) error {
	i, err := h.incident(c)
	if err != nil {
		return err
	}
	return h.download(c, i.ID)
}

// newForm is the citizens' form for staff who tell of a fault.
func (h *StaffHandler) newForm(c *fiber.Ctx, q *question) (askPage, error) {
	page, err := (&Handler{Desk: h.Desk}).askForm(c, &Citizen{}, q)
	page.Email, page.Files = nil, nil
	return page, err
}

func (h *StaffHandler) showNew(c *fiber.Ctx, _ uuid.UUID) error {
	page, err := h.newForm(c, &question{Key: uuid.NewString(), Kind: "problem"})
	if err != nil {
		return err
	}
	return newView.Render(c, h.Pages, page)
}

func (h *StaffHandler) create(c *fiber.Ctx, who uuid.UUID) error {
	q := question{Key: c.FormValue("key"), Source: "staff", Actor: who.String(), Employee: &who, Topic: c.FormValue("topic"), Kind: c.FormValue("kind"), Text: cleanText(c.FormValue("text")), Lang: "ru"}
	page, err := h.newForm(c, &q)
	if err != nil {
		return err
	}
	checkAsk(h.Pages.Texts(c), &page, &q)
	if page.Errors.Any() {
		return newView.Render(c.Status(fiber.StatusUnprocessableEntity), h.Pages, page)
	}
	key, err := uuid.Parse(q.Key)
	if err != nil {
		key = uuid.New()
	}
	q.Key = "staff:" + who.String() + ":" + key.String()
	i, err := h.ask(c.UserContext(), q)
	if err != nil {
		return err
	}
	return c.Redirect("/support/"+i.ID.String(), fiber.StatusSeeOther)
}

type reportPage struct {
	Tabs   []frontend.Link
	Days   frontend.Select
	Button frontend.Button
	Table  frontend.Table
}

var reportDays = []string{"1", "7", "30", "365"}

func (h *StaffHandler) showReport(c *fiber.Ctx, _ uuid.UUID) error {
	days := c.Query("days", "30")
	if !slices.Contains(reportDays, days) {
		days = "30"
	}
	n, _ := strconv.Atoi(days)
	now, t := h.Now(), h.Pages.Texts(c)
	list, err := reportClocks(c.UserContext(), h.DB, now.AddDate(0, 0, -n), now, now)
	if err != nil {
		return err
	}
	page := reportPage{Tabs: h.tabs(c), Days: frontend.Select{Name: "days", Value: days, Label: frontend.Label{Text: t("support_staff.days")}},
		Button: frontend.Button{Text: t("support_staff.do_show"), Classes: "govuk-button--secondary"}, Table: frontend.Table{Caption: t("support_staff.report"), FirstCellIsHeader: true}}
	for _, d := range reportDays {
		n, _ := strconv.Atoi(d)
		page.Days.Items = append(page.Days.Items, frontend.Option{Value: d, Text: t("support_staff.days_n", n)})
	}
	for _, head := range []string{"line", "kept", "broken", "running", "share", "median"} {
		page.Table.Head = append(page.Table.Head, frontend.Cell{Text: t("support_staff." + head)})
	}
	for _, k := range list {
		share, median := "—", "—"
		if done := k.Kept + k.Broken; done > 0 {
			f := float64(k.Kept) / float64(done)
			share = percent(&f)
		}
		if k.Median != nil {
			median = (time.Duration(*k.Median) * time.Second).Round(time.Second).String()
		}
		page.Table.Rows = append(page.Table.Rows, []frontend.Cell{{Text: t("support_staff.line_" + k.Line)}, {Text: strconv.Itoa(k.Kept)}, {Text: strconv.Itoa(k.Broken)},
			{Text: strconv.Itoa(k.Running)}, {Text: share}, {Text: median}})
	}
	return reportView.Render(c, h.Pages, page)
}

var errMoved = fault.New(fault.Conflict, "support_staff.moved_on")
