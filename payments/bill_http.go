package payments

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"tamga/frontend"
	"tamga/internal/fault"
	"tamga/internal/rus"
	"tamga/internal/web"
)

type billPage struct {
	Back   frontend.BackLink
	Charge *Charge
	List   frontend.SummaryList
	QR     string // address of the picture
	PDF    string
}

const billView frontend.Page[billPage] = "payments/bill.html"

// showBill shows the requisites of an open charge with a QR code that any bank's application reads.
func (h *Handler) showBill(c *fiber.Ctx) error {
	ch, payee, err := h.openBill(c)
	if err != nil {
		return err
	}
	list, err := h.billList(c, ch, payee)
	if err != nil {
		return err
	}
	return billView.Render(c, h.Pages, billPage{
		Back:   frontend.BackLink{Href: ch.path("")},
		Charge: ch,
		QR:     ch.path("/qr.svg"),
		PDF:    ch.path("/bill.pdf"),
		List:   list,
	})
}

// billList is what stands on a bill, on the page and on paper.
func (h *Handler) billList(c *fiber.Ctx, ch *Charge, payee *Payee) (frontend.SummaryList, error) {
	t := h.Pages.Texts(c)
	until := ""
	if d := ch.DiscountAt(h.Now()); d != nil {
		until = rus.FormatDateTime(d.Until.Add(-time.Second), web.Lang(c))
	}
	list := frontend.SummaryOf(t, "payments.amount", rus.FormatRubles(billSum(ch, h.Now())), "payments_charge.discount_until", until,
		"payments.uin", rus.FormatUIN(ch.UIN), "payments.purpose", ch.Purpose,
		"payments.payer", shownName(ch), "payments.payee", payee.Name, "payments.inn", payee.INN, "payments.kpp", payee.KPP,
		"payments.bank", payee.BankName, "payments.bik", payee.BIK, "payments.corr_account", payee.CorrAccount,
		accountKey(payee), payee.Account, "payments.kbk", payee.KBK, "payments.oktmo", payee.OKTMO)
	lines, err := LinesOf(c.UserContext(), h.DB, ch.ID)
	for _, l := range lines {
		list.Rows = append(list.Rows, frontend.Row(l.Title, LineText(t, l)))
	}
	return list, err
}

// printBill is the bill on paper.
func (h *Handler) printBill(c *fiber.Ctx) error {
	ch, payee, err := h.openBill(c)
	if err != nil {
		return err
	}
	list, err := h.billList(c, ch, payee)
	if err != nil {
		return err
	}
	t := h.Pages.Texts(c)
	return h.print(c, sheet{Title: t("payments.bill_title"), File: "bill-" + ch.UIN, List: list, Small: t("payments.bill_slow"),
		Code: billText(ch, payee, billSum(ch, h.Now())), Hint: t("payments.qr_hint"), At: h.Now()})
}

func (h *Handler) drawBill(c *fiber.Ctx) error {
	ch, payee, err := h.openBill(c)
	if err != nil {
		return err
	}
	picture, err := billSVG(billText(ch, payee, billSum(ch, h.Now())))
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "image/svg+xml")
	return c.Send(picture)
}

// billSum is what a bill asks for now.
func billSum(ch *Charge, at time.Time) int64 {
	pay, _ := ch.Offer(at)
	return pay
}

// openBill refuses a bill for what is paid or cancelled: somebody would pay it again.
func (h *Handler) openBill(c *fiber.Ctx) (*Charge, *Payee, error) {
	ch, err := h.charge(c)
	if err != nil {
		return nil, nil, err
	}
	switch ch.Status {
	case Paid:
		return nil, nil, fault.New(fault.Conflict, "payments.already_paid")
	case Cancelled, Refunded:
		return nil, nil, fault.New(fault.Conflict, "payments.cancelled")
	}
	payee, err := payeeOf(c.UserContext(), h.DB, ch)
	return ch, payee, err
}
