package support

import (
	"context"
	"errors"
	"net/netip"
	"slices"

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

const (
	callsView frontend.Page[callsPage] = "support/calls.html"
	callView  frontend.Page[callPage]  = "support/call.html"
)

var purposes = []string{"status", "payment", "account", "other"}

type callsPage struct {
	frontend.Errors
	Tabs    []frontend.Link
	Caller  frontend.Radios
	Name    frontend.Input
	Body    frontend.Select
	Purpose frontend.Select
	Button  frontend.Button
	Calls   []callRow
}

type callRow struct {
	Href, Name, Who, When string
	Over                  bool
}

func (h *StaffHandler) callsPage(c *fiber.Ctx, who uuid.UUID) (callsPage, error) {
	t := h.Pages.Texts(c)
	page := callsPage{Tabs: h.tabs(c), Caller: frontend.Radios{Name: "caller", Value: c.FormValue("caller"), Fieldset: frontend.Question(t("support_calls.caller")), Items: []frontend.Choice{
		{Value: "citizen", Text: t("support_calls.citizen")}, {Value: "body", Text: t("support_calls.body"), Hint: frontend.Hint{Text: t("support_calls.body_hint")}}}},
		Name:    frontend.Input{Name: "name", Value: c.FormValue("name"), Label: frontend.Label{Text: t("support_calls.name")}, Classes: "govuk-input--width-20", Autocomplete: "off"},
		Body:    frontend.Select{Name: "body", Value: c.FormValue("body"), Label: frontend.Label{Text: t("support_calls.body_name")}, Items: []frontend.Option{{Text: t("support.choose")}}},
		Purpose: frontend.Select{Name: "purpose", Value: c.FormValue("purpose"), Label: frontend.Label{Text: t("support_calls.purpose")}, Items: []frontend.Option{{Text: t("support.choose")}}},
		Button:  frontend.Button{Text: t("support_calls.begin"), PreventDoubleClick: true}}
	for _, p := range purposes {
		page.Purpose.Items = append(page.Purpose.Items, frontend.Option{Value: p, Text: t("support_calls.purpose_" + p)})
	}
	codes, names, err := bodies(c.UserContext(), h.DB)
	if err != nil {
		return page, err
	}
	for _, code := range codes {
		page.Body.Items = append(page.Body.Items, frontend.Option{Value: code, Text: names[code].In(web.Lang(c))})
	}
	list, err := callsOf(c.UserContext(), h.DB, who)
	for _, k := range list {
		name, err := h.Box.Open(k.Name, k.ID[:])
		if err != nil {
			return page, err
		}
		page.Calls = append(page.Calls, callRow{"/support/calls/" + k.ID.String(), string(name), callerText(t, &k, names, web.Lang(c)), rus.FormatDateTime(k.BeganAt, web.Lang(c)), k.EndedAt != nil})
	}
	return page, err
}

func callerText(t func(string, ...any) string, k *call, names map[string]i18n.Text, lang i18n.Lang) string {
	if k.Caller == "body" {
		if name, known := names[k.Body]; known {
			return name.In(lang)
		}
		return k.Body
	}
	return t("support_calls.citizen")
}

func (h *StaffHandler) showCalls(c *fiber.Ctx, who uuid.UUID) error {
	page, err := h.callsPage(c, who)
	if err != nil {
		return err
	}
	return callsView.Render(c, h.Pages, page)
}

// beginCall writes down who calls and why, before anything can be looked up.
func (h *StaffHandler) beginCall(c *fiber.Ctx, who uuid.UUID) error {
	page, err := h.callsPage(c, who)
	if err != nil {
		return err
	}
	t := h.Pages.Texts(c)
	name := cleanText(c.FormValue("name"))
	k := &call{ID: uuid.Must(uuid.NewV7()), Employee: who, Caller: c.FormValue("caller"), Body: cleanText(c.FormValue("body")), Purpose: c.FormValue("purpose"), BeganAt: h.Now()}
	k.Name = h.Box.Seal([]byte(name), k.ID[:])
	if k.Caller != "citizen" && k.Caller != "body" {
		page.Errors.Add("caller", t("support_calls.caller_missing"))
	}
	if name == "" || len(name) > 200 {
		page.Errors.Add("name", t("support_calls.name_missing"))
	}
	if k.Caller != "body" {
		k.Body = ""
	} else if !slices.ContainsFunc(page.Body.Items[1:], func(o frontend.Option) bool { return o.Value == k.Body }) {
		page.Errors.Add("body", t("support_calls.body_missing"))
	}
	if !slices.Contains(purposes, k.Purpose) {
		page.Errors.Add("purpose", t("support_calls.purpose_missing"))
	}
	page.Caller.ErrorMessage, page.Name.ErrorMessage, page.Body.ErrorMessage, page.Purpose.ErrorMessage = page.Errors.Message("caller"), page.Errors.Message("name"), page.Errors.Message("body"), page.Errors.Message("purpose")
	if page.Errors.Any() {
		return callsView.Render(c.Status(fiber.StatusUnprocessableEntity), h.Pages, page)
	}
	if err := insertCall(c.UserContext(), h.DB, k); err != nil {
		return err
	}
	return c.Redirect("/support/calls/"+k.ID.String(), fiber.StatusSeeOther)
}

type callPage struct {
	frontend.Errors
	Title, Href, Who string
	Over             bool
	May              string // what this call may see
	Number, Surname  *frontend.Input
	Button, End      frontend.Button
	Looked           bool
	Found            frontend.SummaryList
	Say              string
}

func (h *StaffHandler) call(c *fiber.Ctx, who uuid.UUID) (*call, callPage, error) {
	id, err := uuid.Parse(c.Params("id"))
	if err != nil {
		return nil, callPage{}, errNotFound
	}
	k, err := callOf(c.UserContext(), h.DB, who, id)
	if err != nil {
		return nil, callPage{}, err
	}
	name, err := h.Box.Open(k.Name, k.ID[:])
	if err != nil {
		return nil, callPage{}, err
	}
	_, names, err := bodies(c.UserContext(), h.DB)
	if err != nil {
		return nil, callPage{}, err
	}
	t := h.Pages.Texts(c)
	page := callPage{Title: t("support_calls.call", string(name)), Href: "/support/calls/" + k.ID.String(), Who: callerText(t, k, names, web.Lang(c)) + ". " + t("support_calls.purpose_"+k.Purpose),
		Over: k.EndedAt != nil, May: t("support_calls.may_" + k.Caller), Button: frontend.Button{Text: t("support_calls.find")},
		End: frontend.Button{Text: t("support_calls.end"), Classes: "govuk-button--secondary"}, Say: t("support_calls.hello_" + k.Caller)}
	page.Number = &frontend.Input{Name: "number", Value: cleanText(c.FormValue("number")), Label: frontend.Label{Text: t("support_calls.number")}, Classes: "govuk-input--width-20", Autocomplete: "off"}
	if k.Caller == "citizen" {
		page.Surname = &frontend.Input{Name: "surname", Value: cleanText(c.FormValue("surname")), Label: frontend.Label{Text: t("support_calls.surname")}, Classes: "govuk-input--width-20", Autocomplete: "off"}
	}
	return k, page, nil
}

func (h *StaffHandler) showCall(c *fiber.Ctx, who uuid.UUID) error {
	_, page, err := h.call(c, who)
	if err != nil {
		return err
	}
	return callView.Render(c, h.Pages, page)
}

// lookUp shows of an application or a payment what this call may see, and journals that it was seen.
func (h *StaffHandler) lookUp(c *fiber.Ctx, who uuid.UUID) error {
	k, page, err := h.call(c, who)
	if err != nil {
		return err
	}
	if k.EndedAt != nil {
		return fault.New(fault.Conflict, "support_calls.over")
	}
	t := h.Pages.Texts(c)
	surname := ""
	if page.Number.Value == "" || len(page.Number.Value) > 40 {
		page.Errors.Add("number", t("support_calls.number_missing"))
		page.Number.ErrorMessage = page.Errors.Message("number")
	}
	if page.Surname != nil {
		if surname = page.Surname.Value; surname == "" {
			page.Errors.Add("surname", t("support_calls.surname_missing"))
			page.Surname.ErrorMessage = page.Errors.Message("surname")
		}
	}
	if page.Errors.Any() {
		return callView.Render(c.Status(fiber.StatusUnprocessableEntity), h.Pages, page)
	}
	address, _ := netip.ParseAddr(c.IP())
	f, p, err := h.look(c.UserContext(), k, page.Number.Value, surname, address)
	if err != nil {
		return err
	}
	page.Looked = true
	if f == nil && p == nil {
		page.Say = t("support_calls.say_none")
		return callView.Render(c, h.Pages, page)
	}
	if p != nil {
		page.Found, page.Say = h.seenPayment(c, k, p), t("support_calls.say_payment")
	} else {
		page.Found, page.Say = h.seen(c, k, f), t("support_calls.say_"+sayOf(f))
	}
	if k.Caller == "body" {
		page.Say = t("support_calls.say_body")
	}
	return callView.Render(c, h.Pages, page)
}

func (h *StaffHandler) look(ctx context.Context, k *call, number, surname string, address netip.Addr) (f *fact, p *payment, err error) {
	err = pgx.BeginFunc(ctx, h.DB, func(tx pgx.Tx) (err error) {
		subject := ""
		f, err = factOf(ctx, tx, number, surname, k.Body)
		if errors.Is(err, fault.NotFound) {
			f = nil
			p, err = paymentOf(ctx, tx, number, surname, k.Body)
		}
		switch {
		case errors.Is(err, fault.NotFound):
			p = nil
		case err != nil:
			return err
		case f != nil:
			subject = personOf(f.Person)
		default:
			subject = p.Subject
		}
		if err := insertLookup(ctx, tx, k.ID, number, f != nil || p != nil, h.Now()); err != nil || subject == "" {
			return err
		}
		return journal.Write(ctx, tx, journal.Entry{Actor: k.Employee.String(), ActorRole: "employee", Action: "support.call_lookup", Subject: subject,
			Purpose: h.Pages.T(i18n.RU, "support_calls.purpose_"+k.Purpose), Details: map[string]any{"call": k.ID}, Address: address})
	})
	return f, p, err
}

// seenPayment is whether it is paid; a citizen hears when.
func (h *StaffHandler) seenPayment(c *fiber.Ctx, k *call, p *payment) frontend.SummaryList {
	t := h.Pages.Texts(c)
	rows := []frontend.SummaryRow{frontend.Row(t("support_calls.paper"), p.Number), frontend.Row(t("support_calls.payment"), t("support_calls.payment_"+p.told()))}
	if k.Caller == "citizen" && p.PaidAt != nil {
		rows = append(rows, frontend.Row(t("support_calls.paid_at"), rus.FormatDateTime(*p.PaidAt, web.Lang(c))))
	}
	return frontend.SummaryList{Rows: rows}
}

// seen is the part of a fact that the caller may hear: a department's employee only whether the duty is paid.
func (h *StaffHandler) seen(c *fiber.Ctx, k *call, f *fact) frontend.SummaryList {
	t, lang := h.Pages.Texts(c), web.Lang(c)
	paid := "duty_none"
	switch {
	case f.Paid:
		paid = "duty_paid"
	case f.Owed:
		paid = "duty_owed"
	}
	rows := []frontend.SummaryRow{frontend.Row(t("support_calls.application"), f.Number), frontend.Row(t("support_calls.duty"), t("support_calls."+paid))}
	if k.Caller == "citizen" {
		rows = append(rows, frontend.Row(t("support_calls.service"), h.Service(f.Service, lang)), frontend.Row(t("support_calls.state"), t("applications.state_"+f.State)),
			frontend.Row(t("support_calls.updated"), rus.FormatDateTime(f.UpdatedAt, lang)))
	}
	return frontend.SummaryList{Rows: rows}
}

// sayOf chooses the words for a state.
func sayOf(f *fact) string {
	switch f.State {
	case "completed":
		return "done"
	case "refused", "rejected":
		return "refused"
	case "accepted", "in_progress":
		return "working"
	case "submitted", "sent":
		if f.Late {
			return "late"
		}
		return "sent"
	case "declined", "expired", "cancelled":
		return "over"
	}
	return "unfinished"
}

func (h *StaffHandler) endCall(c *fiber.Ctx, who uuid.UUID) error {
	id, err := uuid.Parse(c.Params("id"))
	if err != nil {
		return errNotFound
	}
	if err := endCall(c.UserContext(), h.DB, who, id, h.Now()); err != nil {
		return err
	}
	return c.Redirect("/support/calls", fiber.StatusSeeOther)
}
