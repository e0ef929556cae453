package idp

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"tamga/frontend"
	"tamga/internal/dbtest"
	"tamga/internal/notify"
	"tamga/internal/secret"
)

// site is a provider with its database, jobs, registers and outbox.
type site struct {
	issuer    string
	app       *fiber.App
	db        *pgxpool.Pool
	box       *secret.Box
	cfg       Config
	redis     *miniredis.Miniredis
	outbox    *outbox
	registers *registers
}

const portalURL = "http://localhost:8080"

var testKey = bytes.Repeat([]byte("k"), 32)

var passwords = secret.NewCheapHasher(2)

// thePages are read once for all tests.
var thePages = sync.OnceValues(func() (*frontend.Pages, error) { return frontend.New(frontend.Options{}) })

func newSite(t *testing.T) *site {
	t.Helper()
	return newSiteOn(t, dbtest.DB(t, dbtest.IDP))
}

// newSiteOn is newSite on a database that the test has a hold of.
func newSiteOn(t *testing.T, pool *pgxpool.Pool) *site {
	t.Helper()
	box, err := secret.NewBox(testKey)
	if err != nil {
		t.Fatal(err)
	}
	pages, err := thePages()
	if err != nil {
		t.Fatal(err)
	}
	client, server := dbtest.RedisServer(t)
	s := &site{db: pool, redis: server, box: box, outbox: &outbox{}, registers: &registers{}}
	registers := httptest.NewServer(s.registers)
	t.Cleanup(registers.Close)
	jobs := s.startJobs(t, pages, registers.URL)
	s.cfg = Config{
		DB: s.db, Redis: client, River: jobs, Box: box, Passwords: passwords, Pages: pages,
		Notify: &notify.Outbox{River: jobs, Box: box, Now: time.Now}, Log: slog.New(slog.DiscardHandler),
		Portal: portalURL, CSRFKey: testKey, HMACKey: testKey, Inner: true, Post: true,
	}
	s.listen(t, "127.0.0.1:0")
	if err := SeedDemo(t.Context(), Demo{s.db, box, passwords, portalURL, "portal-secret"}); err != nil {
		t.Fatal(err)
	}
	return s
}

// startJobs works the provider's jobs, and those that send messages, into the outbox.
func (s *site) startJobs(t *testing.T, pages *frontend.Pages, registers string) *river.Client[pgx.Tx] {
	t.Helper()
	workers := river.NewWorkers()
	// The messages' own client only inserts: the workers are needed before the client that works them.
	insert, err := river.NewClient(riverpgxv5.New(s.db), &river.Config{})
	if err != nil {
		t.Fatal(err)
	}
	jobs := &Jobs{DB: s.db, Box: s.box, Pages: pages, Inner: true, Issuer: "http://provider", Registers: registers, Post: registers + "/post",
		Notify: &notify.Outbox{River: insert, Box: s.box, Now: time.Now}}
	jobs.AddWorkers(workers)
	river.AddWorker(workers, &notify.Worker{DB: s.db, Box: s.box, Email: s.outbox, SMS: s.outbox, Now: time.Now})
	client, err := river.NewClient(riverpgxv5.New(s.db), &river.Config{
		Workers: workers, Queues: map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: 4}},
		FetchPollInterval: 100 * time.Millisecond, FetchCooldown: 20 * time.Millisecond,
		Logger: slog.New(slog.DiscardHandler), TestOnly: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := client.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		_ = client.StopAndCancel(ctx)
	})
	return client
}

// outbox takes what would go to the operator and the mail server.
type outbox struct {
	mu   sync.Mutex
	sent []notify.Message
}

// Send is notify.Sender.
func (o *outbox) Send(_ context.Context, _ uuid.UUID, m notify.Message) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.sent = append(o.sent, m)
	return nil
}

// wait returns the nth message (from 1) to somebody.
func (o *outbox) wait(t *testing.T, to string, n int) notify.Message {
	t.Helper()
	for deadline := time.Now().Add(15 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		o.mu.Lock()
		seen := 0
		for _, m := range o.sent {
			if m.To == to {
				if seen++; seen == n {
					o.mu.Unlock()
					return m
				}
			}
		}
		o.mu.Unlock()
	}
	t.Fatalf("message %d to %s did not come", n, to)
	return notify.Message{}
}

// registers are the two registers, small and real: HTTP in, HTTP out.
type registers struct {
	down   atomic.Bool
	asked  atomic.Int32
	others sync.Map     // ОГРН to what the register of organisations answers otherwise
	refuse atomic.Value // path of a register that finds nothing
	letter atomic.Value // text of the last letter that the post has taken
}

func (r *registers) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	r.asked.Add(1)
	if r.down.Load() {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	var q map[string]string
	if err := json.NewDecoder(req.Body).Decode(&q); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	if req.URL.Path == "/post/letters" {
		r.letter.Store(q["address"] + "\n" + q["text"])
		return
	}
	if req.URL.Path == "/registers/organisations" {
		r.organisation(w, q)
		return
	}
	a := map[string]any{"match": true}
	switch {
	case req.URL.Path == r.refuse.Load(), req.URL.Path == "/registers/interior" && q["number"] == "000001":
		a = map[string]any{"match": false, "reason": "not_found"}
	case strings.HasPrefix(q["last_name"], "Ошибкин"):
		a = map[string]any{"match": false, "reason": "name"}
	}
	_ = json.NewEncoder(w).Encode(a)
}

// restart stops the server and starts another at the same address: nothing that the first had in memory is there.
func (s *site) restart(t *testing.T) {
	t.Helper()
	if err := s.app.ShutdownWithTimeout(5 * time.Second); err != nil {
		t.Fatal(err)
	}
	s.listen(t, strings.Replace(strings.TrimPrefix(s.issuer, "http://"), "localhost", "127.0.0.1", 1))
}

func (s *site) listen(t *testing.T, address string) {
	t.Helper()
	ln, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	s.issuer = "http://" + strings.Replace(ln.Addr().String(), "127.0.0.1", "localhost", 1) // browsers refuse passkeys at a bare address
	s.cfg.Issuer = s.issuer
	app, err := New(s.cfg)
	if err != nil {
		t.Fatal(err)
	}
	s.app = app
	go func() { _ = app.Listener(ln) }()
	t.Cleanup(func() { _ = app.ShutdownWithTimeout(5 * time.Second) })
}
