package departments_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"tamga/departments"
	"tamga/internal/dbtest"
)

var chaosCodes = []string{"zags", "social", "municipality"}

// TestChaos kills portal, worker and stands, real processes, with SIGKILL at random moments, cuts connections to PostgreSQL, lets the
// network delay, double, lose and reorder, and has the stands fail and slow down, while citizens submit and write and employees decide.
// At the end each application is at its department exactly once, and the citizen was told last what the department did last.
// TAMGA_CHAOS=30m is the long form: make chaos. TAMGA_CHAOS_SEED repeats the choices of a run, though not its moments.
func TestChaos(t *testing.T) {
	t.Parallel()
	lasts, life, long := 5*time.Second, 2*time.Second, false
	if told, err := time.ParseDuration(os.Getenv("TAMGA_CHAOS")); err == nil {
		lasts, life, long = told, 20*time.Second, true
	}
	c := newChaos(t)
	var killing, living sync.WaitGroup
	stop := make(chan struct{})
	for _, v := range c.victims {
		v.start()
		lives := life
		if long && v.role.Name == "worker" {
			lives = time.Minute // who is killed more often than River elects a leader never gets to a second try
		}
		killing.Go(func() { v.dieAgainAndAgain(lives, stop) })
	}
	for n := range 6 {
		living.Go(func() { c.citizen(c.seeded(uint64(n)), stop) })
	}
	living.Go(func() { c.employee(c.seeded(100), stop) })
	living.Go(func() { c.saboteur(c.seeded(101), stop) })

	began := time.Now()
	for told := began; time.Since(began) < lasts || !c.enough(); time.Sleep(100 * time.Millisecond) {
		if long && time.Since(told) > time.Minute {
			told = time.Now()
			t.Log(c.figures(began))
		}
	}
	close(stop)
	killing.Wait()
	living.Wait()
	t.Log(c.figures(began))
	c.settle(long)
	t.Log(c.figures(began))
}

// chaos is the world that is killed. The databases and the network outlive everything.
type chaos struct {
	*bench
	seed      uint64
	victims   []*chaosVictim
	callbacks *wire // from the stands to the portal
	messages  *wire // from the worker to the stands

	mu        sync.Mutex
	submitted []departments.Delivery // whose submission the citizen has seen succeed
	said      []departments.Delivery // messages about them

	presses, decided, cuts atomic.Int64
}

func newChaos(t *testing.T) *chaos {
	t.Helper()
	c := &chaos{bench: &bench{t: t, portal: dbtest.DB(t, dbtest.Portal), stand: dbtest.DB(t, dbtest.Stand)}, seed: rand.Uint64()}
	if told, err := strconv.ParseUint(os.Getenv("TAMGA_CHAOS_SEED"), 10, 64); err == nil {
		c.seed = told
	}
	t.Logf("TAMGA_CHAOS_SEED=%d", c.seed)
	portalAt, standsAt := freeAddress(t), freeAddress(t)
	c.callbacks, c.messages = &wire{to: "http://" + portalAt, overtak: true, rand: c.seeded(200)}, &wire{to: "http://" + standsAt, rand: c.seeded(201)}
	c.portalURL, c.standURL = c.callbacks.lay(t), c.messages.lay(t)
	c.exec(c.portal, `CREATE TABLE told (n bigint GENERATED ALWAYS AS IDENTITY, event_id text UNIQUE, application uuid, status text, text text,
		kind text, detail jsonb)`)
	c.exec(c.portal, `CREATE INDEX ON told (application, n)`)
	client := departments.NewClient(departments.ClientConfig{Private: true, Plain: true})
	c.must(departments.SaveEndpoints(t.Context(), c.portal, client, endpoints(c.standURL), time.Now()))
	for _, r := range []chaosRole{{Name: "portal", Listen: portalAt, Database: c.portal.Config().ConnString()},
		{Name: "worker", Database: c.portal.Config().ConnString()}, {Name: "stands", Listen: standsAt, Database: c.stand.Config().ConnString()}} {
		r.PortalURL = c.portalURL
		c.victims = append(c.victims, c.victim(r))
	}
	return c
}

