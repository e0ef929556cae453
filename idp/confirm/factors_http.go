package confirm

import (
	"errors"
	"net/netip"

	"github.com/gofiber/fiber/v2"

	"tamga/frontend"
	"tamga/idp/factor"
	"tamga/internal/fault"
	"tamga/internal/journal"
	"tamga/internal/rus"
	"tamga/internal/secret"
	"tamga/internal/web"
)

// factorsForm is the visit of a person who has lost the second proofs.
func (h *Handler) factorsForm(c *fiber.Ctx, p *page, v *visit, fields []frontend.Field) error {
	t, ctx := h.Pages.Texts(c), c.UserContext()
	waiting, err := resetWaiting(ctx, h.DB, v.AccountID)
	if err != nil {
		return err
	}
	set, err := factor.Of(ctx, h.DB, v.AccountID)
	switch {
	case err != nil:
		return err
	case waiting != nil:
		p.Lead = []string{t("idp_confirm.factors_waiting", rus.FormatDateTime(waiting.DueAt, web.Lang(c)))}
	case !set.TOTP && set.Passkeys == 0:
		p.Lead = []string{t("idp_confirm.factors_none")}
	default:
		p.Lead = []string{t("idp_confirm.factors_lead"), t("idp_confirm.factors_delay")}
		p.Forms = []form{{Action: "/operator/visits/" + v.ID.String() + "/factors", Fields: fields, Send: send(t("idp_confirm.factors_send"))}}
	}
	return nil
}

func (h *Handler) removeFactors(c *fiber.Ctx, o *operator, v *visit) error {
	return h.byPassport(c, o, v, forFactors, func() error { return h.askReset(c.UserContext(), o, v) })
}

// byPassport does the one thing of a visit when the passport in hand is the checked one.
func (h *Handler) byPassport(c *fiber.Ctx, o *operator, v *visit, done string, do func() error) error {
	path := "/operator/visits/" + v.ID.String()
	p, err := h.visitPage(c, o, v)
	if err != nil {
		return err
	}
	if len(p.Forms) == 0 { // done already, or not possible: the page says so
		return c.Redirect(path, fiber.StatusSeeOther)
	}
	err = h.passport(c, o, v)
	if told(err) != "" {
		return h.limited(c, p, "passport", err)
	}
	if err == nil {
		err = do()
	}
	if errors.Is(err, fault.Conflict) {
		return c.Redirect(path, fiber.StatusSeeOther)
	}
	if err != nil {
		return err
	}
	return c.Redirect("/operator?done="+done, fiber.StatusSeeOther)
}

// showKeep asks the holder whether they really want to keep the proofs: a mail program that looks at links must not answer for them.
func (h *Handler) showKeep(c *fiber.Ctx) error {
	c.Set(fiber.HeaderReferrerPolicy, "no-referrer")
	r, err := h.resetOf(c, c.Query("token"))
	if err != nil {
		return err
	}
	t := h.Pages.Texts(c)
	return h.render(c, &page{Title: t("idp_confirm.keep_title"), Lead: []string{t("idp_confirm.keep_lead", r.Centre, rus.FormatDateTime(r.DueAt, web.Lang(c)))},
		Forms: []form{{Action: "/confirm/keep", Hidden: []hidden{{"token", c.Query("token")}}, Send: send(t("idp_confirm.keep_send"))}}})
}

func (h *Handler) keep(c *fiber.Ctx) error {
	r, err := h.resetOf(c, c.FormValue("token"))
	if err != nil {
		return err
	}
	from, _ := netip.ParseAddr(c.IP())
	if err := h.keepFactors(c.UserContext(), r, journal.Entry{ActorRole: "citizen", Address: from}); err != nil {
		return err
	}
	t := h.Pages.Texts(c)
	return h.render(c, &page{Title: t("idp_confirm.kept_title"), Lead: []string{t("idp_confirm.kept_lead")},
		Next: frontend.Button{Text: t("idp.login_link"), Href: "/login"}})
}

func (h *Handler) resetOf(c *fiber.Ctx, token string) (*reset, error) {
	if err := h.Limit.Allow(c.UserContext(), "idp-keep", c.IP(), linkRate); err != nil {
		return nil, err
	}
	r, err := resetByToken(c.UserContext(), h.DB, secret.HashToken(token))
	if err == nil && r == nil {
		err = fault.New(fault.NotFound, "idp_confirm.keep_gone")
	}
	return r, err
}

// twoProofs lets operators work only at a sign-in by two proofs: people's accounts hang on theirs. Who has a second proof gives it;
// who has none reads how to switch one on.
func (h *Handler) twoProofs(c *fiber.Ctx, o *operator) (answered bool, err error) {
	if o.Strong {
		return false, nil
	}
	set, err := factor.Of(c.UserContext(), h.DB, o.ID)
	if err != nil {
		return false, err
	}
	if set.Any() {
		return true, c.Redirect(factor.AgainPath("/operator"), fiber.StatusSeeOther)
	}
	t := h.Pages.Texts(c)
	c.Status(fiber.StatusForbidden)
	return true, h.render(c, &page{Title: t("idp_confirm.two_proofs_title"), Caption: o.Centre.Name, Lead: []string{t("idp_confirm.two_proofs_lead")},
		Back: h.backTo(c, "idp.to_profile", "/profile"), Next: frontend.Button{Text: t("idp_confirm.two_proofs_next"), Href: "/profile/security"}})
}
