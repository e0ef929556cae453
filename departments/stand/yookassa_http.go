package stand

import (
	"net/http"
	"slices"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/adaptor"

	"tamga/departments/stand/yookassa"
	"tamga/frontend"
	"tamga/internal/db"
	"tamga/internal/fault"
	"tamga/internal/rus"
)

// YooKassa is the stand of YooKassa with the page on which one pays, and books that outlive a restart. Routes:
//
//	     /yookassa/v3/…       the API
//	GET  /yookassa/pay/:id    the page of a payment
//	POST /yookassa/pay/:id    choice: pay, decline with a reason
type YooKassa struct {
	DB    db.DB
	Pages *frontend.Pages
	Stand *yookassa.Stand
}

// YooAPI is the path of the machines' part: exempt it from CSRF.
const YooAPI = "/yookassa/v3/"

// Mount registers the routes.
func (y *YooKassa) Mount(r fiber.Router) {
	r.Use(YooAPI, adaptor.HTTPHandler(http.StripPrefix("/yookassa", y.Stand)))
	r.Get("/yookassa/pay/:id", y.show)
	r.Post("/yookassa/pay/:id", y.decide)
}

// yooReasons are why YooKassa may cancel, in its own words.
var yooReasons = []string{"insufficient_funds", "card_expired", "3d_secure_failed", "fraud_suspected", "issuer_unavailable"}

func (y *YooKassa) show(c *fiber.Ctx) error {
	p, back := y.Stand.Payment(c.Params("id"))
	if p == nil {
		return fault.New(fault.NotFound, "bank.no_payment")
	}
	frontend.SetLayout(c, bankLayout)
	t := y.Pages.Texts(c)
	sum := p.Amount.Value + " ₽"
	if kopecks, err := rus.ParseRubles(p.Amount.Value); err == nil {
		sum = rus.FormatRubles(kopecks)
	}
	page := bankPayPage{Bank: t("bank.yoo_name"), Title: t("bank.yoo_title"), Open: p.Status == "pending", Action: "/yookassa/pay/" + p.ID,
		List: frontend.SummaryList{Rows: []frontend.SummaryRow{frontend.Row(t("bank.amount"), sum),
			frontend.Row(t("bank.description"), p.Description), frontend.Row(t("bank.receipt"), p.Metadata["receipt"])}},
		Pay:     frontend.Button{Text: t("bank.pay", sum), Name: "choice", Value: "pay", PreventDoubleClick: true},
		Decline: frontend.Button{Text: t("bank.decline"), Name: "choice", Value: "decline", Classes: "govuk-button--warning", PreventDoubleClick: true},
		Reason:  frontend.Select{Name: "reason", Label: frontend.Label{Text: t("bank.reason")}, Value: yooReasons[0]},
		Back:    frontend.Button{Text: t("bank.back"), Href: back}}
	for _, name := range yooReasons {
		page.Reason.Items = append(page.Reason.Items, frontend.Option{Value: name, Text: t("bank.reason_" + name)})
	}
	if !page.Open {
		page.Note = t("bank.note_canceled")
		if p.Status != "canceled" {
			page.Note = t("bank.note_succeeded")
		}
	}
	return bankPayView.Render(c, y.Pages, page)
}

// decide does what the payer chose. The call-back may fail: the merchant asks by itself.
func (y *YooKassa) decide(c *fiber.Ctx) error {
	p, back := y.Stand.Payment(c.Params("id"))
	reason := c.FormValue("reason")
	switch {
	case p == nil:
		return fault.New(fault.NotFound, "bank.no_payment")
	case p.Status != "pending":
	case c.FormValue("choice") == "pay":
		_ = y.Stand.Pay(p.ID)
	case c.FormValue("choice") == "decline" && slices.Contains(yooReasons, reason):
		_ = y.Stand.Cancel(p.ID, reason)
	default:
		return fault.New(fault.Invalid, "bank.bad_choice")
	}
	if back == "" { // by QR there is nowhere to go back to: the payer's own page waits
		return c.Redirect("/yookassa/pay/"+p.ID, fiber.StatusSeeOther)
	}
	return c.Redirect(back, fiber.StatusSeeOther)
}
