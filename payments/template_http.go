package payments

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"tamga/frontend"
	"tamga/internal/fault"
	"tamga/internal/rus"
	"tamga/payments/banks"
)

// repeatCard is an open charge of a template, with the sum and the buttons that pay it.
type repeatCard struct {
	Purpose, Action, Page string
	Sum                   *frontend.Input // when it may be paid in parts
	Buttons               []frontend.Button
}

type templateCard struct {
	Title, Remove string
	Drop          frontend.Button
	Charges       []repeatCard
}

type templatesPage struct {
	Back      frontend.BackLink
	Templates []templateCard
}

const templatesView frontend.Page[templatesPage] = "payments/templates.html"

// showTemplates lists what somebody pays again and again: one click here, one more at the bank or to confirm the card.
func (h *Handler) showTemplates(c *fiber.Ctx) error {
	user, err := h.User(c)
	if err != nil {
		return err
	}
	all, err := templatesOf(c.UserContext(), h.DB, user)
	if err != nil {
		return err
	}
	cards, _, err := h.readCards(c, "/payments/templates")
	if err != nil {
		return err
	}
	t := h.Pages.Texts(c)
	page := templatesPage{Back: frontend.BackLink{Href: "/payments"}}
	for _, tpl := range all {
		due, err := repeat(c.UserContext(), h.DB, user, tpl, h.Now())
		if err != nil {
			return err
		}
		card := templateCard{Title: tpl.Title, Remove: "/payments/templates/" + tpl.ID.String() + "/remove",
			Drop: frontend.Button{Text: t("payments_auto.drop", tpl.Title), Classes: "govuk-button--secondary", PreventDoubleClick: true}}
		for _, ch := range due {
			one, err := h.repeatCard(c, ch, cards)
			if err != nil {
				return err
			}
			card.Charges = append(card.Charges, one)
		}
		page.Templates = append(page.Templates, card)
	}
	return templatesView.Render(c, h.Pages, page)
}

func (h *Handler) repeatCard(c *fiber.Ctx, ch *Charge, cards []SavedCard) (repeatCard, error) {
	t := h.Pages.Texts(c)
	pay, _ := ch.Offer(h.Now())
	card := repeatCard{Purpose: ch.Purpose, Action: ch.path("/pay"), Page: ch.path("")}
	if ch.PartAllowed {
		card.Sum = &frontend.Input{Name: "sum", ID: "sum-" + ch.ID.String(), Value: strings.TrimSuffix(rus.FormatRubles(pay), "\u00a0₽"), Inputmode: "decimal", Autocomplete: "off",
			Classes: "govuk-input--width-10", Label: frontend.Label{Text: t("payments_auto.sum")}}
	}
	first := allBanks(h.Bank, h.More)[0].Name()
	for _, saved := range append([]SavedCard{{Acquirer: first}}, cards...) {
		fee, err := feeOf(c.UserContext(), h.DB, saved.Acquirer, banks.ByCard, ch.OriginKind, pay, h.Now())
		if err != nil {
			return card, err
		}
		button := frontend.Button{Name: "means", Value: means{Bank: saved.Acquirer, Method: banks.ByCard, Fee: fee, Card: saved.ID}.value(), Classes: "govuk-button--secondary",
			Text: t("payments_card.pay", saved.Title, rus.FormatRubles(pay+fee)), PreventDoubleClick: true}
		if saved.ID == uuid.Nil {
			button.Text, button.Classes = t("payments.pay", rus.FormatRubles(pay+fee)), ""
		}
		card.Buttons = append(card.Buttons, button)
	}
	return card, nil
}

// saveTemplate remembers what was paid under a name.
func (h *Handler) saveTemplate(c *fiber.Ctx) error {
	if _, err := h.User(c); err != nil { // guests have no place for one
		return err
	}
	r, err := h.reader(c)
	if err != nil {
		return err
	}
	id, err := uuid.Parse(c.FormValue("charge"))
	if err != nil {
		return fault.New(fault.NotFound, "payments.no_charge")
	}
	ch, err := chargeFor(c.UserContext(), h.DB, r, id)
	if err != nil {
		return err
	}
	title := strings.TrimSpace(c.FormValue("title"))
	if n := utf8.RuneCountInString(title); n < 1 || n > 80 {
		return h.renderReceipt(c, ch, templateForm{title: title, wrong: true})
	}
	if err := insertTemplate(c.UserContext(), h.DB, r, ch.ID, title, h.Now()); err != nil {
		return err
	}
	return c.Redirect("/payments/templates", fiber.StatusSeeOther)
}

func (h *Handler) dropTemplate(c *fiber.Ctx) error {
	user, err := h.User(c)
	if err != nil {
		return err
	}
	if err := removeTemplate(c.UserContext(), h.DB, user, uuid.MustParse(c.Params("id")), h.Now()); err != nil {
		return err
	}
	return c.Redirect("/payments/templates", fiber.StatusSeeOther)
}

// templateForm is the name of a template as it was typed.
type templateForm struct {
	title string
	wrong bool
}

var ofMonth = regexp.MustCompile(` за \d{2}\.\d{4}`)

// templateTitle makes the name of a template from what was paid: without the month, whole words, at most 60 characters.
func templateTitle(purpose string) string {
	purpose = strings.TrimSpace(ofMonth.ReplaceAllString(purpose, ""))
	if utf8.RuneCountInString(purpose) <= 60 {
		return purpose
	}
	cut := short(purpose, 60)
	if i := strings.LastIndexByte(cut, ' '); i > 0 {
		cut = cut[:i]
	}
	return strings.TrimRight(cut, " ,.:;—-")
}

// offerTemplate shows the form of a new template on a receipt, to whom it is any use.
func (h *Handler) offerTemplate(c *fiber.Ctx, page *receiptPage, ch *Charge, form templateForm) error {
	if _, err := h.User(c); err != nil {
		return nil //nolint:nilerr // a guest is offered none
	}
	r, err := h.reader(c)
	if err != nil {
		return err
	}
	may, err := mayTemplate(c.UserContext(), h.DB, r, ch.ID)
	if err != nil || !may && !form.wrong {
		return err
	}
	t := h.Pages.Texts(c)
	page.Charge = ch.ID.String()
	if form.wrong {
		page.Errors.Add("title", t("payments_auto.title_empty"))
	}
	page.Template = frontend.Input{Name: "title", Value: form.title, Autocomplete: "off", Label: frontend.Label{Text: t("payments_auto.title")}, ErrorMessage: page.Errors.Message("title")}
	page.Keep = frontend.Button{Text: t("payments_auto.keep"), Classes: "govuk-button--secondary", PreventDoubleClick: true}
	return nil
}
