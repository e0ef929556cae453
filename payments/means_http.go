package payments

import (
	"github.com/gofiber/fiber/v2"

	"tamga/frontend"
	"tamga/internal/rus"
	"tamga/payments/banks"
)

// offer fills in the buttons: one for each bank and means, with the total to the kopeck, commission included. The first is the
// bank that a role names first, by card.
func (h *Handler) offer(c *fiber.Ctx, page *chargePage, ch *Charge, sum int64) error {
	t := h.Pages.Texts(c)
	for i, bank := range allBanks(h.Bank, h.More) {
		for _, method := range methods {
			fee, err := feeOf(c.UserContext(), h.DB, bank.Name(), method, ch.OriginKind, sum, h.Now())
			if err != nil {
				return err
			}
			button := frontend.Button{Name: "means", Value: means{Bank: bank.Name(), Method: method, Fee: fee}.value(), Classes: "govuk-button--secondary", PreventDoubleClick: true}
			page.Commission = page.Commission || fee > 0
			switch {
			case i == 0 && method == banks.ByCard:
				button.Classes = ""
				button.Text = t("payments.pay", rus.FormatRubles(sum+fee))
				if page.Vague {
					button.Text = t("payments_charge.pay")
				}
				page.Button = button
			case i == 0:
				button.Text = t("payments_charge.sbp")
				page.SBP = button
			default:
				button.Text = t("payments_means."+string(method), t("payments_means.bank_"+bank.Name()), rus.FormatRubles(sum+fee))
				if fee > 0 {
					button.Text = t("payments_means."+string(method)+"_fee", t("payments_means.bank_"+bank.Name()), rus.FormatRubles(sum+fee), rus.FormatRubles(fee))
				}
				page.Other = append(page.Other, button)
			}
		}
	}
	return nil
}
