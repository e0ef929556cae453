package idp

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/redis/go-redis/v9"
	"github.com/riverqueue/river"

	"tamga/frontend"
	"tamga/idp/account"
	"tamga/idp/confirm"
	"tamga/idp/esia"
	"tamga/idp/factor"
	"tamga/idp/family"
	"tamga/idp/oauth"
	"tamga/idp/organisation"
	"tamga/idp/papers"
	"tamga/internal/db"
	"tamga/internal/gost"
	"tamga/internal/notify"
	"tamga/internal/secret"
	"tamga/internal/web"
	"tamga/migrations"
)

// Config is what the provider needs.
type Config struct {
	DB        *pgxpool.Pool // the provider's own database
	Redis     redis.UniversalClient
	River     *river.Client[pgx.Tx] // inserts jobs into DB
	Box       *secret.Box
	Passwords *secret.Hasher
	Notify    *notify.Outbox
	Pages     *frontend.Pages
	Log       *slog.Logger
	Issuer    string              // public address, without a slash at the end: "http://localhost:8081"
	Portal    string              // public address of the citizens' portal, for the footer
	CSRFKey   []byte              // 32 bytes
	HMACKey   []byte              // 32 bytes: authenticates codes and tokens
	Secure    bool                // behind TLS
	Inner     bool                // keys of clients may be fetched from loopback and private networks: the demo and tests
	TwoSteps  bool                // everybody signs in by two proofs
	Roots     []*gost.Certificate // authorities whose e-signatures let people in
	Qualified bool                // of them, only by qualified certificates
	Revoked   *gost.Revocations   // nil: nobody is asked whether a certificate is revoked
	Post      bool                // the jobs know a post that takes letters
	BankURL   string              // of the bank that says who its customer is; "" when none does
	BankName  string
	Proxies   []netip.Prefix // our own, whose word about the reader's address counts
	Requests  web.Rate       // requests of sign-in that one address may leave waiting; the protocols' own when zero
	Now       func() time.Time
}

// Cookie is the name of the session's cookie.
const Cookie = "tamga_id"

// machine paths: others' servers and pages send there, and prove themselves otherwise than by our form token.
var machine = []string{"/oauth2/auth", "/oauth2/token", "/oauth2/introspect", "/oauth2/revoke", "/oauth2/device_authorization", "/oauth2/userinfo",
	"/oauth2/par", "/oauth2/register"}

// New returns the provider's server.
func New(cfg Config) (*fiber.App, error) {
	if err := cfg.validate(); err != nil {
		return nil, err
	}
	app := web.New(web.Config{Role: "idp", Log: cfg.Log, Secure: cfg.Secure, Proxies: cfg.Proxies, ShowError: cfg.Pages.ShowError})
	(&web.Health{Role: "idp", Checks: map[string]web.Check{
		"database": func(ctx context.Context) error { return db.CheckSchema(ctx, cfg.DB, migrations.IDP()) },
		"redis":    func(ctx context.Context) error { return cfg.Redis.Ping(ctx).Err() },
	}}).Mount(app)
	app.Use(esia.CleanPath)
	cfg.Pages.Mount(app)
	app.Use(cfg.layout)
	writes := db.NewGroup(cfg.DB)
	sessions := &account.Sessions{DB: cfg.DB, Writes: writes, Cookie: Cookie, Secure: cfg.Secure, Now: cfg.Now}
	app.Use(sessions.Load, signedIn)
	app.Use(cfg.guard())
	limit := &web.Limiter{Redis: cfg.Redis, Log: cfg.Log}
	guesses, err := web.NewGuesses(limit, "idp", Cookie+"_device", cfg.CSRFKey, cfg.Secure)
	if err != nil {
		return nil, err
	}
	provider := &oauth.Handler{
		DB: cfg.DB, Writes: writes, Box: cfg.Box, River: cfg.River, Pages: cfg.Pages, Sessions: sessions, Issuer: cfg.Issuer, HMACKey: cfg.HMACKey,
		Keys: &oauth.Keys{DB: cfg.DB, Box: cfg.Box, Now: cfg.Now}, Limit: limit, Requests: cfg.Requests, FetchInner: cfg.Inner, AddressOf: cfg.addressOf, PapersOf: cfg.papersOf,
	}
	sessions.Ended = provider.SessionsEnded
	systems := cfg.esia(sessions)
	orgs := &organisation.Handler{
		DB: cfg.DB, River: cfg.River, Pages: cfg.Pages, Sessions: sessions, Limit: limit, Box: cfg.Box, Notify: cfg.Notify, Now: cfg.Now,
		PublicURL: cfg.Issuer, Secure: cfg.Secure, AllowForm: oauth.AllowForm,
	}
	people := &account.Handler{
		DB: cfg.DB, River: cfg.River, Pages: cfg.Pages, Sessions: sessions, Limit: limit, Guesses: guesses, Box: cfg.Box,
		Passwords: cfg.Passwords, Notify: cfg.Notify, Now: cfg.Now, PublicURL: cfg.Issuer, Secure: cfg.Secure,
		AllowForm: oauth.AllowForm,
		Waiting: func(ctx context.Context, id uuid.UUID) *account.Waiting {
			if a := provider.AskerOf(ctx, id); a != nil {
				return &account.Waiting{Name: a.Name, Origin: a.Origin, LoginHint: a.LoginHint, Path: a.Path}
			}
			if w := systems.Waiting(ctx, id); w != nil {
				return w
			}
			return orgs.WaitingFor(ctx, id)
		},
	}
	proofs := &factor.Handler{
		DB: cfg.DB, Pages: cfg.Pages, Sessions: sessions, Limit: limit, Box: cfg.Box, Notify: cfg.Notify, Now: cfg.Now,
		PublicURL: cfg.Issuer, Cookie: Cookie, Secure: cfg.Secure, Required: cfg.TwoSteps, Roots: cfg.Roots, Qualified: cfg.Qualified, Revoked: cfg.Revoked, CheckPassword: people.CheckPassword,
		Waiting: people.Waiting, AllowForm: oauth.AllowForm,
	}
	people.Proofs = account.Proofs{Second: proofs.Second, Always: cfg.TwoSteps, Browser: proofs.BrowserHash, Entered: proofs.Entered, Registered: proofs.Registered, Ways: proofs.Ways}
	orgs.Waiting = people.Waiting
	for _, h := range cfg.personal(people, limit) {
		h.Mount(app)
	}
	guard := cfg.safety(sessions, limit)
	for _, h := range []web.Handler{orgs, provider, systems, people, proofs, guard, cfg.confirm(people, proofs, guard, limit)} {
		h.Mount(app)
	}
	return app, nil
}

