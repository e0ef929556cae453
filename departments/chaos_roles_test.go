package departments_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"tamga/departments"
	"tamga/departments/stand"
	"tamga/frontend"
	"tamga/internal/secret"
	"tamga/internal/web"
)

// chaosEnv makes the test binary one of the processes that the kill test kills.
const chaosEnv = "TAMGA_CHAOS_ROLE"

// chaosRole is what such a process is told.
type chaosRole struct {
	Name      string // portal, worker, stands
	Database  string
	Listen    string
	PortalURL string // as the world sees it: the network of the test stands before it
}

// TestMain is the processes' main too.
func TestMain(m *testing.M) {
	if told := os.Getenv(chaosEnv); told != "" {
		var r chaosRole
		go func() {
			_, _ = io.Copy(io.Discard, os.Stdin)
			os.Exit(1) // whoever started us is gone
		}()
		if err := json.Unmarshal([]byte(told), &r); err != nil {
			slog.Error("what to be", "err", err)
			os.Exit(1)
		}
		for ; ; time.Sleep(200 * time.Millisecond) { // as a supervisor does: a start may meet a connection that is cut
			slog.Error("ended", "role", r.Name, "err", r.run(context.Background()))
		}
	}
	os.Exit(m.Run())
}

// run serves until the process is killed.
func (r *chaosRole) run(ctx context.Context) error {
	config, err := pgxpool.ParseConfig(r.Database)
	if err != nil {
		return err
	}
	config.MaxConns, config.ConnConfig.RuntimeParams["application_name"] = 12, r.Name
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return err
	}
	if r.Name == "stands" {
		return r.stands(pool)
	}
	jobs, err := r.jobs(pool)
	if err != nil {
		return err
	}
	if r.Name == "portal" {
		return r.portal(pool, jobs)
	}
	client, err := chaosWorker(ctx, jobs, pool)
	if err != nil {
		return err
	}
	if err := errors.Join(jobs.Awake(ctx, client), client.Start(ctx)); err != nil {
		return err
	}
	<-client.Stopped()
	return errors.New("the worker stopped by itself")
}

func (r *chaosRole) stands(pool *pgxpool.Pool) error {
	pages, err := frontend.New(frontend.Options{})
	if err != nil {
		return err
	}
	app, err := stand.New(stand.Config{DB: pool, Pages: pages, Now: time.Now, Secret: standSecret, Portal: r.PortalURL, Slow: 500 * time.Millisecond})
	if err != nil {
		return err
	}
	return listenAgain(app, r.Listen)
}

// listenAgain waits for the port: the one who had it has just been killed.
func listenAgain(app *fiber.App, address string) error {
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		ln, err := net.Listen("tcp", address)
		if err == nil {
			return app.Listener(ln)
		}
		if time.Now().After(end) {
			return err
		}
	}
}

func (r *chaosRole) jobs(pool *pgxpool.Pool) (*departments.Jobs, error) {
	keys, err1 := departments.DeriveKeys("portal", portalSecret)
	box, err2 := secret.NewBox(portalSecret)
	return &departments.Jobs{DB: pool, Box: box, Keys: keys, Source: r.PortalURL, Now: time.Now, OnUpdate: tell,
		Client: departments.NewClient(departments.ClientConfig{Private: true, Plain: true, Timeout: 3 * time.Second}),
		Policy: departments.Policy{First: 50 * time.Millisecond, Most: 500 * time.Millisecond}}, errors.Join(err1, err2)
}

func chaosWorker(ctx context.Context, jobs *departments.Jobs, pool *pgxpool.Pool) (*river.Client[pgx.Tx], error) {
	workers := river.NewWorkers()
	jobs.AddWorkers(workers)
	queues, err := jobs.Queues(ctx)
	if err != nil {
		return nil, err
	}
	queues[river.QueueDefault] = river.QueueConfig{MaxWorkers: 8}
	return river.NewClient(riverpgxv5.New(pool), &river.Config{Workers: workers, Queues: queues, PeriodicJobs: jobs.PeriodicJobs(),
		FetchCooldown: 20 * time.Millisecond, FetchPollInterval: 100 * time.Millisecond, RescueStuckJobsAfter: 30 * time.Second,
		JobTimeout: 25 * time.Second, Logger: slog.New(slog.DiscardHandler)})
}

// portal is the exchange's half of it, and a form: what is sent to /submit is enqueued as an application is, in one transaction.
func (r *chaosRole) portal(pool *pgxpool.Pool, jobs *departments.Jobs) error {
	inserts, err := river.NewClient(riverpgxv5.New(pool), &river.Config{})
	if err != nil {
		return err
	}
	app := web.New(web.Config{Role: "portal"})
	app.Post("/submit", func(c *fiber.Ctx) error {
		var d departments.Delivery
		if err := json.Unmarshal(c.BodyRaw(), &d); err != nil || d.ID == uuid.Nil {
			return c.SendStatus(fiber.StatusBadRequest)
		}
		return pgx.BeginFunc(c.UserContext(), pool, func(tx pgx.Tx) error {
			return departments.Enqueue(c.UserContext(), tx, inserts, jobs.Box, d)
		})
	})
	(&departments.Handler{DB: pool, River: inserts, Keys: jobs.Keys, Trust: &departments.Trust{Client: jobs.Client, Now: time.Now},
		Audience: r.PortalURL, Now: time.Now, OnUpdate: tell}).Mount(app)
	return listenAgain(app, r.Listen)
}
