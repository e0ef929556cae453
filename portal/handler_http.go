package portal

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/jackc/pgx/v5"
	"github.com/redis/go-redis/v9"

	"tamga/applications"
	"tamga/catalog"
	"tamga/frontend"
	"tamga/internal/db"
	"tamga/internal/fault"
	"tamga/internal/notify"
	"tamga/internal/rus"
	"tamga/internal/secret"
	"tamga/internal/web"
)

// Handler serves the site's own pages.
type Handler struct {
	DB       db.DB
	Redis    redis.UniversalClient
	Pages    *frontend.Pages
	Log      *slog.Logger
	Sessions *web.Sessions
	Hasher   *secret.Hasher
	Box      *secret.Box
	Codes    *secret.Codes
	Limit    *web.Limiter
	Guesses  *web.Guesses
	Notify   *notify.Outbox
	Catalog  *catalog.Catalog
	// Applications give a person's own away in the export; nil leaves them out.
	Applications *applications.Core
	Now          func() time.Time
	People       *People
	PublicURL    string
	Secure       bool

	esia    *provider
	givers  []giver // what other domains hold of a person, for the export
	leavers []leaver
}

// Mount registers the routes.
func (h *Handler) Mount(r fiber.Router) {
	r.Get("/", h.showHome)
	r.Get("/register", h.showRegister)
	r.Post("/register", h.register)
	r.Get("/sign-in", h.showSignIn)
	r.Post("/sign-in", h.signIn)
	r.Post("/sign-out", h.signOut)
	r.Get("/welcome", h.showWelcome)
	r.Post("/welcome", h.saveWelcome)
	r.Get("/reset", h.showReset)
	r.Post("/reset", h.sendReset)
	r.Get("/reset/code", h.showResetCode)
	r.Post("/reset/code", h.resetPassword)

	r.Get("/esia/start", h.startESIA)
	r.Get(CallbackPath, h.finishESIA)
	r.Get("/esia/level", h.showLevel)
	r.Get("/acting", h.showActing)
	r.Post("/acting/self", h.actForSelf)
	r.Get("/esia/bind", h.showBind)
	r.Post("/esia/bind/enter", h.enterBind)
	r.Post("/esia/bind/new", h.newBind)
	r.Post("/esia/bind/confirm", h.confirmBind)

	r.Get("/cabinet", h.showCabinet)
	r.Get("/settings", h.showSettings)
	r.Get("/settings/data", h.showData)
	r.Post("/settings/data", h.saveData)
	r.Get("/settings/password", h.showPassword)
	r.Post("/settings/password", h.changePassword)
	r.Get("/settings/language", h.showLanguage)
	r.Post("/settings/language", h.saveLanguage)
	r.Get("/settings/esia", h.showBinding)
	r.Post("/settings/esia/unbind", h.unbind)
	r.Get("/settings/journal", h.showJournal)
	r.Get("/settings/export", h.showExport)
	r.Post("/settings/export", h.export)
	r.Get("/settings/delete", h.showDelete)
	r.Post("/settings/delete", h.deleteCabinet)
	r.Get("/settings/sessions", h.showSessions)
	r.Post("/settings/sessions/:id<guid>/end", h.endSession)
	r.Post("/settings/leave-others", h.leaveOthers)
	r.Get("/goodbye", h.showGoodbye)

	r.Get("/manifest.webmanifest", h.showManifest)
	r.Get("/worker.:lang<regex((ru|tt|en))>.js", h.showWorker)
	r.Get("/offline", h.showOffline)

	r.Get("/offices", h.showOffices)
	r.Get("/place", h.showPlace)
	r.Post("/place", h.savePlace)
	for path, name := range infoPages {
		r.Get(path, h.showInfo(name))
	}
}

func seeOther(c *fiber.Ctx, path string) error { return c.Redirect(path, fiber.StatusSeeOther) }

// start signs somebody in at this browser. With an ID token the session has ESIA's word.
func (h *Handler) start(c *fiber.Ctx, a *Account, idToken string, remember time.Duration) error {
	return h.startAs(c, a, idToken, "", remember)
}

