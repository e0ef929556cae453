package factor

import (
	"net/url"
	"time"

	"github.com/gofiber/fiber/v2"

	"tamga/frontend"
	"tamga/idp/account"
	"tamga/internal/fault"
)

const againForm frontend.Page[againPage] = "idp/factor/again.html"

// freshLife is how long after a proof the person may change how the account is protected.
const freshLife = 10 * time.Minute

type againPage struct {
	frontend.Errors
	Next     string
	Username string
	Password frontend.PasswordInput
	Send     frontend.Button
	Passkey  *passkeyForm
}

// Fresh tells whether the person has proved a short while ago to be the one. If not, a handler sends them to AgainPath.
func (h *Handler) Fresh(c *fiber.Ctx) bool {
	in := account.CurrentSignIn(c)
	return in != nil && h.now().Sub(in.AuthenticatedAt) < freshLife
}

// AgainPath is the page that asks a person who is signed in for a proof, and then goes on to next, a page under /profile.
func AgainPath(next string) string { return "/login/again?" + url.Values{"next": {next}}.Encode() }

// own lets a handler be reached by people who are signed in.
func own(handle func(*fiber.Ctx, *account.Account) error) fiber.Handler {
	return func(c *fiber.Ctx) error {
		a := account.Current(c)
		if a == nil {
			return fault.New(fault.SignIn, "idp.sign_in_first")
		}
		return handle(c, a)
	}
}

// fresh lets a handler be reached by people who have just proved to be the ones.
func (h *Handler) fresh(handle func(*fiber.Ctx, *account.Account) error) fiber.Handler {
	return own(func(c *fiber.Ctx, a *account.Account) error {
		if h.Fresh(c) {
			return handle(c, a)
		}
		next := securityPath
		if c.Method() == fiber.MethodGet {
			next = c.OriginalURL()
		}
		return c.Redirect(AgainPath(next), fiber.StatusSeeOther)
	})
}

func (h *Handler) showAgain(c *fiber.Ctx) error {
	return own(func(c *fiber.Ctx, a *account.Account) error { return h.renderAgain(c, a, c.Query("next"), nil) })(c)
}

func (h *Handler) renderAgain(c *fiber.Ctx, a *account.Account, next string, failed error) error {
	t := h.Pages.Texts(c)
	page := againPage{Next: ownPage(next), Username: a.Phone,
		Password: frontend.PasswordInput{Name: "password", Label: frontend.Label{Text: t("idp.password_label")}},
		Send:     frontend.Button{Text: t("idp.next"), PreventDoubleClick: true}}
	s, err := setOf(c.UserContext(), h.DB, a.ID, nil)
	if err != nil {
		return err
	}
	if s.Passkeys > 0 {
		if page.Passkey, err = h.againKey(c); err != nil {
			return err
		}
	}
	if failed != nil {
		text, err := h.problem(c, failed)
		if err != nil {
			return err
		}
		page.Errors.Add("password", text)
		page.Password.ErrorMessage = page.Errors.Message("password")
		c.Status(statusOf(failed))
		frontend.SetLayout(c, func(l *frontend.Layout) { l.Path = AgainPath(page.Next) })
	}
	return againForm.Render(c, h.Pages, page)
}

// enterAgain checks the password, or a passkey; who has a second proof gives that, too.
func (h *Handler) enterAgain(c *fiber.Ctx) error {
	return own(func(c *fiber.Ctx, a *account.Account) error {
		next := ownPage(c.FormValue("next"))
		if c.FormValue("credential") != "" {
			return h.againByPasskey(c, a, next)
		}
		password := c.FormValue("password")
		if password == "" {
			return h.renderAgain(c, a, next, fault.New(fault.Invalid, "idp.password_missing"))
		}
		right, err := h.CheckPassword(c, a, password)
		if err == nil && !right {
			err = fault.New(fault.Invalid, "idp_factor.password_wrong")
			if failed := h.write(c, h.DB, a.ID, "idp.proof_failed", map[string]any{"method": account.MethodPassword}); failed != nil {
				return failed
			}
		}
		if err != nil {
			return h.renderAgain(c, a, next, err)
		}
		return h.afterPassword(c, a, next)
	})(c)
}

func (h *Handler) afterPassword(c *fiber.Ctx, a *account.Account, next string) error {
	s, err := setOf(c.UserContext(), h.DB, a.ID, h.BrowserHash(c))
	if err != nil {
		return err
	}
	if !s.Any() {
		if err := h.Sessions.Strengthen(c, account.MethodPassword); err != nil {
			return err
		}
		return c.Redirect(next, fiber.StatusSeeOther)
	}
	in := account.CurrentSignIn(c)
	f := &half{AccountID: a.ID, SessionID: &in.ID, Methods: in.Methods, Next: next}
	if err := h.begin(c, a, f, s); err != nil {
		return err
	}
	return c.Redirect("/login/second", fiber.StatusSeeOther)
}

// strengthen adds proofs to the current sign-in.
func (h *Handler) strengthen(c *fiber.Ctx, proved []string) error {
	for _, m := range proved {
		if err := h.Sessions.Strengthen(c, m); err != nil {
			return err
		}
	}
	return nil
}
