package departments_test

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"tamga/departments"
)

// TestChaos kills workers in mid-work, cuts the portal's connections to PostgreSQL, and has the stands fail, slow down, lose their
// answers and call back twice, while citizens submit and employees decide. At the end each application is at its department exactly
// once, and what the citizen was told is what the department did. TAMGA_CHAOS=30m is the long form: make chaos.
func TestChaos(t *testing.T) {
	t.Parallel()
	b := setup(t)
	lasts := 6 * time.Second
	if long, err := time.ParseDuration(os.Getenv("TAMGA_CHAOS")); err == nil {
		lasts = long
	}
	c := &chaos{bench: b}
	c.start()
	for end := time.Now().Add(lasts); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		c.submit()
		switch rand.N(8) {
		case 0:
			c.kill()
			c.start()
		case 1:
			_, _ = b.portal.Exec(t.Context(), `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
				WHERE datname = current_database() AND pid <> pg_backend_pid()`) // this very call may be cut off too
		case 2, 3:
			b.mode([]string{"zags", "social", "municipality"}[rand.N(3)], []string{"down", "slow", "duplicate", "drop", "normal"}[rand.N(5)])
		case 4, 5:
			c.decideSome()
		}
	}
	for _, code := range []string{"zags", "social", "municipality"} {
		b.mode(code, "normal")
	}
	c.settle()
	t.Logf("%d applications, %d workers killed, %d attempts", len(c.all), c.killed, one[int](b, b.portal, `SELECT count(*) FROM delivery_attempt`))
}

// chaos is a bench whose worker is killed and not stopped.
type chaos struct {
	*bench
	all    []departments.Delivery
	worker *river.Client[pgx.Tx]
	killed int
}

// start brings a worker up, as soon as the database lets it.
func (c *chaos) start() {
	for {
		workers := river.NewWorkers()
		c.jobs.AddWorkers(workers)
		queues, err := c.jobs.Queues(c.t.Context())
		if err == nil {
			queues[river.QueueDefault] = river.QueueConfig{MaxWorkers: 8}
			c.worker, err = river.NewClient(riverpgxv5.New(c.portal), &river.Config{Workers: workers, Queues: queues,
				PeriodicJobs: c.jobs.PeriodicJobs(), FetchCooldown: 20 * time.Millisecond, FetchPollInterval: 50 * time.Millisecond,
				RescueStuckJobsAfter: 10 * time.Second, JobTimeout: 5 * time.Second, Logger: slog.New(slog.DiscardHandler)})
		}
		if err == nil {
			err = c.worker.Start(context.Background())
		}
		if err == nil {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// kill ends the worker in the middle of whatever it does.
func (c *chaos) kill() {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	_ = c.worker.StopAndCancel(ctx) // a worker that is killed says no goodbye
	c.killed++
}

// submit is a citizen who presses the button again when the page breaks: with the same key.
func (c *chaos) submit() {
	d := departments.Delivery{ID: uuid.Must(uuid.NewV7()), Department: []string{"zags", "social", "municipality"}[rand.N(3)], Service: "marriage",
		ServiceVersion: 1, Data: []byte(`{"service_name":"x"}`)}
	d.ApplicationID, d.Number = d.ID, d.ID.String()[24:]
	for c.enqueue(d) != nil {
		time.Sleep(20 * time.Millisecond)
	}
	c.all = append(c.all, d)
}

// decideSome has the employees accept two of what they have received.
func (c *chaos) decideSome() {
	rows, err := c.stand.Query(c.t.Context(), `SELECT department, id FROM stand_application WHERE state = 'new' ORDER BY random() LIMIT 2`)
	c.must(err)
	found, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (d departments.Delivery, err error) {
		return d, r.Scan(&d.Department, &d.ID)
	})
	c.must(err)
	for _, d := range found {
		c.decide(d, "accept", "")
	}
}

// settle waits until all has arrived, and compares.
func (c *chaos) settle() {
	c.t.Helper()
	defer c.kill()
	c.portal.Reset() // connections that were cut off and not used since
	end := time.Now().Add(90 * time.Second)
	for _, d := range c.all {
		for {
			want := "sent"
			var state string
			var rows int
			c.must(c.stand.QueryRow(c.t.Context(), `SELECT count(*), coalesce(max(state), '') FROM stand_application WHERE application_id = $1`,
				d.ApplicationID).Scan(&rows, &state))
			if state == "accepted" {
				want = "sent accepted"
			}
			told, at := c.told(d), c.state(d)
			if rows == 1 && told == want && at == "delivered" {
				break
			}
			if time.Now().After(end) {
				c.t.Fatalf("%s: %d at the department as %q, told %q, %s here", d.Department, rows, state, told, at)
			}
			time.Sleep(50 * time.Millisecond)
		}
	}
}
