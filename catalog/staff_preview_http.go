package catalog

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"tamga/frontend"
	"tamga/internal/fault"
	"tamga/internal/rus"
)

// A preview keeps nothing: the answers travel in the form itself.

const (
	previewHTML     frontend.Page[previewPage]     = "catalog/staff-preview.html"
	previewFormHTML frontend.Page[previewFormPage] = "catalog/staff-form.html"
)

type previewPage struct {
	servicePage
	Version string // "draft" or a number
	Form    string // address of the first page
	Card    string
	Steps   []previewStep
}

// previewStep is a page of the form in the list of all.
type previewStep struct {
	Title     string
	Party     string
	When      string
	Questions []string
}

// preview is the page of the service as a citizen sees it, with all pages of the form listed below.
func (h *StaffHandler) preview(c *fiber.Ctx) error {
	version := c.Params("version")
	s, drafts, err := h.versionOfParam(c, version)
	if err != nil {
		return err
	}
	tr := h.tr(c)
	open := &Handler{Catalog: drafts.Catalog, Pages: h.Pages, Now: h.Now}
	page := previewPage{Version: version, Card: "/catalog/" + s.ID, Form: previewPath(s.ID, version) + "/form",
		servicePage: servicePage{Service: s, Department: drafts.Department(s.Department), Facts: open.facts(s, tr)}}
	for i := range s.Steps {
		t := &s.Steps[i]
		step := previewStep{Title: t.Title.In(tr.Lang), When: t.When}
		if p := s.Party(t.Party); p != nil {
			step.Party = p.Name.In(tr.Lang)
		} else if t.Party == PartyEach {
			step.Party = tr.T("catalog_editor.party_each")
		}
		for k := range t.Questions {
			step.Questions = append(step.Questions, t.Questions[k].Label.In(tr.Lang))
		}
		page.Steps = append(page.Steps, step)
	}
	return previewHTML.Render(c, h.Pages, page)
}

func previewPath(service, version string) string {
	return "/catalog/" + url.PathEscape(service) + "/preview/" + url.PathEscape(version)
}

type previewFormPage struct {
	frontend.Errors
	Service  string
	Title    string
	Hint     string
	Fields   []Field
	State    string // the answers so far
	Step     string
	Party    string
	Parties  []frontend.Choice
	Stop     *Stop
	StopText []string
	Summary  []frontend.SummaryList // at the end
	Bill     string
	AnswerBy string
	Top      string
}

// maxState is how much a preview carries along.
const maxState = 1 << 18

// previewForm walks through the form. What was typed goes into the next page, and nowhere else.
func (h *StaffHandler) previewForm(c *fiber.Ctx) error {
	version := c.Params("version")
	s, _, err := h.versionOfParam(c, version)
	if err != nil {
		return err
	}
	values, err := url.ParseQuery(string(c.Body()))
	if err != nil {
		return fault.New(fault.Invalid, "applications.bad_form")
	}
	w := &previewWalk{handler: h, service: s, typed: values, tr: h.tr(c), env: Env{Now: h.Now(), Month: c.Query("month")}}
	w.page = previewFormPage{Service: s.Name.In(w.tr.Lang), Top: previewPath(s.ID, version)}
	if err := w.recall(); err != nil {
		return err
	}
	w.walk()
	if w.page.Any() {
		c.Status(fiber.StatusUnprocessableEntity)
	}
	return previewFormHTML.Render(c, h.Pages, w.page)
}

// previewWalk is one page of a walk through a form.
type previewWalk struct {
	handler *StaffHandler
	service *Service
	typed   url.Values
	tr      Tr
	env     Env
	set     Set
	party   string
	page    previewFormPage
}

// recall reads the answers so far out of the form.
func (w *previewWalk) recall() error {
	w.party = w.service.firstParty()
	if p := w.typed.Get("_party"); w.service.Party(p) != nil {
		w.party = p
	}
	state := w.typed.Get("_state")
	if len(state) > maxState {
		return fault.New(fault.Invalid, "applications.bad_form")
	}
	raw, err := base64.StdEncoding.DecodeString(state)
	if err == nil && len(raw) > 0 {
		err = json.Unmarshal(raw, &w.set)
	}
	if err != nil {
		return fault.New(fault.Invalid, "applications.bad_form")
	}
	w.set.Today = w.handler.Now()
	return nil
}

