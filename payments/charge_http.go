package payments

import (
	"errors"
	"log/slog"
	"net/mail"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"tamga/frontend"
	"tamga/internal/db"
	"tamga/internal/fault"
	"tamga/internal/notify"
	"tamga/internal/rus"
	"tamga/internal/secret"
	"tamga/internal/web"
	"tamga/payments/banks"
)

// Handler serves the pages of a payer and the call-backs of the bank.
type Handler struct {
	DB     db.DB
	River  *river.Client[pgx.Tx] // may be insert-only
	Pages  *frontend.Pages
	Notify *notify.Outbox   // nil sends no receipts
	Bank   banks.Acquirer   // for new payments
	More   []banks.Acquirer // further ones
	Now    func() time.Time
	User   func(*fiber.Ctx) (uuid.UUID, error) // the signed-in person, or a SignIn fault
	// Keeper returns whose remembered cards the reader may use: a Forbidden fault for those of a bound cabinet that was entered by phone,
	// whose number may have a new owner. nil is whoever is signed in.
	Keeper      func(*fiber.Ctx) (uuid.UUID, error)
	ThroughESIA func(page string) string           // signs in so that the cards may be used, and comes back
	Box         *secret.Box                        // finds charges by numbers
	Identity    func(*fiber.Ctx) (Identity, error) // the person's confirmed numbers; nil knows none
	Person      func(*fiber.Ctx) (Person, error)   // who is signed in; nil knows nobody's name
	Back        func(Origin) string                // the page of what was paid for
	PublicURL   string                             // of the portal, without a slash at the end
	Limiter     *web.Limiter                       // bounds what forged call-backs write into the journal; nil does not
	Secure      bool                               // the cookie of a guest over TLS only
	Log         *slog.Logger
}

// CallbackPath is where banks send their call-backs: exempt it from CSRF.
const CallbackPath = "/payments/callback/"

// Mount registers the routes.
func (h *Handler) Mount(r fiber.Router) {
	for _, bank := range allBanks(h.Bank, h.More) {
		r.Post(CallbackPath+bank.Name(), func(c *fiber.Ctx) error { return h.takeCallback(c, bank) })
	}
	r.Get("/payments", h.showCharges)
	r.Post("/payments/find", h.findCharges)
	r.Get("/payments/find", func(c *fiber.Ctx) error { return c.Redirect("/payments", fiber.StatusSeeOther) }) // a page with mistakes, in another language
	r.Get("/payments/history", h.showHistory)
	r.Get("/payments/cards", h.showCards)
	r.Post("/payments/cards/:id<guid>/remove", h.dropCard)
	r.Get("/payments/templates", h.showTemplates)
	r.Post("/payments/templates", h.saveTemplate)
	r.Post("/payments/templates/:id<guid>/remove", h.dropTemplate)
	r.Get("/payments/autopay", h.showAutopay)
	r.Post("/payments/autopay", h.makeRule)
	r.Post("/payments/autopay/:id<guid>/stop", h.haltRule)
	r.Get("/payments/autopay/orders/:id<guid>", h.showOrder)
	r.Post("/payments/autopay/orders/:id<guid>/skip", h.refuseOrder)
	r.Get("/payments/:id<guid>", h.showCharge)
	r.Post("/payments/:id<guid>/pay", h.payCharge)
	r.Get("/payments/:id<guid>/pay", func(c *fiber.Ctx) error { return c.Redirect("/payments/"+c.Params("id"), fiber.StatusSeeOther) })
	r.Get("/payments/:id<guid>/return", h.showReturn)
	r.Get("/payments/:id<guid>/receipt", h.showReceipt)
	r.Get("/payments/:id<guid>/sbp", h.showSBP)
	r.Get("/payments/:id<guid>/sbp.svg", h.drawSBP)
	r.Get("/payments/:id<guid>/bill", h.showBill)
	r.Get("/payments/:id<guid>/qr.svg", h.drawBill)
	r.Get("/payments/:id<guid>/bill.pdf", h.printBill)
	r.Get("/payments/:id<guid>/receipt.pdf", h.printReceipt)
	r.Get("/receipts", h.showVerify)
	r.Post("/receipts", h.verify)
}

