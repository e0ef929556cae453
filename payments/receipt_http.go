package payments

import (
	"net/url"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"tamga/frontend"
	"tamga/internal/fault"
	"tamga/internal/paper"
	"tamga/internal/rus"
	"tamga/internal/web"
)

type receiptPage struct {
	frontend.Errors
	Title  string
	Panel  frontend.Panel
	List   frontend.SummaryList
	PDF    []frontend.Link // one for each payment
	Extra  []string        // further payments that came for the same charge
	SentTo string

	Charge   string         // of the template that may be saved, "" when there is nothing to save
	Template frontend.Input // its name
	Keep     frontend.Button
	Back     frontend.Button
}

const receiptView frontend.Page[receiptPage] = "payments/receipt.html"

// receiptPDF is the address of the receipt of a payment.
func receiptPDF(ch *Charge, p *Payment) string {
	return ch.path("/receipt.pdf?") + url.Values{"number": {p.Receipt}}.Encode()
}

// showReceipt shows the newest receipt of a charge that is paid, or partly paid, with the papers of all of them.
func (h *Handler) showReceipt(c *fiber.Ctx) error {
	ch, err := h.charge(c)
	if err != nil {
		return err
	}
	return h.renderReceipt(c, ch, templateForm{title: templateTitle(ch.Purpose)})
}

func (h *Handler) renderReceipt(c *fiber.Ctx, ch *Charge, form templateForm) error {
	paid, err := paidOf(c.UserContext(), h.DB, ch.ID)
	if err != nil {
		return err
	}
	if len(paid) == 0 || ch.Status == Cancelled {
		return c.Redirect(ch.path("/return"), fiber.StatusSeeOther)
	}
	payee, err := payeeOf(c.UserContext(), h.DB, ch)
	if err != nil {
		return err
	}
	extra, err := surplusOf(c.UserContext(), h.DB, ch.ID)
	if err != nil {
		return err
	}
	t := h.Pages.Texts(c)
	page := receiptPage{
		Title:  t("payments.receipt_title"),
		Panel:  frontend.Panel{TitleText: t("payments.receipt_title"), Text: t("payments.receipt_number", paid[0].Receipt)},
		SentTo: contact(ch),
		Back:   frontend.Button{Text: t("payments.continue"), Href: h.backOf(ch)},
	}
	if page.List, err = h.receiptList(c, ch, paid[0], payee); err != nil {
		return err
	}
	if ch.Status == Open {
		page.Back.Href = ch.path("")
	}
	if err := h.offerTemplate(c, &page, ch, form); err != nil {
		return err
	}
	for _, p := range paid {
		page.PDF = append(page.PDF, frontend.Link{Href: receiptPDF(ch, p), Text: t("payments_payer.receipt_pdf", p.Receipt, rus.FormatRubles(amountReceived(p)))})
	}
	for _, p := range extra {
		page.Extra = append(page.Extra, t("payments.extra", p.Receipt, rus.FormatRubles(amountReceived(p))))
	}
	if page.Errors.Any() {
		c.Status(fiber.StatusUnprocessableEntity)
	}
	return receiptView.Render(c, h.Pages, page)
}

// accountKey names the account of a payee: a budget has one at the treasury, a company at its bank.
func accountKey(p *Payee) string {
	if p.Treasury {
		return "payments.account"
	}
	return "payments_charge.settlement"
}

