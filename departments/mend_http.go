package departments

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/frontend"
	"tamga/internal/fault"
	"tamga/internal/rus"
	"tamga/internal/web"
)

// mountMend registers what staff mend: results that cannot be fetched, messages that go the wrong way, lists that were not compared.
func (h *StaffHandler) mountMend(r fiber.Router) {
	r.Post("/deliveries/:id<guid>/result", h.retryResult)
	r.Post("/deliveries/:id<guid>/route", h.changeRoute)
	r.Post("/deliveries/departments/:code/digest", h.askDigest)
}

// mending is what a delivery's page offers besides the repetition.
type mending struct {
	Results []resultLine
	Route   string // address of the form, "" when it may not go elsewhere
	Open    bool   // the form came back with errors
	To      frontend.Select
	Why     frontend.Input
	Button  frontend.Button
}

type resultLine struct {
	Text   string
	Tag    frontend.Tag
	Event  string
	Action string // address of the form, "" when nothing is to be repeated
	Button frontend.Button
}

var resultTags = map[string]string{"waiting": "govuk-tag--yellow", "kept": "govuk-tag--green", "failed": "govuk-tag--red"}

func (h *StaffHandler) mending(c *fiber.Ctx, l *listed, errs *frontend.Errors) (m mending, err error) {
	t, lang := h.Pages.Texts(c), web.Lang(c)
	all, err := resultsOf(c.UserContext(), h.DB, l.ID)
	if err != nil {
		return m, err
	}
	for _, r := range all {
		var names []string
		for _, d := range r.Documents {
			names = append(names, d.Name)
		}
		line := resultLine{Text: strings.Join(nonEmpty(rus.FormatDateTime(r.ReceivedAt, lang), strings.Join(names, ", "), r.Problem), " · "), Event: r.EventID,
			Tag: frontend.Tag{Text: t("departments_mend.result_" + r.State), Classes: resultTags[r.State]}}
		if r.State == "failed" {
			line.Action = "/deliveries/" + l.ID.String() + "/result"
			line.Button = frontend.Button{Text: t("departments_mend.fetch"), Classes: "govuk-button--secondary", PreventDoubleClick: true}
		}
		m.Results = append(m.Results, line)
	}
	if l.State != "waiting" && l.State != "stuck" {
		return m, nil
	}
	to, err := listEndpoints(c.UserContext(), h.DB)
	m.Route = "/deliveries/" + l.ID.String() + "/route"
	m.Open = errs.Any()
	m.To = frontend.Select{Name: "department", Value: c.FormValue("department"), ErrorMessage: errs.Message("department"), Label: frontend.Label{Text: t("departments_mend.to")},
		Items: []frontend.Option{{Text: t("departments_mend.choose")}}}
	for _, e := range to {
		m.To.Items = append(m.To.Items, frontend.Option{Value: e.Code, Text: e.Name.In(lang)})
	}
	m.Why = frontend.Input{Name: "reason", Value: c.FormValue("reason"), ErrorMessage: errs.Message("reason"), Label: frontend.Label{Text: t("departments_mend.why")}, Hint: frontend.Hint{Text: t("departments_mend.why_hint")}, Autocomplete: "off"}
	m.Button = frontend.Button{Text: t("departments_mend.route"), Classes: "govuk-button--secondary", PreventDoubleClick: true}
	return m, err
}

func nonEmpty(parts ...string) []string {
	return slices.DeleteFunc(parts, func(s string) bool { return s == "" })
}

func (h *StaffHandler) delivery(c *fiber.Ctx) (*listed, error) {
	if err := h.Allowed(c); err != nil {
		return nil, err
	}
	id, err := uuid.Parse(c.Params("id"))
	if err != nil {
		return nil, fault.New(fault.NotFound, "departments.no_delivery")
	}
	return deliveryByID(c.UserContext(), h.DB, id)
}

