package safety

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"tamga/frontend"
	"tamga/idp/account"
	"tamga/internal/fault"
	"tamga/internal/rus"
	"tamga/internal/web"
)

func days(d time.Duration) int { return int(d.Hours() / 24) }

func (h *Handler) deletePage(c *fiber.Ctx, a *account.Account) (formPage, error) {
	t := h.Pages.Texts(c)
	p := formPage{
		Title: t("idp_safety.delete_title"), Action: "/profile/delete", Back: h.back(c), Send: warningButton(t("idp_safety.delete_send")),
		Lead: []string{t("idp_safety.delete_lead"), t("idp_safety.delete_grace", days(RuleAt(h.Now()).Grace)), t("idp_safety.delete_kept")},
	}
	p.Links = []frontend.Link{{Text: t("idp_safety.export_first"), Href: "/profile/export"}}
	in, err := h.obstacles(c.UserContext(), t, a.ID)
	if len(in) > 0 {
		p.Lead, p.Action = append([]string{t("idp_safety.delete_obstacle")}, in...), ""
	}
	return p, err
}

func (h *Handler) showDelete(c *fiber.Ctx, a *account.Account) error {
	p, err := h.deletePage(c, a)
	if err != nil {
		return err
	}
	return h.form(c, p)
}

// sendDeleteCode sends the code that confirms the wish. It is kept like a change of contact, of a phone to itself.
func (h *Handler) sendDeleteCode(c *fiber.Ctx, a *account.Account) error {
	p, err := h.deletePage(c, a)
	if err != nil {
		return err
	}
	if p.Action == "" {
		c.Status(fiber.StatusConflict)
		return h.form(c, p)
	}
	if err := h.maySend(c, a.ID.String()); err != nil {
		return err
	}
	if err := h.codeForDeletion(c.UserContext(), a, web.Lang(c)); err != nil {
		return err
	}
	return c.Redirect("/profile/delete/code", fiber.StatusSeeOther)
}

func (h *Handler) deleteCodePage(c *fiber.Ctx, a *account.Account) formPage {
	t := h.Pages.Texts(c)
	return formPage{
		Title: t("idp_safety.delete_code_title"), Lead: []string{t("idp_safety.delete_code_lead", rus.MaskPhone(a.Phone))},
		Action: "/profile/delete/code", Fields: []frontend.Field{codeField("code", t("idp.code_label"), "")},
		Send: warningButton(t("idp_safety.delete_final")), Back: frontend.Link{Text: t("idp_safety.delete_title"), Href: "/profile/delete"},
	}
}

func (h *Handler) showDeleteCode(c *fiber.Ctx, a *account.Account) error {
	return h.form(c, h.deleteCodePage(c, a))
}

// deleteOwn takes the code and starts the time of grace.
func (h *Handler) deleteOwn(c *fiber.Ctx, a *account.Account) error {
	ctx, t := c.UserContext(), h.Pages.Texts(c)
	problem, err := h.checkDeletionCode(ctx, a.ID, c.FormValue("code"))
	if err != nil {
		return err
	}
	if problem != "" {
		p := h.deleteCodePage(c, a)
		p.Errors.Add("code", t(problem))
		return h.form(c, p)
	}
	in, err := h.obstacles(ctx, t, a.ID)
	if err != nil {
		return err
	}
	if len(in) > 0 {
		return fault.New(fault.Conflict, "idp_safety.delete_obstacle")
	}
	at, err := h.askDeletion(ctx, a, actorOf(c, a.ID), web.Lang(c))
	if err != nil {
		return err
	}
	if err := h.Sessions.End(c); err != nil {
		return err
	}
	frontend.SetLayout(c, func(l *frontend.Layout) { l.User = nil })
	return messageFile.Render(c, h.Pages, messagePage{Title: t("idp_safety.deleting_title"),
		Text: []string{t("idp_safety.deleting_text", rus.FormatDate(at, web.Lang(c)))}})
}