// receiptList is what stands on a receipt, on the page and on paper.
func (h *Handler) receiptList(c *fiber.Ctx, ch *Charge, p *Payment, payee *Payee) (frontend.SummaryList, error) {
	rest := ""
	if left := ch.Rest(); left > 0 {
		rest = rus.FormatRubles(left)
	}
	t := h.Pages.Texts(c)
	list := frontend.SummaryOf(t, "payments.number", p.Receipt, "payments.amount", rus.FormatRubles(amountReceived(p)), "payments_means.fee", rublesOrNone(p.FeeTaken),
		"payments_payer.returned", rublesOrNone(p.Refunded), "payments_payer.rest", rest,
		"payments.paid_at", rus.FormatDateTime(*p.PaidAt, web.Lang(c)), "payments.purpose", ch.Purpose, "payments_for.payer", h.paidBy(c, ch, p), "payments_for.whom", forWhom(ch, p), "payments.payer", ownName(ch, p),
		"payments.payee", payee.Name, "payments.inn", payee.INN, "payments.kpp", payee.KPP, "payments.bank", payee.BankName, "payments.bik", payee.BIK,
		accountKey(payee), payee.Account, "payments.uin", rus.FormatUIN(ch.UIN), "payments.kbk", payee.KBK, "payments.oktmo", payee.OKTMO)
	lines, err := paidLines(c.UserContext(), h.DB, p.ID)
	for _, l := range lines {
		list.Rows = append(list.Rows, frontend.Row(t("payments_utility.paid_line", l.Title), rus.FormatRubles(l.Amount)))
	}
	return list, err
}

// printReceipt is the receipt of one payment on paper. The number in the address chooses among the receipts of this charge.
func (h *Handler) printReceipt(c *fiber.Ctx) error {
	ch, err := h.charge(c)
	if err != nil {
		return err
	}
	sheets, err := h.receiptSheets(c, ch)
	if err != nil {
		return err
	}
	number := c.Query("number")
	for _, s := range sheets {
		if number == "" || s.File == "receipt-"+number {
			return h.print(c, s)
		}
	}
	return fault.New(fault.NotFound, "payments.no_payment")
}

// receiptSheets are the receipts of all payments that a charge has taken.
func (h *Handler) receiptSheets(c *fiber.Ctx, ch *Charge) ([]sheet, error) {
	paid, err := paidOf(c.UserContext(), h.DB, ch.ID)
	if err != nil {
		return nil, err
	}
	payee, err := payeeOf(c.UserContext(), h.DB, ch)
	if err != nil {
		return nil, err
	}
	t, check := h.Pages.Texts(c), h.PublicURL+"/receipts"
	var all []sheet
	for _, p := range paid {
		list, err := h.receiptList(c, ch, p, payee)
		if err != nil {
			return nil, err
		}
		all = append(all, sheet{Title: t("payments_payer.receipt_title"), File: "receipt-" + p.Receipt, List: list,
			Code: check + "?" + url.Values{"number": {p.Receipt}}.Encode(), Hint: t("payments_payer.receipt_check", check), Small: t("payments.help"), At: *p.PaidAt})
	}
	return all, nil
}

// sheet is a paper with rows and a QR code.
type sheet struct {
	Title, File string
	List        frontend.SummaryList
	Code, Hint  string // what the code says, and what to do with it
	Small       string
	At          time.Time
}

func (h *Handler) print(c *fiber.Ctx, s sheet) error {
	raw, err := h.draw(c, s)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "application/pdf")
	c.Set(fiber.HeaderContentDisposition, `attachment; filename="`+s.File+`.pdf"`)
	return c.Send(raw)
}

// draw makes the paper, in the reader's language.
func (h *Handler) draw(c *fiber.Ctx, s sheet) ([]byte, error) {
	code, err := qrOf(s.Code)
	if err != nil {
		return nil, err
	}
	t := h.Pages.Texts(c)
	doc := paper.New(paper.Head{Title: s.Title, Lang: string(web.Lang(c)), Foot: strings.TrimPrefix(h.PublicURL, "https://"), Page: t("payments_payer.page"), At: s.At})
	doc.Title(s.Title)
	for _, row := range s.List.Rows {
		doc.Row(row.Key.Text, row.Value.Text)
	}
	doc.Rule()
	doc.Code(60, code.Bounds().Dx(), func(x, y int) bool { return dark(code, x, y) })
	doc.Text(s.Hint)
	doc.Small(s.Small)
	return doc.Bytes()
}
