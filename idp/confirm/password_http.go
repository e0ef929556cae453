package confirm

import (
	"net/netip"
	"time"

	"github.com/gofiber/fiber/v2"

	"tamga/frontend"
	"tamga/idp/account"
	"tamga/internal/fault"
	"tamga/internal/journal"
	"tamga/internal/secret"
	"tamga/internal/web"
)

func (h *Handler) passwordPage(c *fiber.Ctx, token string) *page {
	t := h.Pages.Texts(c)
	field := func(name, label, hint string) frontend.Field {
		return frontend.Field{PasswordInput: &frontend.PasswordInput{Name: name, Label: frontend.Label{Text: t(label)},
			Hint: frontend.Hint{Text: hint}, Autocomplete: "new-password"}}
	}
	return &page{Title: t("idp_confirm.password_title"), Lead: []string{t("idp_confirm.password_lead")}, Forms: []form{{Action: "/confirm/password",
		Hidden: []hidden{{"token", token}}, Send: send(t("idp_confirm.password_send")),
		Fields: []frontend.Field{field("password", "idp_confirm.password_label", t("idp_confirm.password_hint")), field("repeat", "idp_confirm.password_repeat", "")}}}}
}

var linkRate = web.Rate{Burst: 20, Every: time.Minute}

// showPassword asks for a password, if the link from the SMS is good.
func (h *Handler) showPassword(c *fiber.Ctx) error {
	c.Set(fiber.HeaderReferrerPolicy, "no-referrer")
	if err := h.Limit.Allow(c.UserContext(), "idp-first-password", c.IP(), linkRate); err != nil {
		return err
	}
	good, err := linkGood(c.UserContext(), h.DB, secret.HashToken(c.Query("token")), h.Now())
	if err != nil {
		return err
	}
	if !good {
		return fault.New(fault.NotFound, "idp_confirm.link_gone")
	}
	return h.render(c, h.passwordPage(c, c.Query("token")))
}

func (h *Handler) choosePassword(c *fiber.Ctx) error {
	t, token := h.Pages.Texts(c), c.FormValue("token")
	if err := h.Limit.Allow(c.UserContext(), "idp-first-password", c.IP(), linkRate); err != nil {
		return err
	}
	good, err := linkGood(c.UserContext(), h.DB, secret.HashToken(token), h.Now())
	if err != nil {
		return err
	}
	if !good { // before the hash is computed: it is work
		return fault.New(fault.NotFound, "idp_confirm.link_gone")
	}
	p := h.passwordPage(c, token)
	if wrong := account.PasswordProblems(c.FormValue("password")); len(wrong) > 0 {
		p.Errors.Add("password", account.PasswordText(t, wrong))
		return h.render(c, p)
	}
	if c.FormValue("password") != c.FormValue("repeat") {
		p.Errors.Add("repeat", t("idp_confirm.password_differs"))
		return h.render(c, p)
	}
	hash, err := h.Passwords.Hash(c.UserContext(), c.FormValue("password"))
	if err != nil {
		return err
	}
	from, _ := netip.ParseAddr(c.IP())
	if err := h.setFirstPassword(c.UserContext(), secret.HashToken(token), hash, journal.Entry{ActorRole: "citizen", Address: from}); err != nil {
		return err
	}
	return h.render(c, &page{Title: t("idp_confirm.password_done"), Lead: []string{t("idp_confirm.password_done_lead")},
		Next: frontend.Button{Text: t("idp.login_link"), Href: "/login"}})
}
