package departments

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"tamga/frontend"
	"tamga/internal/db"
	"tamga/internal/fault"
	"tamga/internal/i18n"
	"tamga/internal/rus"
	"tamga/internal/web"
)

// StaffHandler shows staff what has not arrived and why, and lets them send it again.
type StaffHandler struct {
	DB      db.DB
	River   *river.Client[pgx.Tx]
	Pages   *frontend.Pages
	Now     func() time.Time
	Policy  Policy                                 // as Jobs.Policy: a repeated delivery gets a new term
	Allowed func(*fiber.Ctx) error                 // a Forbidden fault without the access right "deliveries"
	Actor   func(*fiber.Ctx) string                // key of the employee, for the journal
	Service func(id string, lang i18n.Lang) string // name of a service; nil shows the id
}

// Mount registers the routes.
func (h *StaffHandler) Mount(r fiber.Router) {
	r.Get("/deliveries", h.listDeliveries)
	h.mountHold(r)
	h.mountMend(r)
	h.mountKeys(r)
	r.Get("/deliveries/:id<guid>", h.showDelivery)
	r.Post("/deliveries/:id<guid>/retry", h.retryDelivery)
}

const (
	listSize    = 50
	historySize = 200
)

// states are what the list may be narrowed to, in the order of delivery.rank.
var states = []string{"stuck", "waiting", "rejected", "delivered"}

var stateTags = map[string]string{"stuck": "govuk-tag--red", "waiting": "govuk-tag--yellow", "rejected": "govuk-tag--orange",
	"delivered": "govuk-tag--green"}

type deliveriesPage struct {
	State  frontend.Select
	Number frontend.Input
	Button frontend.Button
	Rows   []deliveryRow
	Pages  frontend.Pagination
}

type deliveryRow struct {
	Href       string
	Number     string
	Department string
	Service    string
	Tag        frontend.Tag
	Reason     string
	Attempts   string
	Created    string
}

const deliveriesView frontend.Page[deliveriesPage] = "departments/deliveries.html"

func (h *StaffHandler) listDeliveries(c *fiber.Ctx) error {
	if err := h.Allowed(c); err != nil {
		return err
	}
	state, number, n := c.Query("state"), strings.TrimSpace(c.Query("number")), max(1, min(c.QueryInt("page", 1), 1000))
	if !slices.Contains(states, state) {
		state = ""
	}
	all, err := listDeliveries(c.UserContext(), h.DB, state, number, (n-1)*listSize, listSize)
	if err != nil {
		return err
	}
	t := h.Pages.Texts(c)
	page := deliveriesPage{
		State: frontend.Select{Name: "state", Value: state, Label: frontend.Label{Text: t("departments.state")},
			Items: []frontend.Option{{Value: "", Text: t("departments.all")}}},
		Number: frontend.Input{Name: "number", Value: number, Label: frontend.Label{Text: t("departments.number")},
			Classes: "govuk-input--width-10", Autocomplete: "off", Spellcheck: "false"},
		Button: frontend.Button{Text: t("departments.show"), Classes: "govuk-button--secondary"},
		Pages:  pagesAround(state, number, n, len(all) > listSize),
	}
	for _, s := range states {
		page.State.Items = append(page.State.Items, frontend.Option{Value: s, Text: t("departments.state_" + s)})
	}
	for _, l := range all[:min(len(all), listSize)] {
		page.Rows = append(page.Rows, h.row(c, &l))
	}
	frontend.SetLayout(c, func(l *frontend.Layout) { l.Wide = true })
	return deliveriesView.Render(c, h.Pages, page)
}

func pagesAround(state, number string, n int, more bool) frontend.Pagination {
	href := func(n int) string {
		return "/deliveries?" + url.Values{"state": {state}, "number": {number}, "page": {strconv.Itoa(n)}}.Encode()
	}
	p := frontend.Pagination{}
	if n > 1 {
		p.Previous = &frontend.PageLink{Href: href(n - 1)}
	}
	if more {
		p.Next = &frontend.PageLink{Href: href(n + 1)}
	}
	return p
}

