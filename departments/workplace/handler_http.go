package workplace

import (
	"net/url"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"tamga/departments"
	"tamga/departments/checks"
	"tamga/frontend"
	"tamga/internal/calendar"
	"tamga/internal/db"
	"tamga/internal/gost"
	"tamga/internal/rus"
	"tamga/internal/web"
)

// Field is a question of a service, which a citizen may be asked to answer anew.
type Field struct{ Key, Label string }

// Handler is the workplace on the staff site.
type Handler struct {
	DB       db.DB
	Box      sealer
	Pages    *frontend.Pages
	Exchange *departments.Handler // Tell gives decisions to applications
	Now      func() time.Time
	Clerks   departments.Clerks
	Fields   func(service string, version int) []Field // nil: none can be asked for
	Roots    []*gost.Certificate                       // whose e-signatures on results are trusted; none: nobody knows

	// Checks are what was asked of registers about an application, for whoever may ask; nil: nobody may.
	Checks func(c *fiber.Ctx, department string, application uuid.UUID) ([]checks.Line, error)
}

// MaxUpload is the size of a body with a result, and TakesFiles where such bodies come.
const (
	MaxUpload = maxPDF + maxSignature + 64<<10
	maxPDF    = 10 << 20
	maxShown  = 50
)

// TakesFiles tells whether the address takes files.
func TakesFiles(path string) bool {
	return len(path) > len("/workplace/")+36 && path[:11] == "/workplace/" && path[len(path)-7:] == "/result"
}

// Mount registers the routes.
func (h *Handler) Mount(r fiber.Router) {
	r.Get("/workplace", h.Clerks.Only(h.inbox))
	r.Get("/workplace/:id<guid>", h.Clerks.Only(h.show))
	r.Get("/workplace/:id<guid>/print", h.Clerks.Only(h.print))
	r.Get("/workplace/:id<guid>/files/:n<int>", h.Clerks.Only(h.attachment))
	r.Get("/workplace/:id<guid>/documents/:document<guid>", h.Clerks.Only(h.issued))
	r.Post("/workplace/:id<guid>/result", h.Clerks.Only(h.upload))
	r.Post("/workplace/:id<guid>/:do", h.Clerks.Only(h.do))
}

const inboxView frontend.Page[inboxPage] = "workplace/inbox.html"

type inboxPage struct {
	Sorts           []frontend.Link
	Show            string
	Service, Office *frontend.Select
	Button          frontend.Button
	Rows            []inboxRow
	Pages           frontend.Pagination
}

type inboxRow struct {
	Number, Href, Service, Office, Who, Received, Due string
	Term                                              term
	Tag                                               frontend.Tag
	Fresh                                             bool
	Asked                                             string
}

// term says how long there is until the promised day, in words.
type term struct {
	Text string
	Late bool
}

var stateTags = map[string]string{"new": "govuk-tag--blue", "accepted": "govuk-tag--yellow", "in_progress": "govuk-tag--yellow",
	"completed": "govuk-tag--green", "refused": "govuk-tag--red", "cancelled": "govuk-tag--grey"}

