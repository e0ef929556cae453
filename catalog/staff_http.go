package catalog

import (
	"slices"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"tamga/frontend"
	"tamga/internal/fault"
	"tamga/internal/rus"
	"tamga/internal/web"
)

// StaffHandler is the methodologist's desk: which services there are in which versions, what has changed in the folder, how it looks,
// and publishing it.
type StaffHandler struct {
	Press   *Press
	Pages   *frontend.Pages
	Now     func() time.Time
	Allowed func(*fiber.Ctx) error  // a Forbidden fault without the access right "catalog"
	Actor   func(*fiber.Ctx) string // key of the employee
}

// Mount registers the routes.
func (h *StaffHandler) Mount(r fiber.Router) {
	g := r.Group("/catalog", func(c *fiber.Ctx) error {
		if err := h.Allowed(c); err != nil {
			return err
		}
		return c.Next()
	})
	g.Get("/", h.list)
	g.Get("/:service", h.card)
	g.Get("/:service/diff", h.diff)
	g.Get("/:service/preview/:version", h.preview)
	g.Get("/:service/preview/:version/form", h.previewForm)
	g.Post("/:service/preview/:version/form", h.previewForm)
	g.Post("/:service/publish", h.publish)
	g.Post("/:service/cancel", h.cancel)
}

func (h *StaffHandler) tr(c *fiber.Ctx) Tr { return Tr{Lang: web.Lang(c), Texts: h.Pages.Bundle} }

const (
	staffListHTML frontend.Page[staffListPage] = "catalog/staff-list.html"
	staffCardHTML frontend.Page[staffCardPage] = "catalog/staff-service.html"
)

type staffListPage struct {
	Rows     []staffRow
	Mistakes []string // of files that all services share
}

// staffRow is a service in the list.
type staffRow struct {
	ID, Name  string
	State     string // locale key
	Tag       string
	Version   int // 0 when it was never published
	Since     *time.Time
	PlannedAt *time.Time
	Mistakes  int
	Changed   bool   // the folder has another text than what is published
	Refused   string // why running processes do not serve the current version
}

// desk is what the folder and the database say of all services.
type desk struct {
	drafts  *Drafts
	current map[string]Publication
	planned map[string]Publication
	refused map[string]string
}

func (h *StaffHandler) desk(c *fiber.Ctx) (*desk, error) {
	drafts, err := h.Press.Drafts()
	if err != nil {
		return nil, err
	}
	latest, err := latestPublications(c.UserContext(), h.Press.DB)
	if err != nil {
		return nil, err
	}
	d := &desk{drafts: drafts, current: map[string]Publication{}, planned: map[string]Publication{}}
	if d.refused, err = refusedNow(c.UserContext(), h.Press.DB); err != nil {
		return nil, err
	}
	for _, p := range latest {
		if p.State == "planned" {
			d.planned[p.Service] = p
		} else {
			d.current[p.Service] = p
		}
	}
	return d, nil
}

// row says where a service stands.
func (d *desk) row(id string) staffRow {
	r := staffRow{ID: id, Name: id, Mistakes: len(d.drafts.Mistakes[id]), Refused: d.refused[id]}
	current, published := d.current[id]
	_, sum := d.drafts.draft(id)
	if published {
		r.Version, r.Since = *current.Version, current.DoneAt
	}
	if p, ok := d.planned[id]; ok {
		r.PlannedAt = &p.PlannedAt
	}
	switch {
	case r.Mistakes > 0:
		r.State, r.Tag = "catalog_editor.state_broken", "govuk-tag--red"
	case sum == "":
		r.State, r.Tag = "catalog_editor.state_gone", "govuk-tag--grey"
	case r.PlannedAt != nil:
		r.State, r.Tag = "catalog_editor.state_planned", "govuk-tag--purple"
	case !published:
		r.State, r.Tag, r.Changed = "catalog_editor.state_new", "govuk-tag--blue", true
	case sum != current.SHA256:
		r.State, r.Tag, r.Changed = "catalog_editor.state_changed", "govuk-tag--yellow", true
	default:
		r.State, r.Tag = "catalog_editor.state_same", "govuk-tag--green"
	}
	return r
}

// known are the ids of all services, of the folder and of the database.
func (d *desk) known() []string {
	ids := map[string]bool{}
	for _, s := range d.drafts.Services() {
		ids[s.ID] = true
	}
	for id := range d.drafts.Mistakes {
		ids[id] = id != ""
	}
	for id := range d.current {
		ids[id] = true
	}
	var all []string
	for id, is := range ids {
		if is {
			all = append(all, id)
		}
	}
	return all
}

