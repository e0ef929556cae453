package departments_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"tamga/departments"
	"tamga/departments/stand"
	"tamga/frontend"
	"tamga/frontend/htmltest"
	"tamga/internal/dbtest"
	"tamga/internal/i18n"
	"tamga/internal/secret"
	"tamga/internal/web"
)

// bench is a portal with its worker, and the stands: two real servers on two real databases.
type bench struct {
	t      testing.TB
	portal *pgxpool.Pool
	stand  *pgxpool.Pool
	jobs   *departments.Jobs
	river  *river.Client[pgx.Tx] // inserts only
	staff  *departments.StaffHandler

	portalURL string
	standURL  string
	moved     atomic.Int64 // how far the portal's clock is ahead
}

var (
	portalSecret = bytes.Repeat([]byte("p"), 32)
	standSecret  = bytes.Repeat([]byte("s"), 32)
)

// now is the portal's clock; forward moves it.
func (b *bench) now() time.Time          { return time.Now().Add(time.Duration(b.moved.Load())) }
func (b *bench) forward(d time.Duration) { b.moved.Add(int64(d)) }

func setup(t testing.TB) *bench {
	t.Helper()
	b := &bench{t: t, portal: dbtest.DB(t, dbtest.Portal), stand: dbtest.DB(t, dbtest.Stand)}
	portalLn, standLn := listen(t), listen(t)
	b.portalURL, b.standURL = "http://"+portalLn.Addr().String(), "http://"+standLn.Addr().String()
	b.exec(b.portal, `CREATE TABLE told (n bigint GENERATED ALWAYS AS IDENTITY, event_id text UNIQUE, application uuid, status text, text text,
		kind text, detail jsonb)`)
	pages, err := frontend.New(frontend.Options{})
	b.must(err)
	keys, err := departments.DeriveKeys("portal", portalSecret)
	b.must(err)
	box, err := secret.NewBox(portalSecret)
	b.must(err)
	client := departments.NewClient(departments.ClientConfig{Private: true, Plain: true, Timeout: 5 * time.Second})
	b.river, err = river.NewClient(riverpgxv5.New(b.portal), &river.Config{})
	b.must(err)
	b.must(departments.SaveEndpoints(t.Context(), b.portal, client, endpoints(b.standURL), b.now()))
	b.jobs = &departments.Jobs{DB: b.portal, Box: box, Keys: keys, Client: client, Source: b.portalURL, Now: b.now,
		Policy: departments.Policy{First: 50 * time.Millisecond, Most: 200 * time.Millisecond}, OnUpdate: tell}
	b.staff = &departments.StaffHandler{DB: b.portal, River: b.river, Pages: pages, Now: b.now}
	app := web.New(web.Config{Role: "portal"})
	(&departments.Handler{DB: b.portal, River: b.river, Keys: keys, Trust: &departments.Trust{Client: client, Now: b.now, DB: b.portal},
		Audience: b.portalURL, Now: b.now, OnUpdate: tell}).Mount(app)
	serve(t, app.Listener, app.Shutdown, portalLn)
	stands, err := stand.New(stand.Config{DB: b.stand, Pages: pages, Now: b.now, Secret: standSecret, Portal: b.portalURL,
		Slow: 500 * time.Millisecond})
	b.must(err)
	serve(t, stands.Listener, stands.Shutdown, standLn)
	return b
}

func endpoints(base string) []departments.Endpoint {
	name := func(s string) i18n.Text { return i18n.Text{RU: s, TT: s, EN: s} }
	return []departments.Endpoint{{Code: "zags", Name: name("Управление ЗАГС"), URL: base + "/zags"},
		{Code: "social", Name: name("Соцзащита"), URL: base + "/social"},
		{Code: "municipality", Name: name("Исполком"), URL: base + "/municipality/"}}
}

func listen(t testing.TB) net.Listener {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return ln
}

func serve(t testing.TB, run func(net.Listener) error, stop func() error, ln net.Listener) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := run(ln); err != nil && !errors.Is(err, net.ErrClosed) {
			t.Error(err)
		}
	}()
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Error(err)
		}
		_ = ln.Close() // a stop that came before the start has stopped nothing
		<-done
	})
}

// tell keeps updates in a table whose UNIQUE event_id makes a second telling an error.
func tell(ctx context.Context, tx pgx.Tx, u departments.Update) error {
	said := u.Status
	switch u.Kind {
	case departments.KindStatus:
	case departments.KindDelivery:
		said = "delivery:" + u.Status
	default:
		said = u.Kind
	}
	_, err := tx.Exec(ctx, `INSERT INTO told (event_id, application, status, text, kind, detail) VALUES ($1, $2, $3, $4, $5, $6)`,
		u.EventID, u.ApplicationID, said, u.Text, u.Kind, u)
	return err
}

// work starts a worker; stop ends it as a restart would.
func (b *bench) work() (stop func()) {
	b.t.Helper()
	workers := river.NewWorkers()
	b.jobs.AddWorkers(workers)
	queues, err := b.jobs.Queues(b.t.Context())
	b.must(err)
	queues[river.QueueDefault] = river.QueueConfig{MaxWorkers: 8}
	client, err := river.NewClient(riverpgxv5.New(b.portal), &river.Config{Workers: workers,
		Queues: queues, PeriodicJobs: b.jobs.PeriodicJobs(),
		FetchCooldown: 20 * time.Millisecond, FetchPollInterval: 50 * time.Millisecond, Logger: slog.New(slog.DiscardHandler)})
	b.must(err)
	b.must(client.Start(context.Background()))
	stopped := false
	stop = func() {
		if !stopped {
			stopped = true
			b.must(client.Stop(context.Background()))
		}
	}
	b.t.Cleanup(stop)
	return stop
}

