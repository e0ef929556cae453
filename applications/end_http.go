package applications

import (
	"context"

	"github.com/gofiber/fiber/v2"
	"github.com/jackc/pgx/v5"

	"tamga/frontend"
	"tamga/internal/i18n"
)

const endPage frontend.Page[endView] = "applications/end.html"

// endView asks whether to end an application: there is no way back.
type endView struct {
	Service i18n.Text
	Kind    string // "cancel", "decline": part of the locale keys
	Joint   bool
	Paid    bool
	Sent    bool           // the department is to be told
	Slot    bool           // a time is given back
	Reason  frontend.Field // what to tell the department
	Action  string
	Back    string
}

func (h *Handler) showCancel(c *fiber.Ctx) error  { return h.showEnd(c, "cancel") }
func (h *Handler) showDecline(c *fiber.Ctx) error { return h.showEnd(c, "decline") }

func (h *Handler) showEnd(c *fiber.Ctx, kind string) error {
	_, d, err := h.read(c)
	if err != nil {
		return err
	}
	if !d.State.Open() && kind == "decline" || kind == "decline" && d.Me.Position == 0 || kind == "cancel" && !d.cancellable() {
		return seeOther(c, applicationPath(d.ID, ""))
	}
	return endPage.Render(c, h.Pages, endView{Service: d.Definition.Name, Kind: kind, Joint: len(d.Parties) > 1,
		Paid: d.PaidCharge != nil, Sent: d.wasSent(), Slot: d.Booking != nil, Reason: h.reasonField(c),
		Action: applicationPath(d.ID, "/"+kind), Back: applicationPath(d.ID, "")})
}

// maxReason is how much of a reason is kept: it is a courtesy to the department and not a letter.
const maxReason = 300

func (h *Handler) reasonField(c *fiber.Ctx) frontend.Field {
	t := h.Pages.Texts(c)
	return frontend.Field{Input: &frontend.Input{Name: "reason", Label: frontend.Label{Text: t("applications_after.cancel_reason")},
		Hint: frontend.Hint{Text: t("applications_after.cancel_reason_hint")}}}
}

func (h *Handler) doCancel(c *fiber.Ctx) error {
	reason := cut(c.FormValue("reason"), maxReason)
	err := h.change(c, func(ctx context.Context, tx pgx.Tx, _ *Person, d *dossier) error { return h.cancel(ctx, tx, d, reason) })
	return h.ended(c, err)
}

func (h *Handler) doDecline(c *fiber.Ctx) error {
	err := h.change(c, func(ctx context.Context, tx pgx.Tx, _ *Person, d *dossier) error { return h.decline(ctx, tx, d, d.Me) })
	return h.ended(c, err)
}

func (h *Handler) ended(c *fiber.Ctx, err error) error {
	if err != nil {
		return h.settled(c, err)
	}
	return seeOther(c, "/applications/"+c.Params("id"))
}
