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
	if !d.State.Open() || kind == "decline" && d.Me.Position == 0 || kind == "cancel" && !d.cancellable() {
		return seeOther(c, applicationPath(d.ID, ""))
	}
	return endPage.Render(c, h.Pages, endView{Service: d.Definition.Name, Kind: kind, Joint: len(d.Parties) > 1,
		Paid: d.PaidCharge != nil, Action: applicationPath(d.ID, "/"+kind), Back: applicationPath(d.ID, "")})
}

func (h *Handler) doCancel(c *fiber.Ctx) error {
	err := h.change(c, func(ctx context.Context, tx pgx.Tx, _ *Person, d *dossier) error { return h.cancel(ctx, tx, d) })
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
