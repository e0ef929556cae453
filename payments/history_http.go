package payments

import (
	"github.com/gofiber/fiber/v2"

	"tamga/frontend"
	"tamga/internal/rus"
	"tamga/internal/web"
)

// historyLine is a payment in the list of what somebody has paid.
type historyLine struct {
	Href, Sum, Purpose, Note string
	State                    string // "" when the money is where it belongs
}

type historyPage struct {
	Back  frontend.BackLink
	Lines []historyLine
}

const historyView frontend.Page[historyPage] = "payments/history.html"

// showHistory lists what the person has paid, for whomever, with the way to each receipt.
func (h *Handler) showHistory(c *fiber.Ctx) error {
	user, err := h.User(c)
	if err != nil {
		return err
	}
	all, err := historyOf(c.UserContext(), h.DB, user)
	if err != nil {
		return err
	}
	t := h.Pages.Texts(c)
	page := historyPage{Back: frontend.BackLink{Href: "/payments"}}
	for _, p := range all {
		line := historyLine{Href: "/payments/" + p.ChargeID.String() + "/receipt", Sum: rus.FormatRubles(p.Received), Purpose: p.Purpose,
			Note: t("payments_payer.history_line", rus.FormatDateTime(p.PaidAt, web.Lang(c)), p.Receipt)}
		if p.State != Succeeded {
			line.State = t("payments.state_" + string(p.State))
		}
		page.Lines = append(page.Lines, line)
	}
	frontend.SetLayout(c, func(l *frontend.Layout) { l.Robots = "noindex" })
	return historyView.Render(c, h.Pages, page)
}