func (h *Handler) inbox(c *fiber.Ctx, who *departments.Clerk) error {
	ctx, t, now := c.UserContext(), h.Pages.Texts(c), h.Now()
	f := filter{Show: c.Query("show"), Service: c.Query("service"), Office: c.Query("office")}
	n, err := countCases(ctx, h.DB, who, now)
	if err != nil {
		return err
	}
	page := inboxPage{Button: frontend.Button{Text: t("workplace.show"), Classes: "govuk-button--secondary"}}
	known := false
	for _, s := range []struct {
		show  string
		count int
	}{{"open", n.Open}, {"mine", n.Mine}, {"free", n.Free}, {"late", n.Late}, {"done", n.Done}} {
		known = known || s.show == f.Show
		page.Sorts = append(page.Sorts, frontend.Link{Text: t("workplace.show_"+s.show, s.count), Current: s.show == f.Show,
			Href: "/workplace?" + url.Values{"show": {s.show}, "service": {f.Service}, "office": {f.Office}}.Encode()})
	}
	if !known {
		f.Show, page.Sorts[0].Current = "open", true
	}
	page.Show = f.Show
	if err := h.narrow(c, &page, who, f); err != nil {
		return err
	}
	at := max(1, min(c.QueryInt("page", 1), 1000))
	list, err := listCases(ctx, h.DB, who, f, now, (at-1)*maxShown, maxShown+1)
	if err != nil {
		return err
	}
	for _, one := range list[:min(len(list), maxShown)] {
		page.Rows = append(page.Rows, h.row(c, one))
	}
	href := func(n int) string {
		return "/workplace?" + url.Values{"show": {f.Show}, "service": {f.Service}, "office": {f.Office}, "page": {strconv.Itoa(n)}}.Encode()
	}
	if at > 1 {
		page.Pages.Previous = &frontend.PageLink{Href: href(at - 1)}
	}
	if len(list) > maxShown {
		page.Pages.Next = &frontend.PageLink{Href: href(at + 1)}
	}
	frontend.SetLayout(c, func(l *frontend.Layout) { l.Wide = true })
	return inboxView.Render(c, h.Pages, page)
}

// narrow offers the services, and the offices when there are some, with how many open cases each has.
func (h *Handler) narrow(c *fiber.Ctx, page *inboxPage, who *departments.Clerk, f filter) error {
	t := h.Pages.Texts(c)
	services, err := servicesOf(c.UserContext(), h.DB, who.Department)
	if err != nil {
		return err
	}
	offices, err := officesOf(c.UserContext(), h.DB, who.Department)
	if err != nil {
		return err
	}
	choice := func(name, value string, list []sort) *frontend.Select {
		if len(list) < 2 && value == "" {
			return nil
		}
		s := &frontend.Select{Name: name, Value: value, Label: frontend.Label{Text: t("workplace." + name)}, Items: []frontend.Option{{Text: t("workplace.all")}}}
		for _, one := range list {
			s.Items = append(s.Items, frontend.Option{Value: one.Code, Text: one.Name + " (" + strconv.Itoa(one.Count) + ")"})
		}
		return s
	}
	page.Service, page.Office = choice("service", f.Service, services), choice("office", f.Office, offices)
	return nil
}

func (h *Handler) row(c *fiber.Ctx, one *Case) inboxRow {
	t, lang := h.Pages.Texts(c), web.Lang(c)
	row := inboxRow{Number: one.Number, Href: "/workplace/" + one.ID.String(), Service: one.ServiceName, Office: one.Office, Who: one.AssigneeName,
		Received: rus.FormatDate(one.ReceivedAt, lang), Term: h.term(t, one), Fresh: one.Fresh,
		Tag: frontend.Tag{Text: t("workplace.state_" + one.State), Classes: stateTags[one.State]}}
	if one.DueAt != nil {
		row.Due = rus.FormatDate(*one.DueAt, lang)
	}
	if one.AskedUntil != nil && one.Open() {
		row.Asked = t("workplace.asked_until", rus.FormatDate(*one.AskedUntil, lang))
	}
	return row
}

// term counts working days: weekends and holidays neither help nor hurt.
func (h *Handler) term(t func(string, ...any) string, c *Case) term {
	if c.DueAt == nil || !c.Open() {
		return term{}
	}
	now := h.Now()
	if c.Late(now) {
		if days := calendar.Default().WorkingDaysBetween(*c.DueAt, now); days > 0 {
			return term{t("workplace.late_days", days), true}
		}
		return term{t("workplace.late_today"), true}
	}
	if days := calendar.Default().WorkingDaysBetween(now, *c.DueAt); days > 0 {
		return term{t("workplace.left_days", days), false}
	}
	return term{t("workplace.left_today"), false}
}