// startAs is start in the name of an organisation, sealed.
func (h *Handler) startAs(c *fiber.Ctx, a *Account, idToken, organisation string, remember time.Duration) error {
	data := map[string]string{dataEpoch: strconv.Itoa(a.Epoch)}
	if idToken != "" {
		data[dataESIA] = "1"
		data[dataIDToken] = h.sealText(idToken, "session/id_token")
		if organisation != "" {
			data[dataOrganisation] = organisation
		}
	}
	if err := setSeen(c.UserContext(), h.DB, a.ID, h.Now()); err != nil {
		return err
	}
	if err := h.Sessions.Start(c, web.Session{Person: a.ID, Name: a.ShortName(), Data: data}, remember); err != nil {
		return fault.New(fault.Unavailable, "portal.sign_in_down")
	}
	if c.Cookies("lang") == "" && a.Lang != "" {
		rememberLang(c, a.Lang)
	}
	c.Locals(keyAccount, a)
	return nil
}

// text says what a mistake is in the reader's words.
func (h *Handler) text(c *fiber.Ctx, err error) string {
	t := h.Pages.Texts(c)
	var format *rus.FormatError
	var known *fault.Error
	switch {
	case errors.As(err, &format):
		return t(format.Key, format.Args...)
	case errors.As(err, &known):
		return t(known.Key, known.Args...)
	}
	return t("errors.invalid_title")
}

// sms sends a short message with the text of key, in the caller's transaction.
func (h *Handler) sms(c *fiber.Ctx, tx pgx.Tx, phone, kind, key string, args ...any) error {
	return h.Notify.Send(c.UserContext(), tx, notify.Message{Channel: notify.SMS, To: phone, Kind: kind,
		Body: h.Pages.Texts(c)(key, args...)})
}

func (h *Handler) inTx(ctx context.Context, f func(pgx.Tx) error) error {
	return pgx.BeginFunc(ctx, h.DB, f)
}

// sealText and openText keep a short text where others may read: in a cookie, in Redis.
func (h *Handler) sealText(text, place string) string {
	return base64.RawURLEncoding.EncodeToString(h.Box.Seal([]byte(text), []byte(place)))
}

func (h *Handler) openText(sealed, place string) string { return openText(h.Box, sealed, place) }

func openText(box *secret.Box, sealed, place string) string {
	raw, err := base64.RawURLEncoding.DecodeString(sealed)
	if err != nil {
		return ""
	}
	text, err := box.Open(raw, []byte(place))
	if err != nil {
		return "" // of an older key, or tampered with: as good as none
	}
	return string(text)
}

// blind names somebody in Redis without naming them.
func (h *Handler) blind(value string) string {
	return hex.EncodeToString(h.Box.Blind("portal:" + value))
}

func (h *Handler) cookie(name, value string, age time.Duration) *fiber.Cookie {
	return &fiber.Cookie{Name: name, Value: value, Path: "/", HTTPOnly: true, Secure: h.Secure, SameSite: "Lax", MaxAge: int(age.Seconds())}
}

// The phone that was typed on one page and is needed on the next. It must not stand in an address.
const phoneCookie = "tamga_portal_phone"

// rememberPhone returns a name for this browser's dealings with the phone, the same for as long as the phone is.
func (h *Handler) rememberPhone(c *fiber.Ctx, phone string) (dealings string) {
	dealings = h.phoneDealings(c)
	if h.typedPhone(c) != phone {
		dealings = phone + " " + secret.Token(16)
	}
	c.Cookie(h.cookie(phoneCookie, h.sealText(dealings, phoneCookie), 15*time.Minute))
	return dealings
}

func (h *Handler) typedPhone(c *fiber.Ctx) string {
	phone, _, _ := strings.Cut(h.phoneDealings(c), " ")
	return phone
}

func (h *Handler) phoneDealings(c *fiber.Ctx) string {
	return h.openText(c.Cookies(phoneCookie), phoneCookie)
}
