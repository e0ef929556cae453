package support

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"tamga/frontend"
	"tamga/frontend/htmltest"
	"tamga/internal/dbtest"
	"tamga/internal/fault"
	"tamga/internal/i18n"
	"tamga/internal/notify"
	"tamga/internal/secret"
	"tamga/internal/web"
)

var pages = sync.OnceValues(func() (*frontend.Pages, error) { return frontend.New(frontend.Options{}) })

// world is both sites of support over one database.
type world struct {
	*testing.T
	db            *pgxpool.Pool
	box           *secret.Box
	desk          Desk
	jobs          *Jobs
	portal, staff *fiber.App
	clock         time.Time
	employee      uuid.UUID
	forbidden     error
	cookies       map[*fiber.App]string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	p, err := pages()
	if err != nil {
		t.Fatal(err)
	}
	w := &world{T: t, db: dbtest.DB(t, dbtest.Portal), employee: uuid.New(), cookies: map[*fiber.App]string{},
		clock: time.Date(2026, 11, 23, 10, 0, 0, 0, moscow)} // a Monday
	if w.box, err = secret.NewBox(bytes.Repeat([]byte("k"), 32)); err != nil {
		t.Fatal(err)
	}
	client, err := river.NewClient(riverpgxv5.New(w.db), &river.Config{})
	if err != nil {
		t.Fatal(err)
	}
	w.exec(`INSERT INTO organisation (id, name) VALUES ($1, 'Министерство')`, w.employee)
	w.exec(`INSERT INTO employee (id, organisation_id, last_name, first_name, password_hash, rights, password_changed_at)
		VALUES ($1, $1, 'Нуриев', 'Марат', 'x', '{support}', now())`, w.employee)
	now := func() time.Time { return w.clock }
	w.desk = Desk{DB: w.db, Box: w.box, Pages: p, Now: now, PublicURL: "https://portal.example",
		Notify: &notify.Outbox{River: client, Box: w.box, Now: now}}
	w.jobs = &Jobs{Desk: w.desk}
	guard := &web.CSRF{Key: make([]byte, 32), Cookie: "csrf"}
	w.portal = web.New(web.Config{Role: "portal", ShowError: p.ShowError})
	w.portal.Use(guard.Check)
	(&Handler{Desk: w.desk, Limiter: &web.Limiter{Redis: dbtest.Redis(t)}, Citizen: func(c *fiber.Ctx) (*Citizen, error) {
		id, err := uuid.Parse(c.Get("X-Citizen"))
		if err != nil {
			return nil, fault.New(fault.SignIn, "web.csrf")
		}
		return &Citizen{ID: id, Email: "aliya@example.ru"}, nil
	}}).Mount(w.portal)
	w.staff = web.New(web.Config{Role: "intra", ShowError: p.ShowError})
	w.staff.Use(guard.Check)
	(&StaffHandler{Desk: w.desk, Allowed: func(*fiber.Ctx) error { return w.forbidden }, Service: func(id string, _ i18n.Lang) string { return id },
		Employee: func(*fiber.Ctx) (uuid.UUID, error) { return w.employee, nil }}).Mount(w.staff)
	return w
}

func (w *world) exec(sql string, args ...any) {
	w.Helper()
	if _, err := w.db.Exec(w.Context(), sql, args...); err != nil {
		w.Fatal(err)
	}
}

func (w *world) count(sql string, args ...any) (n int) {
	w.Helper()
	if err := w.db.QueryRow(w.Context(), sql, args...).Scan(&n); err != nil {
		w.Fatal(err)
	}
	return n
}

// reply is what came back.
type reply struct {
	Status   int
	Location string
	Page     *htmltest.Page
}

func (w *world) send(app *fiber.App, citizen uuid.UUID, method, address, media string, body io.Reader) reply {
	w.Helper()
	req := httptest.NewRequest(method, address, body)
	if media != "" {
		req.Header.Set("Content-Type", media)
	}
	if citizen != uuid.Nil {
		req.Header.Set("X-Citizen", citizen.String())
	}
	if w.cookies[app] != "" {
		req.Header.Set("Cookie", w.cookies[app])
	}
	res, err := app.Test(req, -1)
	if err != nil {
		w.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	if set := res.Header.Get("Set-Cookie"); set != "" {
		w.cookies[app], _, _ = strings.Cut(set, ";")
	}
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		w.Fatal(err)
	}
	return reply{res.StatusCode, res.Header.Get("Location"), htmltest.Parse(w.T, string(raw))}
}

func (w *world) get(app *fiber.App, citizen uuid.UUID, address string) reply {
	w.Helper()
	return w.send(app, citizen, "GET", address, "", nil)
}

// post fills the form of a page and sends it.
func (w *world) post(app *fiber.App, citizen uuid.UUID, form htmltest.Form, fields url.Values) reply {
	w.Helper()
	for name, values := range fields {
		form.Values[name] = values
	}
	if form.Enctype == "" {
		return w.send(app, citizen, "POST", form.Action, "application/x-www-form-urlencoded", strings.NewReader(form.Values.Encode()))
	}
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	for name, values := range form.Values {
		for _, v := range values {
			_ = m.WriteField(name, v)
		}
	}
	_ = m.Close()
	return w.send(app, citizen, "POST", form.Action, m.FormDataContentType(), &body)
}

// ask sends a citizen's question and returns its id.
func (w *world) ask(citizen uuid.UUID, fields url.Values) uuid.UUID {
	w.Helper()
	r := w.post(w.portal, citizen, w.get(w.portal, citizen, "/support/new").Page.Form("form[action=/support/new]"), fields)
	if r.Status != 303 {
		w.Fatalf("status %d: %s", r.Status, r.Page.Words())
	}
	var id uuid.UUID
	if err := w.db.QueryRow(w.Context(), `SELECT id FROM support_incident ORDER BY id DESC LIMIT 1`).Scan(&id); err != nil {
		w.Fatal(err)
	}
	return id
}

var aQuestion = url.Values{"kind": {"question"}, "topic": {"payment"}, "text": {"Где моя квитанция? Җавап кирәк"}}