// retryResult fetches documents again that nobody tries any more.
func (h *StaffHandler) retryResult(c *fiber.Ctx) error {
	l, err := h.delivery(c)
	if err != nil {
		return err
	}
	event, by := c.FormValue("event"), h.by(c)
	err = pgx.BeginFunc(c.UserContext(), h.DB, func(tx pgx.Tx) error {
		now := h.Now()
		department, err := putResultBack(c.UserContext(), tx, l.ID, event, now, now.Add(fetchExpiry))
		if err != nil {
			return err
		}
		if err := noteHold(c.UserContext(), tx, by, "delivery.result_retry", map[string]any{"delivery": l.ID, "number": l.Number, "event": event}); err != nil {
			return err
		}
		return wakeFetch(c.UserContext(), tx, h.River, department, event)
	})
	if err != nil {
		return err
	}
	return c.Redirect("/deliveries/"+l.ID.String()+"?retried=1", fiber.StatusSeeOther)
}

// changeRoute sends a message that has not arrived to another department.
func (h *StaffHandler) changeRoute(c *fiber.Ctx) error {
	l, err := h.delivery(c)
	if err != nil {
		return err
	}
	to, reason := c.FormValue("department"), clean(c.FormValue("reason"), 300)
	var errs frontend.Errors
	if to == "" {
		errs.Add("department", h.Pages.Texts(c)("departments_mend.need_department"))
	}
	if reason == "" {
		errs.Add("reason", h.Pages.Texts(c)("departments_mend.need_reason"))
	}
	if errs.Any() {
		return h.renderDelivery(c, l, errs)
	}
	if err := h.route(c.UserContext(), l, to, reason, h.by(c)); err != nil {
		return err
	}
	return c.Redirect("/deliveries/"+l.ID.String()+"?retried=1", fiber.StatusSeeOther)
}

func (h *StaffHandler) route(ctx context.Context, l *listed, to, reason string, by who) error {
	return pgx.BeginFunc(ctx, h.DB, func(tx pgx.Tx) error {
		now := h.Now()
		from, err := turnDelivery(ctx, tx, l.ID, to, now, now.Add(h.Policy.filled().Expiry))
		if err != nil {
			return err
		}
		if err := noteHold(ctx, tx, by, "delivery.route", map[string]any{"delivery": l.ID, "number": l.Number, "from": from, "to": to, "reason": reason}); err != nil {
			return err
		}
		return wake(ctx, tx, h.River, l.ID, to)
	})
}

// askDigest compares now what a department has with what it was sent.
func (h *StaffHandler) askDigest(c *fiber.Ctx) error {
	if err := h.Allowed(c); err != nil {
		return err
	}
	code, by := c.Params("code"), h.by(c)
	return h.back(c, pgx.BeginFunc(c.UserContext(), h.DB, func(tx pgx.Tx) error {
		if e, err := endpointByCode(c.UserContext(), tx, code); err != nil || e == nil {
			return fault.New(fault.NotFound, "departments_hold.no_department")
		}
		if err := noteHold(c.UserContext(), tx, by, "department.digest", map[string]any{"department": code}); err != nil {
			return err
		}
		_, err := h.River.InsertTx(c.UserContext(), tx, digestArgs{Department: code, AskedBy: by.actor}, nil)
		return err
	}))
}

// digests is the table of comparisons on a department's page.
func (h *StaffHandler) digests(c *fiber.Ctx, code string) (frontend.Table, error) {
	all, err := digestsOf(c.UserContext(), h.DB, code, 10)
	t, lang := h.Pages.Texts(c), web.Lang(c)
	table := frontend.Table{Caption: t("departments_mend.digests"), CaptionClasses: "govuk-table__caption--m"}
	for _, key := range []string{"at", "compared", "missing", "differ", "unknown", "problem"} {
		table.Head = append(table.Head, frontend.Cell{Text: t("departments_mend." + key)})
	}
	for _, d := range all {
		table.Rows = append(table.Rows, []frontend.Cell{{Text: rus.FormatDateTime(d.At, lang)}, {Text: strconv.Itoa(d.Compared)},
			{Text: strconv.Itoa(d.Missing)}, {Text: strconv.Itoa(d.Differ)}, {Text: strconv.Itoa(d.Unknown)}, {Text: d.Problem}})
	}
	return table, err
}