func (h *StaffHandler) list(c *fiber.Ctx) error {
	d, err := h.desk(c)
	if err != nil {
		return err
	}
	tr := h.tr(c)
	var page staffListPage
	for _, m := range d.drafts.Mistakes[""] {
		page.Mistakes = append(page.Mistakes, m.Error())
	}
	for _, id := range d.known() {
		row := d.row(id)
		if s := h.nameOf(d, id); s != nil {
			row.Name = s.Name.In(tr.Lang)
		}
		page.Rows = append(page.Rows, row)
	}
	slices.SortFunc(page.Rows, compareRows)
	return staffListHTML.Render(c, h.Pages, page)
}

// compareRows puts first what wants the editor's attention.
func compareRows(a, b staffRow) int {
	rank := func(r staffRow) int {
		switch {
		case r.Mistakes > 0 || r.Refused != "":
			return 0
		case r.Changed:
			return 1
		case r.PlannedAt != nil:
			return 2
		}
		return 3
	}
	if rank(a) != rank(b) {
		return rank(a) - rank(b)
	}
	if a.Name != b.Name {
		if a.Name < b.Name {
			return -1
		}
		return 1
	}
	return 0
}

// nameOf returns a service to take its name from: the draft, or what is published.
func (h *StaffHandler) nameOf(d *desk, id string) *Service {
	if s := d.drafts.current(id); s != nil {
		return s
	}
	if p, ok := d.current[id]; ok {
		if s, err := d.drafts.Service(id, *p.Version); err == nil {
			return s
		}
	}
	return nil
}

type staffCardPage struct {
	frontend.Errors
	Row      staffRow
	Sum      string // of the draft, to be posted back
	Wrong    []string
	PlanID   string
	History  []staffEvent
	Versions []staffVersion
	Date     frontend.DateInput
	Time     frontend.Input
}

// staffEvent is a line of the history.
type staffEvent struct {
	Text    string
	Who     string
	At      time.Time
	Failure string
}

func (h *StaffHandler) card(c *fiber.Ctx) error {
	return h.showCard(c, nil, frontend.Errors{})
}

func (h *StaffHandler) showCard(c *fiber.Ctx, typed func(string) string, problems frontend.Errors) error {
	id := c.Params("service")
	d, err := h.desk(c)
	if err != nil {
		return err
	}
	if !slices.Contains(d.known(), id) {
		return fault.New(fault.NotFound, "catalog.no_service")
	}
	tr := h.tr(c)
	page := staffCardPage{Row: d.row(id), Errors: problems}
	if s := h.nameOf(d, id); s != nil {
		page.Row.Name = s.Name.In(tr.Lang)
	}
	_, page.Sum = d.drafts.draft(id)
	for _, m := range d.drafts.Mistakes[id] {
		page.Wrong = append(page.Wrong, m.Error())
	}
	if p, ok := d.planned[id]; ok {
		page.PlanID = p.ID.String()
	}
	if err := h.history(c, tr, id, &page); err != nil {
		return err
	}
	h.planFields(tr, typed, &page)
	if problems.Any() {
		c.Status(fiber.StatusUnprocessableEntity)
	}
	return staffCardHTML.Render(c, h.Pages, page)
}

func (h *StaffHandler) history(c *fiber.Ctx, tr Tr, id string, page *staffCardPage) error {
	all, err := publicationsOf(c.UserContext(), h.Press.DB, id)
	if err != nil {
		return err
	}
	names, err := staffNames(c.UserContext(), h.Press.DB)
	if err != nil {
		return err
	}
	for _, p := range all {
		e := staffEvent{At: p.PlannedAt, Who: names[p.Actor], Failure: p.Failure}
		if p.Actor == actorRelease {
			e.Who = tr.T("catalog_editor.by_release")
		}
		if p.DoneAt != nil {
			e.At = *p.DoneAt
		}
		args := []any{rus.FormatDateTime(p.PlannedAt, tr.Lang)}
		if p.Version != nil {
			args = []any{*p.Version}
			page.add(*p.Version)
		}
		e.Text = tr.T("catalog_editor.history_"+p.State, args...)
		page.History = append(page.History, e)
	}
	slices.SortFunc(page.Versions, func(a, b staffVersion) int { return b.N - a.N })
	for i := range page.Versions[:max(len(page.Versions)-1, 0)] {
		page.Versions[i].Before = page.Versions[i+1].N
	}
	return nil
}