// submit enqueues a delivery about application (a new one when nil) in a transaction of its own.
func (b *bench) submit(department string, application uuid.UUID) departments.Delivery {
	b.t.Helper()
	if application == uuid.Nil {
		application = uuid.Must(uuid.NewV7())
	}
	data, err := json.Marshal(departments.Application{SubmittedAt: time.Now(), ServiceName: "Заключение брака",
		Parties: []departments.Party{{ID: "first", Role: "Первый заявитель", Last: "Җиһаншина", First: "Әминә"}}})
	b.must(err)
	d := departments.Delivery{ID: uuid.Must(uuid.NewV7()), ApplicationID: application, Number: "1626-" + application.String()[30:],
		Department: department, Service: "marriage", ServiceVersion: 1, Data: data}
	b.must(b.enqueue(d))
	return d
}

func (b *bench) enqueue(d departments.Delivery) error {
	return pgx.BeginFunc(b.t.Context(), b.portal, func(tx pgx.Tx) error {
		return departments.Enqueue(b.t.Context(), tx, b.river, b.jobs.Box, d)
	})
}

func (b *bench) mode(department, mode string) {
	b.exec(b.stand, `INSERT INTO stand_system (code, mode) VALUES ($1, $2)
		ON CONFLICT (code) DO UPDATE SET mode = excluded.mode`, department, mode)
}

// state returns the delivery's state at the portal.
func (b *bench) state(d departments.Delivery) string {
	return one[string](b, b.portal, `SELECT state FROM delivery WHERE id = $1`, d.ID)
}

// told returns what the application was told, in order.
func (b *bench) told(d departments.Delivery) string {
	return one[string](b, b.portal, `SELECT coalesce(string_agg(status, ' ' ORDER BY n), '') FROM told WHERE application = $1`, d.ApplicationID)
}

// wantTold waits until the application was told exactly that.
func (b *bench) wantTold(d departments.Delivery, want string) {
	b.t.Helper()
	b.until("the application is told "+want, func() (string, bool) { got := b.told(d); return got, got == want })
}

func (b *bench) wantState(d departments.Delivery, want string) {
	b.t.Helper()
	b.until("the delivery is "+want, func() (string, bool) { got := b.state(d); return got, got == want })
}

func (b *bench) until(what string, done func() (string, bool)) {
	b.t.Helper()
	end := time.Now().Add(60 * time.Second)
	for {
		got, ok := done()
		if ok {
			return
		}
		if time.Now().After(end) {
			b.t.Fatalf("waited for: %s; got %q", what, got)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// copies returns how many applications the stand has of this delivery, and how often the message came.
func (b *bench) copies(d departments.Delivery) (rows, copies int) {
	rows = one[int](b, b.stand, `SELECT count(*) FROM stand_application WHERE application_id = $1`, d.ApplicationID)
	return rows, one[int](b, b.stand, `SELECT coalesce(sum(copies), 0)::int FROM stand_application WHERE id = $1`, d.ID)
}

// decide presses a button on the stand's page, as its employee does.
func (b *bench) decide(d departments.Delivery, action, text string) {
	b.t.Helper()
	page := "/" + d.Department + "/applications/" + d.ID.String()
	cookie, form := b.form(page)
	form.Set("action", action)
	form.Set("text", text)
	form.Set("ground", text)
	status, body := b.post(b.standURL+page, cookie, form)
	if status != http.StatusSeeOther {
		b.t.Fatalf("%s on the stand: %d %s", action, status, body)
	}
}

// form fetches a page and returns its cookies and the fields of its first form.
func (b *bench) form(path string) (cookie string, form url.Values) {
	b.t.Helper()
	response, err := http.Get(b.standURL + path)
	b.must(err)
	raw, err := io.ReadAll(response.Body)
	b.must(err)
	b.must(response.Body.Close())
	if response.StatusCode != http.StatusOK {
		b.t.Fatalf("GET %s: %d %s", path, response.StatusCode, raw)
	}
	for _, c := range response.Cookies() {
		cookie = c.Name + "=" + c.Value
	}
	token := htmltest.Parse(b.t, string(raw)).Attr("input[name=_csrf]", "value")
	return cookie, url.Values{"_csrf": {token}}
}

// standPage is the stand's page of a delivery.
func (b *bench) standPage(d departments.Delivery) *htmltest.Page {
	b.t.Helper()
	response, err := http.Get(b.standURL + "/" + d.Department + "/applications/" + d.ID.String())
	b.must(err)
	defer func() { _ = response.Body.Close() }()
	raw, err := io.ReadAll(response.Body)
	b.must(err)
	return htmltest.Parse(b.t, string(raw))
}

func (b *bench) post(address, cookie string, form url.Values) (int, string) {
	b.t.Helper()
	request, err := http.NewRequest(http.MethodPost, address, bytes.NewBufferString(form.Encode()))
	b.must(err)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Cookie", cookie)
	response, err := http.DefaultTransport.RoundTrip(request)
	b.must(err)
	defer func() { _ = response.Body.Close() }()
	raw, err := io.ReadAll(response.Body)
	b.must(err)
	return response.StatusCode, string(raw)
}

func (b *bench) exec(p *pgxpool.Pool, sql string, args ...any) {
	b.t.Helper()
	_, err := p.Exec(b.t.Context(), sql, args...)
	b.must(err)
}

func (b *bench) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func one[T any](b *bench, p *pgxpool.Pool, sql string, args ...any) T {
	b.t.Helper()
	var v T
	if err := p.QueryRow(b.t.Context(), sql, args...).Scan(&v); err != nil {
		b.t.Fatal(fmt.Errorf("%s: %w", sql, err))
	}
	return v
}
