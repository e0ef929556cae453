package factor

import (
	"context"
	"errors"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/go-webauthn/webauthn/webauthn"
	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/frontend"
	"tamga/idp/account"
	"tamga/internal/db"
	"tamga/internal/fault"
	"tamga/internal/gost"
	"tamga/internal/i18n"
	"tamga/internal/journal"
	"tamga/internal/notify"
	"tamga/internal/secret"
	"tamga/internal/web"
)

// Handler serves the second proof, the ways to sign in without a password, and the page where a person switches them on and off.
type Handler struct {
	DB        db.DB
	Pages     *frontend.Pages
	Sessions  *account.Sessions
	Limit     *web.Limiter
	Box       *secret.Box
	Notify    *notify.Outbox
	Now       func() time.Time
	PublicURL string // address of the provider, for links and for passkeys
	Cookie    string // what the names of our cookies begin with
	Secure    bool   // cookies over TLS only
	Required  bool   // everybody needs a second proof: who has none gets a code by SMS, and nobody can switch the last one off

	// Roots are the authorities whose certificates let people in by an e-signature; without any there is no such way.
	Roots []*gost.Certificate
	// Qualified wants qualified certificates alone. Revoked knows which are revoked; nil: nobody is asked.
	Qualified bool
	Revoked   *gost.Revocations
	// CheckPassword tells whether it is the person's, and counts the attempt.
	CheckPassword func(c *fiber.Ctx, a *account.Account, password string) (bool, error)
	// Waiting says which client waits for the request, or returns nil.
	Waiting func(context.Context, uuid.UUID) *account.Waiting
	// AllowForm lets the redirects that follow a form leave for origin.
	AllowForm func(c *fiber.Ctx, origin string)

	passkeys *webauthn.WebAuthn // nil at an address that cannot have any
}

// What the names of our cookies end with.
const (
	halfCookie    = "_half"    // between the two proofs
	browserCookie = "_browser" // names the browser for a year
	qrCookie      = "_qr"      // the browser that shows a QR code
)

// Mount registers the routes.
func (h *Handler) Mount(r fiber.Router) {
	h.passkeys = newPasskeys(h.PublicURL)
	r.Get("/login/second", h.showSecond)
	r.Post("/login/second", h.enterSecond)
	r.Post("/login/second/send", h.sendSMS)
	r.Post("/login/second/passkey", h.secondPasskey)
	r.Get("/login/again", h.showAgain)
	r.Post("/login/again", h.enterAgain)
	r.Post("/login/passkey", h.signInByPasskey)
	r.Get("/login/qr", h.showQR)
	r.Get("/login/qr/state", h.stateQR)
	r.Get("/qr", h.askPhone)
	r.Post("/qr", h.answerPhone)
	r.Get("/not-me", h.showNotMe)
	r.Post("/not-me", h.notMe)
	h.mountSignature(r)
	h.mountSecurity(r)
}

func (h *Handler) now() time.Time { return h.Now().UTC().Truncate(time.Microsecond) }

func (h *Handler) setCookie(c *fiber.Ctx, name, value, path string, life time.Duration) {
	c.Cookie(&fiber.Cookie{Name: h.Cookie + name, Value: value, Path: path, MaxAge: int(life.Seconds()), HTTPOnly: true,
		Secure: h.Secure, SameSite: "Lax"})
}

// waiting returns the client whose request the page belongs to, if it still waits, and lets the page's form lead there.
func (h *Handler) waiting(c *fiber.Ctx) (*uuid.UUID, *account.Waiting) {
	id := account.RequestOf(c)
	if id == nil {
		return nil, nil
	}
	w := h.Waiting(c.UserContext(), *id)
	if w == nil {
		return nil, nil
	}
	h.AllowForm(c, w.Origin)
	return id, w
}

// write notes in the journal what a person did with the own account.
func (h *Handler) write(c *fiber.Ctx, d db.DB, person uuid.UUID, action string, details map[string]any) error {
	from, _ := netip.ParseAddr(c.IP())
	return journal.Write(c.UserContext(), d, journal.Entry{Actor: person.String(), ActorRole: "citizen", Action: action,
		Subject: person.String(), Details: details, Address: from})
}

// tell sends a person a word about the own account: by e-mail when it is confirmed, or else by SMS.
func (h *Handler) tell(c *fiber.Ctx, tx pgx.Tx, a *account.Account, kind, subject, text string) error {
	m := notify.Message{Channel: notify.SMS, To: a.Phone, Body: text, Kind: "idp." + kind}
	if a.EmailConfirmed {
		m.Channel, m.To, m.Subject = notify.Email, a.Email, subject
	}
	return h.Notify.Send(c.UserContext(), tx, m)
}

// words are texts in the language of a person's messages, which need not be that of whoever sits at the browser.
func (h *Handler) words(a *account.Account) func(string, ...any) string {
	lang := i18n.Parse(string(a.Language))
	return func(key string, args ...any) string { return h.Pages.T(lang, key, args...) }
}

// problem is the text of a fault in the reader's language; any other error is returned as it is.
func (h *Handler) problem(c *fiber.Ctx, err error) (string, error) {
	var f *fault.Error
	if errors.As(err, &f) {
		return h.Pages.Texts(c)(f.Key, f.Args...), nil
	}
	return "", err
}

// statusOf is the status of a form that comes back with a fault.
func statusOf(err error) int { return web.FailureOf(err).Status }

// ownPage returns next if it is a page of the person's own, or else the one about security.
func ownPage(next string) string {
	u, err := url.Parse(next)
	if err != nil || u.Host != "" || u.Scheme != "" || !strings.HasPrefix(next, "/profile") && next != "/operator" || strings.ContainsAny(next, "\\\r\n") {
		return securityPath
	}
	return next
}
