package portal

import (
	"context"
	"errors"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/jackc/pgx/v5"

	"tamga/documents"
	"tamga/frontend"
	"tamga/internal/fault"
	"tamga/internal/rus"
)

// resetPurpose names the codes of this page.
const resetPurpose = "portal-reset"

type resetPage struct {
	frontend.Errors
	Next   string
	Phone  frontend.Input
	SignIn string
}

type resetCodePage struct {
	frontend.Errors
	Next     string
	Phone    string // masked
	Code     frontend.Input
	Password frontend.PasswordInput
	Again    string
}

const (
	resetTemplate     frontend.Page[resetPage]     = "portal/reset.html"
	resetCodeTemplate frontend.Page[resetCodePage] = "portal/reset-code.html"
)

func (h *Handler) showReset(c *fiber.Ctx) error {
	return resetTemplate.Render(c, h.Pages, h.resetForm(c, c.Query("next"), rus.FormatPhone(h.typedPhone(c))))
}

// sendReset sends a code to the owner of an account, and nothing to others. The page is the same for both.
func (h *Handler) sendReset(c *fiber.Ctx) error {
	ctx := c.UserContext()
	page := h.resetForm(c, c.FormValue("next"), c.FormValue("phone"))
	phone, err := rus.MobilePhone(c.FormValue("phone"))
	if err != nil {
		page.Errors.Add("phone", h.text(c, err))
		page.Phone.ErrorMessage = page.Errors.Message("phone")
		return resetTemplate.Render(c.Status(fiber.StatusUnprocessableEntity), h.Pages, page)
	}
	if err := h.allowSMS(c, phone); err != nil {
		return err
	}
	// A code belongs to the browser that asks for it: else a stranger who knows the phone could spend its attempts.
	code, err := h.Codes.Issue(ctx, resetPurpose, h.rememberPhone(c, phone))
	switch {
	case errors.Is(err, fault.TooMany): // one is on its way
	case err != nil:
		return err
	default:
		if err := h.sendCode(c, phone, code); err != nil {
			return err
		}
	}
	return seeOther(c, withNext("/reset/code", page.Next))
}

// sendCode does the same work for a phone without an account, and takes it back: the time of the answer tells little.
func (h *Handler) sendCode(c *fiber.Ctx, phone, code string) error {
	err := h.inTx(c.UserContext(), func(tx pgx.Tx) error {
		_, unknown := accountByPhone(c.UserContext(), tx, phone)
		if unknown != nil && !errors.Is(unknown, fault.NotFound) {
			return unknown
		}
		if err := h.sms(c, tx, phone, "portal.code", "portal.sms_code", code); err != nil {
			return err
		}
		return unknown
	})
	if errors.Is(err, fault.NotFound) {
		return nil
	}
	return err
}

func (h *Handler) showResetCode(c *fiber.Ctx) error {
	phone := h.typedPhone(c)
	if phone == "" {
		return seeOther(c, withNext("/reset", c.Query("next")))
	}
	return resetCodeTemplate.Render(c, h.Pages, h.resetCodeForm(c, c.Query("next"), phone))
}

// resetPassword sets a new password by a code and signs in. All other sessions end.
func (h *Handler) resetPassword(c *fiber.Ctx) error {
	phone := h.typedPhone(c)
	if phone == "" {
		return seeOther(c, withNext("/reset", c.FormValue("next")))
	}
	if err := h.Guesses.AllowAddress(c); err != nil {
		return err
	}
	t, page := h.Pages.Texts(c), h.resetCodeForm(c, c.FormValue("next"), phone)
	password := c.FormValue("password")
	if !strong(password) { // before the code, which is good once
		page.Errors.Add("password", t("portal.password_weak"))
	}
	var a *Account
	if !page.Errors.Any() {
		var err error
		if a, err = h.accountByCode(c, phone, strings.Join(strings.Fields(c.FormValue("code")), "")); err != nil {
			var known *fault.Error
			if !errors.As(err, &known) {
				return err
			}
			page.Errors.Add("code", h.text(c, err))
		}
	}
	if page.Errors.Any() {
		page.Code.Value = c.FormValue("code")
		page.Code.ErrorMessage, page.Password.ErrorMessage = page.Errors.Message("code"), page.Errors.Message("password")
		return resetCodeTemplate.Render(c.Status(fiber.StatusUnprocessableEntity), h.Pages, page)
	}
	if !a.Bound() {
		if err := h.forgetFormer(c.UserContext(), a); err != nil {
			return err
		}
	}
	if err := h.putPassword(c, a, password); err != nil {
		return err
	}
	h.Guesses.Remember(c, phone)
	if err := h.start(c, a, "", 0); err != nil {
		return err
	}
	return seeOther(c, nextOr(page.Next))
}

// forgetFormer takes away what may be the former owner's of a number: documents, and cards that would pay for the new one.
func (h *Handler) forgetFormer(ctx context.Context, a *Account) error {
	return h.inTx(ctx, func(tx pgx.Tx) error {
		if err := h.leave(ctx, tx, a.ID); err != nil {
			return err
		}
		return documents.Forget(ctx, tx, a.ID, true)
	})
}

func (h *Handler) accountByCode(c *fiber.Ctx, phone, code string) (*Account, error) {
	if err := h.Codes.Check(c.UserContext(), resetPurpose, h.phoneDealings(c), code); err != nil {
		return nil, err
	}
	return accountByPhone(c.UserContext(), h.DB, phone)
}

func (h *Handler) resetForm(c *fiber.Ctx, next, phone string) resetPage {
	next = localPath(next)
	return resetPage{Next: next, Phone: phoneInput(h.Pages.Texts(c), phone, "tel"), SignIn: withNext("/sign-in", next)}
}

func (h *Handler) resetCodeForm(c *fiber.Ctx, next, phone string) resetCodePage {
	t := h.Pages.Texts(c)
	next = localPath(next)
	return resetCodePage{Next: next, Phone: rus.MaskPhone(phone), Again: withNext("/reset", next),
		Code: frontend.Input{Name: "code", Inputmode: "numeric", Autocomplete: "one-time-code", Classes: "govuk-input--width-10",
			Label: frontend.Label{Text: t("portal.code")}},
		Password: newPasswordInput(t)}
}

func newPasswordInput(t func(string, ...any) string) frontend.PasswordInput {
	in := passwordInput(t("portal.password_new"))
	in.Autocomplete, in.Hint = "new-password", frontend.Hint{Text: t("portal.password_rule")}
	return in
}
