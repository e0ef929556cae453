package main

import (
	"context"
	"crypto/rand"
	_ "embed"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"testing/fstest"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"tamga/applications"
	"tamga/catalog"
	"tamga/frontend"
	"tamga/internal/db"
	"tamga/internal/fault"
	"tamga/internal/local"
	"tamga/internal/notify"
	"tamga/internal/secret"
	"tamga/internal/web"
	"tamga/migrations"
)

//go:embed bench-service.yaml
var service []byte

const serviceID = "bench-application"

// ground is the pages of applications with a database under them.
type ground struct {
	site, database string // addresses
	dir            string
	pool           *pgxpool.Pool
	stop           []func()
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
	if g.dir, err = os.MkdirTemp("", "tamga-bench-"); err != nil {
		return nil, err
	}
	g.stop = append(g.stop, func() { _ = os.RemoveAll(g.dir) })
	if err := os.Chmod(g.dir, 0o755); err != nil { // PostgreSQL runs as another user when we are root
		return nil, err
	}
	postgres, err := local.StartPostgres(ctx, local.Options{Dir: filepath.Join(g.dir, "postgres"), Databases: []string{"portal"}, Fsync: true})
	if err != nil {
		return nil, err
	}
	g.stop = append(g.stop, postgres.Stop)
	g.database = postgres.URL("portal")
	if err := db.Migrate(ctx, g.database, migrations.Portal()); err != nil {
		return nil, err
	}
	if g.pool, err = db.Open(ctx, g.database); err != nil {
		return nil, err
	}
	g.stop = append(g.stop, g.pool.Close)
	app, err := site(ctx, g.pool)
	if err != nil {
		return nil, err
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	go func() { _ = app.Listener(ln) }() // ends with the process
	g.stop = append(g.stop, func() { _ = app.Shutdown() })
	g.site = "http://" + ln.Addr().String()
	return g, nil
}

// site is the pages of applications as cmd/tamga builds them.
func site(ctx context.Context, pool *pgxpool.Pool) (*fiber.App, error) {
	services, err := load()
	if err != nil {
		return nil, err
	}
	if err := services.Publish(ctx, pool); err != nil {
		return nil, err
	}
	log := slog.New(slog.DiscardHandler)
	pages, err := frontend.New(frontend.Options{Log: log})
	if err != nil {
		return nil, err
	}
	box, err := secret.NewBox(random(32))
	if err != nil {
		return nil, err
	}
	jobs, err := river.NewClient(riverpgxv5.New(pool), &river.Config{Logger: log})
	if err != nil {
		return nil, err
	}
	core := &applications.Core{DB: pool, River: jobs, Catalog: services, Box: box, Notify: &notify.Outbox{River: jobs, Box: box, Now: time.Now},
		Texts: pages.Bundle, Now: time.Now, PublicURL: "http://localhost"}
	h := &applications.Handler{Core: core, Pages: pages, Person: person,
		NeedLevel: func(*fiber.Ctx, catalog.Level, string) error { return fault.New(fault.Forbidden, "web.csrf") }}
	app := web.New(web.Config{Role: "portal", Log: log, ShowError: pages.ShowError})
	app.Use((&web.CSRF{Key: random(32), Cookie: "c"}).Check)
	h.Mount(app)
	return app, saveEndpoint(ctx, pool)
}

// load reads the catalogue with the service that is measured in the place of the others.
func load() (*catalog.Catalog, error) {
	all := fstest.MapFS{"services/" + serviceID + ".yaml": {Data: service}}
	for _, name := range []string{"organisations.yaml", "subjects.yaml", "districts.yaml", "parameters.yaml"} {
		raw, err := fs.ReadFile(catalog.Files(), name)
		if err != nil {
			return nil, err
		}
		all[name] = &fstest.MapFile{Data: raw}
	}
	return catalog.Load(all)
}

// person is whom the header names.
func person(c *fiber.Ctx) (*applications.Person, error) {
	id, err := uuid.Parse(c.Get("X-Person"))
	if err != nil {
		return nil, fault.New(fault.SignIn, "web.csrf")
	}
	return &applications.Person{ID: id, Level: catalog.LevelConfirmed, Last: "Гарипова", First: "Алия", Middle: "Маратовна", SNILS: "11211244575",
		Profile: map[string]string{"phone": "+79172000001", "email": "aliya@demo.tamga.example"}}, nil
}

func random(n int) []byte {
	raw := make([]byte, n)
	if _, err := rand.Read(raw); err != nil {
		panic(fmt.Sprint("no randomness: ", err))
	}
	return raw
}