func (h *Handler) desk() *desk {
	return &desk{db: h.DB, river: h.River, banks: allBanks(h.Bank, h.More), notify: h.Notify, pages: h.Pages, now: h.Now, url: h.PublicURL, box: h.Box, log: logOf(h.Log)}
}

func logOf(l *slog.Logger) *slog.Logger {
	if l == nil {
		return slog.New(slog.DiscardHandler)
	}
	return l
}

// charge returns the charge of the address, if it is the reader's.
func (h *Handler) charge(c *fiber.Ctx) (*Charge, error) {
	id, err := uuid.Parse(c.Params("id"))
	if err != nil {
		return nil, fault.New(fault.NotFound, "payments.no_charge")
	}
	r, err := h.reader(c)
	if err != nil {
		return nil, err
	}
	return chargeFor(c.UserContext(), h.DB, r, id)
}

func (ch *Charge) path(page string) string { return "/payments/" + ch.ID.String() + page }

type chargePage struct {
	frontend.Errors
	Back   frontend.BackLink
	Charge *Charge
	List   frontend.SummaryList
	Action string // where the form goes
	Email  frontend.Input
	For    string         // that somebody else's charge is paid, and whose name goes onto the receipt
	Payer  frontend.Input // a guest's own name; without a name it is not asked
	Part   bool           // may be paid in parts
	Sum    frontend.Input
	Lines  frontend.Checkboxes // of a bill, to choose among; without a name there are none
	Button frontend.Button
	SBP    frontend.Button
	Other  []frontend.Button // further banks
	Agree  bool              // the commission has changed
	Vague  bool              // how much is paid is yet to be typed
	Got    string            // that a part has come

	Commission bool // somebody takes one

	Save       frontend.Checkboxes // whether the bank is to remember the card; without a name nobody is asked
	Cards      bool                // the reader has remembered ones
	Saved      []frontend.Button
	Sure       string // the question about a remembered card, and its yes; nothing else is asked with it
	SureButton frontend.Button
	Kept       [][2]string // what was typed before the question
	Again      string      // where it is typed anew

	Bill  string
	Parts string // address of the receipts of parts that are paid, "" without any
}

const chargeView frontend.Page[chargePage] = "payments/charge.html"

func (h *Handler) showCharge(c *fiber.Ctx) error {
	ch, err := h.charge(c)
	switch {
	case err != nil:
		return err
	case ch.Status == Paid:
		return c.Redirect(ch.path("/receipt"), fiber.StatusSeeOther)
	case ch.Status != Open:
		return c.Redirect(ch.path("/return"), fiber.StatusSeeOther)
	}
	return h.renderCharge(c, ch, payForm{email: contact(ch)})
}

// payForm is what the payer has typed, and what is wrong with it.
type payForm struct {
	email, sum           string
	lines                []string // positions
	payer                string   // a guest's name
	wrongEmail, wrongSum error
	wrongLines           bool
	smallRest            bool // too little would be left
	agree                bool
	chosen               means
}

// kept is the form as hidden fields.
func (f payForm) kept() [][2]string {
	all := [][2]string{{"email", f.email}, {"sum", f.sum}, {"payer", f.payer}}
	for _, line := range f.lines {
		all = append(all, [2]string{"line", line})
	}
	return all
}

