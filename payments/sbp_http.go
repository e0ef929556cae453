package payments

import (
	"github.com/gofiber/fiber/v2"

	"tamga/frontend"
	"tamga/internal/fault"
	"tamga/internal/rus"
)

type sbpPage struct {
	Back    frontend.BackLink
	List    frontend.SummaryList
	QR      string          // address of the picture
	Open    frontend.Button // on a phone the code is a link
	Refresh int             // seconds after which the page asks again
	Check   string          // where one looks whether it is paid
}

const sbpView frontend.Page[sbpPage] = "payments/sbp.html"

// showSBP shows the code of the fast payment system while it waits for the payer.
func (h *Handler) showSBP(c *fiber.Ctx) error {
	ch, err := h.charge(c)
	if err != nil {
		return err
	}
	p, err := lastPayment(c.UserContext(), h.DB, ch.ID)
	if err != nil {
		return err
	}
	if p.State == Pending && p.QR != "" {
		p = h.ask(c.UserContext(), p)
	}
	if p.State != Pending || p.QR == "" {
		return c.Redirect(ch.path("/return"), fiber.StatusSeeOther)
	}
	t := h.Pages.Texts(c)
	return sbpView.Render(c, h.Pages, sbpPage{
		Back:    frontend.BackLink{Href: ch.path("")},
		QR:      ch.path("/sbp.svg"),
		Open:    frontend.Button{Text: t("payments_charge.sbp_open"), Href: p.QR},
		Refresh: 5,
		Check:   ch.path("/return"),
		List:    frontend.SummaryOf(t, "payments.amount", rus.FormatRubles(p.Total()), "payments_means.fee", rublesOrNone(p.Fee), "payments.purpose", ch.Purpose, "payments.number", p.Receipt),
	})
}

func (h *Handler) drawSBP(c *fiber.Ctx) error {
	ch, err := h.charge(c)
	if err != nil {
		return err
	}
	p, err := lastPayment(c.UserContext(), h.DB, ch.ID)
	if err != nil {
		return err
	}
	if p.State != Pending || p.QR == "" {
		return fault.New(fault.NotFound, "payments.no_payment")
	}
	picture, err := billSVG(p.QR)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "image/svg+xml")
	return c.Send(picture)
}
