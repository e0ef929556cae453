package stand

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"tamga/frontend"
	"tamga/internal/fault"
	"tamga/internal/rus"
	"tamga/internal/web"
)

// bankPayPage is where one pays; a bank that does not offer something leaves its button without a text.
type bankPayPage struct {
	Bank    string
	Title   string
	List    frontend.SummaryList
	Open    bool // the payer may still decide
	Note    string
	Action  string
	Pay     frontend.Button
	Later   frontend.Button
	Delay   frontend.Select
	Decline frontend.Button
	Reason  frontend.Select
	Secure  frontend.Button
	Code    frontend.Input
	Tricky  frontend.Button
	Trick   frontend.Select
	Cancel  frontend.Button
	Back    frontend.Button
}

const bankPayView frontend.Page[bankPayPage] = "stand/bank_pay.html"

// bankDelays are what «Оплатить позже» offers, in seconds.
var bankDelays = []int{5, 30, 120, 600}

func bankLayout(l *frontend.Layout) { l.Site.Role, l.Site.Home = "stand", "/bank" }

func (b *Bank) showBankPayment(c *fiber.Ctx) error {
	p, err := b.payment(c)
	if err != nil {
		return err
	}
	frontend.SetLayout(c, bankLayout)
	t := b.Pages.Texts(c)
	button := func(choice, classes string, args ...any) frontend.Button {
		return frontend.Button{Text: t("bank."+choice, args...), Name: "choice", Value: choice, Classes: classes, PreventDoubleClick: true}
	}
	page := bankPayPage{
		Bank:   t("bank.name"),
		Title:  t("bank.title"),
		Open:   p.Status == "pending" && p.SettleAt == nil && b.Now().Before(p.ExpiresAt),
		Action: "/bank/pay/" + p.ID.String(),
		List: frontend.SummaryList{Rows: []frontend.SummaryRow{
			frontend.Row(t("bank.amount"), rus.FormatRubles(p.Amount)), frontend.Row(t("bank.payee"), p.Payee),
			frontend.Row(t("bank.description"), p.Description), frontend.Row(t("bank.receipt"), p.Receipt)}},
		Pay:     button("pay", "", rus.FormatRubles(p.Amount)),
		Later:   button("later", "govuk-button--secondary"),
		Delay:   frontend.Select{Name: "delay", Label: frontend.Label{Text: t("bank.delay")}, Value: strconv.Itoa(bankDelays[0])},
		Decline: button("decline", "govuk-button--warning"),
		Reason:  frontend.Select{Name: "reason", Label: frontend.Label{Text: t("bank.reason")}, Value: bankReasons[0]},
		Secure:  button("secure", "govuk-button--secondary"),
		Code: frontend.Input{Name: "code", Classes: "govuk-input--width-4", Inputmode: "numeric", Autocomplete: "one-time-code",
			Label: frontend.Label{Text: t("bank.code")}, Hint: frontend.Hint{Text: t("bank.code_hint", bankCode)}},
		Tricky: button("trick", "govuk-button--warning"),
		Trick:  frontend.Select{Name: "trick", Label: frontend.Label{Text: t("bank.trick_label")}, Value: bankTricks[0]},
		Cancel: button("cancel", "govuk-button--secondary"),
		Back:   frontend.Button{Text: t("bank.back"), Href: p.ReturnURL},
	}
	for _, seconds := range bankDelays {
		page.Delay.Items = append(page.Delay.Items, frontend.Option{Value: strconv.Itoa(seconds), Text: t("bank.seconds", seconds)})
	}
	for _, name := range bankReasons {
		page.Reason.Items = append(page.Reason.Items, frontend.Option{Value: name, Text: t("bank.reason_" + name)})
	}
	for _, name := range bankTricks {
		page.Trick.Items = append(page.Trick.Items, frontend.Option{Value: name, Text: t("bank.trick_" + name)})
	}
	if !page.Open {
		page.Note = t("bank.note_" + noteOf(p))
	}
	return bankPayView.Render(c, b.Pages, page)
}

// noteOf names why nothing can be chosen any more.
func noteOf(p *bankPayment) string {
	switch {
	case p.Status == "pending" && p.SettleAt != nil:
		return "later"
	case p.Status == "pending", p.Reason == bankExpired:
		return "expired"
	}
	return p.Status
}

