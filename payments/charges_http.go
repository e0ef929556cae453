package payments

import (
	"errors"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"tamga/frontend"
	"tamga/internal/fault"
	"tamga/internal/journal"
	"tamga/internal/rus"
	"tamga/internal/web"
)

// How often one may name numbers of charges. An address is that of many people; an account is one person.
var (
	findPerAddress = web.Rate{Burst: 20, Every: 30 * time.Second}
	findPerReader  = web.Rate{Burst: 10, Every: 2 * time.Minute}
)

// namedFor is how long a charge that somebody has named stays on the page.
const namedFor = 24 * time.Hour

// numberKinds are what a signed-in person may look charges up by, besides the УИН: the ends of locale keys payments_payer.kind_.
// By SNILS and passport only the own charges are found, without typing.
var numberKinds = []string{"sts", "licence", "account", "inn"}

type chargesPage struct {
	frontend.Errors
	Guest  bool
	SignIn string
	Own    []chargeLine
	Named  []chargeLine
	Kind   frontend.Select
	Number frontend.Input
	Button frontend.Button
}

// chargeLine is a charge in a list. It says nothing of the payer.
type chargeLine struct {
	Href, Pay, Purpose string
	Discount           string // how much less, and until when; "" without one
	Due                *time.Time
	Overdue            bool
}

const chargesView frontend.Page[chargesPage] = "payments/charges.html"

func (h *Handler) showCharges(c *fiber.Ctx) error { return h.renderCharges(c, numberForm{kind: "uin"}) }

// numberForm is what somebody has typed to find a charge, and what is wrong with it.
type numberForm struct{ kind, number, wrong string }

func (h *Handler) renderCharges(c *fiber.Ctx, form numberForm) error {
	t := h.Pages.Texts(c)
	page := chargesPage{Number: frontend.Input{Name: "number", Value: form.number, Autocomplete: "off", Spellcheck: "false",
		Classes: "govuk-input--width-20", Label: frontend.Label{Text: t("payments_payer.number")}, Hint: frontend.Hint{Text: t("payments_payer.number_hint")}},
		Button: frontend.Button{Text: t("payments_payer.find")},
		Kind:   frontend.Select{Name: "kind", Value: form.kind, Label: frontend.Label{Text: t("payments_payer.kind")}}}
	for _, kind := range append([]string{"uin"}, numberKinds...) {
		page.Kind.Items = append(page.Kind.Items, frontend.Option{Value: kind, Text: t("payments_payer.kind_" + kind)})
	}
	if _, err := h.User(c); errors.Is(err, fault.SignIn) {
		page.Guest, page.SignIn = true, "/sign-in?next=/payments"
		page.Number.Label.Text, page.Number.Hint.Text = t("payments_payer.uin"), t("payments_payer.uin_hint")
	}
	if err := h.listCharges(c, &page); err != nil {
		return err
	}
	if form.wrong != "" {
		page.Errors.Add("number", form.wrong)
		page.Number.ErrorMessage = page.Errors.Message("number")
		c.Status(fiber.StatusUnprocessableEntity)
	}
	frontend.SetLayout(c, func(l *frontend.Layout) { l.Robots = "noindex" })
	return chargesView.Render(c, h.Pages, page)
}

// listCharges fills in what the reader owes and what the reader has named. A guest who has named nothing has neither.
func (h *Handler) listCharges(c *fiber.Ctx, page *chargesPage) error {
	r, err := h.reader(c)
	if errors.Is(err, fault.SignIn) {
		return nil
	}
	if err != nil {
		return err
	}
	now := h.Now()
	own, err := OpenCharges(c.UserContext(), h.DB, r)
	if err != nil {
		return err
	}
	named, err := namedCharges(c.UserContext(), h.DB, r.Account, now.Add(-namedFor))
	if err != nil {
		return err
	}
	mine := map[uuid.UUID]bool{}
	for _, ch := range own {
		mine[ch.ID] = true
		page.Own = append(page.Own, h.chargeLine(c, ch, now))
	}
	for _, ch := range named {
		if !mine[ch.ID] {
			page.Named = append(page.Named, h.chargeLine(c, ch, now))
		}
	}
	return nil
}

func (h *Handler) chargeLine(c *fiber.Ctx, ch *Charge, now time.Time) chargeLine {
	pay, off := ch.Offer(now)
	line := chargeLine{Href: ch.path(""), Pay: rus.FormatRubles(pay), Purpose: ch.Purpose, Due: ch.Due, Overdue: ch.Due != nil && now.After(*ch.Due)}
	if d := ch.DiscountAt(now); d != nil {
		line.Discount = h.Pages.Texts(c)("payments_payer.discount", d.Percent, rus.FormatRubles(off), rus.FormatDate(d.Until.Add(-time.Second), web.Lang(c)))
	}
	return line
}

