package lookup

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/frontend"
	"tamga/internal/db"
	"tamga/internal/rus"
	"tamga/internal/secret"
	"tamga/internal/web"
	"tamga/payments"
	"tamga/payments/access"
)

// Handler lets an employee find payments by any number of theirs or the name of the payer. Whoever has no right to it sees
// neither the form nor an answer, and each look-up leaves its mark in the journal, where the citizen sees it too.
type Handler struct {
	DB      db.DB
	Box     *secret.Box // seals in the journal what was looked for: entries are never erased, a key can be
	Pages   *frontend.Pages
	Allowed func(*fiber.Ctx) error         // a Forbidden fault without the access right "payments"
	Actor   func(*fiber.Ctx) string        // key of the employee, for the journal
	Who     func(*fiber.Ctx) access.Viewer // more of the employee; may be nil
	Numbers Numbers                        // finds applications; may be nil

	Services func(*fiber.Ctx) []frontend.Option // services to narrow by, with their names; may be nil
}

// Mount registers the routes.
func (h *Handler) Mount(r fiber.Router) {
	r.Get("/payments", h.showLookup)
	r.Post("/payments", h.lookUp)
	r.Get("/payments/calls", h.showCall)
	r.Post("/payments/calls", h.startCall)
	r.Get("/payments/calls/:call<guid>", h.showLookup)
	r.Post("/payments/calls/:call<guid>", h.lookUp)
}

// purposes are what an employee may look a payment up for: the ends of locale keys payments.purpose_<name>.
var purposes = []string{"visit", "call", "application", "check"}

type findPage struct {
	frontend.Errors
	Action   string
	Call     *frontend.SummaryList // of a call to the contact centre: who calls
	Query    frontend.Input
	Purpose  *frontend.Select // nil in a call, which has its own
	Open     bool             // the narrowing fields
	From     frontend.Input
	Until    frontend.Input
	Amount   frontend.Input
	Payee    *frontend.Select
	Service  *frontend.Select // nil when the services are not known
	Slips    []string         // numbers that may have been meant by a mistyped one
	Button   frontend.Button
	Exports  []frontend.Button
	Looked   bool
	Count    string
	TooMany  string
	Close    string
	Found    []foundCard
	Why      []string
	Hidden   []hidden // what was asked, for the buttons below the results
	Next     string   // place of the next page
	Similar  bool     // the button for names like it
	NextText string
}

type hidden struct{ Name, Value string }

type foundCard struct {
	Receipt string
	List    *frontend.SummaryList
	Advice  string // what to tell the citizen when the payment has not passed
}

const findView frontend.Page[findPage] = "payments/lookup.html"

// asked is the form as it came.
type asked struct{ query, purpose, from, until, amount, payee, service string }

func (h *Handler) form(c *fiber.Ctx, a asked, call *call) (findPage, error) {
	t := h.Pages.Texts(c)
	input := func(name, value, key, hint string) frontend.Input {
		return frontend.Input{Name: name, Value: value, Autocomplete: "off", Spellcheck: "false",
			Label: frontend.Label{Text: t(key)}, Hint: frontend.Hint{Text: t(hint)}}
	}
	page := findPage{
		Action: "/payments",
		Query:  input("query", a.query, "payments_lookup.query", "payments_lookup.query_hint"),
		Open:   a.from+a.until+a.amount+a.payee+a.service != "",
		From:   input("from", a.from, "payments_lookup.from", "payments_lookup.date_hint"),
		Until:  input("until", a.until, "payments_lookup.until", "payments_lookup.date_hint"),
		Amount: input("amount", a.amount, "payments_lookup.amount", "payments_lookup.amount_hint"),
		Payee: &frontend.Select{Name: "payee", Value: a.payee, Label: frontend.Label{Text: t("payments_lookup.payee")},
			Items: []frontend.Option{{Value: "", Text: t("payments_lookup.any")}}},
		Button: frontend.Button{Text: t("payments.staff_find")},
	}
	payees, err := payments.PayeeNames(c.UserContext(), h.DB)
	if err != nil {
		return page, err
	}
	for _, p := range payees {
		page.Payee.Items = append(page.Payee.Items, frontend.Option{Value: p.Code, Text: p.Name})
	}
	if h.Services != nil {
		page.Service = &frontend.Select{Name: "service", Value: a.service, Label: frontend.Label{Text: t("payments_lookup.service")},
			Items: append([]frontend.Option{{Value: "", Text: t("payments_lookup.any_service")}}, h.Services(c)...)}
	}
	if call != nil {
		page.Action = "/payments/calls/" + call.ID.String()
		list := frontend.SummaryOf(t, "payments_lookup.caller", call.Caller, "payments_lookup.department", call.Department, "payments_lookup.call_purpose", call.Purpose)
		page.Call = &list
		return page, nil
	}
	page.Purpose = &frontend.Select{Name: "purpose", Value: a.purpose, Label: frontend.Label{Text: t("payments.staff_purpose")},
		Items: []frontend.Option{{Value: "", Text: t("payments.staff_choose")}}}
	for _, name := range purposes {
		page.Purpose.Items = append(page.Purpose.Items, frontend.Option{Value: name, Text: t("payments.purpose_" + name)})
	}
	return page, nil
}

