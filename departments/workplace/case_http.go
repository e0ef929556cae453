package workplace

import (
	"context"
	"encoding/hex"
	"errors"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/departments"
	"tamga/departments/checks"
	"tamga/frontend"
	"tamga/internal/calendar"
	"tamga/internal/fault"
	"tamga/internal/i18n"
	"tamga/internal/rus"
	"tamga/internal/web"
)

const caseView frontend.Page[casePage] = "workplace/case.html"

type casePage struct {
	frontend.Errors
	Title, Href, Key  string
	Tag               frontend.Tag
	Term              term
	Asked             string
	Facts             frontend.SummaryList
	Answers           []frontend.SummaryList
	Files             []frontend.Link
	Checks            []checks.Line
	Check             string // where registers are asked, "" for who may not
	Documents         []issuedRow
	History           []happened
	May               map[string]bool // accept, begin, complete, refuse, ask (while open), issue
	Assign            frontend.Select
	Ground            frontend.Select
	Why, Say, Note    frontend.Textarea
	What, Papers      frontend.Textarea
	Until, At, Place  frontend.Input
	Fields            *frontend.Checkboxes
	About             frontend.Textarea
	Name              frontend.Input
	Result, Signature frontend.FileUpload
	Wrong             string // the form that came back with errors
}

type happened struct {
	When, What, Who string
	Lines           []string
	Files           []frontend.Link
}

type issuedRow struct {
	Name, Href, Hash, When string
	Signer                 string // who signed, and until when the certificate holds; "" without a signature
	Trust                  frontend.Tag
}

var trustTags = map[string]string{Trusted: "govuk-tag--green", Foreign: "govuk-tag--red", Unchecked: "govuk-tag--grey"}

func (h *Handler) show(c *fiber.Ctx, who *departments.Clerk) error {
	id, err := uuid.Parse(c.Params("id"))
	if err != nil {
		return errNone
	}
	page, err := h.page(c, who, id)
	if err != nil {
		return err
	}
	return caseView.Render(c, h.Pages, page)
}

// read opens a case and writes down who did.
func (h *Handler) read(c *fiber.Ctx, who *departments.Clerk, action string) (one *Case, l *letter, err error) {
	id, err := uuid.Parse(c.Params("id"))
	if err != nil {
		return nil, nil, errNone
	}
	err = pgx.BeginFunc(c.UserContext(), h.DB, func(tx pgx.Tx) error {
		if one, err = caseOf(c.UserContext(), tx, who.Department, id); err != nil {
			return err
		}
		if one.Fresh {
			if err := setFresh(c.UserContext(), tx, id, false); err != nil {
				return err
			}
		}
		return h.note(c.UserContext(), tx, who, one, action, addressOf(c), nil)
	})
	if err != nil {
		return nil, nil, err
	}
	raw, err := h.Box.Open(one.Letter, placeOf("letter", id))
	if err != nil {
		return nil, nil, err
	}
	l, err = readLetter(raw)
	return one, l, err
}

func addressOf(c *fiber.Ctx) netip.Addr {
	from, _ := netip.ParseAddr(c.IP()) // the zero address means unknown
	return from
}

func (h *Handler) page(c *fiber.Ctx, who *departments.Clerk, _ uuid.UUID) (page casePage, err error) {
	one, l, err := h.read(c, who, "workplace.read")
	if err != nil {
		return page, err
	}
	t, lang := h.Pages.Texts(c), web.Lang(c)
	row := h.row(c, one)
	page = casePage{Title: t("workplace.case", one.Number), Href: row.Href, Key: uuid.NewString(), Tag: row.Tag, Term: row.Term, Asked: row.Asked,
		May: map[string]bool{"ask": one.Open(), "issue": one.Open() || one.State == "completed"}}
	for do := range moves {
		page.May[do] = one.may(do)
	}
	fact := func(key, value string) {
		if value != "" {
			page.Facts.Rows = append(page.Facts.Rows, frontend.Row(t("workplace."+key), value))
		}
	}
	fact("service", one.ServiceName)
	fact("office", one.Office)
	fact("received", rus.FormatDateTime(one.ReceivedAt, lang))
	fact("due", row.Due)
	fact("assignee", one.AssigneeName)
	if l.Organisation != nil {
		fact("organisation", l.Organisation.Name+"\n"+t("workplace.inn", l.Organisation.INN))
	}
	if l.Slot != nil {
		fact("slot", rus.FormatDateTime(l.Slot.Start, lang)+"\n"+l.Slot.Address)
	}
	if p := l.Payment; p != nil {
		fact("payment", rus.FormatRubles(p.Amount)+"\n"+t("workplace.receipt", p.Receipt))
	}
	if one.Ground != "" {
		fact("ground", h.groundText(one))
	}
	page.addAnswers(t, l, lang)
	for i, f := range l.Files {
		page.Files = append(page.Files, frontend.Link{Text: f.Name, Href: row.Href + "/files/" + strconv.Itoa(i)})
	}
	if h.Checks != nil {
		page.Check = "/checks/new?application=" + one.ID.String()
		if page.Checks, err = h.Checks(c, who.Department, one.ID); errors.Is(err, fault.Forbidden) {
			page.Check = ""
		} else if err != nil {
			return page, err
		}
	}
	if err := h.addHistory(c.UserContext(), &page, one, c); err != nil {
		return page, err
	}
	return page, h.addForms(c, &page, who, one, l)
}

