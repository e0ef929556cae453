package support

import (
	"context"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"tamga/frontend"
	"tamga/internal/i18n"
	"tamga/internal/journal"
	"tamga/internal/rus"
	"tamga/internal/web"
)

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
	Next                                   string // who has it after an escalation, "" at the end of the chain
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
	if err := h.addLinks(c.UserContext(), &page, i, t); err != nil {
		return page, err
	}
	if page.Next, err = h.nextDuty(c.UserContext(), i, t); err != nil {
		return page, err
	}
	if page.Files, err = h.fileLinks(c, i.ID, page.Href); err != nil {
		return page, err
	}
	if err := h.addTemplates(&page, c, i); err != nil {
		return page, err
	}
	return page, h.addTalk(c.UserContext(), &page, i, t, lang)
}

// nextDuty names who would have the incident next.
func (h *StaffHandler) nextDuty(ctx context.Context, i *Incident, t func(string, ...any) string) (string, error) {
	step, err := h.next(ctx, h.DB, i)
	if step == 0 {
		return "", err
	}
	return t("support_staff.step_" + strconv.Itoa(step)), err
}

// addLinks leads to what the incident is about: a delivery, an application, a payment, other incidents.
func (h *StaffHandler) addLinks(ctx context.Context, page *incidentPage, i *Incident, t func(string, ...any) string) error {
	add := func(key, text, href string) {
		row := frontend.Row(t("support_staff."+key), text)
		if href != "" {
			row = frontend.Row(t("support_staff."+key), text, frontend.Action{Text: t("support_staff.open"), Href: href, VisuallyHiddenText: text})
		}
		page.List.Rows = append(page.List.Rows, row)
	}
	application, receipt, err := linksOf(ctx, h.DB, i)
	if err != nil {
		return err
	}
	if application != "" {
		add("application", application, "")
	}
	if i.Delivery != nil {
		add("delivery", t("support_staff.linked"), "/deliveries/"+i.Delivery.String())
	}
	if receipt != "" {
		add("payment", receipt, "")
	}
	if i.MergedInto != nil {
		into, err := incidentByID(ctx, h.DB, *i.MergedInto)
		if err != nil {
			return err
		}
		add("merged_into", into.Shown(), "/support/"+into.ID.String())
	}
	merged, err := mergedInto(ctx, h.DB, i.ID)
	for _, one := range merged {
		add("merged_here", one.Shown(), "/support/"+one.ID.String())
	}
	return err
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