func (h *Handler) showLookup(c *fiber.Ctx) error {
	if err := h.Allowed(c); err != nil {
		return err
	}
	call, err := h.call(c)
	if err != nil {
		return err
	}
	page, err := h.form(c, asked{}, call)
	if err != nil {
		return err
	}
	return findView.Render(c, h.Pages, page)
}

// lookUp answers the form on its own address: the name of a person must not stand in one.
func (h *Handler) lookUp(c *fiber.Ctx) error {
	if err := h.Allowed(c); err != nil {
		return err
	}
	call, err := h.call(c)
	if err != nil {
		return err
	}
	a := asked{strings.TrimSpace(c.FormValue("query")), c.FormValue("purpose"), strings.TrimSpace(c.FormValue("from")),
		strings.TrimSpace(c.FormValue("until")), strings.TrimSpace(c.FormValue("amount")), c.FormValue("payee"), c.FormValue("service")}
	page, err := h.form(c, a, call)
	if err != nil {
		return err
	}
	l, err := h.read(c, a, call, &page)
	if err != nil {
		return err
	}
	if wrong := page.Errors.Problems(); len(wrong) > 0 {
		if len(wrong) == 1 && wrong[0].Field == "query" {
			if page.Slips, err = h.slips(c, a, call, l.Narrow); err != nil {
				return err
			}
		}
		c.Status(fiber.StatusUnprocessableEntity)
		return findView.Render(c, h.Pages, page)
	}
	l.Similar, l.After = c.FormValue("similar") != "", parsePlace(c.FormValue("after"))
	format := c.FormValue("export")
	if format != "" && !slices.Contains(formats, format) {
		format = ""
	}
	if format != "" {
		l.After = parsePlace(c.FormValue("here")) // the page on the screen
	}
	o, err := h.find(c, l, a, call, format != "")
	switch {
	case err != nil:
		return err
	case format != "":
		return h.export(c, format, o.Found)
	}
	h.fill(c, &page, l, o, a)
	return findView.Render(c, h.Pages, page)
}

// read checks the form. What is wrong stands at the fields.
func (h *Handler) read(c *fiber.Ctx, a asked, call *call, page *findPage) (query, error) {
	t := h.Pages.Texts(c)
	l, err := readQuery(c.UserContext(), h.DB, h.Numbers, a.query)
	if wrong, ok := badNumber(err); ok {
		page.Errors.Add("query", t(wrong.Key, wrong.Args...))
	} else if err != nil {
		return l, err
	} else if l.empty() {
		page.Errors.Add("query", t("payments.staff_query_empty"))
	}
	if call == nil && !slices.Contains(purposes, a.purpose) {
		page.Errors.Add("purpose", t("payments.staff_purpose_empty"))
	}
	day := func(name, typed string) time.Time {
		if typed == "" {
			return time.Time{}
		}
		at, err := time.ParseInLocation("2.1.2006", strings.NewReplacer("/", ".", "-", ".", " ", ".").Replace(typed), rus.Moscow)
		if err != nil {
			page.Errors.Add(name, t("payments_lookup.date_wrong"))
		}
		return at
	}
	l.Narrow = Narrow{From: day("from", a.from), Until: day("until", a.until), Payee: a.payee, Service: a.service}
	if !l.Narrow.Until.IsZero() {
		l.Narrow.Until = l.Narrow.Until.AddDate(0, 0, 1) // the day itself counts
	}
	if a.amount != "" {
		if l.Narrow.Amount, err = rus.ParseRubles(a.amount); err != nil || l.Narrow.Amount <= 0 {
			page.Errors.Add("amount", t("payments_lookup.amount_wrong"))
		}
	}
	for _, field := range []*frontend.Input{&page.Query, &page.From, &page.Until, &page.Amount} {
		field.ErrorMessage = page.Errors.Message(field.Name)
	}
	if page.Purpose != nil {
		page.Purpose.ErrorMessage = page.Errors.Message("purpose")
	}
	return l, nil
}

// mostSlips is how many numbers a clerk can still ask a citizen about.
const mostSlips = 6