// findCharges takes a number that somebody has typed. Whoever names the УИН of a charge, or a number that it names, may pay it,
// and sees what it is for and how much it is, never whose it is. A number of a person or a vehicle needs an account.
func (h *Handler) findCharges(c *fiber.Ctx) error {
	t := h.Pages.Texts(c)
	form := numberForm{kind: c.FormValue("kind"), number: strings.TrimSpace(c.FormValue("number"))}
	user, err := h.User(c)
	guest := errors.Is(err, fault.SignIn)
	if err != nil && !guest {
		return err
	}
	if guest || !slices.Contains(numberKinds, form.kind) {
		form.kind = "uin"
	}
	id, err := identityBy(form.kind, form.number)
	var bad *rus.FormatError
	switch {
	case form.number == "":
		form.wrong = t("payments_payer.number_empty")
	case errors.As(err, &bad):
		form.wrong = t(bad.Key, bad.Args...)
	case err != nil:
		form.wrong = t("payments_payer.account_format")
	}
	if form.wrong == "" && form.kind == "inn" && !h.confirmed(c) {
		form.wrong = t("payments_payer.inn_esia")
	}
	if form.wrong != "" {
		return h.renderCharges(c, form)
	}
	if err := h.mayFind(c, user); err != nil {
		return err
	}
	if form.kind != "uin" {
		return h.findByNumber(c, user, form, id)
	}
	if guest {
		user = h.makeGuest(c)
	}
	ch, err := ClaimByUIN(c.UserContext(), h.DB, user, form.number, h.Now())
	if errors.Is(err, fault.NotFound) {
		form.wrong = t("payments_payer.not_found")
		return h.renderCharges(c, form)
	}
	if err != nil {
		return err
	}
	return c.Redirect(ch.path(""), fiber.StatusSeeOther)
}

// findByNumber finds by a number of a vehicle, a person or a flat. The journal keeps who looked by what kind of number; the
// number itself stays out of it.
func (h *Handler) findByNumber(c *fiber.Ctx, user uuid.UUID, form numberForm, id Identity) error {
	found, err := ClaimByNumber(c.UserContext(), h.DB, h.Box, user, id, h.Now())
	if err != nil {
		return err
	}
	e := journal.Entry{Actor: user.String(), ActorRole: "citizen", Action: "payments.find", Details: map[string]any{"kind": form.kind, "found": len(found)}}
	e.Address, _ = netip.ParseAddr(c.IP())
	if err := journal.Write(c.UserContext(), h.DB, e); err != nil {
		return err
	}
	if len(found) == 0 {
		form.wrong = h.Pages.Texts(c)("payments_payer.nothing_due")
		return h.renderCharges(c, form)
	}
	return c.Redirect("/payments#named", fiber.StatusSeeOther)
}

// confirmed tells whether the portal knows the numbers of the reader from a state register.
func (h *Handler) confirmed(c *fiber.Ctx) bool {
	if h.Identity == nil {
		return false
	}
	id, err := h.Identity(c)
	return err == nil && id.SNILS != ""
}

// mayFind counts an attempt by address, and by account when there is one.
func (h *Handler) mayFind(c *fiber.Ctx, user uuid.UUID) error {
	if h.Limiter == nil {
		return nil
	}
	if err := h.Limiter.Allow(c.UserContext(), "payments.find", c.IP(), findPerAddress); err != nil || user == uuid.Nil {
		return err
	}
	return h.Limiter.Allow(c.UserContext(), "payments.find-account", user.String(), findPerReader)
}

// identityBy checks a number of a kind. A УИН makes no identity: it names the charge itself.
func identityBy(kind, number string) (Identity, error) {
	var id Identity
	switch kind {
	case "uin":
		_, err := rus.UIN(number)
		return id, err
	case "sts":
		id.STS = number
	case "licence":
		id.Licence = number
	case "account":
		id.Account = number
	case "inn":
		id.INN = number
	}
	return id.canon()
}

// backOf is the page that a payer came from: that of the application, or the list of charges.
func (h *Handler) backOf(ch *Charge) string {
	if ch.Mine && ch.OriginKind == FromApplication {
		return h.Back(ch.Origin())
	}
	return "/payments"
}
