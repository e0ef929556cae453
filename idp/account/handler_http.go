package account

import (
	"context"
	"errors"
	"net/url"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"tamga/frontend"
	"tamga/internal/db"
	"tamga/internal/fault"
	"tamga/internal/notify"
	"tamga/internal/rus"
	"tamga/internal/secret"
	"tamga/internal/web"
)

// Handler serves registration, sign-in and the person's own pages.
type Handler struct {
	DB        db.DB
	River     *river.Client[pgx.Tx]
	Pages     *frontend.Pages
	Sessions  *Sessions
	Limit     *web.Limiter
	Guesses   *web.Guesses
	Box       *secret.Box
	Passwords *secret.Hasher
	Notify    *notify.Outbox
	Now       func() time.Time
	PublicURL string // address of the provider, for links in messages
	Secure    bool   // cookies over TLS only

	// Waiting says which client waits for the request, or returns nil. The sign-in pages name it.
	Waiting func(context.Context, uuid.UUID) *Waiting
	// AllowForm lets the redirects that follow a form leave for origin.
	AllowForm func(c *fiber.Ctx, origin string)
	// Born is called when an account has been made, in the same transaction; may be nil.
	Born func(ctx context.Context, tx pgx.Tx, account uuid.UUID) error
	// More are further lines of the map on the profile page, for those to whom they are open; may be nil.
	More func(context.Context, *Account) ([]MenuItem, error)
	// Proofs are what there is beside the password.
	Proofs Proofs

	recalled recalled
}

// Waiting is a client whose request waits for the person.
type Waiting struct {
	Name      string
	Origin    string
	LoginHint string
	Path      string // where the person goes on when nothing is left to do here: "/oauth2/consent"
}

// Mount registers the routes.
func (h *Handler) Mount(r fiber.Router) {
	r.Get("/", h.showStart)
	r.Get("/registration", h.showRegistration)
	r.Post("/registration", h.register)
	r.Get("/registration/code", h.showCode)
	r.Post("/registration/code", h.enterCode)
	r.Post("/registration/resend", h.resendCode)
	r.Get("/registration/password", h.showPassword)
	r.Post("/registration/password", h.choosePassword)
	r.Get("/registration/done", h.showRegistered)
	r.Get("/email/confirm", h.showConfirmEmail)
	r.Post("/email/confirm", h.confirmEmail)
	r.Get("/login", h.showLogin)
	r.Post("/login", h.login)
	r.Get("/profile", h.showProfile)
	r.Post("/profile/email", h.sendConfirmation)
	r.Get("/profile/data", h.showData)
	r.Post("/profile/data", h.sendData)
	r.Post("/profile/data/drop", h.dropData)
	r.Get("/profile/checks", h.showChecks)
}

func (h *Handler) showStart(c *fiber.Ctx) error {
	if web.Current(c) != nil {
		return c.Redirect("/profile", fiber.StatusSeeOther)
	}
	return c.Redirect("/login", fiber.StatusSeeOther)
}

// requestID returns the client's request that the page belongs to, or nil.
func requestID(c *fiber.Ctx) *uuid.UUID {
	text := c.Query("request")
	switch {
	case c.Method() == fiber.MethodPost:
		text = c.FormValue("request")
	case text == "" && c.Path() == loginPath:
		text = c.Cookies(requestCookie)
	}
	id, err := uuid.Parse(text)
	if err != nil {
		return nil
	}
	return &id
}

const (
	loginPath     = "/login"
	requestCookie = "tamga_id_request"
	requestRecall = 10 * time.Minute
)

// AskToSignIn leads to the sign-in page by its bare address, as ESIA does and some of its clients check. A cookie says which request
// waits; the page's form carries it on, so a second tab cannot change whose form it is.
func AskToSignIn(c *fiber.Ctx, request uuid.UUID, secure bool) error {
	c.Cookie(&fiber.Cookie{Name: requestCookie, Value: request.String(), Path: loginPath, MaxAge: int(requestRecall.Seconds()), HTTPOnly: true,
		Secure: secure, SameSite: "Lax"})
	return c.Redirect(loginPath, fiber.StatusFound)
}

// waiting returns the client whose request the page belongs to, if it still waits.
func (h *Handler) waiting(c *fiber.Ctx) (*uuid.UUID, *Waiting) {
	id := requestID(c)
	if id == nil {
		return nil, nil
	}
	if c.Method() == fiber.MethodPost {
		if w := h.recalled.get(*id); w != nil {
			return id, w
		}
	}
	w := h.Waiting(c.UserContext(), *id)
	if w == nil {
		return nil, nil
	}
	h.recalled.put(*id, w)
	return id, w
}

// withRequest appends the request to a path, so that the next page knows it too.
func withRequest(path string, id *uuid.UUID) string {
	if id == nil {
		return path
	}
	return path + "?" + url.Values{"request": {id.String()}}.Encode()
}

// onward is where a person goes when nothing is left to do here: on to the client that waits, or to the own profile.
func onward(id *uuid.UUID, w *Waiting) string {
	if w == nil {
		return "/profile"
	}
	return withRequest(w.Path, id)
}

func textOf(id *uuid.UUID) string {
	if id == nil {
		return ""
	}
	return id.String()
}

// person returns the account that is signed in.
func (h *Handler) person(c *fiber.Ctx) (*Account, error) {
	if a := Current(c); a != nil {
		return a, nil
	}
	return nil, fault.New(fault.SignIn, "idp.sign_in_first")
}

// problemOf says in the reader's language what is wrong with a value, or "" when err is nil.
func problemOf(t func(string, ...any) string, err error) string {
	var format *rus.FormatError
	switch {
	case err == nil:
		return ""
	case errors.As(err, &format):
		return t(format.Key, format.Args...)
	case errors.Is(err, errEmail):
		return t("idp.email_wrong")
	}
	return t("idp.value_wrong")
}
