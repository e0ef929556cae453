package web

import (
	"context"
	"encoding/binary"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/netip"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/recover"
	"github.com/google/uuid"

	"tamga/internal/i18n"
)

// Handler is a part of a site: it registers its own routes.
type Handler interface {
	Mount(fiber.Router)
}

// Config is what a role says of its server.
type Config struct {
	Role    string        // "portal", "idp": in logs and metrics
	Log     *slog.Logger  // one line per request
	Timeout time.Duration // of one request, 15 s when 0
	Secure  bool          // cookies over TLS only, and HSTS: off in the demo, which speaks plain HTTP on localhost

	// Proxies are the networks of our own proxies, whose X-Forwarded-For is believed: none when readers come straight here.
	Proxies []netip.Prefix

	// FormAction lists further origins that a form may post or redirect to (the identity provider, the bank).
	FormAction []string

	// Uploads says where files come; nil where none do.
	Uploads *Uploads

	// Cache has the pages that are the same for many; nil where there are none.
	Cache *Cache

	// ShowError renders a page for a fault; it is called with the status already set.
	ShowError func(c *fiber.Ctx, f Failure) error
}

// New returns an app with the middleware that every page needs. Handlers are mounted on it afterwards.
func New(cfg Config) *fiber.App {
	if cfg.Timeout == 0 {
		cfg.Timeout = 15 * time.Second
	}
	app := fiber.New(fiber.Config{
		AppName:               cfg.Role,
		Immutable:             true, // strings from c.Query and the like outlive the request
		DisableStartupMessage: true,
		ReadBufferSize:        32 << 10, // long request objects and id_token_hint travel in the URL
		WriteBufferSize:       32 << 10, // most pages leave in one piece: at 4 KiB each took three or four calls of the system
		BodyLimit:             1 << 20,  // forms; anybody may send one, and it is held in memory
		ReadTimeout:           30 * time.Second,
		IdleTimeout:           90 * time.Second,
		ErrorHandler:          errorHandler(cfg),
	})
	if cfg.Uploads != nil {
		app.Server().HeaderReceived = cfg.Uploads.config
	}
	app.Use(address(cfg.Proxies))
	app.Use(observe(cfg))
	app.Use(recover.New())
	app.Use(headers(cfg))
	if cfg.Cache != nil {
		app.Use(cfg.Cache.Serve)
	}
	app.Use(deadline(cfg.Timeout))
	return app
}

// deadline bounds what a request may wait for.
func deadline(d time.Duration) fiber.Handler {
	return func(c *fiber.Ctx) error {
		ctx, cancel := context.WithTimeout(context.Background(), d)
		defer cancel()
		defer c.SetUserContext(context.WithoutCancel(ctx)) // the page of an error is still to come, from observe
		c.SetUserContext(ctx)
		return c.Next()
	}
}

// Serve runs app until ctx ends, then lets the requests under way finish, at most grace.
func Serve(ctx context.Context, app *fiber.App, ln net.Listener, grace time.Duration) error {
	done, heard := make(chan error, 1), listen(ln)
	go func() { done <- app.Listener(heard) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		heard.hurry()
		return app.ShutdownWithTimeout(grace)
	}
}

type localKey string

const (
	keyRequestID   localKey = "request_id"
	keyLang        localKey = "lang"
	keyCSRF        localKey = "csrf"
	keyCSRFAsked   localKey = "csrf-asked" // a form of the page has a token
	keySession     localKey = "session"
	keySessionOver localKey = "session-over" // the cookie names a session that is no more
)

// RequestID returns the id of the request, which the logs and the error pages carry.
func RequestID(c *fiber.Ctx) string {
	id, _ := c.Locals(keyRequestID).(string)
	return id
}

// requestID returns a random UUID. It names a request and opens nothing, so it need not ask the system for its chance each time.
func requestID() string {
	var id uuid.UUID
	binary.LittleEndian.PutUint64(id[:8], rand.Uint64())
	binary.LittleEndian.PutUint64(id[8:], rand.Uint64())
	id[6], id[8] = id[6]&0x0f|0x40, id[8]&0x3f|0x80 // version 4 of RFC 9562
	return id.String()
}

// observe gives the request its id and language, and logs one line when it is over. Query strings are never
// logged: they may hold somebody's data.
func observe(cfg Config) fiber.Handler {
	seen, log := requestMetrics(cfg.Role), cfg.Log
	if log != nil {
		log = log.With("role", cfg.Role)
	}
	return func(c *fiber.Ctx) error {
		start := time.Now()
		id := requestID()
		c.Locals(keyRequestID, id)
		c.Set("X-Request-Id", id)
		c.Locals(keyLang, readLang(c))

		err := c.Next()
		if err != nil { // render the error here, so that the log has the final status
			if err = c.App().ErrorHandler(c, err); err != nil {
				_ = c.SendStatus(fiber.StatusInternalServerError)
			}
		}
		took := time.Since(start)
		route, status := c.Route().Path, c.Response().StatusCode()
		seen(c.Method(), route, status, took)
		if log != nil && route != "/healthz" && route != "/readyz" && route != "/metrics" {
			log.LogAttrs(context.Background(), slog.LevelInfo, "request", slog.String("id", id), slog.String("method", c.Method()), slog.String("route", route),
				slog.Int("status", status), slog.Float64("ms", float64(took.Microseconds())/1000))
		}
		return nil
	}
}

// readLang takes the language from ?lang= (and remembers it), or from the cookie.
func readLang(c *fiber.Ctx) i18n.Lang {
	if q := c.Query("lang"); q != "" {
		lang := i18n.Parse(q)
		c.Cookie(&fiber.Cookie{Name: "lang", Value: string(lang), Path: "/", MaxAge: 365 * 24 * 3600, SameSite: "Lax"})
		return lang
	}
	return i18n.Parse(c.Cookies("lang"))
}

// Lang returns the language the page is read in.
func Lang(c *fiber.Ctx) i18n.Lang {
	if l, ok := c.Locals(keyLang).(i18n.Lang); ok {
		return l
	}
	return i18n.RU
}
