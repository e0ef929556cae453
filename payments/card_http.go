package payments

import (
	"errors"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"tamga/frontend"
	"tamga/internal/fault"
	"tamga/internal/rus"
	"tamga/payments/banks"
)

type cardsPage struct {
	Back   frontend.BackLink
	Hidden string // where to sign in to see them, "" when they are shown
	Cards  []cardLine
}

type cardLine struct {
	Title, Bank, Remove string
	Button              frontend.Button
}

const cardsView frontend.Page[cardsPage] = "payments/cards.html"

// errHidden says that the remembered cards may not be used at this sign-in.
var errHidden = fault.New(fault.Forbidden, "payments_card.hidden")

// holder is whose remembered cards the reader may use; errHidden when a phone has opened a cabinet that is bound to ESIA.
func (h *Handler) holder(c *fiber.Ctx) (uuid.UUID, error) {
	if h.Keeper == nil {
		return h.User(c)
	}
	user, err := h.Keeper(c)
	if errors.Is(err, fault.Forbidden) {
		return uuid.Nil, errHidden
	}
	return user, err
}

// readCards returns the cards that the reader may use, or where to sign in to use them.
func (h *Handler) readCards(c *fiber.Ctx, page string) (cards []SavedCard, hidden string, err error) {
	user, err := h.holder(c)
	if errors.Is(err, errHidden) {
		return nil, h.ThroughESIA(page), nil
	}
	if err != nil {
		return nil, "", err
	}
	cards, err = cardsOf(c.UserContext(), h.DB, user)
	return cards, "", err
}

// showCards lists the cards that banks remember for the reader.
func (h *Handler) showCards(c *fiber.Ctx) error {
	cards, hidden, err := h.readCards(c, "/payments/cards")
	if err != nil {
		return err
	}
	t := h.Pages.Texts(c)
	page := cardsPage{Back: frontend.BackLink{Href: "/payments"}, Hidden: hidden}
	for _, card := range cards {
		page.Cards = append(page.Cards, cardLine{Title: card.Title, Bank: t("payments_means.bank_" + card.Acquirer), Remove: "/payments/cards/" + card.ID.String() + "/remove",
			Button: frontend.Button{Text: t("payments_card.remove", card.Title), Classes: "govuk-button--secondary", PreventDoubleClick: true}})
	}
	return cardsView.Render(c, h.Pages, page)
}

func (h *Handler) dropCard(c *fiber.Ctx) error {
	user, err := h.holder(c)
	if err != nil {
		return err
	}
	id, err := uuid.Parse(c.Params("id"))
	if err != nil {
		return fault.New(fault.NotFound, "payments_card.gone")
	}
	if err := removeCard(c.UserContext(), h.DB, user, id, h.Now()); err != nil {
		return err
	}
	return c.Redirect("/payments/cards", fiber.StatusSeeOther)
}

// offerCards adds the reader's remembered cards to the means, or the question whether to pay by the one that was chosen.
func (h *Handler) offerCards(c *fiber.Ctx, page *chargePage, ch *Charge, sum int64, chosen means) error {
	user, err := h.holder(c)
	if err != nil { // a guest has none
		return nil //nolint:nilerr // and is offered none
	}
	cards, err := cardsOf(c.UserContext(), h.DB, user)
	if err != nil {
		return err
	}
	t := h.Pages.Texts(c)
	page.Save, page.Cards = frontend.Checkboxes{Name: "save", Classes: "govuk-checkboxes--small",
		Items: []frontend.Choice{{Value: "yes", Text: t("payments_card.save"), Hint: frontend.Hint{Text: t("payments_card.save_hint")}}}}, len(cards) > 0
	for _, card := range cards {
		if _, err := h.desk().banks.named(card.Acquirer); err != nil {
			continue
		}
		fee, err := feeOf(c.UserContext(), h.DB, card.Acquirer, banks.ByCard, ch.OriginKind, sum, h.Now())
		if err != nil {
			return err
		}
		m := means{Bank: card.Acquirer, Method: banks.ByCard, Fee: fee, Card: card.ID, Sure: chosen.Card == card.ID, Shown: shown{sum + fee, ch.Credited}}
		button := frontend.Button{Name: "means", Value: m.value(), Classes: "govuk-button--secondary", PreventDoubleClick: true,
			Text: t("payments_card.pay", card.Title, rus.FormatRubles(sum+fee))}
		if m.Sure {
			button.Text, button.Classes = t("payments_card.sure", rus.FormatRubles(sum+fee)), ""
			page.Sure = t("payments_card.ask", rus.FormatRubles(sum+fee), card.Title)
			page.SureButton = button
			continue
		}
		page.Saved = append(page.Saved, button)
	}
	return nil
}
