package payments

import (
	"context"
	"errors"
	"net/netip"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/frontend"
	"tamga/internal/db"
	"tamga/internal/fault"
	"tamga/internal/i18n"
	"tamga/internal/journal"
	"tamga/internal/rus"
	"tamga/internal/web"
)

// BooksHandler is for the few employees who set right what differs between the bank's books and ours, and who let refunds go.
// Everything that they do stands in the journal with their reason; a refund needs two of them.
type BooksHandler struct {
	DB      db.DB
	Pages   *frontend.Pages
	Allowed func(*fiber.Ctx) error  // a Forbidden fault without the access right "refunds"
	Actor   func(*fiber.Ctx) string // key of the employee, for the journal
	// Department names the owner of charges by its code; nil shows the code.
	Department func(string, i18n.Lang) string

	Desk *Jobs // its bank is not needed here: what must be asked there, the worker asks
}

// Mount registers the routes.
func (h *BooksHandler) Mount(r fiber.Router) {
	r.Get("/refunds", h.listRefunds)
	r.Post("/refunds", h.proposeRefund)
	r.Post("/refunds/:id<guid>", h.decideRefund)
	r.Get("/quittances", h.listQuittances)
	r.Post("/quittances/:id<guid>", h.retryQuittance)
	r.Get("/discrepancies", h.listDiscrepancies)
	r.Post("/discrepancies/:id<guid>", h.decideDiscrepancy)
}

// bookCard is a refund or a discrepancy that waits for an employee, with its buttons.
type bookCard struct {
	ID      string
	Title   string
	List    frontend.SummaryList
	Action  string
	Note    frontend.Input // without a name there is none
	Buttons []frontend.Button
	Hint    string
	Problem string // why nothing was done, where there is no field to say it at
	Typed   string // what was typed then
}

type booksPage struct {
	frontend.Errors
	Done    string // what has just been done
	Title   string
	Empty   string
	Cards   []bookCard
	Propose bool // shows the form of a new refund
	Receipt frontend.Input
	Sum     frontend.Input
	Ground  frontend.Select
	Note    frontend.Textarea
	Button  frontend.Button
}

const booksView frontend.Page[booksPage] = "payments/books.html"

func note(t func(string, ...any) string, id string) frontend.Input {
	return frontend.Input{Name: "note", ID: "note-" + id, Label: frontend.Label{Text: t("payments_books.note")}, Autocomplete: "off"}
}

// act is a button that decides.
func act(t func(string, ...any) string, name string, quiet bool) frontend.Button {
	b := frontend.Button{Text: t("payments_books.do_" + name), Name: "choice", Value: name, PreventDoubleClick: true}
	if quiet {
		b.Classes = "govuk-button--secondary"
	}
	return b
}

func (h *BooksHandler) listDiscrepancies(c *fiber.Ctx) error {
	if err := h.Allowed(c); err != nil {
		return err
	}
	return h.renderDiscrepancies(c, nil)
}

func (h *BooksHandler) renderDiscrepancies(c *fiber.Ctx, no *refusal) error {
	all, err := openDiscrepancies(c.UserContext(), h.DB)
	if err != nil {
		return err
	}
	t := h.Pages.Texts(c)
	page := booksPage{Title: t("payments_books.discrepancies"), Empty: t("payments_books.no_discrepancies"), Done: h.done(c)}
	for _, x := range all {
		card := bookCard{ID: x.ID.String(), Title: t("payments_books.kind_" + x.Kind), Action: "/discrepancies/" + x.ID.String(),
			Hint: t("payments_books.hint_" + x.Kind), Note: note(t, x.ID.String()),
			List: frontend.SummaryOf(t, "payments.number", x.Receipt, "payments_books.ours", oursText(x), "payments_books.theirs", theirsText(x),
				"payments_books.bank_id", x.BankID, "payments_books.detail", x.Detail, "payments_books.found", rus.FormatDateTime(x.FoundAt, web.Lang(c)))}
		for i, choice := range choices[x.Kind] {
			card.Buttons = append(card.Buttons, act(t, choice, i > 0))
		}
		page.Cards = append(page.Cards, card)
	}
	if no != nil {
		gone, err := h.goneDiscrepancy(c, t, no.id)
		if err != nil {
			return err
		}
		page.refuse(c, t, no, gone)
	}
	return booksView.Render(c, h.Pages, page)
}

// done says what was decided a moment ago.
func (h *BooksHandler) done(c *fiber.Ctx) string {
	key := "payments_books.done_" + c.Query("done")
	if c.Query("done") == "" || !h.Pages.Bundle.Has(i18n.RU, key) {
		return ""
	}
	return h.Pages.Texts(c)(key)
}

// sumText is a sum in its own currency, which is not always ours.
func sumText(sum int64, currency string) string {
	text := rus.FormatRubles(sum)
	if currency != Currency {
		text = strings.TrimSuffix(text, "₽") + currency
	}
	return text
}

// oursText and theirsText are the sums that differ; a file of a bank has none.
func oursText(x Discrepancy) string {
	if x.Kind == "registry" {
		return ""
	}
	return sumText(x.Ours, Currency)
}