func (h *StaffHandler) row(c *fiber.Ctx, l *listed) deliveryRow {
	t, lang := h.Pages.Texts(c), web.Lang(c)
	return deliveryRow{
		Href: "/deliveries/" + l.ID.String(), Number: l.Number, Department: l.Department.In(lang), Service: h.serviceName(l, lang),
		Tag:    frontend.Tag{Text: t("departments.state_" + l.State), Classes: stateTags[l.State]},
		Reason: why(t, l), Attempts: strconv.Itoa(l.Attempts), Created: rus.FormatDateTime(l.CreatedAt, lang),
	}
}

func (h *StaffHandler) serviceName(l *listed, lang i18n.Lang) string {
	if h.Service == nil {
		return l.Service
	}
	return h.Service(l.Service, lang)
}

// why says in words what is in the way. The exact error stands on the delivery's page.
func why(t func(string, ...any) string, l *listed) string {
	switch {
	case l.State == "delivered":
		return ""
	case l.State == "rejected":
		return l.Reason
	case l.Blocked:
		return t("departments.why_earlier")
	case l.Attempts == 0:
		return t("departments.why_new")
	case l.Answer == nil:
		return t("departments.why_silent")
	case *l.Answer == fiber.StatusUnauthorized || *l.Answer == fiber.StatusForbidden:
		return t("departments.why_signature", *l.Answer)
	}
	return t("departments.why_answer", *l.Answer)
}

type deliveryPage struct {
	frontend.Errors
	Number    string
	Tag       frontend.Tag
	List      frontend.SummaryList
	Retry     string // address of the form, "" when there is nothing to repeat
	Button    frontend.Button
	Retried   *frontend.NotificationBanner
	Attempts  frontend.Table
	Callbacks frontend.Table
	Mending   mending
}

const deliveryView frontend.Page[deliveryPage] = "departments/delivery.html"

func (h *StaffHandler) showDelivery(c *fiber.Ctx) error {
	l, err := h.delivery(c)
	if err != nil {
		return err
	}
	return h.renderDelivery(c, l, frontend.Errors{})
}

// renderDelivery shows a delivery, with what is wrong in the form that changes its route.
func (h *StaffHandler) renderDelivery(c *fiber.Ctx, l *listed, errs frontend.Errors) (err error) {
	t, id := h.Pages.Texts(c), l.ID
	page := deliveryPage{Errors: errs, Number: l.Number, List: h.facts(c, l),
		Tag:    frontend.Tag{Text: t("departments.state_" + l.State), Classes: stateTags[l.State]},
		Button: frontend.Button{Text: t("departments.retry"), PreventDoubleClick: true}}
	if l.State == "waiting" || l.State == "stuck" {
		page.Retry = "/deliveries/" + id.String() + "/retry"
	}
	if c.Query("retried") != "" {
		page.Retried = &frontend.NotificationBanner{Type: "success", TitleText: t("departments.done"), Text: t("departments.retried")}
	}
	if page.Attempts, err = h.attempts(c, id); err != nil {
		return err
	}
	if page.Callbacks, err = h.callbacks(c, id); err != nil {
		return err
	}
	if page.Mending, err = h.mending(c, l, &page.Errors); err != nil {
		return err
	}
	if errs.Any() {
		c.Status(fiber.StatusUnprocessableEntity)
	}
	frontend.SetLayout(c, func(l *frontend.Layout) { l.Wide = true })
	return deliveryView.Render(c, h.Pages, page)
}

func (h *StaffHandler) facts(c *fiber.Ctx, l *listed) frontend.SummaryList {
	t, lang := h.Pages.Texts(c), web.Lang(c)
	list := frontend.SummaryList{}
	add := func(key, value string) {
		if value != "" {
			list.Rows = append(list.Rows, frontend.Row(t("departments."+key), value))
		}
	}
	add("department", l.Department.In(lang))
	add("service", h.serviceName(l, lang))
	list.Rows = append(list.Rows, frontend.Row(t("departments_mend.message"), t("departments_mend.type_"+strings.TrimPrefix(l.Type, "tamga.application."))))
	add("reason", why(t, l))
	if l.State == "waiting" || l.State == "stuck" {
		add("error", l.Reason)
	}
	if l.Status != "" {
		add("status", t("departments.status_"+l.Status))
	}
	add("created", rus.FormatDateTime(l.CreatedAt, lang))
	add("delivered", moment(l.DeliveredAt, lang))
	add("late", moment(l.LateAt, lang))
	if l.State == "waiting" {
		add("next", moment(l.NextAt, lang))
	}
	add("key", l.ID.String())
	return list
}

