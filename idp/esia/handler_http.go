package esia

import (
	"cmp"
	"context"
	"log/slog"
	"net/netip"
	"net/url"
	"path"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"tamga/frontend"
	"tamga/idp/account"
	"tamga/idp/oauth"
	"tamga/internal/db"
	"tamga/internal/secret"
	"tamga/internal/web"
)

// Handler serves ESIA's protocol.
type Handler struct {
	DB        db.DB
	Box       *secret.Box
	Pages     *frontend.Pages
	Sessions  *account.Sessions
	Keys      *Keys
	Issuer    string // public address of the provider, without a slash at the end
	Log       *slog.Logger
	Now       func() time.Time
	AllowForm func(c *fiber.Ctx, origin string) // lets the redirects that follow a form leave for origin
	Requests  web.Rate                          // how many may come from one address; requestRate when zero

	flood web.Flood
}

// MachinePaths are where others' servers and pages send forms without our form token.
var MachinePaths = []string{string(ac1), string(te1), string(ac2), string(te3)}

// Mount registers the routes.
func (h *Handler) Mount(r fiber.Router) {
	h.flood.Rate = cmp.Or(h.Requests, requestRate)
	for _, e := range []endpoint{ac1, ac2} {
		r.Get(string(e), h.authorize(e))
		r.Post(string(e), h.authorize(e))
	}
	for _, e := range []endpoint{te1, te3} {
		r.Post(string(e), h.token(e))
	}
	r.Get("/aas/oauth2", h.showProblem)
	r.Get("/aas/continue", oauth.ShowFinished(h.Pages, h.goOn))
	r.Get("/aas/consent", oauth.ShowFinished(h.Pages, h.showConsent))
	r.Post("/aas/consent", oauth.ShowFinished(h.Pages, h.grantConsent))
	r.Post("/aas/cancel", oauth.ShowFinished(h.Pages, h.cancel))
	r.Get("/idp/ext/Logout", h.logout)
	r.Get("/rs/*", h.rest)
	r.Get("/public", h.showPublic)
	r.Get("/public/:file", h.sendPublic)
	h.mountTech(r)
}

// CleanPath takes doubled slashes out of paths of the protocol: libraries join an address that ends in one with a path that
// begins with one. A redirect would lose the body of a POST. It stands before all routes but those for every path.
func CleanPath(c *fiber.Ctx) error {
	if p := c.Path(); strings.Contains(p, "//") {
		clean := path.Clean(p)
		for _, prefix := range []string{"/aas/", "/rs/", "/idp/ext/"} {
			if strings.HasPrefix(clean, prefix) {
				c.Path(clean)
			}
		}
	}
	return c.Next()
}

// maxBody bounds what comes by POST: a request waits in the database for a day.
const maxBody = 64 << 10

// formOf returns the parameters of a request, tidied.
func formOf(c *fiber.Ctx) (url.Values, error) {
	if len(c.Body()) > maxBody {
		return nil, errUnreadable
	}
	query := strings.Clone(string(c.Request().URI().QueryString()))
	body := ""
	if c.Method() == fiber.MethodPost {
		body = strings.Clone(string(c.Body()))
	}
	if strings.HasPrefix(c.Get(fiber.HeaderContentType), fiber.MIMEMultipartForm) { // PHP sends an array so
		sent, err := c.MultipartForm()
		if err != nil {
			return nil, errUnreadable
		}
		body = url.Values(sent.Value).Encode()
	}
	form := readParams(query, body)
	tidy(form)
	return form, nil
}

// person is somebody signed in.
type person struct {
	*account.Account
	SignIn *account.SignIn
}

// personOf returns who is signed in, or nil.
func personOf(c *fiber.Ctx) *person {
	a, in := account.Current(c), account.CurrentSignIn(c)
	if a == nil || in == nil {
		return nil
	}
	return &person{a, in}
}

// Waiting describes the client of a waiting request for the sign-in pages, or returns nil.
func (h *Handler) Waiting(ctx context.Context, id uuid.UUID) *account.Waiting {
	r, err := requestByID(ctx, h.DB, id, h.Now())
	if err != nil || r.UsedAt != nil {
		return nil
	}
	return &account.Waiting{
		Name: r.Client.Name, Origin: originOf(r.Form.Get("redirect_uri")), LoginHint: r.Form.Get("login_hint"), Path: "/aas/continue",
	}
}

// logFailure leaves the cause of an answer that does not tell it.
func (h *Handler) logFailure(c *fiber.Ctx, err error) {
	if h.Log != nil {
		h.Log.Error("esia", "path", c.Path(), "err", err)
	}
}

// addressOf is the reader's address for the journal.
func addressOf(c *fiber.Ctx) netip.Addr {
	from, _ := netip.ParseAddr(c.IP())
	return from
}
