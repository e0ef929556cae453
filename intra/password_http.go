package intra

import (
	"regexp"

	"github.com/gofiber/fiber/v2"

	"tamga/frontend"
	"tamga/internal/fault"
)

type passwordPage struct {
	frontend.Errors
	Temporary bool
	Old       frontend.PasswordInput // not asked while the password is a temporary one: it was typed a moment ago
	First     frontend.PasswordInput
	Second    frontend.PasswordInput
}

const passwordTemplate = frontend.Page[passwordPage]("intra/password.html")

// signedIn returns the employee even while the password is a temporary one.
func signedIn(c *fiber.Ctx) (*Employee, error) {
	e, ok := c.Locals(keyEmployee).(*Employee)
	if !ok {
		return nil, fault.New(fault.SignIn, "intra.sign_in_first")
	}
	return e, nil
}

func (h *Handler) showPassword(c *fiber.Ctx) error {
	e, err := signedIn(c)
	if err != nil {
		return err
	}
	return passwordTemplate.Render(c, h.Pages, h.passwordForm(c, e))
}

func (h *Handler) changePassword(c *fiber.Ctx) error {
	e, err := signedIn(c)
	if err != nil {
		return err
	}
	ctx, t, page := c.UserContext(), h.Pages.Texts(c), h.passwordForm(c, e)
	first := c.FormValue("first")
	if !e.Temporary {
		if err := h.confirmOwner(c, e, &page); err != nil {
			return err
		}
	}
	if len(first) > maxPassword {
		first = "" // too much to hash
	}
	same, _, err := h.Hasher.Verify(ctx, e.PasswordHash, first)
	switch {
	case err != nil:
		return err
	case !strong(first):
		page.Errors.Add("first", t("intra.password_weak"))
	case same:
		page.Errors.Add("first", t("intra.password_same"))
	case first != c.FormValue("second"):
		page.Errors.Add("second", t("intra.password_differs"))
	}
	if page.Errors.Any() {
		page.First.ErrorMessage, page.Second.ErrorMessage = page.Errors.Message("first"), page.Errors.Message("second")
		return passwordTemplate.Render(c.Status(fiber.StatusUnprocessableEntity), h.Pages, page)
	}
	hash, err := h.Hasher.Hash(ctx, first)
	if err != nil {
		return err
	}
	if err := setPassword(ctx, h.DB, e, hash, h.Now()); err != nil {
		return err
	}
	if err := h.start(c, e); err != nil {
		return err
	}
	return c.Redirect("/", fiber.StatusSeeOther)
}

// confirmOwner checks the password in force, or notes the mistake: whoever finds an office empty must not take the name over.
func (h *Handler) confirmOwner(c *fiber.Ctx, e *Employee, page *passwordPage) error {
	if err := h.Guesses.Allow(c, e.ID.String()); err != nil {
		return err
	}
	old := c.FormValue("old")
	if len(old) > maxPassword {
		old = ""
	}
	ok, _, err := h.Hasher.Verify(c.UserContext(), e.PasswordHash, old)
	if err == nil && !ok {
		page.Errors.Add("old", h.Pages.Texts(c)("intra.password_not_yours"))
		page.Old.ErrorMessage = page.Errors.Message("old")
	}
	return err
}

func (h *Handler) passwordForm(c *fiber.Ctx, e *Employee) passwordPage {
	t := h.Pages.Texts(c)
	return passwordPage{
		Temporary: e.Temporary,
		Old:       frontend.PasswordInput{Name: "old", Label: frontend.Label{Text: t("intra.password_old")}},
		First: frontend.PasswordInput{Name: "first", Autocomplete: "new-password", Label: frontend.Label{Text: t("intra.password_new")},
			Hint: frontend.Hint{Text: t("intra.password_rule")}},
		Second: frontend.PasswordInput{Name: "second", Autocomplete: "new-password", Label: frontend.Label{Text: t("intra.password_again")}},
	}
}

var (
	lower = regexp.MustCompile(`[a-zа-яё]`)
	upper = regexp.MustCompile(`[A-ZА-ЯЁ]`)
	digit = regexp.MustCompile(`[0-9]`)
)

// maxPassword bounds what is hashed, in bytes.
const maxPassword = 400

// strong tells whether a password has ten characters with lower case, upper case and digits: two more than the citizens' rule,
// as one password here opens the payments of a whole republic.
func strong(password string) bool {
	return len([]rune(password)) >= 10 && lower.MatchString(password) && upper.MatchString(password) && digit.MatchString(password)
}