// walk decides what is shown after what was pressed.
func (w *previewWalk) walk() {
	steps := w.service.StepsOf(w.party, w.set)
	at := slices.IndexFunc(steps, func(t Step) bool { return t.ID == w.typed.Get("_step") })
	if at < 0 {
		w.show(0, nil, nil)
		return
	}
	step := &steps[at]
	again, pressed := step.Rearrange(w.typed)
	switch {
	case pressed:
		w.show(at, again, nil)
		return
	case w.typed.Has("_back"):
		w.show(max(at-1, 0), nil, nil)
		return
	case w.typed.Has("_skip"):
		w.show(at+1, nil, nil)
		return
	}
	answers, problems := w.service.Parse(step, w.typed, w.set, w.party, w.env)
	if len(problems) > 0 {
		w.show(at, w.typed, problems)
		return
	}
	w.set = w.service.With(w.set, step, w.party, answers)
	if stop := w.service.Stopped(step, w.set, w.party); stop != nil {
		w.page.Stop, w.page.StopText = stop, strings.Split(stop.Text.In(w.tr.Lang), "\n\n")
		w.page.Step = step.ID
		w.keep()
		return
	}
	after := w.service.StepsOf(w.party, w.set) // an answer may have shown or hidden pages
	w.show(slices.IndexFunc(after, func(t Step) bool { return t.ID == step.ID })+1, nil, nil)
}

// show draws a page of questions, or the end.
func (w *previewWalk) show(at int, typed url.Values, problems Problems) {
	w.keep()
	steps := w.service.StepsOf(w.party, w.set)
	if at >= len(steps) {
		w.end()
		return
	}
	step := &steps[at]
	w.page.Step, w.page.Title, w.page.Hint = step.ID, step.Title.In(w.tr.Lang), step.Hint.In(w.tr.Lang)
	w.page.Fields = w.service.Fields(step, w.set, w.party, typed, problems, w.env, w.tr)
	for _, p := range problems {
		w.page.AddAt(p.Field, p.Field, p.Text(w.tr))
	}
}

// keep puts the answers into the next form.
func (w *previewWalk) keep() {
	raw, err := json.Marshal(w.set)
	if err == nil {
		w.page.State = base64.StdEncoding.EncodeToString(raw)
	}
	w.page.Party = w.party
	if len(w.service.Parties) > 1 {
		for _, p := range w.service.Parties {
			w.page.Parties = append(w.page.Parties, frontend.Choice{Value: p.ID, Text: p.Name.In(w.tr.Lang)})
		}
	}
}

// end shows all answers, what is to be paid and when the answer would come.
func (w *previewWalk) end() {
	w.page.Step, w.page.Title = "", w.tr.T("catalog_editor.preview_end")
	for _, party := range append([]string{""}, w.service.partyIDs()...) {
		for _, section := range w.service.Summary(w.set, party, w.tr) {
			list := frontend.SummaryList{Card: &frontend.SummaryCard{Title: frontend.CardTitle{Text: section.Title, HeadingLevel: 2}}}
			for _, row := range section.Rows {
				list.Rows = append(list.Rows, frontend.Row(row.Label, row.Value))
			}
			w.page.Summary = append(w.page.Summary, list)
		}
	}
	w.page.AnswerBy = rus.FormatDate(w.service.Term.Until(w.handler.Now()), w.tr.Lang)
	if w.service.Duty == nil {
		return
	}
	bill, err := w.service.Bill(w.set, w.handler.Now())
	switch {
	case err != nil:
		w.page.Bill = w.tr.T("catalog_editor.duty_unknown", err.Error())
	case bill.Exempt != nil:
		w.page.Bill = w.tr.T("catalog_editor.duty_exempt") + ". " + w.tr.T("catalog_editor.duty_why", bill.Exempt.Text.In(w.tr.Lang))
	default:
		w.page.Bill = w.tr.T("catalog_editor.duty_amount", rus.FormatRubles(bill.Amount))
	}
}
