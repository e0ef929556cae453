package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/redis/go-redis/v9"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"tamga/applications"
	"tamga/catalog"
	"tamga/frontend"
	"tamga/internal/db"
	"tamga/internal/local"
	"tamga/internal/logs"
	"tamga/internal/notify"
	"tamga/internal/secret"
	"tamga/internal/web"
	"tamga/migrations"
	"tamga/portal"
)

const (
	people   = 32
	password = "Tamga2026"
)

// ground is the portal with a database under it, and the bare handler beside it.
type ground struct {
	site, bare string // addresses
	stop       []func()
}

func (g *ground) leave() {
	for i := len(g.stop) - 1; i >= 0; i-- {
		g.stop[i]()
	}
}

func startGround(ctx context.Context) (_ *ground, err error) {
	g := &ground{}
	defer func() {
		if err != nil {
			g.leave()
		}
	}()
	dir, err := os.MkdirTemp("", "tamga-bench-")
	if err != nil {
		return nil, err
	}
	g.stop = append(g.stop, func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil { // PostgreSQL runs as another user when we are root
		return nil, err
	}
	postgres, err := local.StartPostgres(ctx, local.Options{Dir: filepath.Join(dir, "postgres"), Databases: []string{"portal"}, Fsync: true})
	if err != nil {
		return nil, err
	}
	g.stop = append(g.stop, postgres.Stop)
	memory, err := local.StartRedis()
	if err != nil {
		return nil, err
	}
	g.stop = append(g.stop, memory.Stop)
	if err := db.Migrate(ctx, postgres.URL("portal"), migrations.Portal()); err != nil {
		return nil, err
	}
	pool, err := db.Open(ctx, postgres.URL("portal"))
	if err != nil {
		return nil, err
	}
	g.stop = append(g.stop, pool.Close)
	options, err := redis.ParseURL(memory.URL())
	if err != nil {
		return nil, err
	}
	file, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		return nil, err
	}
	log := logs.NewWriter(file)
	app, err := site(ctx, pool, redis.NewClient(options), slog.New(log.Handler(slog.NewJSONHandler(log, nil))))
	if err != nil {
		return nil, err
	}
	if g.site, err = g.serve(app); err != nil {
		return nil, err
	}
	g.bare, err = g.serve(bareApp(app))
	return g, err
}

// site is the citizens' site as cmd/tamga builds it, with what is measured.
func site(ctx context.Context, pool *pgxpool.Pool, memory *redis.Client, log *slog.Logger) (*fiber.App, error) {
	services, err := catalog.Load(withForm{catalog.Files()})
	if err != nil {
		return nil, err
	}
	if err := services.Publish(ctx, pool); err != nil {
		return nil, err
	}
	pages, err := frontend.New(frontend.Options{Log: log})
	if err != nil {
		return nil, err
	}
	box, err := secret.NewBox(random(32))
	if err != nil {
		return nil, err
	}
	jobs, err := river.NewClient(riverpgxv5.New(pool), &river.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return nil, err
	}
	hasher := secret.NewHasher(0)
	if err := addPeople(ctx, pool, hasher); err != nil {
		return nil, err
	}
	letters := &notify.Outbox{River: jobs, Box: box, Now: time.Now}
	core := &applications.Core{DB: pool, River: jobs, Catalog: services, Box: box, Notify: letters, Texts: pages.Bundle, Now: time.Now, PublicURL: "http://localhost"}
	return portal.New(portal.Config{
		DB: pool, Redis: memory, Pages: pages, Log: log, Hasher: hasher, Box: box, Notify: letters, Catalog: services, Now: time.Now,
		PublicURL: "http://localhost", ESIA: portal.ESIA{Issuer: "http://localhost:1", ClientID: "portal"}, CSRFKey: random(32), CodesKey: random(32),
		Domains: func(p *portal.People) []web.Handler {
			return []web.Handler{
				&catalog.Handler{DB: pool, Pages: pages, Catalog: services, Now: time.Now, Limit: &web.Limiter{Redis: memory, Log: log}},
				&applications.Handler{Core: core, Redis: memory, Pages: pages, Person: p.Person, NeedLevel: p.NeedLevel, NeedCapacity: p.NeedCapacity},
			}
		},
	})
}

// withForm adds the service whose form is filled in: one with fields of all common types, which needs nothing of other systems.
type withForm struct{ fs.FS }

func (w withForm) Open(name string) (fs.File, error) {
	if name == formFile {
		return os.Open(filepath.Join("portal", "bench", "bench-form.yaml"))
	}
	return w.FS.Open(name)
}

// Glob lists the definitions with ours among them.
func (w withForm) Glob(pattern string) ([]string, error) {
	all, err := fs.Glob(w.FS, pattern)
	return append(all, formFile), err
}

const formFile = "services/bench-form.yaml"

func addPeople(ctx context.Context, pool *pgxpool.Pool, hasher *secret.Hasher) error {
	hash, err := hasher.Hash(ctx, password)
	if err != nil {
		return err
	}
	for n := range people {
		_, err := pool.Exec(ctx, `
			INSERT INTO account (id, phone, password_hash, last_name, first_name, lang, consent_at, created_at, last_seen_at)
			VALUES ($1, $2, $3, 'Гарипова', 'Алия', 'ru', now(), now(), now())`, uuid.Must(uuid.NewV7()), phone(n), hash)
		if err != nil {
			return err
		}
	}
	return nil
}

func phone(n int) string { return fmt.Sprintf("+79171%06d", n) }

func (g *ground) serve(app *fiber.App) (string, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	go func() { _ = app.Listener(ln) }() // ends with the process
	g.stop = append(g.stop, func() { _ = app.Shutdown() })
	return "http://" + ln.Addr().String(), nil
}

// bareApp answers any address with the bytes that the site answers a browser with, and does nothing else.
func bareApp(site *fiber.App) *fiber.App {
	app := fiber.New(fiber.Config{DisableStartupMessage: true})
	app.Get("/*", func() fiber.Handler {
		kept := map[string][]byte{}
		for _, path := range []string{"/", "/services/marriage"} {
			kept[path] = asked(site, path)
		}
		return func(c *fiber.Ctx) error {
			c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
			c.Set(fiber.HeaderContentEncoding, "br")
			return c.Send(kept[c.Path()])
		}
	}())
	return app
}

func asked(site *fiber.App, path string) []byte {
	req := request(path)
	res, err := site.Test(req, -1)
	if err != nil || res.Header.Get("Content-Encoding") != "br" {
		panic(fmt.Sprintf("%s: %v %v", path, res, err))
	}
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		panic(err)
	}
	return raw
}

func random(n int) []byte {
	raw := make([]byte, n)
	_, _ = rand.Read(raw)
	return raw
}
