package payments

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"tamga/frontend"
	"tamga/internal/fault"
	"tamga/internal/i18n"
	"tamga/internal/rus"
	"tamga/internal/web"
)

type returnPage struct {
	Title   string
	Text    string
	Reason  string // why the bank said no
	Warn    string // what not to do
	List    frontend.SummaryList
	Refresh int             // seconds after which the page asks again, 0 never
	Bank    string          // back to the bank's page, where the payment may still be made
	Action  string          // where «Попробовать ещё раз» goes
	Retry   frontend.Button // without a text there is none
	Back    frontend.Button
}

const returnView frontend.Page[returnPage] = "payments/return.html"

// showReturn says how a payment stands: what the bank says now, and never "failed" because an answer is missing.
func (h *Handler) showReturn(c *fiber.Ctx) error {
	ch, err := h.charge(c)
	if err != nil {
		return err
	}
	p, err := lastPayment(c.UserContext(), h.DB, ch.ID)
	if errors.Is(err, fault.NotFound) && ch.Status == Open {
		return c.Redirect(ch.path(""), fiber.StatusSeeOther)
	}
	if err != nil && !errors.Is(err, fault.NotFound) {
		return err
	}
	if p != nil && !p.State.Settled() {
		p = h.ask(c.UserContext(), p)
	}
	if p != nil && ch.Status == Open { // the charge was read before the payment: in between, the bank may have told of it
		if ch, err = h.charge(c); err != nil {
			return err
		}
	}
	if p != nil && p.State == Succeeded && ch.Status == Open { // a part is paid, the rest is still owed
		return c.Redirect(ch.path(""), fiber.StatusSeeOther)
	}
	if ch.Status == Paid && p == nil || (ch.Status == Paid || ch.Status == Refunded) && p != nil && p.State == Succeeded { // of several parts one may have gone back
		return c.Redirect(ch.path("/receipt"), fiber.StatusSeeOther)
	}
	return h.renderReturn(c, ch, p)
}

// ask re-reads the bank while the payer waits, so not for long. Without an answer the payment stays as it is.
func (h *Handler) ask(ctx context.Context, p *Payment) *Payment {
	short, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	d := h.desk()
	fresh, err := d.learn(short, p, step{Source: "return"})
	if err != nil {
		d.log.Warn("the bank did not answer", "payment", p.ID, "err", err)
		return p
	}
	return fresh
}

// outcomeOf names what the payer is told: the middle of locale keys payments.return_<outcome>_title.
func outcomeOf(ch *Charge, p *Payment) string {
	switch {
	case p == nil:
		return "cancelled"
	case p.State == Created && p.BankID == nil:
		return "unheard"
	case !p.State.Settled():
		return "checking"
	case p.State == RefundedPayment || p.State == Reversed && ch.Status != Open || ch.Status == Refunded:
		return "refunded"
	case p.State == Reversed:
		return "reversed"
	case ch.Status == Cancelled && p.State != Surplus && p.State != Mismatch:
		return "cancelled"
	}
	return string(p.State) // failed, expired, mismatch, surplus
}

func (h *Handler) renderReturn(c *fiber.Ctx, ch *Charge, p *Payment) error {
	t := h.Pages.Texts(c)
	outcome := outcomeOf(ch, p)
	page := returnPage{
		Title:  t("payments.return_" + outcome + "_title"),
		Text:   t("payments.return_" + outcome + "_text"),
		Action: ch.path("/pay"),
		List:   frontend.SummaryOf(t, "payments.amount", rus.FormatRubles(ch.Amount), "payments.purpose", ch.Purpose),
		Back:   frontend.Button{Text: t("payments.back"), Href: h.backOf(ch), Classes: "govuk-button--secondary"},
	}
	if outcome == "surplus" {
		page.Back.Href = "/payments" // the application may have been erased
	}
	if page.Back.Href == "/payments" {
		page.Back.Text = t("payments_charge.back")
	}
	if p != nil {
		page.List = frontend.SummaryOf(t, "payments.number", p.Receipt, "payments.amount", rus.FormatRubles(p.Total()), "payments_means.fee", rublesOrNone(p.Fee),
			"payments.received", receivedText(p), "payments.purpose", ch.Purpose,
			"payments.started", rus.FormatDateTime(p.CreatedAt, web.Lang(c)))
	}
	switch outcome {
	case "checking":
		page.Refresh, page.Warn = 5, t("payments.return_dont_repeat")
		if p.ConfirmationURL != nil {
			page.Bank = *p.ConfirmationURL
		}
	case "unheard":
		page.Refresh = 10
		page.Retry = frontend.Button{Text: t("payments.retry_bank"), PreventDoubleClick: true}
	case "reversed":
		page.Retry = frontend.Button{Text: t("payments.retry"), PreventDoubleClick: true}
	case "failed":
		page.Reason = reasonText(h.Pages, web.Lang(c), p.Reason)
		page.Retry = frontend.Button{Text: t("payments.retry"), PreventDoubleClick: true}
	case "expired":
		page.Retry = frontend.Button{Text: t("payments.retry"), PreventDoubleClick: true}
	case "mismatch":
		page.Warn = t("payments.return_dont_repeat")
	}
	return returnView.Render(c, h.Pages, page)
}

// receivedText is what the bank took, when that is not what was asked.
func receivedText(p *Payment) string {
	if p.Received == nil || *p.Received == p.Total() {
		return ""
	}
	return rus.FormatRubles(*p.Received)
}

// reasonText explains the bank's reason, in general words when it is one that we do not know.
func reasonText(pages *frontend.Pages, lang i18n.Lang, reason string) string {
	key := reasonKey(reason)
	if !pages.Bundle.Has(i18n.RU, key) {
		key = "payments.reason_other"
	}
	return pages.T(lang, key)
}

func reasonKey(reason string) string { return "payments.reason_" + strings.ToLower(reason) }

func amountReceived(p *Payment) int64 {
	if p.Received != nil {
		return *p.Received
	}
	return p.Total()
}
