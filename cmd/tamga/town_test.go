package main

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"

	"tamga/frontend"
	"tamga/idp"
	"tamga/idp/account"
	"tamga/internal/db"
	"tamga/internal/dbtest"
	"tamga/internal/secret"
)

// town is the whole of Tamga: the roles as the demo builds them, on databases and a Redis of their own and real ports. Tests
// that share a town keep to people of their own.
type town struct {
	t      *testing.T
	demo   *demoCommand
	state  *demoState
	keys   secret.Keys
	redis  *miniredis.Miniredis
	portal *pgxpool.Pool // to look at what became of a story, and to move clocks
	stand  *pgxpool.Pool
	idp    *pgxpool.Pool
	log    *townLog
	people atomic.Int64
	times  sync.Map // that couples have chosen

	mu      sync.Mutex
	running map[string]func() // stops a role
}

// roleNames are in the order of demoCommand.builders.
var roleNames = []string{"stand", "idp", "worker", "intra", "portal"}

// thePages are read once for all towns.
var thePages = sync.OnceValues(func() (*frontend.Pages, error) { return frontend.New(frontend.Options{}) })

// newTown brings a town up, and takes it down at the end of the test. What a role has logged as an error fails the test.
func newTown(t *testing.T) *town {
	t.Helper()
	w := &town{t: t, log: &townLog{}, running: map[string]func(){}, redis: miniredis.RunT(t)}
	w.demo = &demoCommand{PortBase: freePorts(t), Data: t.TempDir(), LateIn: time.Second}
	urls := map[string]string{"portal": dbtest.URL(t, dbtest.Portal), "idp": dbtest.URL(t, dbtest.IDP), "stand": dbtest.URL(t, dbtest.Stand)}
	w.state = &demoState{database: func(name string) string { return urls[name] }, redisURL: "redis://" + w.redis.Addr()}
	w.demo.addresses(w.state)
	var err error
	if w.keys, err = secret.LoadOrCreateKeys(filepath.Join(t.TempDir(), "keys.json"), "portal", "idp", "stand", "bank", "client"); err != nil {
		t.Fatal(err)
	}
	if err := w.demo.seed(t.Context(), w.state, w.keys); err != nil {
		t.Fatal(err)
	}
	w.portal, w.stand, w.idp = w.pool("portal"), w.pool("stand"), w.pool("idp")
	if w.state.smtp, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		w.log.judge(t)
		w.log.allowed = "err=unavailable" // said of a helper that stopped a moment earlier
		w.stopRoles(roleNames...)
		w.log.judge(t)
	})
	w.startRoles(roleNames...)
	return w
}

func (w *town) pool(name string) *pgxpool.Pool {
	w.t.Helper()
	pool, err := db.Open(w.t.Context(), w.state.database(name)+"&pool_max_conns=4")
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(pool.Close)
	return pool
}

// freePorts returns the first of four free ports in a row. They lie below those that the system hands out by itself, since a role
// that is being restarted leaves its port for a moment.
func freePorts(t *testing.T) int {
	t.Helper()
	for range 100 {
		base := 20000 + 4*rand.IntN(3000)
		if (&demoCommand{PortBase: base}).portsFree() == nil {
			return base
		}
	}
	t.Fatal("no four free ports")
	return 0
}

// startRoles builds roles and runs each by itself, as a real deployment does.
func (w *town) startRoles(names ...string) {
	w.t.Helper()
	pages, err := thePages()
	if err != nil {
		w.t.Fatal(err)
	}
	if slices.Contains(names, "stand") && w.state.smtp == nil {
		w.t.Fatal("no port for the stands' mail")
	}
	builders := w.demo.builders(w.state, w.keys, pages, slog.New(w.log))
	var starting sync.WaitGroup
	for i, name := range roleNames {
		if slices.Contains(names, name) {
			starting.Go(func() { w.startRole(name, builders[i]) })
		}
	}
	starting.Wait()
}

func (w *town) startRole(name string, b builder) {
	r, err := b.build(w.t.Context())
	if err != nil {
		w.t.Errorf("start %s: %v", name, err)
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := serve(ctx, slog.New(w.log), r); err != nil {
			w.t.Errorf("%s ended with %v", name, err)
		}
	}()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.running[name] = func() { cancel(); <-done }
}

func (w *town) stopRoles(names ...string) {
	var stopping sync.WaitGroup
	for _, name := range names {
		w.mu.Lock()
		stop := w.running[name]
		delete(w.running, name)
		w.mu.Unlock()
		if stop != nil {
			stopping.Go(stop)
		}
	}
	stopping.Wait()
}

// restart closes roles and builds them anew on the same databases, Redis and ports.
func (w *town) restart(names ...string) {
	w.t.Helper()
	w.stopRoles(names...)
	if slices.Contains(names, "stand") {
		smtp, err := net.Listen("tcp", w.state.smtp.Addr().String())
		if err != nil {
			w.t.Fatal(err)
		}
		w.state.smtp = smtp
	}
	w.startRoles(names...)
}