func (c *chaos) seeded(stream uint64) *rand.Rand { return rand.New(rand.NewPCG(c.seed, stream)) }

// freeAddress is one where nobody listens at the moment.
func freeAddress(t *testing.T) string {
	t.Helper()
	ln := listen(t)
	defer func() { _ = ln.Close() }()
	return ln.Addr().String()
}

// chaosVictim is a process that is killed again and again.
type chaosVictim struct {
	c     *chaos
	role  chaosRole
	rand  *rand.Rand
	cmd   *exec.Cmd
	log   *os.File
	rope  io.Closer // the process ends with us, however we end
	kills atomic.Int64
}

func (c *chaos) victim(r chaosRole) *chaosVictim {
	c.t.Helper()
	file, err := os.Create(filepath.Join(c.t.TempDir(), r.Name+".log"))
	c.must(err)
	v := &chaosVictim{c: c, role: r, log: file, rand: c.seeded(300 + uint64(len(c.victims)))}
	c.t.Cleanup(func() {
		v.kill()
		_ = file.Close()
		if raw, err := os.ReadFile(file.Name()); err == nil && c.t.Failed() {
			c.t.Logf("%s said:\n%s", r.Name, raw[max(0, len(raw)-4000):])
		}
	})
	return v
}

func (v *chaosVictim) start() {
	told, err := json.Marshal(v.role)
	if err == nil {
		v.cmd = exec.CommandContext(context.Background(), os.Args[0])
		v.cmd.Env = append(os.Environ(), chaosEnv+"="+string(told))
		v.cmd.Stdout, v.cmd.Stderr = v.log, v.log
		if v.rope, err = v.cmd.StdinPipe(); err == nil {
			err = v.cmd.Start()
		}
	}
	if err != nil {
		v.c.t.Error(err)
	}
}

// kill is kill -9: nothing is finished, nothing is said.
func (v *chaosVictim) kill() {
	if v.cmd == nil || v.cmd.Process == nil {
		return
	}
	_ = v.cmd.Process.Kill()
	_ = v.cmd.Wait()
	v.cmd = nil
}

// up tells whether the process does its work.
func (v *chaosVictim) up() bool {
	if v.role.Listen == "" {
		var n int
		err := v.c.portal.QueryRow(context.Background(), `SELECT count(*) FROM pg_stat_activity
			WHERE datname = current_database() AND application_name = 'worker' AND query LIKE '%river_%'`).Scan(&n)
		return err == nil && n > 0
	}
	conn, err := net.DialTimeout("tcp", v.role.Listen, time.Second)
	if err != nil {
		return false
	}
	_ = conn.Close()
	return true
}

// dieAgainAndAgain lets the process live for a moment, counted from when it is up, and kills it; at the end it lives. On a busy machine,
// where a start takes long, it lives longer too.
func (v *chaosVictim) dieAgainAndAgain(life time.Duration, stop <-chan struct{}) {
	for {
		began := time.Now()
		for !v.up() && time.Since(began) < time.Minute {
			time.Sleep(20 * time.Millisecond)
		}
		select {
		case <-stop:
			return
		case <-time.After(life/10 + time.Duration(v.rand.Int64N(int64(life))) + time.Since(began)):
		}
		v.kill()
		v.kills.Add(1)
		time.Sleep(time.Duration(v.rand.Int64N(int64(life / 4))))
		v.start()
	}
}

