package portal

import (
	"errors"
	"net/url"
	"time"

	"github.com/gofiber/fiber/v2"

	"tamga/frontend"
	"tamga/internal/fault"
	"tamga/internal/rus"
)

type signInPage struct {
	frontend.Errors
	Sent     string // the masked phone that an SMS was sent to
	Back     bool   // after the sign-in the reader returns to a page
	Next     string
	Phone    frontend.Input
	Password frontend.PasswordInput
	Remember frontend.Checkboxes
	Register string
	Reset    string
	ESIA     string
}

const signInTemplate frontend.Page[signInPage] = "portal/sign-in.html"

func (h *Handler) showSignIn(c *fiber.Ctx) error {
	if current(c) != nil {
		return seeOther(c, nextOr(c.Query("next")))
	}
	phone := h.typedPhone(c)
	page := h.signInForm(c, c.Query("next"), rus.FormatPhone(phone))
	if c.Query("sent") != "" && phone != "" {
		page.Sent = rus.MaskPhone(phone)
	}
	return signInTemplate.Render(c, h.Pages, page)
}

func (h *Handler) signIn(c *fiber.Ctx) error {
	page := h.signInForm(c, c.FormValue("next"), c.FormValue("phone"))
	a, err := h.readSignIn(c, &page.Errors)
	if err != nil {
		return err
	}
	if page.Errors.Any() {
		page.Phone.ErrorMessage, page.Password.ErrorMessage = page.Errors.Message("phone"), page.Errors.Message("password")
		return signInTemplate.Render(c.Status(fiber.StatusUnprocessableEntity), h.Pages, page)
	}
	first, remember := a.LastSeenAt == nil, time.Duration(0)
	if c.FormValue("remember") != "" {
		remember = rememberFor
	}
	if err := h.start(c, a, "", remember); err != nil {
		return err
	}
	if first {
		return seeOther(c, withNext("/welcome", page.Next))
	}
	return seeOther(c, nextOr(page.Next))
}

// readSignIn returns the account of the phone and password in the form, or notes the mistakes.
func (h *Handler) readSignIn(c *fiber.Ctx, wrong *frontend.Errors) (*Account, error) {
	t := h.Pages.Texts(c)
	phone, err := rus.MobilePhone(c.FormValue("phone"))
	if err != nil {
		wrong.Add("phone", h.text(c, err))
	}
	if c.FormValue("password") == "" {
		wrong.Add("password", t("portal.password_empty"))
	}
	if wrong.Any() {
		return nil, nil
	}
	a, err := h.authenticate(c, phone, c.FormValue("password"))
	if err == nil && a == nil {
		wrong.Add("password", t("portal.password_wrong"))
	}
	return a, err
}

// authenticate returns the account with this password, or nil. An absent account costs the same time as a wrong password.
func (h *Handler) authenticate(c *fiber.Ctx, phone, password string) (*Account, error) {
	ctx := c.UserContext()
	if err := h.Guesses.Allow(c, phone); err != nil {
		return nil, err
	}
	if len(password) > 4*maxPassword {
		password = ""
	}
	a, err := accountByPhone(ctx, h.DB, phone)
	if errors.Is(err, fault.NotFound) || err == nil && a.PasswordHash == nil {
		return nil, h.Hasher.VerifyDummy(ctx, password)
	}
	if err != nil {
		return nil, err
	}
	ok, weak, err := h.Hasher.Verify(ctx, *a.PasswordHash, password)
	if err != nil || !ok {
		return nil, err
	}
	if weak {
		hash, err := h.Hasher.Hash(ctx, password)
		if err != nil {
			return nil, err
		}
		if err := rehashPassword(ctx, h.DB, a.ID, *a.PasswordHash, hash); err != nil {
			return nil, err
		}
	}
	h.Guesses.Remember(c, phone)
	return a, nil
}

func (h *Handler) signInForm(c *fiber.Ctx, next, phone string) signInPage {
	t := h.Pages.Texts(c)
	next = localPath(next)
	page := signInPage{Next: next, Back: next != "", Register: withNext("/register", next), Reset: withNext("/reset", next),
		ESIA: withNext("/esia/start", next), Phone: phoneInput(t, phone, "username"), Password: passwordInput(t("portal.password")),
		Remember: frontend.Checkboxes{Name: "remember", Classes: "govuk-checkboxes--small",
			Items: []frontend.Choice{{Value: "yes", Text: t("portal.remember"), Hint: frontend.Hint{Text: t("portal.remember_hint")}}}}}
	if c.FormValue("remember") != "" {
		page.Remember.Values = []string{"yes"}
	}
	return page
}

func passwordInput(label string) frontend.PasswordInput {
	return frontend.PasswordInput{Name: "password", Label: frontend.Label{Text: label}, Classes: "govuk-input--width-20"}
}

// addQuery adds a value to an address of ours.
func addQuery(path, key, value string) string {
	u, err := url.Parse(path)
	if err != nil {
		return path
	}
	query := u.Query()
	query.Set(key, value)
	u.RawQuery = query.Encode()
	return u.String()
}
