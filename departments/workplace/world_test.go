package workplace

import (
	"bytes"
	"context"
	"encoding/json"
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
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"tamga/departments"
	"tamga/frontend"
	"tamga/frontend/htmltest"
	"tamga/internal/dbtest"
	"tamga/internal/i18n"
	"tamga/internal/rus"
	"tamga/internal/secret"
	"tamga/internal/web"
)

var pages = sync.OnceValues(func() (*frontend.Pages, error) { return frontend.New(frontend.Options{}) })

const portal = "https://portal.example"

// world is the workplace of two departments over one database; who asks is in a header.
type world struct {
	*testing.T
	db      *pgxpool.Pool
	box     *secret.Box
	river   *river.Client[pgx.Tx]
	desk    *Handler
	carrier *Carrier
	app     *fiber.App
	clock   time.Time
	told    []departments.Update // what the application heard
	cookie  string

	alsu, ruslan, guzel uuid.UUID // of construction, of construction, of the registry office
}

func newWorld(t *testing.T) *world {
	t.Helper()
	p, err := pages()
	if err != nil {
		t.Fatal(err)
	}
	w := &world{T: t, db: dbtest.DB(t, dbtest.Portal), clock: time.Date(2026, 11, 23, 10, 0, 0, 0, rus.Moscow)} // a Monday
	w.box, err = secret.NewBox(bytes.Repeat([]byte("k"), 32))
	w.must(err)
	w.river, err = river.NewClient(riverpgxv5.New(w.db), &river.Config{})
	w.must(err)
	w.must(departments.SaveEndpoints(t.Context(), w.db, nil, []departments.Endpoint{{Code: "construction", Name: i18n.Text{RU: "Минстрой"}, URL: "workplace:"},
		{Code: "zags", Name: i18n.Text{RU: "ЗАГС"}, URL: "workplace:"}}, w.clock))
	w.alsu, w.ruslan, w.guzel = w.employ("construction", "Хасанова"), w.employ("construction", "Мингазов"), w.employ("zags", "Валеева")
	now := func() time.Time { return w.clock }
	w.carrier = &Carrier{DB: w.db, Box: w.box, Now: now}
	w.app = web.New(web.Config{Role: "intra", ShowError: p.ShowError})
	w.app.Use((&web.CSRF{Key: make([]byte, 32), Cookie: "csrf"}).Check)
	w.desk = &Handler{DB: w.db, Box: w.box, Pages: p, Now: now, Clerks: departments.Clerks{DB: w.db, Right: "workplace", Allowed: func(*fiber.Ctx) error { return nil },
		Employee: func(c *fiber.Ctx) (uuid.UUID, error) { return uuid.Parse(c.Get("X-Employee")) }},
		Fields: func(string, int) []Field {
			return []Field{{"plot", "Участок"}, {"unasked", "Не спрашивали"}}
		},
		Exchange: &departments.Handler{DB: w.db, River: w.river, Audience: portal, Now: now,
			OnUpdate: func(_ context.Context, _ pgx.Tx, u departments.Update) error { w.told = append(w.told, u); return nil }}}
	w.desk.Mount(w.app)
	return w
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) employ(department, name string) uuid.UUID {
	w.Helper()
	body, id := uuid.New(), uuid.New()
	_, err := w.db.Exec(w.Context(), `INSERT INTO organisation (id, name, department) VALUES ($1, $2, $3)`, body, department+" "+body.String(), department)
	w.must(err)
	_, err = w.db.Exec(w.Context(), `INSERT INTO employee (id, organisation_id, last_name, first_name, password_hash, rights, temporary, password_changed_at)
		VALUES ($1, $2, $3, 'Имя', 'x', '{workplace}', false, now())`, id, body, name)
	w.must(err)
	return id
}

// files sends an application to construction through the outbox, and carries it.
func (w *world) files() (id uuid.UUID, m *departments.Outgoing) {
	w.Helper()
	id = uuid.New()
	by := time.Date(2026, 11, 30, 0, 0, 0, 0, rus.Moscow)
	l := letter{AnswerBy: &by, Application: departments.Application{ServiceName: "Разрешение на строительство",
		Sections: []departments.Section{{Title: "Объект", Rows: []departments.Row{{Label: "Участок", Value: "16:50:010101:17"}}}},
		Parties:  []departments.Party{{ID: "applicant", Role: "Заявитель", Last: "Җиһаншина", First: "Әминә"}}},
		Files: []departments.Attachment{{Name: "план.pdf", URL: "https://portal.example/departments/files/x"}}}
	raw, err := json.Marshal(l)
	w.must(err)
	return id, w.send(id, departments.TypeSubmitted, raw)
}

