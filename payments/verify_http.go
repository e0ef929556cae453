package payments

import (
	"errors"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"tamga/frontend"
	"tamga/internal/rus"
	"tamga/internal/web"
)

// How often receipts may be checked: by one address, and of one number, so that nobody finds the amount by trying.
var (
	verifyPerAddress = web.Rate{Burst: 20, Every: 30 * time.Second}
	verifyPerNumber  = web.Rate{Burst: 10, Every: 10 * time.Minute}
)

type verifyPage struct {
	frontend.Errors
	Number, Amount frontend.Input
	Button         frontend.Button
	Looked         bool
	Genuine        bool
	Verdict        string
	Warn           string
	List           frontend.SummaryList
}

const verifyView frontend.Page[verifyPage] = "payments/verify.html"

func (h *Handler) verifyForm(c *fiber.Ctx, number, amount string) verifyPage {
	t := h.Pages.Texts(c)
	return verifyPage{
		Number: frontend.Input{Name: "number", Value: number, Autocomplete: "off", Spellcheck: "false", Inputmode: "numeric", Classes: "govuk-input--width-20",
			Label: frontend.Label{Text: t("payments.number")}, Hint: frontend.Hint{Text: t("payments_payer.verify_number_hint")}},
		Amount: frontend.Input{Name: "amount", Value: amount, Autocomplete: "off", Inputmode: "decimal", Classes: "govuk-input--width-10",
			Label: frontend.Label{Text: t("payments_payer.verify_amount")}, Hint: frontend.Hint{Text: t("payments_payer.verify_amount_hint")}},
		Button: frontend.Button{Text: t("payments_payer.verify_do")},
	}
}

// showVerify may come with the number that the code on a receipt carries.
func (h *Handler) showVerify(c *fiber.Ctx) error {
	number, err := rus.Receipt(c.Query("number"))
	if err != nil {
		number = ""
	}
	return verifyView.Render(c, h.Pages, h.verifyForm(c, number, ""))
}

// verify tells anybody whether money came under a number: the number and the amount must both be right, and nothing is said of
// who paid or what for.
func (h *Handler) verify(c *fiber.Ctx) error {
	t := h.Pages.Texts(c)
	page := h.verifyForm(c, strings.TrimSpace(c.FormValue("number")), strings.TrimSpace(c.FormValue("amount")))
	number, err := rus.Receipt(page.Number.Value)
	var bad *rus.FormatError
	switch {
	case page.Number.Value == "":
		page.Errors.Add("number", t("payments_payer.verify_number_empty"))
	case errors.As(err, &bad):
		page.Errors.Add("number", t(bad.Key, bad.Args...))
	}
	amount, err := rus.ParseRubles(page.Amount.Value)
	if err != nil || amount <= 0 {
		page.Errors.Add("amount", t("payments_payer.verify_amount_wrong"))
	}
	if page.Errors.Any() {
		page.Number.ErrorMessage, page.Amount.ErrorMessage = page.Errors.Message("number"), page.Errors.Message("amount")
		c.Status(fiber.StatusUnprocessableEntity)
		return verifyView.Render(c, h.Pages, page)
	}
	if err := h.mayVerify(c, number); err != nil {
		return err
	}
	found, err := verifyReceipt(c.UserContext(), h.DB, number, amount)
	if err != nil {
		return err
	}
	page.Looked, page.Verdict = true, t("payments_payer.verify_no")
	if found != nil {
		page.Genuine, page.Verdict = true, t("payments_payer.verify_yes")
		page.List = frontend.SummaryOf(t, "payments.number", number, "payments.amount", rus.FormatRubles(amount),
			"payments.paid_at", rus.FormatDateTime(found.PaidAt, web.Lang(c)))
		switch {
		case found.State == Reversed:
			page.Verdict = t("payments_payer.verify_reversed")
		case found.Refunded > 0:
			page.Warn = t("payments_payer.verify_returned", rus.FormatRubles(found.Refunded))
		}
	}
	return verifyView.Render(c, h.Pages, page)
}

func (h *Handler) mayVerify(c *fiber.Ctx, number string) error {
	if h.Limiter == nil {
		return nil
	}
	if err := h.Limiter.Allow(c.UserContext(), "payments.verify", c.IP(), verifyPerAddress); err != nil {
		return err
	}
	return h.Limiter.Allow(c.UserContext(), "payments.verify-number", number, verifyPerNumber)
}
