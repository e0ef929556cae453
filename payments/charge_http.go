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
	"tamga/internal/web"
)

// Handler serves the pages of a payer and the call-backs of the bank.
type Handler struct {
	DB        db.DB
	River     *river.Client[pgx.Tx] // may be insert-only
	Pages     *frontend.Pages
	Notify    *notify.Outbox // nil sends no receipts
	Bank      Acquirer
	Now       func() time.Time
	User      func(*fiber.Ctx) (uuid.UUID, error) // the signed-in person, or a SignIn fault
	Back      func(Origin) string                 // the page of what was paid for
	PublicURL string                              // of the portal, without a slash at the end
	Limiter   *web.Limiter                        // bounds what forged call-backs write into the journal; nil does not
	Log       *slog.Logger
}

// CallbackPath is where banks send their call-backs: exempt it from CSRF.
const CallbackPath = "/payments/callback/"

// Mount registers the routes.
func (h *Handler) Mount(r fiber.Router) {
	r.Post(CallbackPath+h.Bank.Name(), h.takeCallback)
	r.Get("/payments/:id<guid>", h.showCharge)
	r.Post("/payments/:id<guid>/pay", h.payCharge)
	r.Get("/payments/:id<guid>/return", h.showReturn)
	r.Get("/payments/:id<guid>/receipt", h.showReceipt)
	r.Get("/payments/:id<guid>/bill", h.showBill)
	r.Get("/payments/:id<guid>/qr.svg", h.drawBill)
}

func (h *Handler) desk() *desk {
	return &desk{db: h.DB, river: h.River, bank: h.Bank, notify: h.Notify, pages: h.Pages, now: h.Now, url: h.PublicURL, log: logOf(h.Log)}
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
	user, err := h.User(c)
	if err != nil {
		return nil, err
	}
	return chargeByID(c.UserContext(), h.DB, user, id)
}

func (ch *Charge) path(page string) string { return "/payments/" + ch.ID.String() + page }

type chargePage struct {
	frontend.Errors
	Back   frontend.BackLink
	Charge *Charge
	List   frontend.SummaryList
	Action string // where the form goes
	Email  frontend.Input
	Button frontend.Button
	Bill   string
}

const chargeView frontend.Page[chargePage] = "payments/charge.html"

func (h *Handler) showCharge(c *fiber.Ctx) error {
	ch, err := h.charge(c)
	switch {
	case err != nil:
		return err
	case ch.Status == Paid:
		return c.Redirect(ch.path("/receipt"), fiber.StatusSeeOther)
	case ch.Status == Cancelled:
		return c.Redirect(ch.path("/return"), fiber.StatusSeeOther)
	}
	return h.renderCharge(c, ch, ch.Email, nil)
}

func (h *Handler) renderCharge(c *fiber.Ctx, ch *Charge, email string, wrong error) error {
	t := h.Pages.Texts(c)
	page := chargePage{
		Back:   frontend.BackLink{Href: h.Back(ch.Origin())},
		Charge: ch,
		Action: ch.path("/pay"),
		Bill:   ch.path("/bill"),
		List: summary(t, "payments.amount", rus.FormatRubles(ch.Amount), "payments.purpose", ch.Purpose,
			"payments.payer", payerName(ch), "payments.uin", groupUIN(ch.UIN)),
		Email: frontend.Input{Name: "email", Type: "email", Value: email, Autocomplete: "email", Spellcheck: "false",
			Label: frontend.Label{Text: t("payments.email")}, Hint: frontend.Hint{Text: t("payments.email_hint")}},
		Button: frontend.Button{Text: t("payments.pay", rus.FormatRubles(ch.Amount)), PreventDoubleClick: true},
	}
	if ch.Due != nil {
		page.List.Rows = append(page.List.Rows, frontend.Row(t("payments.due"), rus.FormatDateTime(*ch.Due, web.Lang(c))))
	}
	if wrong != nil {
		page.Errors.Add("email", t("payments.email_wrong"))
		page.Email.ErrorMessage = page.Errors.Message("email")
		c.Status(fiber.StatusUnprocessableEntity)
	}
	return chargeView.Render(c, h.Pages, page)
}

// summary pairs locale keys with values; a value of "" has no row.
func summary(t func(string, ...any) string, pairs ...string) frontend.SummaryList {
	var list frontend.SummaryList
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			list.Rows = append(list.Rows, frontend.Row(t(pairs[i]), pairs[i+1]))
		}
	}
	return list
}

// payCharge sends the payer to the bank. Clicked twice, in two tabs or by the back button, it leads to the same payment.
func (h *Handler) payCharge(c *fiber.Ctx) error {
	ch, err := h.charge(c)
	if err != nil {
		return err
	}
	email := ch.Email
	if c.Request().PostArgs().Has("email") { // «Попробовать ещё раз» does not ask for it again
		email = strings.TrimSpace(c.FormValue("email"))
	}
	if wrong := checkEmail(email); wrong != nil && ch.Status == Open {
		return h.renderCharge(c, ch, email, wrong)
	}
	p, err := h.desk().start(c.UserContext(), ch.Payer, ch.ID, email)
	if err != nil {
		return err
	}
	if p.State == Pending && p.ConfirmationURL != nil {
		return c.Redirect(*p.ConfirmationURL, fiber.StatusSeeOther)
	}
	return c.Redirect(ch.path("/return"), fiber.StatusSeeOther)
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
