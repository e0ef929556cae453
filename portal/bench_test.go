package portal

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"tamga/applications"
	"tamga/catalog"
	"tamga/frontend"
	"tamga/frontend/htmltest"
	"tamga/internal/dbtest"
	"tamga/internal/notify"
	"tamga/internal/secret"
	"tamga/internal/web"
	"tamga/payments"
	"tamga/payments/banks"
	"tamga/support"
)

// bench is the portal with everything behind it.
type bench struct {
	*testing.T
	db      *pgxpool.Pool
	redis   *miniredis.Miniredis
	box     *secret.Box
	app     *fiber.App
	esia    *esiaServer
	catalog *catalog.Catalog
}

const site = "http://portal.test"

// The texts and the services are read once for all tests.
var (
	thePages    = sync.OnceValues(func() (*frontend.Pages, error) { return frontend.New(frontend.Options{}) })
	theServices = sync.OnceValues(func() (*catalog.Catalog, error) { return catalog.Load(catalog.Files()) })
)

func setup(t *testing.T) *bench {
	t.Helper()
	client, server := dbtest.RedisServer(t)
	b := &bench{T: t, db: dbtest.DB(t, dbtest.Portal), redis: server, esia: startESIA(t)}
	var err error
	check := func() {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	b.box, err = secret.NewBox(make([]byte, secret.KeySize))
	check()
	pages, err := thePages()
	check()
	services, err := theServices()
	check()
	b.catalog = services
	jobs, err := river.NewClient(riverpgxv5.New(b.db), &river.Config{})
	check()
	letters := &notify.Outbox{River: jobs, Box: b.box, Now: time.Now}
	core := &applications.Core{DB: b.db, River: jobs, Catalog: services, Box: b.box, Notify: letters, Texts: pages.Bundle, Now: time.Now, PublicURL: site}
	b.app, err = New(Config{
		DB: b.db, Redis: client, Pages: pages, Hasher: secret.NewCheapHasher(2), Box: b.box, Catalog: services, Now: time.Now,
		Notify: letters, PublicURL: site,
		ESIA:    ESIA{Issuer: b.esia.URL, ClientID: "portal", ClientSecret: "s3cret"},
		CSRFKey: make([]byte, 32), CodesKey: make([]byte, 32),
		Applications: core,
		Domains: func(p *People) []web.Handler {
			return []web.Handler{&payments.Handler{DB: b.db, River: jobs, Pages: pages, Bank: noBank{}, Now: time.Now, User: p.User, Box: b.box, PublicURL: site},
				&service{p}, &catalog.Handler{DB: b.db, Pages: pages, Catalog: services, Now: time.Now},
				&applications.Handler{Core: core, Redis: client, Pages: pages, Person: p.Person, NeedLevel: p.NeedLevel, NeedCapacity: p.NeedCapacity},
				&support.Handler{Desk: support.Desk{DB: b.db, Box: b.box, Pages: pages, Now: time.Now, PublicURL: site}, Limiter: &web.Limiter{Redis: client},
					Citizen: func(c *fiber.Ctx) (*support.Citizen, error) {
						id, err := p.User(c)
						return &support.Citizen{ID: id}, err
					}}}
		},
	})
	check()
	return b
}

// noBank is never asked: no test here pays.
type noBank struct{ banks.Acquirer }

func (noBank) Name() string { return "sandbox" }

// service is a domain whose page needs a level in the middle.
type service struct{ people *People }

func (s *service) Mount(r fiber.Router) {
	r.Get("/service/step", func(c *fiber.Ctx) error {
		who, err := s.people.Person(c)
		if err != nil {
			return err
		}
		if !who.Level.AtLeast(catalog.LevelStandard) {
			return s.people.NeedLevel(c, catalog.LevelStandard, "/service/step?n=3")
		}
		return c.JSON(fiber.Map{"level": who.Level, "last": who.Last, "snils": who.SNILS, "profile": who.Profile, "n": c.Query("n")})
	})
	r.Get("/service/who", func(c *fiber.Ctx) error {
		who, err := s.people.Person(c)
		if err != nil {
			return err
		}
		return c.JSON(who)
	})
	r.Get("/applications/x/steps/y", func(c *fiber.Ctx) error {
		who, err := s.people.Person(c)
		if err != nil {
			return err
		}
		return c.JSON(who)
	})
	r.Post("/service/start", func(c *fiber.Ctx) error {
		_, err := s.people.User(c)
		return err
	})
}

// browser keeps cookies and follows redirects on the portal; at ESIA its owner signs in and agrees at once.
type browser struct {
	*bench
	cookies map[string]string

	Status int
	Path   string // of the page shown, with its query
	Header http.Header
	Page   *htmltest.Page
}

func (b *bench) browser() *browser { return &browser{bench: b, cookies: map[string]string{}} }

func (w *browser) get(path string) *browser {
	w.Helper()
	return w.do(http.MethodGet, path, nil)
}

func (w *browser) post(path string, form url.Values) *browser {
	w.Helper()
	return w.do(http.MethodPost, path, form)
}

// one sends one request and follows nothing.
func (w *browser) one(method, path string, form url.Values) *http.Response {
	w.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	r.Host = "portal.test"
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Referer", site+w.Path)
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	r.Header.Set("Accept", "text/html")
	for name, value := range w.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	got, err := w.app.Test(r, -1)
	if err != nil {
		w.Fatal(err)
	}
	for _, c := range got.Cookies() {
		w.cookies[c.Name] = c.Value
		if c.MaxAge < 0 || !c.Expires.IsZero() && c.Expires.Before(time.Now()) {
			delete(w.cookies, c.Name)
		}
	}
	return got
}

func (w *browser) do(method, path string, form url.Values) *browser {
	w.Helper()
	for range 8 {
		got := w.one(method, path, form)
		next := got.Header.Get("Location")
		if got.StatusCode < 300 || got.StatusCode >= 400 || next == "" {
			raw, _ := io.ReadAll(got.Body)
			w.Status, w.Path, w.Header, w.Page = got.StatusCode, path, got.Header, htmltest.Parse(w.T, string(raw))
			return w
		}
		if got.StatusCode != http.StatusSeeOther {
			w.Fatalf("%s %s redirects with %d", method, path, got.StatusCode)
		}
		method, form, path = http.MethodGet, nil, w.inside(next)
	}
	w.Fatalf("%s: too many redirects", path)
	return nil
}

// inside passes an address at ESIA through it and returns where it leads on the portal.
func (w *browser) inside(address string) string {
	w.Helper()
	if strings.HasPrefix(address, w.esia.URL) {
		address = w.esia.visit(w.T, address)
	}
	u, err := url.Parse(address)
	if err != nil || u.Host != "" && u.Host != "portal.test" {
		w.Fatalf("led astray to %s", address)
	}
	return u.RequestURI()
}

// fill sends the form to action with the given values over its own.
func (w *browser) fill(action string, values ...string) *browser {
	w.Helper()
	form := w.Page.Form(`form[action="` + action + `"]`)
	for i := 0; i < len(values); i += 2 {
		form.Values.Set(values[i], values[i+1])
	}
	return w.post(form.Action, form.Values)
}

// want fails unless the page has the status, the path and the texts.
func (w *browser) want(status int, path string, texts ...string) *browser {
	w.Helper()
	at, _, _ := strings.Cut(w.Path, "?")
	if w.Status != status || path != "" && at != path && w.Path != path {
		w.Fatalf("at %s with %d, want %s with %d:\n%s", w.Path, w.Status, path, status, w.Page.Text("body"))
	}
	for _, text := range texts {
		if !strings.Contains(w.Page.Text("body"), text) {
			w.Fatalf("%s does not say %q:\n%s", w.Path, text, w.Page.Text("body"))
		}
	}
	return w
}

// messages returns the texts sent to a phone, newest first.
func (b *bench) messages(phone string) (texts []string) {
	b.Helper()
	rows, err := b.db.Query(b.Context(), `SELECT id, recipient, body FROM notification ORDER BY id DESC`)
	if err != nil {
		b.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var id uuid.UUID
		var to, body []byte
		if err := rows.Scan(&id, &to, &body); err != nil {
			b.Fatal(err)
		}
		if b.open(to, id, "recipient") == phone {
			texts = append(texts, b.open(body, id, "body"))
		}
	}
	return texts
}

func (b *bench) open(sealed []byte, id uuid.UUID, column string) string {
	b.Helper()
	plain, err := b.box.Open(sealed, []byte("notification/"+id.String()+"/"+column))
	if err != nil {
		b.Fatal(err)
	}
	return string(plain)
}

// account reads the account of a phone.
func (b *bench) account(phone string) *Account {
	b.Helper()
	a, err := accountByPhone(b.Context(), b.db, phone)
	if err != nil {
		b.Fatal(err)
	}
	return a
}

const (
	aliyaPhone = "+79172000001"
	password   = "Tamga2026"
)

// citizen makes an account and signs in to it by phone.
func (b *bench) citizen(phone, last, first, middle, email string) *browser {
	b.Helper()
	hash, err := secret.NewCheapHasher(1).Hash(b.Context(), password)
	if err != nil {
		b.Fatal(err)
	}
	_, err = b.db.Exec(b.Context(), `
		INSERT INTO account (id, phone, password_hash, last_name, first_name, middle_name, email, consent_at, created_at, last_seen_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, now(), now(), now())`, uuid.Must(uuid.NewV7()), phone, hash, last, first, middle, email)
	if err != nil {
		b.Fatal(err)
	}
	return b.browser().signIn(phone, password)
}

func (w *browser) signIn(phone, password string) *browser {
	w.Helper()
	return w.get("/sign-in").fill("/sign-in", "phone", phone, "password", password)
}
