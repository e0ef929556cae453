package portal

import (
	"log/slog"
	"net/netip"
	"net/url"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/redis/go-redis/v9"

	"tamga/applications"
	"tamga/catalog"
	"tamga/documents"
	"tamga/frontend"
	"tamga/internal/db"
	"tamga/internal/notify"
	"tamga/internal/secret"
	"tamga/internal/web"
	"tamga/portal/notices"
	"tamga/portal/situation"
	"tamga/support"
)

// Config is what the citizens' site needs.
type Config struct {
	DB      db.DB
	Redis   redis.UniversalClient
	Pages   *frontend.Pages
	Log     *slog.Logger
	Hasher  *secret.Hasher
	Box     *secret.Box
	Notify  *notify.Outbox
	Catalog *catalog.Catalog
	Now     func() time.Time

	Applications *applications.Core // for the export and the life situations; nil leaves them out

	PublicURL string // of this site, without a slash at the end
	ESIA      ESIA

	CSRFKey    []byte
	CodesKey   []byte         // of one-time codes, at least 32 bytes
	Secure     bool           // cookies over TLS only
	Proxies    []netip.Prefix // our own, whose word about the reader's address counts
	FormAction []string       // origins that a form may lead to besides ESIA: the bank's
	Checks     map[string]web.Check

	// Domains are the pages of the domains. Each asks People who is signed in.
	Domains func(*People) []web.Handler
}

// ESIA is the identity provider and what it knows this site by. Two addresses of ours are registered there: PublicURL +
// CallbackPath to come back from a sign-in, and PublicURL + "/" after a sign-out.
type ESIA struct {
	Issuer       string
	ClientID     string
	ClientSecret string // "" for a public client
}

// CallbackPath is where ESIA sends people back to.
const CallbackPath = "/esia/callback"

const (
	sessionCookie = "tamga_portal"
	sessionTTL    = 2 * time.Hour // idle
	rememberFor   = 30 * 24 * time.Hour
)

// New returns the citizens' site. It needs neither ESIA nor the domains' outside systems to start.
func New(cfg Config) (*fiber.App, error) {
	esia := newProvider(cfg.ESIA, cfg.PublicURL+CallbackPath, cfg.Now)
	people := &People{db: cfg.DB, box: cfg.Box, redis: cfg.Redis, esia: esia}
	if cfg.Applications != nil {
		cfg.Applications.Present = present
	}
	app := web.New(web.Config{Role: "portal", Log: cfg.Log, Secure: cfg.Secure, Proxies: cfg.Proxies, ShowError: showError(cfg.Pages),
		FormAction: append([]string{origin(cfg.ESIA.Issuer)}, cfg.FormAction...),
		Uploads: &web.Uploads{Path: func(path string) bool { return applications.TakesFiles(path) || support.TakesFiles(path) },
			Cookie: sessionCookie, Max: max(applications.MaxUpload, support.MaxUpload)},
		Cache: &web.Cache{Session: sessionCookie, Open: openTo(cfg.Catalog), Edition: cfg.Catalog.Edition, Keep: time.Minute}})
	(&web.Health{Role: "portal", Checks: cfg.Checks}).Mount(app)
	cfg.Pages.Mount(app)

	sessions := &web.Sessions{Redis: cfg.Redis, Role: "portal", Cookie: sessionCookie, TTL: sessionTTL, Secure: cfg.Secure}
	app.Use(sessions.Load)
	app.Use((&web.CSRF{Key: cfg.CSRFKey, Cookie: "tamga_portal_csrf", Secure: cfg.Secure,
		Exempt: []string{"/payments/callback/", "/api/"}}).Check)
	app.Use(people.layout)
	app.Post("/payments/:id<guid>/pay", people.mayPay)

	limit := &web.Limiter{Redis: cfg.Redis, Log: cfg.Log}
	guesses, err := web.NewGuesses(limit, "portal", "tamga_portal_device", cfg.CSRFKey, cfg.Secure)
	if err != nil {
		return nil, err
	}
	own := &Handler{
		DB: cfg.DB, Redis: cfg.Redis, Pages: cfg.Pages, Log: cfg.Log, Sessions: sessions, Hasher: cfg.Hasher, Box: cfg.Box,
		Notify: cfg.Notify, Catalog: cfg.Catalog, Now: cfg.Now, People: people, PublicURL: cfg.PublicURL, Secure: cfg.Secure,
		Limit: limit, Guesses: guesses,
		Codes: &secret.Codes{Redis: cfg.Redis, Key: cfg.CodesKey, TTL: 10 * time.Minute, Attempts: 5, ResendAfter: time.Minute},
		esia:  esia, Applications: cfg.Applications,
	}
	handlers := []web.Handler{own, &notices.Handler{DB: cfg.DB, Box: cfg.Box, Pages: cfg.Pages, Now: cfg.Now, User: people.User, PublicURL: cfg.PublicURL},
		&situation.Handler{DB: cfg.DB, Core: cfg.Applications, Catalog: cfg.Catalog, Pages: cfg.Pages, Now: cfg.Now, Limit: limit, Person: people.Person,
			NeedLevel: people.NeedLevel}, &documents.Handler{DB: cfg.DB, Box: cfg.Box, Pages: cfg.Pages, Now: cfg.Now, Owner: people.Keeper,
			ThroughESIA: ThroughESIA("/documents")}}
	if cfg.Domains != nil {
		handlers = append(handlers, cfg.Domains(people)...)
	}
	for _, h := range handlers {
		if g, ok := h.(giver); ok {
			own.givers = append(own.givers, g)
		}
		if l, ok := h.(leaver); ok {
			own.leavers = append(own.leavers, l)
		}
		h.Mount(app)
	}
	return app, nil
}

// openTo tells which pages are the same for all readers who are not signed in: those of the catalogue, and the portal's own texts.
func openTo(c *catalog.Catalog) func(string) bool {
	return func(uri string) bool { return infoPages[uri] != "" || c.Open(uri) }
}

// origin returns "https://host:port" of an address, for the content security policy.
func origin(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return ""
	}
	return u.Scheme + "://" + u.Host
}