func (h *Handler) renderCharge(c *fiber.Ctx, ch *Charge, form payForm) error {
	t := h.Pages.Texts(c)
	pay, _ := ch.Offer(h.Now())
	page := chargePage{
		Back:   frontend.BackLink{Href: h.backOf(ch)},
		Charge: ch,
		Action: ch.path("/pay"),
		Bill:   ch.path("/bill"),
		List: frontend.SummaryOf(t, "payments.amount", rus.FormatRubles(ch.Amount), "payments.purpose", ch.Purpose,
			"payments.payer", shownName(ch), "payments.uin", rus.FormatUIN(ch.UIN)),
		Email: frontend.Input{Name: "email", Type: "email", Value: form.email, Autocomplete: "email", Spellcheck: "false",
			Label: frontend.Label{Text: t("payments.email")}, Hint: frontend.Hint{Text: t("payments.email_hint")}},
		Agree: form.agree, Vague: ch.PartAllowed && !form.agree && (form.sum == "" || form.wrongSum != nil || form.wrongLines || form.smallRest),
		Kept: form.kept(), Again: ch.path(""),
	}
	if err := h.chargeRows(c, &page, ch); err != nil {
		return err
	}
	if ch.PartAllowed {
		page.Part = true
		page.Sum = frontend.Input{Name: "sum", Value: form.sum, Inputmode: "decimal", Classes: "govuk-input--width-10", Autocomplete: "off",
			Label: frontend.Label{Text: t("payments_charge.sum")}, Hint: frontend.Hint{Text: t("payments_charge.sum_hint", rus.FormatRubles(pay))}}
	}
	sum := pay
	if part, err := partOf(ch, form.sum); err == nil && part > 0 && part < pay {
		sum = part
	}
	lines, err := LinesOf(c.UserContext(), h.DB, ch.ID)
	if err != nil {
		return err
	}
	if len(lines) > 0 {
		page.Lines = h.lineBoxes(c, ch, lines, form)
		if some := readPositions(form.lines); len(some) > 0 && form.sum == "" && ch.PartAllowed {
			sum = min(restOf(chosen(lines, some)), pay)
		}
	}
	if err := errors.Join(h.offer(c, &page, ch, sum), h.offerCards(c, &page, ch, sum, form.chosen)); err != nil {
		return err
	}
	if err := h.askPayer(c, &page, ch, form); err != nil {
		return err
	}
	if form.wrongEmail != nil {
		page.Errors.Add("email", t("payments.email_wrong"))
		page.Email.ErrorMessage = page.Errors.Message("email")
	}
	if form.wrongSum != nil {
		page.Errors.Add("sum", t("payments.part_sum"))
		page.Sum.ErrorMessage = page.Errors.Message("sum")
	}
	if form.smallRest {
		page.Errors.Add("sum", t("payments_charge.rest_small"))
		page.Sum.ErrorMessage = page.Errors.Message("sum")
	}
	if form.wrongLines {
		page.Errors.Add("line", t("payments_utility.line_sum"))
		page.Lines.ErrorMessage = page.Errors.Message("line")
	}
	if page.Errors.Any() {
		c.Status(fiber.StatusUnprocessableEntity)
	}
	return chargeView.Render(c, h.Pages, page)
}

// chargeRows adds when and how much of a charge is to be paid, what takes off of it, and what has come.
func (h *Handler) chargeRows(c *fiber.Ctx, page *chargePage, ch *Charge) error {
	t := h.Pages.Texts(c)
	pay, discount := ch.Offer(h.Now())
	if ch.Due != nil {
		page.List.Rows = append(page.List.Rows, frontend.Row(t("payments.due"), rus.FormatDateTime(*ch.Due, web.Lang(c))))
	}
	if d := ch.DiscountAt(h.Now()); d != nil {
		page.List.Rows = append(page.List.Rows, frontend.Row(t("payments_charge.discount", d.Percent), rus.FormatRubles(discount)),
			frontend.Row(t("payments_charge.discount_until"), rus.FormatDateTime(d.Until.Add(-time.Second), web.Lang(c))))
	}
	if ch.Exempt > 0 {
		page.List.Rows = append(page.List.Rows, frontend.Row(t("payments_charge.exempt"), rus.FormatRubles(ch.Exempt)))
	}
	if ch.Credited > 0 {
		page.Parts = ch.path("/receipt")
		page.List.Rows = append(page.List.Rows, frontend.Row(t("payments_charge.credited"), rus.FormatRubles(ch.Credited)))
		paid, err := paidOf(c.UserContext(), h.DB, ch.ID)
		if err != nil {
			return err
		}
		if len(paid) > 0 {
			page.Got = t("payments_charge.got", rus.FormatRubles(amountReceived(paid[0])), paid[0].Receipt)
		}
	}
	if pay != ch.Amount {
		page.List.Rows = append(page.List.Rows, frontend.Row(t("payments_charge.to_pay"), rus.FormatRubles(pay)))
	}
	return nil
}