func (cfg *Config) validate() error {
	cfg.Issuer = strings.TrimSuffix(cfg.Issuer, "/")
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	switch {
	case cfg.Issuer == "":
		return errors.New("idp: an issuer is required")
	case len(cfg.CSRFKey) < 32 || len(cfg.HMACKey) < 32:
		return errors.New("idp: keys of 32 bytes are required")
	}
	return nil
}

// guard checks form tokens. A client may send its logout as a form, too, but the page that confirms a logout is ours.
func (cfg *Config) guard() fiber.Handler {
	ours := &web.CSRF{Key: cfg.CSRFKey, Cookie: Cookie + "_csrf", Secure: cfg.Secure, Exempt: append(machine, esia.MachinePaths...)}
	logout := *ours
	logout.Exempt = []string{"/oauth2/logout"}
	return func(c *fiber.Ctx) error {
		if c.Path() == "/oauth2/logout" {
			return logout.Check(c)
		}
		return ours.Check(c)
	}
}

func (cfg *Config) layout(c *fiber.Ctx) error {
	frontend.SetLayout(c, func(l *frontend.Layout) {
		l.Site = frontend.Site{Role: "idp", Home: "/", Portal: cfg.Portal, SignIn: "/login", SignOut: "/oauth2/logout/confirm"}
		l.Robots = "noindex"
	})
	return c.Next()
}

// signedIn shows in the header who is signed in.
func signedIn(c *fiber.Ctx) error {
	if s := web.Current(c); s != nil {
		frontend.SetLayout(c, func(l *frontend.Layout) { l.User = &frontend.User{Name: s.Name, Home: "/profile"} })
	}
	return c.Next()
}

// Jobs are the provider's background jobs.
type Jobs struct {
	DB        *pgxpool.Pool
	Box       *secret.Box
	Notify    *notify.Outbox
	Pages     *frontend.Pages
	Issuer    string
	Registers string       // address of the state registers: POST <Registers>/registers/pension and /registers/interior
	Client    *http.Client // 5 s timeout when nil
	Now       func() time.Time
	Post      string // address of the post that takes registered letters, "" when none does
	Inner     bool   // clients on private networks may be told of logouts: for the demo and tests
}

func (j *Jobs) clerk() account.Clerk {
	now, client := j.Now, j.Client
	if now == nil {
		now = time.Now
	}
	if client == nil {
		client = &http.Client{Timeout: 5 * time.Second}
	}
	return account.Clerk{
		DB: j.DB, Box: j.Box, Notify: j.Notify, Pages: j.Pages, Now: now, Client: client,
		Registers: strings.TrimSuffix(j.Registers, "/"), PublicURL: strings.TrimSuffix(j.Issuer, "/"),
	}
}

func (j *Jobs) tokens() *oauth.Jobs {
	now := j.Now
	if now == nil {
		now = time.Now
	}
	return &oauth.Jobs{DB: j.DB, Keys: &oauth.Keys{DB: j.DB, Box: j.Box, Now: now}, Inner: j.Inner}
}

// AddWorkers registers the jobs with a River client on the provider's database.
func (j *Jobs) AddWorkers(w *river.Workers) {
	clerk := j.clerk()
	(&account.Jobs{Clerk: clerk, Passed: j.passed}).AddWorkers(w)
	(&papers.Jobs{Clerk: clerk}).AddWorkers(w)
	(&family.Jobs{Clerk: clerk}).AddWorkers(w)
	(&organisation.Jobs{Clerk: clerk}).AddWorkers(w)
	j.tokens().AddWorkers(w)
	j.safety().AddWorkers(w)
	j.confirm().AddWorkers(w)
	factor.AddWorkers(w, j.DB)
	esia.AddWorkers(w, j.DB)
}

// PeriodicJobs returns the jobs that run by the clock.
func (j *Jobs) PeriodicJobs() []*river.PeriodicJob {
	return slices.Concat(account.PeriodicJobs(), organisation.PeriodicJobs(), oauth.PeriodicJobs(), family.PeriodicJobs(), factor.PeriodicJobs(), esia.PeriodicJobs(), j.safety().PeriodicJobs(),
		confirm.PeriodicJobs())
}
