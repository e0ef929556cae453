package safety

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"tamga/idp/account"
	"tamga/internal/rus"
	"tamga/internal/web"
)

// exportRate keeps a script from making the provider pack all day.
var exportRate = web.Rate{Burst: 5, Every: 10 * time.Minute}

func (h *Handler) showExport(c *fiber.Ctx, _ *account.Account) error {
	t := h.Pages.Texts(c)
	return h.form(c, formPage{Title: t("idp_safety.export_title"), Lead: []string{t("idp_safety.export_lead"), t("idp_safety.export_care")},
		Action: "/profile/export", Send: sendButton(t("idp_safety.export_send")), Back: h.back(c)})
}

// export makes the archive on the spot: no copy of somebody's data is left lying about.
func (h *Handler) export(c *fiber.Ctx, a *account.Account) error {
	ctx := c.UserContext()
	if err := h.Limit.Allow(ctx, "idp-export", a.ID.String(), exportRate); err != nil {
		return err
	}
	if err := h.record(ctx, h.DB, actorOf(c, a.ID), a.ID, "exported", "", nil); err != nil {
		return err
	}
	parts, err := h.gather(ctx, a)
	if err != nil {
		return err
	}
	packed, err := archive(parts, words{h.Pages.Bundle, web.Lang(c)}.writePage, h.Now())
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "application/zip")
	c.Set(fiber.HeaderContentDisposition, `attachment; filename="tamga-`+h.Now().In(rus.Moscow).Format(time.DateOnly)+`.zip"`)
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.Send(packed)
}