// resident is somebody with an account at the provider, checked by the registers.
type resident struct {
	Last, First, Middle string
	Sex                 string // "F", "M"
	Phone, SNILS        string
}

func (r resident) name() string { return r.Last + " " + r.First + " " + r.Middle }

// newResident makes a resident: their registration is a story of its own.
func (w *town) newResident(last, first, middle, sex string) resident {
	w.t.Helper()
	n := w.people.Add(1)
	r := resident{last, first, middle, sex, fmt.Sprintf("+7917300%04d", n), validSNILS(200100000 + n)}
	box, err := keyText(w.keys, "idp").box()
	if err != nil {
		w.t.Fatal(err)
	}
	id := uuid.Must(uuid.NewV7())
	birth := time.Date(1995, 3, int(n%28)+1, 0, 0, 0, 0, time.UTC)
	err = account.Seed(w.t.Context(), w.idp, box, secret.NewHasher(0), account.SeedPerson{
		Account: account.Account{ID: id, OID: 2_000_000_000 + n, LastName: last, FirstName: first, MiddleName: middle, Phone: r.Phone,
			Email: fmt.Sprintf("p%d@town.example", n), EmailConfirmed: true, Level: account.Standard},
		Identity: &account.Identity{Account: id, LastName: last, FirstName: first, MiddleName: middle, Sex: sex, BirthDate: birth,
			BirthPlace: "г. Казань", Citizenship: "RUS", SNILS: r.SNILS, Document: account.Document{Type: "RF_PASSPORT", Series: "9220",
				Number: fmt.Sprintf("%06d", 200000+n), IssuedOn: "2020-05-06", IssuedBy: "МВД по Республике Татарстан", Code: "160-001"}},
	}, idp.DemoPassword)
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

// validSNILS gives nine digits their check digits.
func validSNILS(nine int64) string {
	text, sum := fmt.Sprintf("%09d", nine), 0
	for i := range text {
		sum += int(text[i]-'0') * (9 - i)
	}
	return fmt.Sprintf("%s%02d", text, sum%101%100)
}

// count asks the portal's database.
func (w *town) count(t *testing.T, sql string, args ...any) (n int) {
	t.Helper()
	if err := w.portal.QueryRow(t.Context(), sql, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// ask is count for a word.
func (w *town) ask(t *testing.T, pool *pgxpool.Pool, sql string, args ...any) (s string) {
	t.Helper()
	if err := pool.QueryRow(t.Context(), sql, args...).Scan(&s); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return s
}

func (w *town) exec(t *testing.T, sql string, args ...any) {
	t.Helper()
	if _, err := w.portal.Exec(t.Context(), sql, args...); err != nil {
		t.Fatal(err)
	}
}

// jobNow is a job without arguments that usually runs by the clock.
type jobNow struct{ kind string }

// Kind names the job.
func (j jobNow) Kind() string { return j.kind }

// runJob has the worker do a periodic job at once.
func (w *town) runJob(t *testing.T, kind string) {
	t.Helper()
	client, err := insertOnly(w.portal, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	job, err := client.Insert(t.Context(), jobNow{kind}, &river.InsertOpts{})
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, kind+" is done", func() bool {
		return w.ask(t, w.portal, `SELECT state::text FROM river_job WHERE id = $1`, job.Job.ID) == "completed"
	})
}

// patience is long: what takes a moment may take longer on a machine that runs forty packages of tests.
const patience = time.Minute

// eventually waits for what happens behind the pages.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s: not within %v", what, patience)
		}
	}
}

// townLog keeps what the roles say: an error that no page shows is a fault all the same.
type townLog struct {
	allowed string // what a story brings about on purpose: lines with it are no faults

	mu     sync.Mutex
	lines  bytes.Buffer
	errors []string
}

func (l *townLog) judge(t *testing.T) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, line := range l.errors {
		if l.allowed == "" || !strings.Contains(line, l.allowed) {
			t.Errorf("a role logged: %s", line)
		}
	}
	l.errors = nil
	if t.Failed() {
		t.Logf("log of the roles:\n%s", l.lines.String())
	}
}

// Enabled leaves routine out.
func (l *townLog) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelWarn }

// Handle keeps a line.
func (l *townLog) Handle(_ context.Context, r slog.Record) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s %s", r.Time.Format("15:04:05.000"), r.Level, r.Message)
	r.Attrs(func(a slog.Attr) bool { fmt.Fprintf(&b, " %s=%v", a.Key, a.Value); return true })
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines.WriteString(b.String() + "\n")
	if r.Level >= slog.LevelError {
		l.errors = append(l.errors, b.String())
	}
	return nil
}

// WithAttrs drops them: the lines are read by people.
func (l *townLog) WithAttrs([]slog.Attr) slog.Handler { return l }

// WithGroup does too.
func (l *townLog) WithGroup(string) slog.Handler { return l }
