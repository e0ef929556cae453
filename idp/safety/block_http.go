package safety

import (
	"github.com/gofiber/fiber/v2"
	"github.com/jackc/pgx/v5"

	"tamga/frontend"
	"tamga/idp/account"
)

func (h *Handler) showBlock(c *fiber.Ctx, _ *account.Account) error {
	t := h.Pages.Texts(c)
	return h.form(c, formPage{Title: t("idp_safety.block_title"), Lead: []string{t("idp_safety.block_lead"), t("idp_safety.block_back")},
		Action: "/profile/block", Send: warningButton(t("idp_safety.block_send")), Back: h.back(c)})
}

// blockOwn shuts the person's own account, and with it this very session.
func (h *Handler) blockOwn(c *fiber.Ctx, a *account.Account) error {
	ctx := c.UserContext()
	err := h.inTx(ctx, func(tx pgx.Tx) error {
		return h.block(ctx, tx, a.ID, bySelf, actorOf(c, a.ID), "", "blocked_self")
	})
	if err != nil {
		return err
	}
	if err := h.Sessions.End(c); err != nil {
		return err
	}
	frontend.SetLayout(c, func(l *frontend.Layout) { l.User = nil })
	t := h.Pages.Texts(c)
	return messageFile.Render(c, h.Pages, messagePage{Title: t("idp_safety.blocked_title"), Text: []string{t("idp_safety.blocked_self")},
		Next: frontend.Button{Text: t("idp_safety.recover"), Href: recoveryPath}})
}
