package payments

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"tamga/frontend"
	"tamga/internal/fault"
	"tamga/internal/rus"
)

type billPage struct {
	Back   frontend.BackLink
	Charge *Charge
	List   frontend.SummaryList
	QR     string // address of the picture
}

const billView frontend.Page[billPage] = "payments/bill.html"

// showBill shows the requisites of an open charge with a QR code that any bank's application reads.
func (h *Handler) showBill(c *fiber.Ctx) error {
	ch, payee, err := h.openBill(c)
	if err != nil {
		return err
	}
	t := h.Pages.Texts(c)
	return billView.Render(c, h.Pages, billPage{
		Back:   frontend.BackLink{Href: ch.path("")},
		Charge: ch,
		QR:     ch.path("/qr.svg"),
		List: summary(t, "payments.amount", rus.FormatRubles(billSum(ch, h.Now())), "payments.uin", groupUIN(ch.UIN), "payments.purpose", ch.Purpose,
			"payments.payer", shownName(ch), "payments.payee", payee.Name, "payments.inn", payee.INN, "payments.kpp", payee.KPP,
			"payments.bank", payee.BankName, "payments.bik", payee.BIK, "payments.corr_account", payee.CorrAccount,
			"payments.account", payee.Account, "payments.kbk", payee.KBK, "payments.oktmo", payee.OKTMO),
	})
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