// staffVersion is a published version, and the one before it.
type staffVersion struct{ N, Before int }

// add notes a version once, however often it was published.
func (p *staffCardPage) add(n int) {
	if !slices.ContainsFunc(p.Versions, func(v staffVersion) bool { return v.N == n }) {
		p.Versions = append(p.Versions, staffVersion{N: n})
	}
}

// planFields are the fields of the form that plans a publication.
func (h *StaffHandler) planFields(tr Tr, typed func(string) string, page *staffCardPage) {
	if typed == nil {
		typed = func(string) string { return "" }
	}
	page.Date = frontend.DateInput{NamePrefix: "on", ID: "on", Fieldset: frontend.Question(tr.T("catalog_editor.plan_day")),
		Day: frontend.DatePart{Value: typed("on-day")}, Month: frontend.DatePart{Value: typed("on-month")},
		Year: frontend.DatePart{Value: typed("on-year")}, ErrorMessage: page.Errors.Message("on")}
	page.Date.Fieldset.Legend.Classes = "govuk-fieldset__legend--s"
	hour := typed("hour")
	if hour == "" {
		hour = "9:00"
	}
	page.Time = frontend.Input{Name: "hour", Value: hour, Label: frontend.Label{Text: tr.T("catalog_editor.plan_time")},
		Hint: frontend.Hint{Text: tr.T("catalog_editor.plan_time_hint")}, Classes: "govuk-input--width-5",
		ErrorMessage: page.Errors.Message("hour")}
}

// publish makes the next version, now or at a time.
func (h *StaffHandler) publish(c *fiber.Ctx) error {
	at := h.Now()
	if c.FormValue("when") == "later" {
		var problems frontend.Errors
		if at = h.readTime(c, &problems); problems.Any() {
			return h.showCard(c, func(name string) string { return c.FormValue(name) }, problems)
		}
	}
	id := c.Params("service")
	if err := h.Press.Plan(c.UserContext(), id, c.FormValue("sum"), h.Actor(c), at); err != nil {
		return err
	}
	return c.Redirect("/catalog/"+id, fiber.StatusSeeOther)
}

func (h *StaffHandler) readTime(c *fiber.Ctx, problems *frontend.Errors) time.Time {
	tr := h.tr(c)
	date, wrong := rus.ParseDate(c.FormValue("on-day"), c.FormValue("on-month"), c.FormValue("on-year"))
	if !wrong.OK() {
		problems.AddAt("on", "on-"+wrong.Parts[0], tr.T("catalog_editor.plan_day_wrong"))
	}
	clock, err := time.Parse("15:04", c.FormValue("hour"))
	if err != nil {
		problems.AddAt("hour", "hour", tr.T("catalog_editor.plan_time_wrong"))
	}
	at := time.Date(date.Year(), date.Month(), date.Day(), clock.Hour(), clock.Minute(), 0, 0, rus.Moscow)
	if !problems.Any() && !at.After(h.Now()) {
		problems.AddAt("on", "on-day", tr.T("catalog_editor.plan_past"))
	}
	return at
}

// cancel calls a plan off.
func (h *StaffHandler) cancel(c *fiber.Ctx) error {
	plan, err := uuid.Parse(c.FormValue("plan"))
	if err != nil {
		return errNotPlanned
	}
	id := c.Params("service")
	if err := h.Press.Cancel(c.UserContext(), id, plan, h.Actor(c)); err != nil {
		return err
	}
	return c.Redirect("/catalog/"+id, fiber.StatusSeeOther)
}

// versionOfParam returns the draft for "draft", or a published version.
func (h *StaffHandler) versionOfParam(c *fiber.Ctx, version string) (*Service, *Drafts, error) {
	drafts, err := h.Press.Drafts()
	if err != nil {
		return nil, nil, err
	}
	id := c.Params("service")
	if version == "draft" {
		if s := drafts.current(id); s != nil {
			return s, drafts, nil
		}
		return nil, nil, fault.New(fault.NotFound, "catalog.no_service")
	}
	n, err := strconv.Atoi(version)
	if err != nil || n < 1 {
		return nil, nil, fault.New(fault.NotFound, "catalog.no_service")
	}
	s, err := drafts.versionOf(h.Press.DB, id, n)
	return s, drafts, err
}
