package safety

import (
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/jackc/pgx/v5"

	"tamga/frontend"
	"tamga/idp/account"
	"tamga/internal/web"
)

// passwordRate bounds the guesses at a password by whoever has got hold of a browser that is signed in.
var passwordRate = web.Rate{Burst: 8, Every: 2 * time.Minute}

// checkPassword compares the password of a field. When it is wrong the page has been shown again, and err is that page's.
func (h *Handler) checkPassword(c *fiber.Ctx, a *account.Account, p *formPage, field string) (ok bool, err error) {
	t := h.Pages.Texts(c)
	if c.FormValue(field) == "" {
		p.Errors.Add(field, t("idp.password_missing"))
		return false, h.form(c, *p)
	}
	if err := h.Limit.Allow(c.UserContext(), "idp-own-password", a.ID.String(), passwordRate); err != nil {
		return false, h.tooMany(c, *p, field, err)
	}
	fits, err := account.PasswordFits(c.UserContext(), h.DB, h.Passwords, a.ID, c.FormValue(field))
	if err != nil || fits {
		return fits, err
	}
	if err := h.record(c.UserContext(), h.DB, actorOf(c, a.ID), a.ID, "password_wrong", "", nil); err != nil {
		return false, err
	}
	p.Errors.Add(field, t("idp_safety.password_wrong"))
	return false, h.form(c, *p)
}

func (h *Handler) passwordPage(c *fiber.Ctx, a *account.Account) formPage {
	t := h.Pages.Texts(c)
	return formPage{
		Title: t("idp_safety.password_title"), Lead: []string{t("idp_safety.password_lead")}, Action: "/profile/password", Username: a.Phone,
		Fields: append([]frontend.Field{passwordField("current", t("idp_safety.password_current"), "", "current-password")}, h.newPassword(c)...),
		Send:   sendButton(t("idp.password_send")), Back: h.back(c),
		Links: []frontend.Link{{Text: t("idp_safety.forgot"), Href: "/login/recovery"}},
	}
}

// newPassword are the two fields of a new password.
func (h *Handler) newPassword(c *fiber.Ctx) []frontend.Field {
	t := h.Pages.Texts(c)
	return []frontend.Field{
		passwordField("password", t("idp.password_new"), t("idp.password_hint"), "new-password"),
		passwordField("repeat", t("idp.password_repeat"), "", "new-password"),
	}
}

// newProblems notes what is wrong with the two fields of a new password.
func newProblems(c *fiber.Ctx, t func(string, ...any) string, e *frontend.Errors) {
	password := c.FormValue("password")
	if broken := account.PasswordProblems(password); len(broken) > 0 {
		e.Add("password", account.PasswordText(t, broken))
	} else if password != c.FormValue("repeat") {
		e.Add("repeat", t("idp.password_differs"))
	}
}

func (h *Handler) showPassword(c *fiber.Ctx, a *account.Account) error {
	return h.form(c, h.passwordPage(c, a))
}

// changePassword asks for the old password itself: that is the fresh proof. Other browsers are signed out.
func (h *Handler) changePassword(c *fiber.Ctx, a *account.Account) error {
	p, t := h.passwordPage(c, a), h.Pages.Texts(c)
	if c.FormValue("current") == "" {
		p.Errors.Add("current", t("idp.password_missing"))
	}
	newProblems(c, t, &p.Errors)
	if !p.Errors.Any() && c.FormValue("password") == c.FormValue("current") {
		p.Errors.Add("password", t("idp_safety.password_same"))
	}
	if p.Errors.Any() {
		return h.form(c, p)
	}
	ok, err := h.checkPassword(c, a, &p, "current")
	if !ok {
		return err
	}
	ctx := c.UserContext()
	hash, err := h.Passwords.Hash(ctx, c.FormValue("password"))
	if err != nil {
		return err
	}
	err = h.inTx(ctx, func(tx pgx.Tx) error {
		if err := account.SetPassword(ctx, tx, a.ID, hash); err != nil {
			return err
		}
		if err := h.Sessions.EndOthers(ctx, tx, a.ID, account.CurrentSignIn(c).ID); err != nil {
			return err
		}
		if err := h.record(ctx, tx, actorOf(c, a.ID), a.ID, "password_changed", "", nil); err != nil {
			return err
		}
		return h.tell(ctx, tx, reachOf(a, web.Lang(c)), "password_changed", h.PublicURL+"/login/recovery")
	})
	if err != nil {
		return err
	}
	return c.Redirect("/profile/safety?done=password", fiber.StatusSeeOther)
}