// enough tells whether anything was tried at all: a slow machine goes on until it was.
func (c *chaos) enough() bool {
	for _, v := range c.victims {
		if v.kills.Load() < 2 {
			return false
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.submitted) >= 30
}

// citizen submits, sometimes writes later, and presses the button again with the same key when the page breaks.
func (c *chaos) citizen(r *rand.Rand, stop <-chan struct{}) {
	for {
		d := departments.Delivery{ID: uuid.Must(uuid.NewV7()), Department: chaosCodes[r.IntN(len(chaosCodes))], Service: "marriage",
			ServiceVersion: 1, Data: []byte(`{"service_name":"x"}`)}
		d.ApplicationID, d.Number = d.ID, d.ID.String()[24:]
		if !c.press(d, stop) {
			return
		}
		c.mu.Lock()
		c.submitted = append(c.submitted, d)
		c.mu.Unlock()
		if r.IntN(3) == 0 {
			m := d
			m.ID, m.Type, m.Data = uuid.Must(uuid.NewV7()), departments.TypeMessage, []byte(`{"text":"Когда?"}`)
			if !c.press(m, stop) {
				return
			}
			c.mu.Lock()
			c.said = append(c.said, m)
			c.mu.Unlock()
		}
		select {
		case <-stop:
			return
		case <-time.After(200*time.Millisecond + time.Duration(r.Int64N(int64(time.Second)))):
		}
	}
}

// press gives up only at the end: what is then without an answer nobody has promised anything about.
func (c *chaos) press(d departments.Delivery, stop <-chan struct{}) bool {
	body, err := json.Marshal(d)
	if err != nil {
		c.t.Error(err)
		return false
	}
	client := http.Client{Timeout: 5 * time.Second}
	for {
		c.presses.Add(1)
		answer, err := client.Post(c.portalURL+"/submit", "application/json", bytes.NewReader(body))
		if err == nil {
			_ = answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return true
			}
		}
		select {
		case <-stop:
			return false
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// employee decides about what is there, on the stands' pages, which may break under the hand.
func (c *chaos) employee(r *rand.Rand, stop <-chan struct{}) {
	for {
		select {
		case <-stop:
			return
		case <-time.After(100 * time.Millisecond):
		}
		rows, _ := c.stand.Query(c.t.Context(), `SELECT department, id, state FROM stand_application WHERE state IN ('new', 'accepted')
			ORDER BY random() LIMIT 2`)
		type open struct {
			Department string
			ID         uuid.UUID
			State      string
		}
		list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[open])
		if err != nil {
			continue
		}
		for _, o := range list {
			action := map[bool]string{true: "accept", false: "complete"}[o.State == "new"]
			if r.IntN(5) == 0 {
				action = "refuse"
			}
			if c.tryDecide(o.Department, o.ID, action) {
				c.decided.Add(1)
			}
		}
	}
}

// saboteur has the stands misbehave, and cuts everybody off the databases.
func (c *chaos) saboteur(r *rand.Rand, stop <-chan struct{}) {
	for {
		select {
		case <-stop:
			return
		case <-time.After(200*time.Millisecond + time.Duration(r.Int64N(int64(time.Second)))):
		}
		if r.IntN(4) == 0 {
			pool := []*pgxpool.Pool{c.portal, c.stand}[r.IntN(2)]
			_, _ = pool.Exec(context.Background(), `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
				WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name IN ('portal', 'worker', 'stands')`)
			c.cuts.Add(1)
			continue
		}
		_, _ = c.stand.Exec(context.Background(), `INSERT INTO stand_system (code, mode) VALUES ($1, $2) ON CONFLICT (code) DO UPDATE SET mode = excluded.mode`,
			chaosCodes[r.IntN(len(chaosCodes))], []string{"down", "slow", "duplicate", "drop", "normal", "normal"}[r.IntN(6)])
	}
}

func (c *chaos) figures(began time.Time) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	text := fmt.Sprintf("%v: %d applications, %d messages, %d presses of the button; %d decisions", time.Since(began).Round(time.Second),
		len(c.submitted), len(c.said), c.presses.Load(), c.decided.Load())
	for _, v := range c.victims {
		text += fmt.Sprintf("; %s killed %d times", v.role.Name, v.kills.Load())
	}
	for name, w := range map[string]*wire{"messages": c.messages, "call-backs": c.callbacks} {
		text += fmt.Sprintf("; %s: %d late, %d out of order, %d doubled, %d lost", name, w.delayed.Load(), w.held.Load(), w.doubled.Load(), w.lost.Load())
	}
	return text + fmt.Sprintf("; connections cut %d times", c.cuts.Load())
}