// withCase is a world in which an application has come to construction.
func withCase(t *testing.T) (w *world, id uuid.UUID) {
	t.Helper()
	w = newWorld(t)
	id, m := w.files()
	w.carry(m)
	return w, id
}

// send enqueues a message of the portal and carries it, as the worker does.
func (w *world) send(id uuid.UUID, typ string, data json.RawMessage) *departments.Outgoing {
	w.Helper()
	d := departments.Delivery{ID: uuid.New(), Type: typ, ApplicationID: id, Number: "2026-112233-4", Department: "construction", Service: "building-permit", ServiceVersion: 1, Data: data}
	w.must(pgx.BeginFunc(w.Context(), w.db, func(tx pgx.Tx) error { return departments.Enqueue(w.Context(), tx, w.river, w.box, d) }))
	body := departments.Message{Number: d.Number, Department: d.Department, Service: d.Service, ServiceVersion: 1}
	switch typ {
	case departments.TypeMessage:
		body.Message = data
	case departments.TypeCorrected:
		body.Correction = data
	case departments.TypeCancelled:
		body.Cancellation = data
	default:
		body.Application = data
	}
	e, err := departments.NewEvent(typ, d.ID.String(), portal, departments.Source("construction"), id.String(), w.clock, body)
	w.must(err)
	m := &departments.Outgoing{ID: d.ID, Event: e}
	return m
}

func (w *world) carry(m *departments.Outgoing) int {
	w.Helper()
	a, err := w.carrier.Carry(w.Context(), &departments.Endpoint{Code: "construction", URL: "workplace:"}, m)
	w.must(err)
	return a.Status
}

type reply struct {
	Status int
	Page   *htmltest.Page
	Body   string
	Type   string
}

func (w *world) call(who uuid.UUID, method, address, media string, body io.Reader) reply {
	w.Helper()
	req := httptest.NewRequest(method, address, body)
	req.Header.Set("X-Employee", who.String())
	req.Header.Set("Content-Type", media)
	req.Header.Set("Cookie", w.cookie)
	res, err := w.app.Test(req, -1)
	w.must(err)
	defer func() { _ = res.Body.Close() }()
	if set := res.Header.Get("Set-Cookie"); set != "" {
		w.cookie, _, _ = strings.Cut(set, ";")
	}
	raw, err := io.ReadAll(res.Body)
	w.must(err)
	r := reply{Status: res.StatusCode, Body: string(raw), Type: res.Header.Get("Content-Type")}
	if strings.HasPrefix(r.Type, "text/html") {
		r.Page = htmltest.Parse(w.T, r.Body)
	}
	return r
}

func (w *world) get(who uuid.UUID, address string) reply {
	w.Helper()
	return w.call(who, "GET", address, "", nil)
}

// form is a form of the case's page.
func (w *world) form(who, id uuid.UUID, do string) htmltest.Form {
	w.Helper()
	at := "/workplace/" + id.String()
	r := w.get(who, at)
	if r.Status != 200 {
		w.Fatalf("%d %s", r.Status, r.Body)
	}
	return r.Page.Form("form[action=" + at + "/" + do + "]")
}

func (w *world) post(who uuid.UUID, f htmltest.Form, fields url.Values) reply {
	w.Helper()
	for name, values := range fields {
		f.Values[name] = values
	}
	return w.call(who, "POST", f.Action, "application/x-www-form-urlencoded", strings.NewReader(f.Values.Encode()))
}

// issue sends the form of a result with its files.
func (w *world) issue(f htmltest.Form, name string, files map[string][]byte) reply {
	w.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	f.Values.Set("name", name)
	for key, values := range f.Values {
		for _, v := range values {
			if files[key] == nil {
				_ = m.WriteField(key, v)
			}
		}
	}
	for key, content := range files {
		part, err := m.CreateFormFile(key, key+".pdf")
		w.must(err)
		_, err = part.Write(content)
		w.must(err)
	}
	w.must(m.Close())
	return w.call(w.alsu, "POST", f.Action, m.FormDataContentType(), &body)
}

func (w *world) count(sql string, args ...any) (n int) {
	w.Helper()
	w.must(w.db.QueryRow(w.Context(), sql, args...).Scan(&n))
	return n
}

// kinds are what the application was told, in order.
func (w *world) kinds() string {
	var list []string
	for _, u := range w.told {
		list = append(list, strings.Trim(u.Kind+":"+u.Status, ":"))
	}
	return strings.Join(list, " ")
}