// decideBankPayment does what the payer chose and sends the payer back to the merchant. The second click finds the payment
// settled and changes nothing.
func (b *Bank) decideBankPayment(c *fiber.Ctx) error {
	p, err := b.payment(c)
	if err != nil {
		return err
	}
	now, ctx := b.Now(), c.UserContext()
	switch {
	case p.SettleAt != nil || !now.Before(p.ExpiresAt):
		return c.Redirect("/bank/pay/"+p.ID.String(), fiber.StatusSeeOther)
	case c.FormValue("choice") == "pay":
		err = settleBankPayment(ctx, b.DB, p.ID, "succeeded", "", now)
	case c.FormValue("choice") == "secure":
		status, reason := "canceled", "3d_secure_failed"
		if c.FormValue("code") == bankCode {
			status, reason = "succeeded", ""
		}
		err = settleBankPayment(ctx, b.DB, p.ID, status, reason, now)
	case c.FormValue("choice") == "trick" && slices.Contains(bankTricks, c.FormValue("trick")):
		err = b.lie(ctx, p, c.FormValue("trick"), now)
	case c.FormValue("choice") == "decline" && slices.Contains(bankReasons, c.FormValue("reason")):
		err = settleBankPayment(ctx, b.DB, p.ID, "canceled", c.FormValue("reason"), now)
	case c.FormValue("choice") == "cancel":
		err = settleBankPayment(ctx, b.DB, p.ID, "canceled", bankCancelled, now)
	case c.FormValue("choice") == "later":
		seconds, bad := strconv.Atoi(c.FormValue("delay"))
		if bad != nil || !slices.Contains(bankDelays, seconds) {
			return fault.New(fault.Invalid, "bank.bad_choice")
		}
		err = putOffBankPayment(ctx, b.DB, p.ID, now.Add(time.Duration(seconds)*time.Second))
	default:
		return fault.New(fault.Invalid, "bank.bad_choice")
	}
	if err != nil {
		return err
	}
	return c.Redirect(p.ReturnURL, fiber.StatusSeeOther)
}

// lie settles a payment in a way that no bank should.
func (b *Bank) lie(ctx context.Context, p *bankPayment, trick string, now time.Time) error {
	if err := trickBankPayment(ctx, b.DB, p.ID, trick); err != nil {
		return err
	}
	if trick != "deny" {
		return settleBankPayment(ctx, b.DB, p.ID, "succeeded", "", now)
	}
	if err := settleBankPayment(ctx, b.DB, p.ID, "canceled", "issuer_unavailable", now); err != nil {
		return err
	}
	return denyBankPayment(ctx, b.DB, p.ID, now.Add(30*time.Second))
}

type bankBooksPage struct {
	Table frontend.Table
	Empty bool
}

const bankBooksView frontend.Page[bankBooksPage] = "stand/bank_books.html"

// listBank shows the bank's books and whether the merchant has heard of each end.
func (b *Bank) listBank(c *fiber.Ctx) error {
	all, err := lastBankPayments(c.UserContext(), b.DB)
	if err != nil {
		return err
	}
	frontend.SetLayout(c, func(l *frontend.Layout) { bankLayout(l); l.Wide = true })
	t := b.Pages.Texts(c)
	page := bankBooksPage{Empty: len(all) == 0}
	for _, key := range []string{"created", "receipt", "description", "amount", "status", "called"} {
		page.Table.Head = append(page.Table.Head, frontend.Cell{Text: t("bank." + key)})
	}
	for _, p := range all {
		attempts, delivered, err := bankCallbacksOf(c.UserContext(), b.DB, p.ID)
		if err != nil {
			return err
		}
		heard := ""
		if attempts > 0 {
			heard = t("bank.not_heard", attempts)
		}
		if delivered {
			heard = t("bank.heard", attempts)
		}
		page.Table.Rows = append(page.Table.Rows, []frontend.Cell{
			{Text: rus.FormatDateTime(p.CreatedAt, web.Lang(c))}, {Text: p.Receipt}, {Text: p.Description},
			{Text: rus.FormatRubles(p.Amount), Format: "numeric"}, {Text: t("bank.status_" + p.Status)}, {Text: heard}})
	}
	return bankBooksView.Render(c, b.Pages, page)
}
