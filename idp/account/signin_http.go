package account

import (
	"errors"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/frontend"
	"tamga/internal/fault"
	"tamga/internal/web"
)

const loginForm frontend.Page[loginPage] = "idp/login.html"

type loginPage struct {
	frontend.Errors
	Client   string
	Request  string
	Register string
	Late     bool // the time for the second proof ran out
	Ways     Ways
	Login    frontend.Input
	Password frontend.PasswordInput
	Send     frontend.Button
}

func (h *Handler) loginPage(c *fiber.Ctx) (loginPage, *uuid.UUID, *Waiting) {
	t := h.Pages.Texts(c)
	id, w := h.waiting(c)
	page := loginPage{
		Request: textOf(id), Register: withRequest("/registration", id), Late: c.Query("late") != "",
		Login: frontend.Input{
			Name: "login", Label: frontend.Label{Text: t("idp.login_label")}, Hint: frontend.Hint{Text: t("idp.login_hint")},
			Autocomplete: "username webauthn", Spellcheck: "false", Autocapitalize: "none", Value: c.FormValue("login"),
		},
		Password: frontend.PasswordInput{Name: "password", Label: frontend.Label{Text: t("idp.password_label")}},
		Send:     frontend.Button{Text: t("idp.login_send"), ID: "loginByPwdButton", PreventDoubleClick: true},
	}
	if w != nil {
		page.Client = w.Name
		if page.Login.Value == "" {
			page.Login.Value = w.LoginHint
		}
		h.AllowForm(c, w.Origin)
	}
	return page, id, w
}

func (h *Handler) showLogin(c *fiber.Ctx) error {
	page, id, _ := h.loginPage(c)
	if id == nil && web.Current(c) != nil {
		return c.Redirect("/profile", fiber.StatusSeeOther)
	}
	return h.renderLogin(c, page, id)
}

func (h *Handler) renderLogin(c *fiber.Ctx, page loginPage, id *uuid.UUID) error {
	if page.Errors.Any() || page.Login.Value != "" {
		var err error
		if page.Ways, err = h.Proofs.Ways(c, id); err != nil {
			return err
		}
		return loginForm.Render(c, h.Pages, page)
	}
	own := map[string]string{}
	if id != nil { // the empty form is the same for all, but for whose request waits
		own[frontend.BlankID.String()] = id.String()
		id = &frontend.BlankID
	}
	page.Request, page.Register = textOf(id), withRequest("/registration", id)
	var err error
	if page.Ways, err = h.Proofs.Ways(c, id); err != nil {
		return err
	}
	if p := page.Ways.Passkey; p != nil {
		options, state := frontend.Blank("OPTIONS"), frontend.Blank("STATE")
		own[options], own[state] = p.Options, p.State
		p.Options, p.State = options, state
	}
	return loginForm.RenderCut(c, h.Pages, page.Client, page, own)
}

// login checks the password. Whatever is wrong, the answer is the same.
func (h *Handler) login(c *fiber.Ctx) error {
	page, id, w := h.loginPage(c)
	t := h.Pages.Texts(c)
	typed, password := c.FormValue("login"), c.FormValue("password")
	if typed == "" {
		page.Errors.Add("login", t("idp.login_missing"))
	}
	if password == "" {
		page.Errors.Add("password", t("idp.password_missing"))
	}
	if page.Errors.Any() {
		return h.loginAgain(c, page, id, fiber.StatusUnprocessableEntity)
	}
	who := readIdentifier(h.Box, typed)
	watched, err := h.Guesses.AllowWatched(c, who.name(h.Box, typed))
	if err != nil {
		page.Errors.Add("login", h.limitText(c, err))
		return h.loginAgain(c, page, id, fiber.StatusTooManyRequests)
	}
	found, tried, err := h.signIn(c.UserContext(), who, password)
	if err != nil {
		return err
	}
	if found == nil {
		if err := h.noteFailure(c, tried); err != nil {
			return err
		}
		page.Errors.Add("login", t("idp.login_wrong"))
		return h.loginAgain(c, page, id, fiber.StatusUnprocessableEntity)
	}
	h.Guesses.Remember(c, who.name(h.Box, typed))
	return h.afterPassword(c, found, id, w, watched)
}

// afterPassword signs the person in, or asks for the second proof.
func (h *Handler) afterPassword(c *fiber.Ctx, l *lock, id *uuid.UUID, w *Waiting, watched bool) error {
	a := &l.Account
	if l.Second || watched || h.Proofs.Always {
		page, err := h.Proofs.Second(c, a, id, watched)
		if err != nil {
			return err
		}
		if page != "" {
			return c.Redirect(page, fiber.StatusSeeOther)
		}
	}
	started, err := h.Sessions.startKnown(c, a, h.Proofs.Browser(c), MethodPassword)
	if err == nil && !started {
		err = h.Sessions.StartWith(c, a, func(tx pgx.Tx, in *SignIn) error { return h.Proofs.Entered(c, tx, a, in) }, MethodPassword)
	}
	if err != nil {
		return err
	}
	return c.Redirect(onward(id, w), fiber.StatusSeeOther)
}

func (h *Handler) loginAgain(c *fiber.Ctx, page loginPage, id *uuid.UUID, status int) error {
	page.Login.ErrorMessage, page.Password.ErrorMessage = page.Errors.Message("login"), page.Errors.Message("password")
	c.Status(status)
	return h.renderLogin(c, page, id)
}

// limitText is the text of a limit that was hit.
func (h *Handler) limitText(c *fiber.Ctx, err error) string {
	var f *fault.Error
	if errors.As(err, &f) {
		return h.Pages.Texts(c)(f.Key, f.Args...)
	}
	return ""
}

// start signs in a person who has just registered.
func (h *Handler) start(c *fiber.Ctx, id uuid.UUID, methods ...string) error {
	a, err := ByID(c.UserContext(), h.DB, id)
	if err != nil {
		return err
	}
	return h.Sessions.StartWith(c, a, func(tx pgx.Tx, in *SignIn) error { return h.Proofs.Registered(c, tx, a, in) }, methods...)
}

// RequestOf returns the client's request that a page belongs to, or nil.
func RequestOf(c *fiber.Ctx) *uuid.UUID { return requestID(c) }

// WithRequest appends the client's request to a path, so that the next page knows it too.
func WithRequest(path string, id *uuid.UUID) string { return withRequest(path, id) }

// Onward is where a person goes when nothing is left to do here: on to the client that waits, or to the own profile.
func Onward(id *uuid.UUID, w *Waiting) string { return onward(id, w) }