// payCharge sends the payer to the bank. Clicked twice, in two tabs or by the back button, it leads to the same payment.
func (h *Handler) payCharge(c *fiber.Ctx) error {
	ch, err := h.charge(c)
	if err != nil {
		return err
	}
	email := contact(ch)
	if c.Request().PostArgs().Has("email") { // «Попробовать ещё раз» does not ask for it again
		email = strings.TrimSpace(c.FormValue("email"))
	}
	form := payForm{email: email, sum: strings.TrimSpace(c.FormValue("sum")), wrongEmail: checkEmail(email)}
	form.payer = strings.TrimSpace(c.FormValue("payer"))
	chosen := readMeans(c.FormValue("means"))
	want := intent{Charge: ch.ID, Email: email, Method: chosen.Method, Bank: chosen.Bank, Fee: chosen.Fee, Card: chosen.Card, Shown: chosen.Shown,
		Save: c.FormValue("save") == "yes"}
	if _, err := h.holder(c); err != nil {
		if errors.Is(err, errHidden) && want.Card != uuid.Nil {
			return err
		}
		want.Save = false // a guest has no place for a card, and who came by phone no right to it
	}
	want.Sum, form.wrongSum = partOf(ch, form.sum)
	for _, v := range c.Request().PostArgs().PeekMulti("line") {
		form.lines = append(form.lines, string(v))
	}
	want.Lines = readPositions(form.lines)
	if (form.wrongEmail != nil || form.wrongSum != nil) && ch.Status == Open {
		return h.renderCharge(c, ch, form)
	}
	if chosen.Card != uuid.Nil && !chosen.Sure && ch.Status == Open { // nobody goes to the bank: asked once more
		form.chosen = chosen
		return h.renderCharge(c, ch, form)
	}
	if c.FormValue("method") == string(banks.BySBP) {
		want.Method = banks.BySBP
	}
	if want.Reader, err = h.reader(c); err != nil {
		return err
	}
	if want.Payer, err = h.payerOf(c, ch, form.payer); err != nil {
		return err
	}
	p, err := h.desk().start(c.UserContext(), want)
	if errors.Is(err, errFee) || errors.Is(err, errShown) {
		if ch, err = h.charge(c); err != nil { // it may have changed since it was read
			return err
		}
		if ch.Status != Open {
			return c.Redirect(ch.path(""), fiber.StatusSeeOther)
		}
		form.agree, form.chosen = true, chosen
		return h.renderCharge(c, ch, form)
	}
	if ch.Status == Open && (errors.Is(err, errLines) || errors.Is(err, errRest)) {
		form.wrongLines, form.smallRest = errors.Is(err, errLines), errors.Is(err, errRest)
		return h.renderCharge(c, ch, form)
	}
	if err != nil {
		return err
	}
	if p.State == Pending && p.QR != "" {
		return c.Redirect(ch.path("/sbp"), fiber.StatusSeeOther)
	}
	if p.State == Pending && p.ConfirmationURL != nil {
		return c.Redirect(*p.ConfirmationURL, fiber.StatusSeeOther)
	}
	return c.Redirect(ch.path("/return"), fiber.StatusSeeOther)
}

// partOf reads how much of a charge the payer wants to pay; nothing typed is all of it.
func partOf(ch *Charge, typed string) (int64, error) {
	if typed == "" || !ch.PartAllowed {
		return 0, nil
	}
	sum, err := rus.ParseRubles(typed)
	if err == nil && (sum < leastPart || sum > ch.Rest()) {
		err = errors.New("not a part of what is owed")
	}
	return sum, err
}

func checkEmail(s string) error {
	if s == "" {
		return nil
	}
	a, err := mail.ParseAddress(s)
	if err != nil {
		return err
	}
	if a.Address != s || !strings.Contains(s[strings.LastIndexByte(s, '@'):], ".") {
		return errors.New("not a plain address")
	}
	return nil
}
