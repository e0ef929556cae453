package payments

import (
	"errors"
	"net/netip"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/frontend"
	"tamga/internal/db"
	"tamga/internal/i18n"
	"tamga/internal/journal"
	"tamga/internal/rus"
	"tamga/internal/secret"
	"tamga/internal/web"
)

// StaffHandler lets an employee find a payment by the number of its receipt or the name of its payer. Whoever has no right to
// it sees neither the form nor an answer, and each look-up leaves its mark in the journal, where the citizen sees it too.
type StaffHandler struct {
	DB      db.DB
	Box     *secret.Box // seals in the journal what was looked for: entries are never erased, a key can be
	Pages   *frontend.Pages
	Allowed func(*fiber.Ctx) error  // a Forbidden fault without the access right "payments"
	Actor   func(*fiber.Ctx) string // key of the employee, for the journal
}

// Mount registers the routes.
func (h *StaffHandler) Mount(r fiber.Router) {
	r.Get("/payments", h.showLookup)
	r.Post("/payments", h.lookUp)
}

// purposes are what an employee may look a payment up for: the ends of locale keys payments.purpose_<name>.
var purposes = []string{"visit", "call", "application", "check"}

type lookupPage struct {
	frontend.Errors
	Query   frontend.Input
	Purpose frontend.Select
	Button  frontend.Button
	Looked  bool
	Count   string
	TooMany string
	Found   []foundCard
}

type foundCard struct {
	Receipt string
	List    frontend.SummaryList
	Advice  string // what to tell the citizen when the payment has not passed
}

const lookupView frontend.Page[lookupPage] = "payments/lookup.html"

func (h *StaffHandler) form(c *fiber.Ctx, query, purpose string) lookupPage {
	t := h.Pages.Texts(c)
	page := lookupPage{
		Query: frontend.Input{Name: "query", Value: query, Autocomplete: "off", Spellcheck: "false",
			Label: frontend.Label{Text: t("payments.staff_query")}, Hint: frontend.Hint{Text: t("payments.staff_query_hint")}},
		Purpose: frontend.Select{Name: "purpose", Value: purpose, Label: frontend.Label{Text: t("payments.staff_purpose")},
			Items: []frontend.Option{{Value: "", Text: t("payments.staff_choose")}}},
		Button: frontend.Button{Text: t("payments.staff_find")},
	}
	for _, name := range purposes {
		page.Purpose.Items = append(page.Purpose.Items, frontend.Option{Value: name, Text: t("payments.purpose_" + name)})
	}
	return page
}

func (h *StaffHandler) showLookup(c *fiber.Ctx) error {
	if err := h.Allowed(c); err != nil {
		return err
	}
	return lookupView.Render(c, h.Pages, h.form(c, "", ""))
}

// lookUp answers the form on its own address: the name of a person must not stand in one.
func (h *StaffHandler) lookUp(c *fiber.Ctx) error {
	if err := h.Allowed(c); err != nil {
		return err
	}
	t := h.Pages.Texts(c)
	query, purpose := strings.TrimSpace(c.FormValue("query")), c.FormValue("purpose")
	page := h.form(c, query, purpose)
	receipt, err := "", error(nil)
	if looksLikeNumber(query) {
		receipt, err = rus.Receipt(query)
	}
	var wrong *rus.FormatError
	switch {
	case len(nameQueries(query)) == 0:
		page.Errors.Add("query", t("payments.staff_query_empty"))
	case errors.As(err, &wrong):
		page.Errors.Add("query", t(wrong.Key, wrong.Args...))
	}
	if !slices.Contains(purposes, purpose) {
		page.Errors.Add("purpose", t("payments.staff_purpose_empty"))
	}
	if page.Errors.Any() {
		page.Query.ErrorMessage, page.Purpose.ErrorMessage = page.Errors.Message("query"), page.Errors.Message("purpose")
		c.Status(fiber.StatusUnprocessableEntity)
		return lookupView.Render(c, h.Pages, page)
	}
	found, n, err := h.find(c, receipt, query, purpose)
	if err != nil {
		return err
	}
	page.Looked, page.Count = true, t("payments.staff_found", n)
	if n > len(found) {
		page.Count, page.TooMany = t("payments.staff_found_many", n), t("payments.staff_narrow", len(found))
	}
	for _, f := range found {
		page.Found = append(page.Found, h.card(c, f))
	}
	return lookupView.Render(c, h.Pages, page)
}

// find looks up and journals in one transaction: an answer without its mark in the journal is not given.
func (h *StaffHandler) find(c *fiber.Ctx, receipt, query, purpose string) (found []Found, n int, err error) {
	err = pgx.BeginFunc(c.UserContext(), h.DB, func(tx pgx.Tx) error {
		if receipt != "" {
			found, err = findByReceipt(c.UserContext(), tx, receipt)
			n = len(found)
		} else {
			found, n, err = findByName(c.UserContext(), tx, query)
		}
		if err != nil {
			return err
		}
		return h.note(c, tx, query, purpose, found, n)
	})
	return found, n, err
}

func (h *StaffHandler) card(c *fiber.Ctx, f Found) foundCard {
	t := h.Pages.Texts(c)
	lang := web.Lang(c)
	paid, received := "", ""
	if f.PaidAt != nil {
		paid = rus.FormatDateTime(*f.PaidAt, lang)
	}
	if f.Received != nil && *f.Received != f.Amount {
		received = rus.FormatRubles(*f.Received)
	}
	card := foundCard{Receipt: f.Receipt, List: summary(t, "payments.number", f.Receipt, "payments.status", t("payments.state_"+string(f.State)),
		"payments.amount", rus.FormatRubles(f.Amount), "payments.received", received, "payments.purpose", f.Purpose, "payments.paid_at", paid,
		"payments.started", rus.FormatDateTime(f.CreatedAt, lang), "payments.payer", f.Name, "payments.uin", groupUIN(f.UIN))}
	switch {
	case f.State != Succeeded:
		card.Advice = t("payments.advice_" + string(f.State))
	case f.Refund != nil:
		card.Advice = t("payments.advice_refund", rus.FormatDate(*f.Refund, lang))
	}
	return card
}

// lookupSeal binds a sealed query to its place.
var lookupSeal = []byte("journal payments.lookup")

// note writes one entry about the look-up and one about each person whose payments it showed: those the person sees.
func (h *StaffHandler) note(c *fiber.Ctx, tx pgx.Tx, query, purpose string, found []Found, n int) error {
	address, _ := netip.ParseAddr(c.IP())
	entry := journal.Entry{Actor: h.Actor(c), ActorRole: "employee", Action: "payments.lookup", Address: address,
		Purpose: h.Pages.T(i18n.RU, "payments.purpose_"+purpose), Details: map[string]any{"query": h.Box.Seal([]byte(query), lookupSeal), "hits": n}}
	if err := journal.Write(c.UserContext(), tx, entry); err != nil {
		return err
	}
	shown := map[uuid.UUID]int{}
	for _, f := range found {
		shown[f.Payer]++
	}
	for payer, payments := range shown {
		entry.Action, entry.Subject, entry.Details = "payments.seen", payer.String(), map[string]any{"payments": payments}
		if err := journal.Write(c.UserContext(), tx, entry); err != nil {
			return err
		}
	}
	return nil
}