func theirsText(x Discrepancy) string {
	if x.Kind == "registry" && x.Theirs == 0 {
		return ""
	}
	return sumText(x.Theirs, x.Currency)
}

func (h *BooksHandler) decideDiscrepancy(c *fiber.Ctx) error {
	if err := h.Allowed(c); err != nil {
		return err
	}
	v := verdict{Choice: c.FormValue("choice"), Note: strings.TrimSpace(c.FormValue("note")), Actor: h.Actor(c)}
	if v.Actor == "" {
		return fault.New(fault.Invalid, "payments_books.no_choice")
	}
	id := uuid.MustParse(c.Params("id"))
	err := pgx.BeginFunc(c.UserContext(), h.DB, func(tx pgx.Tx) error {
		if err := noteOf(v.Note); err != nil {
			return err
		}
		d := h.desk()
		d.db = tx
		x, err := d.Resolve(c.UserContext(), id, v)
		if err != nil {
			return err
		}
		return h.write(c, tx, "payments.discrepancy_"+v.Choice, x.PaymentID, v.Note, map[string]any{"discrepancy": x.ID, "kind": x.Kind})
	})
	if no := refusalOf(id, v.Note, err); no != nil {
		return h.renderDiscrepancies(c, no)
	}
	if err != nil {
		return err
	}
	return c.Redirect("/discrepancies?done="+v.Choice, fiber.StatusSeeOther)
}

func (h *BooksHandler) desk() *desk {
	return h.Desk.desk(context.Background()) // of the context only the job's own client would be taken
}

// write journals what was done with a payment; its payer sees it.
func (h *BooksHandler) write(c *fiber.Ctx, tx pgx.Tx, action string, payment *uuid.UUID, purpose string, details map[string]any) error {
	e := journal.Entry{Actor: h.Actor(c), ActorRole: "employee", Action: action, Purpose: purpose, Details: details}
	e.Address, _ = netip.ParseAddr(c.IP())
	if payment != nil {
		charge, err := chargeOfPayment(c.UserContext(), tx, *payment)
		if err != nil {
			return err
		}
		if charge.Payer != uuid.Nil {
			e.Subject = charge.Payer.String()
		}
	}
	return journal.Write(c.UserContext(), tx, e)
}

func (h *BooksHandler) listRefunds(c *fiber.Ctx) error {
	if err := h.Allowed(c); err != nil {
		return err
	}
	return h.renderRefunds(c, refundForm{receipt: c.Query("receipt")}, nil, nil)
}

// refundForm is what an employee has typed.
type refundForm struct{ receipt, sum, ground, note string }

func (h *BooksHandler) renderRefunds(c *fiber.Ctx, form refundForm, wrong map[string]string, no *refusal) error {
	all, err := openRefunds(c.UserContext(), h.DB)
	if err != nil {
		return err
	}
	t := h.Pages.Texts(c)
	page := booksPage{Title: t("payments_books.refunds"), Empty: t("payments_books.no_refunds"), Propose: true, Done: h.done(c),
		Receipt: frontend.Input{Name: "receipt", Value: form.receipt, Autocomplete: "off", Label: frontend.Label{Text: t("payments.number")}},
		Sum: frontend.Input{Name: "sum", Value: form.sum, Autocomplete: "off", Classes: "govuk-input--width-10", Inputmode: "decimal",
			Label: frontend.Label{Text: t("payments_books.sum")}, Hint: frontend.Hint{Text: t("payments_books.sum_hint")}},
		Ground: frontend.Select{Name: "ground", Value: form.ground, Label: frontend.Label{Text: t("payments_books.ground")},
			Items: []frontend.Option{{Value: "", Text: t("payments.staff_choose")}}},
		Note:   frontend.Textarea{Name: "note", Value: form.note, Rows: "2", Label: frontend.Label{Text: t("payments_books.note")}},
		Button: frontend.Button{Text: t("payments_books.do_propose"), PreventDoubleClick: true},
	}
	for _, g := range grounds {
		page.Ground.Items = append(page.Ground.Items, frontend.Option{Value: g, Text: t("payments_books.ground_" + g)})
	}
	for _, name := range []string{"receipt", "sum", "ground", "note"} {
		if wrong[name] != "" {
			page.Errors.Add(name, wrong[name])
			c.Status(fiber.StatusUnprocessableEntity)
		}
	}
	page.Receipt.ErrorMessage, page.Sum.ErrorMessage, page.Ground.ErrorMessage = page.Errors.Message("receipt"), page.Errors.Message("sum"), page.Errors.Message("ground")
	page.Note.ErrorMessage = page.Errors.Message("note")
	for _, r := range all {
		page.Cards = append(page.Cards, h.refundCard(c, r))
	}
	if no != nil {
		gone, err := h.goneRefund(c, no.id)
		if err != nil {
			return err
		}
		page.refuse(c, t, no, gone)
	}
	return booksView.Render(c, h.Pages, page)
}