func (h *Handler) groundText(c *Case) string {
	list, err := allGrounds()
	if err != nil {
		return c.Ground
	}
	if i := slices.IndexFunc(list, func(g Ground) bool { return g.ID == c.Ground }); i >= 0 {
		return list[i].Text.RU
	}
	return c.Ground
}

func (page *casePage) addAnswers(t func(string, ...any) string, l *letter, lang i18n.Lang) {
	add := func(who string, sections []departments.Section) {
		for _, s := range sections {
			list := frontend.SummaryList{Card: &frontend.SummaryCard{Title: frontend.CardTitle{Text: strings.TrimPrefix(who+". "+s.Title, ". "), HeadingLevel: 3}}}
			for _, r := range s.Rows {
				list.Rows = append(list.Rows, frontend.Row(r.Label, r.Value))
			}
			page.Answers = append(page.Answers, list)
		}
	}
	add("", l.Sections)
	for _, p := range l.Parties {
		name := rus.FullName(p.Last, p.First, p.Middle)
		signed := "—"
		if p.SignedAt != nil {
			signed = rus.FormatDateTime(*p.SignedAt, lang)
		}
		page.Facts.Rows = append(page.Facts.Rows, frontend.Row(p.Role, name+"\n"+t("workplace.snils", rus.FormatSNILS(p.SNILS))+"\n"+t("workplace.signed", signed)))
		who := ""
		if len(l.Parties) > 1 {
			who = name
		}
		add(who, p.Sections)
	}
}

func (h *Handler) addHistory(ctx context.Context, page *casePage, one *Case, c *fiber.Ctx) error {
	t, lang := h.Pages.Texts(c), web.Lang(c)
	list, err := entriesOf(ctx, h.DB, one.ID)
	if err != nil {
		return err
	}
	for _, e := range list {
		s, err := openSaid(h.Box, e.ID, e.Sealed)
		if err != nil {
			return err
		}
		who := e.Actor
		if who == "citizen" {
			who = t("workplace.citizen")
		}
		line := happened{When: rus.FormatDateTime(e.At, lang), What: t("workplace.did_" + e.Kind), Who: who}
		if s.Text != "" {
			line.Lines = strings.Split(s.Text, "\n")
		}
		for _, f := range s.Files {
			line.Files = append(line.Files, frontend.Link{Text: f.Name, Href: f.URL})
		}
		page.History = append(page.History, line)
	}
	documents, err := documentsOf(ctx, h.DB, one.ID)
	for _, d := range documents {
		row := issuedRow{Name: d.Name, Href: page.Href + "/documents/" + d.ID.String(), Hash: hex.EncodeToString(d.SHA256), When: rus.FormatDateTime(d.At, lang)}
		if d.Signer != "" {
			row.Signer = t("workplace.signer", d.Signer)
			if d.SignedUntil != nil {
				row.Signer += ". " + t("workplace.signed_until", rus.FormatDate(*d.SignedUntil, lang))
			}
			row.Trust = frontend.Tag{Text: t("workplace.trust_" + d.Trust), Classes: trustTags[d.Trust]}
		}
		page.Documents = append(page.Documents, row)
	}
	return err
}

