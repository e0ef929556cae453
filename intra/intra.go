package intra

import (
	"context"
	"errors"
	"log/slog"
	"net/netip"
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"

	"tamga/frontend"
	"tamga/internal/db"
	"tamga/internal/fault"
	"tamga/internal/secret"
	"tamga/internal/web"
)

// Config is what the staff site needs.
type Config struct {
	DB     db.DB
	Redis  redis.UniversalClient
	Pages  *frontend.Pages
	Log    *slog.Logger
	Hasher *secret.Hasher
	Now    func() time.Time

	CSRFKey []byte
	Secure  bool           // cookies over TLS only
	Proxies []netip.Prefix // our own, whose word about the reader's address counts
	Checks  map[string]web.Check
	Uploads *web.Uploads // forms with files; nil: there are none

	// Given returns the rights that an employee has for a term, by what a domain knows: asked for each request. When it is set, those of
	// its kind do not come from the employee's own row (termed).
	Given func(ctx context.Context, employee uuid.UUID) ([]string, error)

	// Domains are the pages of the domains. Each asks the site who may open it.
	Domains func(*Staff) []web.Handler
}

// Staff tells a domain's pages who is signed in.
type Staff struct {
	db    db.DB
	given func(ctx context.Context, employee uuid.UUID) ([]string, error)
}

// New returns the staff site.
func New(cfg Config) (*fiber.App, error) {
	app := web.New(web.Config{Role: "intra", Log: cfg.Log, Secure: cfg.Secure, Proxies: cfg.Proxies, ShowError: cfg.Pages.ShowError, Uploads: cfg.Uploads})
	(&web.Health{Role: "intra", Checks: cfg.Checks}).Mount(app)
	cfg.Pages.Mount(app)

	staff := &Staff{db: cfg.DB, given: cfg.Given}
	sessions := &web.Sessions{Redis: cfg.Redis, Role: "intra", Cookie: "tamga_intra", TTL: time.Hour, Secure: cfg.Secure}
	app.Use(sessions.Load)
	app.Use((&web.CSRF{Key: cfg.CSRFKey, Cookie: "tamga_intra_csrf", Secure: cfg.Secure, Exempt: []string{"/api/"}}).Check)
	app.Use(staff.layout)

	limit := &web.Limiter{Redis: cfg.Redis, Log: cfg.Log}
	guesses, err := web.NewGuesses(limit, "intra", "tamga_intra_device", cfg.CSRFKey, cfg.Secure)
	if err != nil {
		return nil, err
	}
	handlers := []web.Handler{&Handler{
		DB: cfg.DB, Pages: cfg.Pages, Sessions: sessions, Hasher: cfg.Hasher, Now: cfg.Now, Staff: staff,
		Guesses: guesses,
	}}
	if cfg.Domains != nil {
		handlers = append(handlers, cfg.Domains(staff)...)
	}
	for _, h := range handlers {
		h.Mount(app)
	}
	return app, nil
}

const (
	keyEmployee  = "employee"
	dataPassword = "password" // in the session: which one it began with
)

// layout reads the employee of the session and fills the header. It lets everybody through: each page asks for what it needs.
func (s *Staff) layout(c *fiber.Ctx) error {
	site := frontend.Site{Role: "intra", SignIn: "/sign-in", SignOut: "/sign-out"}
	frontend.SetLayout(c, func(l *frontend.Layout) { l.Site, l.Robots = site, "noindex" })
	session := web.Current(c)
	if session == nil {
		return c.Next()
	}
	e, err := employeeByID(c.UserContext(), s.db, session.Person)
	switch {
	case errors.Is(err, fault.NotFound):
		return c.Next() // blocked or gone since: nobody is signed in
	case err != nil:
		return err
	case session.Data[dataPassword] != e.password():
		return c.Next() // another password was set since
	}
	if s.given != nil {
		given, err := s.given(c.UserContext(), e.ID)
		if err != nil {
			return err
		}
		e.Rights = append(slices.DeleteFunc(e.Rights, termed), given...)
	}
	c.Locals(keyEmployee, e)
	frontend.SetLayout(c, func(l *frontend.Layout) {
		l.User = &frontend.User{Name: e.ShortName(), Home: "/", Note: e.Organisation}
		if !e.Temporary {
			l.Nav = e.nav(c.Path())
		}
	})
	return c.Next()
}

// Employee returns who is signed in with an own password.
func (s *Staff) Employee(c *fiber.Ctx) (*Employee, error) {
	e, ok := c.Locals(keyEmployee).(*Employee)
	if !ok {
		return nil, fault.New(fault.SignIn, "intra.sign_in_first")
	}
	if e.Temporary {
		return nil, fault.New(fault.Forbidden, "intra.password_first")
	}
	return e, nil
}

// Allowed returns a check that only employees with the right pass.
func (s *Staff) Allowed(right string) func(*fiber.Ctx) error {
	return func(c *fiber.Ctx) error {
		e, err := s.Employee(c)
		if err != nil {
			return err
		}
		if !e.May(right) {
			return fault.New(fault.Forbidden, "intra.no_right")
		}
		return nil
	}
}
