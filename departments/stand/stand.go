package stand

import (
	"context"
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"

	"tamga/departments"
	"tamga/frontend"
	"tamga/internal/db"
	"tamga/internal/web"
)

// Config is what the stands need.
type Config struct {
	DB     db.DB // database "stand"
	Pages  *frontend.Pages
	Log    *slog.Logger // may be nil
	Now    func() time.Time
	Secret []byte // 32 bytes or more: keys of the systems and of the forms are derived from it
	Secure bool   // cookies over TLS only
	Checks map[string]web.Check

	Portal    string // public address of the portal: how it names itself in messages
	PortalAPI string // where the stands reach it; Portal when ""

	Mail       net.Listener  // SMTP is served here; nil: no e-mail
	Bank       *Bank         // nil: no bank
	YooKassa   *YooKassa     // nil: no stand of it
	BankID     *BankID       // nil: the bank says nothing of its customers
	AutoAccept bool          // the systems accept what they receive by themselves: tests
	Slow       time.Duration // pause of the mode «slow», 3 s when 0
	Silent     time.Duration // pause of a register that is silent, 20 s when 0: longer than anybody waits
}

// New returns the stands and starts what works behind them: call-backs, the bank and the SMTP server. All of it stops when the
// app shuts down.
func New(cfg Config) (*fiber.App, error) {
	cfg, err := cfg.filled()
	if err != nil {
		return nil, err
	}
	csrf, err := hkdf.Key(sha256.New, cfg.Secret, nil, "tamga stand forms", 32)
	if err != nil {
		return nil, err
	}
	systems, err := newSystems(&cfg)
	if err != nil {
		return nil, err
	}
	app := web.New(web.Config{Role: "stand", Log: cfg.Log, Secure: cfg.Secure, ShowError: cfg.Pages.ShowError,
		FormAction: cfg.formTargets()})
	(&web.Health{Role: "stand", Checks: cfg.Checks}).Mount(app)
	cfg.Pages.Mount(app)
	guard := &web.CSRF{Key: csrf, Cookie: "tamga_stand_csrf", Secure: cfg.Secure, Exempt: []string{"/sms", "/registers/", "/post/letters", BankAPI, BankIDToken, YooAPI}}
	for _, s := range systems {
		guard.Exempt = append(guard.Exempt, "/"+s.Code+"/events", "/"+s.Code+"/records/", "/"+s.Code+"/quittances", "/"+s.Code+"/readings")
	}
	app.Use(guard.Check)
	app.Use(layout)
	(&home{pages: cfg.Pages, bank: cfg.Bank != nil, systems: systems}).Mount(app)
	for _, s := range systems {
		s.Mount(app)
	}
	(&registers{db: cfg.DB}).Mount(app)
	(&organisations{db: cfg.DB}).Mount(app)
	asked, err := newGateway(&cfg)
	if err != nil {
		return nil, err
	}
	asked.Mount(app)
	(&outbox{db: cfg.DB, pages: cfg.Pages, now: cfg.Now}).Mount(app)
	(&post{db: cfg.DB, pages: cfg.Pages, now: cfg.Now}).Mount(app)
	if cfg.Bank != nil {
		cfg.Bank.Mount(app)
	}
	if cfg.BankID != nil {
		cfg.BankID.Mount(app)
	}
	if cfg.YooKassa != nil {
		cfg.YooKassa.Mount(app)
	}
	return app, cfg.start(app, systems)
}

// formTargets are where the bank's forms lead back to: the portal after paying, the provider after saying who one is.
func (cfg Config) formTargets() []string {
	targets := []string{cfg.Portal}
	if cfg.BankID != nil {
		targets = append(targets, cfg.BankID.Client)
	}
	return targets
}

func (cfg Config) filled() (Config, error) {
	if cfg.DB == nil || cfg.Pages == nil || cfg.Now == nil || cfg.Portal == "" {
		return cfg, errors.New("stand: DB, Pages, Now and Portal are needed")
	}
	if len(cfg.Secret) < 32 {
		return cfg, errors.New("stand: Secret is shorter than 32 bytes")
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Silent == 0 {
		cfg.Silent = 20 * time.Second
	}
	if cfg.Slow == 0 {
		cfg.Slow = 3 * time.Second
	}
	if cfg.PortalAPI == "" {
		cfg.PortalAPI = cfg.Portal
	}
	cfg.PortalAPI = strings.TrimRight(cfg.PortalAPI, "/")
	return cfg, nil
}

// start runs what works behind the pages, and ties its end to the app's.
func (cfg *Config) start(app *fiber.App, systems []*System) error {
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	for _, s := range systems {
		running.Go(func() { s.run(ctx) })
	}
	if cfg.Bank != nil {
		running.Go(func() { cfg.Bank.Run(ctx) })
	}
	if cfg.Mail != nil {
		server := newMailServer(cfg)
		running.Go(func() {
			if err := server.Serve(cfg.Mail); err != nil && ctx.Err() == nil {
				cfg.Log.Error("stand: SMTP server", "err", err)
			}
		})
		running.Go(func() {
			<-ctx.Done()
			// A letter that is being taken is kept before the database closes.
			last, done := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
			defer done()
			if server.Shutdown(last) != nil {
				_ = server.Close()
			}
		})
	}
	app.Hooks().OnShutdown(func() error {
		cancel()
		running.Wait()
		return nil
	})
	return nil
}

// newSystems returns the departmental systems with their keys.
func newSystems(cfg *Config) ([]*System, error) {
	client := departments.NewClient(departments.ClientConfig{Private: true, Plain: true})
	trust := &departments.Trust{Client: client, Now: cfg.Now}
	var all []*System
	for _, s := range systems() {
		keys, err := departments.DeriveKeys("stand "+s.Code, cfg.Secret)
		if err != nil {
			return nil, fmt.Errorf("stand %s: %w", s.Code, err)
		}
		s.cfg, s.keys, s.client, s.trust = cfg, keys, client, trust
		all = append(all, s)
	}
	return all, nil
}

// layout names the site in the header of every page.
func layout(c *fiber.Ctx) error {
	frontend.SetLayout(c, func(l *frontend.Layout) {
		l.Site, l.Robots = frontend.Site{Role: "stand", Home: "/"}, "noindex"
	})
	return c.Next()
}