// addForms makes the forms of what may be done; what was typed stays.
func (h *Handler) addForms(c *fiber.Ctx, page *casePage, who *departments.Clerk, one *Case, l *letter) error {
	t, lang := h.Pages.Texts(c), web.Lang(c)
	text := func(name, rows string) frontend.Textarea {
		return frontend.Textarea{Name: name, Value: c.FormValue(name), Rows: rows, Label: frontend.Label{Text: t("workplace." + name)}}
	}
	input := func(name, kind, value string) frontend.Input {
		return frontend.Input{Name: name, Type: kind, Value: value, Label: frontend.Label{Text: t("workplace." + name)}, Autocomplete: "off"}
	}
	page.Why, page.Say, page.Note, page.What, page.Papers, page.About = text("why", "4"), text("say", "4"), text("note", "2"), text("what", "3"), text("papers", "3"), text("about", "2")
	page.Papers.Hint.Text = t("workplace.papers_hint")
	page.Until = input("until", "date", c.FormValue("until", calendar.Default().AddWorkingDays(h.Now(), 10).In(rus.Moscow).Format(time.DateOnly)))
	page.At, page.Place = input("at", "datetime-local", c.FormValue("at")), input("place", "text", c.FormValue("place", one.Office))
	page.Name = input("name", "text", c.FormValue("name"))
	page.Until.Classes, page.At.Classes = "govuk-input--width-10", "govuk-input--width-20"
	page.Result = frontend.FileUpload{Name: "file", Label: frontend.Label{Text: t("workplace.file")}, Hint: frontend.Hint{Text: t("workplace.file_hint", maxPDF>>20)},
		Attributes: frontend.Attributes{"accept": ".pdf,application/pdf"}}
	page.Signature = frontend.FileUpload{Name: "signature", Label: frontend.Label{Text: t("workplace.signature")}, Hint: frontend.Hint{Text: t("workplace.signature_hint")}}
	page.Ground = frontend.Select{Name: "ground", Value: c.FormValue("ground"), Label: frontend.Label{Text: t("workplace.ground")}, Items: []frontend.Option{{Text: t("workplace.choose")}}}
	grounds, err := groundsOf(one.Service)
	if err != nil {
		return err
	}
	for _, g := range grounds {
		page.Ground.Items = append(page.Ground.Items, frontend.Option{Value: g.ID, Text: g.Text.In(lang)})
	}
	page.Fields = h.fields(c, one, l)
	page.Assign = frontend.Select{Name: "assignee", Label: frontend.Label{Text: t("workplace.assign")}}
	if one.Assignee != nil {
		page.Assign.Value = one.Assignee.String()
	} else {
		page.Assign.Value = who.ID.String()
	}
	colleagues, err := colleaguesOf(c.UserContext(), h.DB, who.Department)
	for _, o := range colleagues {
		page.Assign.Items = append(page.Assign.Items, frontend.Option{Value: o.ID.String(), Text: o.Name})
	}
	return err
}

// fields are the questions that the citizen answered, to be asked anew.
func (h *Handler) fields(c *fiber.Ctx, one *Case, l *letter) *frontend.Checkboxes {
	if h.Fields == nil {
		return nil
	}
	answered := map[string]bool{}
	note := func(sections []departments.Section) {
		for _, s := range sections {
			for _, r := range s.Rows {
				answered[r.Label] = true
			}
		}
	}
	note(l.Sections)
	for _, p := range l.Parties {
		note(p.Sections)
	}
	boxes := &frontend.Checkboxes{Name: "field", Values: valuesOf(c, "field"), Classes: "govuk-checkboxes--small", Fieldset: frontend.Question(h.Pages.Texts(c)("workplace.fields"))}
	boxes.Fieldset.Legend.Classes = "govuk-fieldset__legend--s"
	for _, f := range h.Fields(one.Service, one.Version) {
		if answered[f.Label] {
			boxes.Items = append(boxes.Items, frontend.Choice{Value: f.Key, Text: f.Label})
		}
	}
	if len(boxes.Items) == 0 {
		return nil
	}
	return boxes
}

// valuesOf are all values of a form's field.
func valuesOf(c *fiber.Ctx, name string) (list []string) {
	for _, v := range c.Context().PostArgs().PeekMulti(name) {
		list = append(list, string(v))
	}
	return list
}