func (h *BooksHandler) refundCard(c *fiber.Ctx, r *Refund) bookCard {
	t := h.Pages.Texts(c)
	card := bookCard{ID: r.ID.String(), Title: t("payments_books.refund_" + string(r.State)), Action: "/refunds/" + r.ID.String(),
		List: frontend.SummaryOf(t, "payments.number", r.Receipt, "payments.amount", rus.FormatRubles(r.Amount), "payments_books.ground", t("payments_books.ground_"+r.Ground),
			"payments_books.note", r.Note, "payments_books.found", rus.FormatDateTime(r.CreatedAt, web.Lang(c)))}
	mine := r.FirstBy != nil && *r.FirstBy == h.Actor(c)
	switch {
	case r.State == RefundAsked:
		card.Buttons, card.Hint = []frontend.Button{act(t, "take", false), act(t, "reject", true)}, t("payments_books.hint_asked")
	case r.State == RefundProposed && mine:
		card.Buttons, card.Hint = []frontend.Button{act(t, "reject", true)}, t("payments_books.two_people")
	case r.State == RefundProposed:
		card.Buttons, card.Hint = []frontend.Button{act(t, "approve", false), act(t, "reject", true)}, t("payments_books.hint_proposed")
	}
	if len(card.Buttons) > 0 {
		card.Note = note(t, card.ID)
	}
	return card
}

func (h *BooksHandler) proposeRefund(c *fiber.Ctx) error {
	if err := h.Allowed(c); err != nil {
		return err
	}
	t := h.Pages.Texts(c)
	form := refundForm{strings.TrimSpace(c.FormValue("receipt")), strings.TrimSpace(c.FormValue("sum")), c.FormValue("ground"), strings.TrimSpace(c.FormValue("note"))}
	wrong := map[string]string{}
	receipt, err := rus.Receipt(form.receipt)
	var bad *rus.FormatError
	if errors.As(err, &bad) {
		wrong["receipt"] = t(bad.Key, bad.Args...)
	}
	var sum int64
	if form.sum != "" {
		if sum, err = rus.ParseRubles(form.sum); err != nil || sum <= 0 {
			wrong["sum"] = t("payments_books.refund_sum")
		}
	}
	if !slices.Contains(grounds, form.ground) {
		wrong["ground"] = t("payments_books.ground_empty")
	}
	if noteOf(form.note) != nil {
		wrong["note"] = t("payments_books.note_long")
	}
	if len(wrong) > 0 {
		return h.renderRefunds(c, form, wrong, nil)
	}
	err = pgx.BeginFunc(c.UserContext(), h.DB, func(tx pgx.Tx) error {
		p, err := paymentByReceipt(c.UserContext(), tx, receipt)
		if err != nil {
			return err
		}
		d := h.desk()
		d.db = tx
		r, err := d.ProposeRefund(c.UserContext(), p.ID, sum, form.ground, form.note, h.Actor(c))
		if err != nil {
			return err
		}
		return h.write(c, tx, "payments.refund_propose", &p.ID, form.note, map[string]any{"refund": r.ID, "amount": r.Amount})
	})
	switch {
	case errors.Is(err, fault.NotFound):
		return h.renderRefunds(c, form, map[string]string{"receipt": t("payments.no_payment")}, nil)
	case errors.Is(err, fault.Conflict), errors.Is(err, fault.Invalid):
		return h.renderRefunds(c, form, map[string]string{"sum": t("payments_books.refund_sum")}, nil)
	case err != nil:
		return err
	}
	return c.Redirect("/refunds?done=propose", fiber.StatusSeeOther)
}

func (h *BooksHandler) decideRefund(c *fiber.Ctx) error {
	if err := h.Allowed(c); err != nil {
		return err
	}
	id, actor, choice := uuid.MustParse(c.Params("id")), h.Actor(c), c.FormValue("choice")
	why := strings.TrimSpace(c.FormValue("note"))
	if actor == "" {
		return fault.New(fault.Invalid, "payments_books.no_choice")
	}
	err := pgx.BeginFunc(c.UserContext(), h.DB, func(tx pgx.Tx) (err error) {
		d := h.desk()
		d.db = tx
		if err = noteOf(why); err != nil {
			return err
		}
		var r *Refund
		switch choice {
		case "take":
			r, err = d.TakeRefund(c.UserContext(), id, actor)
		case "approve":
			r, err = d.ApproveRefund(c.UserContext(), id, actor)
		case "reject":
			r, err = d.RejectRefund(c.UserContext(), id, actor, why)
		default:
			err = fault.New(fault.Invalid, "payments_books.no_choice")
		}
		if err != nil {
			return err
		}
		return h.write(c, tx, "payments.refund_"+choice, &r.PaymentID, why, map[string]any{"refund": r.ID, "amount": r.Amount})
	})
	if no := refusalOf(id, why, err); no != nil {
		return h.renderRefunds(c, refundForm{}, nil, no)
	}
	if err != nil {
		return err
	}
	return c.Redirect("/refunds?done="+choice, fiber.StatusSeeOther)
}
