package factor

import (
	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"tamga/frontend"
	"tamga/idp/account"
	"tamga/internal/fault"
)

const passkeyFailed frontend.Page[passkeyFailedPage] = "idp/factor/passkey_failed.html"

// passkeyForm is a form that the browser's own dialogue fills.
type passkeyForm = account.PasskeyForm

// passkeyFailedPage says that a passkey did not fit, and what else can be done.
type passkeyFailedPage struct {
	frontend.Errors
	Back frontend.Button
}

const useSignIn = "passkey/sign-in"

// Ways are the ways to sign in that stand on the sign-in page beside the password.
func (h *Handler) Ways(_ *fiber.Ctx, request *uuid.UUID) (account.Ways, error) {
	w := account.Ways{QR: qrPath(request)}
	if len(h.Roots) > 0 {
		w.Signature = account.WithRequest("/login/signature", request)
	}
	if h.passkeys == nil {
		return w, nil
	}
	form, err := h.ask(useSignIn, nil)
	form.Autofill = true
	w.Passkey = &form
	return w, err
}

// signInByPasskey lets a person in whom the passkey names. It asked for a finger or a PIN by itself, so no second proof is due.
func (h *Handler) signInByPasskey(c *fiber.Ctx) error {
	id, w := h.waiting(c)
	if h.passkeys == nil {
		return fault.New(fault.NotFound, "idp_factor.passkey_wrong")
	}
	if err := h.Limit.Allow(c.UserContext(), "idp-second-address", c.IP(), guessAddress); err != nil {
		return err
	}
	a, proved, err := h.check(c.UserContext(), useSignIn, c.FormValue("state"), c.FormValue("credential"), uuid.Nil)
	if err != nil {
		return h.passkeyFailed(c, err, account.WithRequest("/login", id))
	}
	if err := h.start(c, a, proved...); err != nil {
		return err
	}
	return c.Redirect(account.Onward(id, w), fiber.StatusSeeOther)
}

func (h *Handler) passkeyFailed(c *fiber.Ctx, failed error, back string) error {
	text, err := h.problem(c, failed)
	if err != nil {
		return err
	}
	page := passkeyFailedPage{Back: frontend.Button{Text: h.Pages.Texts(c)("idp_factor.passkey_back"), Href: back}}
	page.Errors.AddAt("passkey", "passkey", text)
	c.Status(statusOf(failed))
	frontend.SetLayout(c, func(l *frontend.Layout) { l.Path = back })
	return passkeyFailed.Render(c, h.Pages, page)
}

// secondKey asks for a passkey as the second proof; it fits this half sign-in only.
func (h *Handler) secondKey(c *fiber.Ctx, f *half) (*passkeyForm, error) {
	return h.personKey(c, "passkey/second/"+f.ID.String(), f.AccountID)
}

// againKey asks a person who is signed in for a passkey.
func (h *Handler) againKey(c *fiber.Ctx) (*passkeyForm, error) {
	in := account.CurrentSignIn(c)
	return h.personKey(c, "passkey/again/"+in.ID.String(), in.AccountID)
}

func (h *Handler) personKey(c *fiber.Ctx, use string, person uuid.UUID) (*passkeyForm, error) {
	if h.passkeys == nil {
		return nil, nil
	}
	p, err := h.holderOf(c.UserContext(), person)
	if err != nil || len(p.WebAuthnCredentials()) == 0 {
		return nil, err
	}
	form, err := h.ask(use, &p)
	return &form, err
}

func (h *Handler) secondPasskey(c *fiber.Ctx) error {
	f, err := h.half(c)
	if err != nil {
		return err
	}
	if f == nil || f.Watched || f.SettingUp || h.passkeys == nil {
		return c.Redirect(secondPath(account.RequestOf(c), ""), fiber.StatusSeeOther)
	}
	if err := h.count(c, f, Passkey); err != nil {
		return h.again(c, f, "", err)
	}
	_, proved, err := h.check(c.UserContext(), "passkey/second/"+f.ID.String(), c.FormValue("state"), c.FormValue("credential"), f.AccountID)
	if err != nil {
		if statusOf(err) < 500 {
			err = h.failed(c, f, Passkey, err)
		}
		return h.again(c, f, "", err)
	}
	return h.finish(c, f, Passkey, proved...)
}

func (h *Handler) againByPasskey(c *fiber.Ctx, a *account.Account, next string) error {
	in := account.CurrentSignIn(c)
	if h.passkeys == nil {
		return h.renderAgain(c, a, next, errPasskey)
	}
	_, proved, err := h.check(c.UserContext(), "passkey/again/"+in.ID.String(), c.FormValue("state"), c.FormValue("credential"), a.ID)
	if err != nil {
		return h.renderAgain(c, a, next, err)
	}
	if err := h.strengthen(c, proved); err != nil {
		return err
	}
	return c.Redirect(next, fiber.StatusSeeOther)
}