// slips tells which digit of a receipt number may be wrong, when its check digit says that one is. Which numbers were given is an answer
// too, and has its mark in the journal.
func (h *Handler) slips(c *fiber.Ctx, a asked, call *call, n Narrow) ([]string, error) {
	if digits := onlyDigits(a.query); len(digits) != 12 && len(digits) != 16 {
		return nil, nil
	}
	if _, err := rus.Receipt(a.query); err == nil {
		return nil, nil
	}
	var all []slip
	err := pgx.BeginFunc(c.UserContext(), h.DB, func(tx pgx.Tx) (err error) {
		if all, err = slipsOf(c.UserContext(), tx, a.query, n); err != nil {
			return err
		}
		return h.note(c, tx, mark{byReceipt, a.query, a.purpose, call, false, h.looker(c)}, nil)
	})
	if err != nil {
		return nil, err
	}
	t := h.Pages.Texts(c)
	var lines []string
	for i, s := range all {
		switch {
		case i == mostSlips:
			return append(lines, t("payments_lookup.slips_more", len(all)-mostSlips)), nil
		case s.Swapped:
			lines = append(lines, t("payments_lookup.slip_swapped", s.Receipt, s.Place, s.Place+1))
		default:
			lines = append(lines, t("payments_lookup.slip", s.Receipt, s.Place, s.Digit))
		}
	}
	return lines, nil
}

// fill shows the answer.
func (h *Handler) fill(c *fiber.Ctx, page *findPage, l query, o outcome, a asked) {
	t := h.Pages.Texts(c)
	page.Looked, page.Count = true, t("payments.staff_found", len(o.Found))
	page.Hidden = []hidden{{"query", a.query}, {"purpose", a.purpose}, {"from", a.from}, {"until", a.until}, {"amount", a.amount}, {"payee", a.payee}, {"service", a.service}}
	if l.After != top {
		page.Hidden = append(page.Hidden, hidden{"here", formatPlace(l.After)})
	}
	if o.Close || l.Similar {
		page.Hidden = append(page.Hidden, hidden{"similar", "1"})
	}
	if o.More {
		last := o.Found[len(o.Found)-1]
		page.Count, page.Next = t("payments_lookup.page"), formatPlace(place{last.Rank, last.CreatedAt, last.ID})
		page.TooMany = t("payments.staff_narrow", len(o.Found))
	}
	if o.Close && len(o.Found) > 0 {
		page.Close = t("payments_lookup.close")
	}
	page.Similar = l.Kind == byName && !o.Close && len(o.Found) > 0 && !o.More
	for _, f := range o.Found {
		page.Found = append(page.Found, h.card(c, f))
	}
	for _, w := range o.Why {
		page.Why = append(page.Why, t("payments_lookup.why_"+w.Key, w.Args...))
	}
	if len(o.Found) > 0 {
		for _, format := range formats {
			page.Exports = append(page.Exports, frontend.Button{Name: "export", Value: format, Classes: "govuk-button--secondary", Text: t("payments_lookup.export_" + format)})
		}
	}
}

// find looks up and journals in one transaction: an answer without its mark in the journal is not given.
func (h *Handler) find(c *fiber.Ctx, l query, a asked, call *call, exported bool) (o outcome, err error) {
	err = pgx.BeginFunc(c.UserContext(), h.DB, func(tx pgx.Tx) error {
		if o, err = l.answer(c.UserContext(), tx); err != nil {
			return err
		}
		return h.note(c, tx, mark{l.Kind, a.query, a.purpose, call, exported, h.looker(c)}, o.Found)
	})
	return o, err
}

func (h *Handler) card(c *fiber.Ctx, f Found) foundCard {
	t := h.Pages.Texts(c)
	lang := web.Lang(c)
	paid, received := "", ""
	if f.PaidAt != nil {
		paid = rus.FormatDateTime(*f.PaidAt, lang)
	}
	if f.Received != nil && *f.Received != f.Amount {
		received = rus.FormatRubles(*f.Received)
	}
	list := frontend.SummaryOf(t, "payments.number", f.Receipt, "payments.status", t("payments.state_"+string(f.State)),
		"payments.amount", rus.FormatRubles(f.Amount), "payments.received", received, "payments.purpose", f.Purpose, "payments.paid_at", paid,
		"payments.started", rus.FormatDateTime(f.CreatedAt, lang), "payments.payer", f.Name, "payments_for.paid_by", f.PaidBy, "payments.uin", rus.FormatUIN(f.UIN))
	card := foundCard{Receipt: f.Receipt, List: &list}
	switch {
	case f.State != payments.Succeeded:
		card.Advice = t("payments.advice_" + string(f.State))
	case f.Refund != nil:
		card.Advice = t("payments.advice_refund", rus.FormatDate(*f.Refund, lang))
	}
	return card
}

// formatPlace and parsePlace carry where a page begins through a hidden field. Whoever changes it sees another page of what may
// be seen anyway.
func formatPlace(p place) string {
	return strings.Join([]string{strconv.Itoa(int(p.Rank)), strconv.FormatInt(p.At.UnixMicro(), 10), p.ID.String()}, "_")
}

func parsePlace(s string) place {
	parts := strings.Split(s, "_")
	if len(parts) != 3 {
		return top
	}
	rank, err := strconv.ParseInt(parts[0], 10, 16)
	at, err2 := strconv.ParseInt(parts[1], 10, 64)
	id, err3 := uuid.Parse(parts[2])
	if err != nil || err2 != nil || err3 != nil || rank < 0 || at < 0 || at > top.At.UnixMicro() {
		return top
	}
	return place{int16(rank), time.UnixMicro(at), id}
}