// moment has seconds: staff compare it with the department's logs.
func moment(at *time.Time, lang i18n.Lang) string {
	if at == nil {
		return ""
	}
	return rus.FormatDate(*at, lang) + at.In(rus.Moscow).Format(", 15:04:05")
}

func (h *StaffHandler) attempts(c *fiber.Ctx, id uuid.UUID) (frontend.Table, error) {
	all, err := attemptsOf(c.UserContext(), h.DB, id, historySize)
	t, lang := h.Pages.Texts(c), web.Lang(c)
	table := frontend.Table{Caption: t("departments.attempts"), CaptionClasses: "govuk-table__caption--m"}
	for _, key := range []string{"attempt", "at", "answer", "took", "outcome", "error"} {
		table.Head = append(table.Head, frontend.Cell{Text: t("departments." + key)})
	}
	for _, a := range all {
		answer := t("departments.no_answer")
		if a.Answer != nil {
			answer = strconv.Itoa(*a.Answer)
		}
		table.Rows = append(table.Rows, []frontend.Cell{{Text: strconv.Itoa(a.N)}, {Text: moment(&a.At, lang)}, {Text: answer},
			{Text: t("departments.ms", a.TookMS)}, {Text: t("departments.outcome_" + a.Outcome)}, {Text: a.Error}})
	}
	return table, err
}

func (h *StaffHandler) callbacks(c *fiber.Ctx, id uuid.UUID) (frontend.Table, error) {
	all, err := callbacksOf(c.UserContext(), h.DB, id, historySize)
	t, lang := h.Pages.Texts(c), web.Lang(c)
	table := frontend.Table{Caption: t("departments.callbacks"), CaptionClasses: "govuk-table__caption--m"}
	for _, key := range []string{"received", "status", "text", "applied", "event"} {
		table.Head = append(table.Head, frontend.Cell{Text: t("departments." + key)})
	}
	for _, e := range all {
		applied := "departments.yes"
		if !e.Applied {
			applied = "departments.superseded"
		}
		said := "departments.status_" + e.Status
		if e.Kind != KindStatus {
			said = "departments_mend.kind_" + e.Kind
		}
		table.Rows = append(table.Rows, []frontend.Cell{{Text: moment(&e.ReceivedAt, lang)}, {Text: t(said)},
			{Text: e.Text}, {Text: t(applied)}, {Text: e.ID}})
	}
	return table, err
}

func (h *StaffHandler) retryDelivery(c *fiber.Ctx) error {
	if err := h.Allowed(c); err != nil {
		return err
	}
	id, err := uuid.Parse(c.Params("id"))
	if err != nil {
		return fault.New(fault.NotFound, "departments.no_delivery")
	}
	if _, err := deliveryByID(c.UserContext(), h.DB, id); err != nil {
		return err
	}
	if err := h.retry(c.UserContext(), id, h.Actor(c), c.IP()); err != nil {
		return err
	}
	return c.Redirect("/deliveries/"+id.String()+"?retried=1", fiber.StatusSeeOther)
}

// retry puts the delivery back and journals who did it, in one transaction.
func (h *StaffHandler) retry(ctx context.Context, id uuid.UUID, actor, address string) error {
	return pgx.BeginFunc(ctx, h.DB, func(tx pgx.Tx) error {
		now := h.Now()
		number, department, err := putBack(ctx, tx, id, now, now.Add(h.Policy.filled().Expiry))
		if err != nil {
			return err
		}
		if err := note(ctx, tx, actor, address, id, number); err != nil {
			return err
		}
		return wake(ctx, tx, h.River, id, department)
	})
}
