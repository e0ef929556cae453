package intra

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/jackc/pgx/v5/pgxpool"

	"tamga/frontend"
	"tamga/frontend/htmltest"
	"tamga/internal/dbtest"
	"tamga/internal/secret"
	"tamga/internal/web"
)

// site is the staff site with the demo's employees, and a browser's cookies.
type site struct {
	app     *fiber.App
	db      *pgxpool.Pool
	cookies map[string]string
}

// guarded is a domain's page behind the right to payments.
type guarded struct{ allowed func(*fiber.Ctx) error }

func (g guarded) Mount(r fiber.Router) {
	r.Get("/payments", func(c *fiber.Ctx) error {
		if err := g.allowed(c); err != nil {
			return err
		}
		return c.SendString("payments of citizens")
	})
}

func open(t *testing.T) *site {
	t.Helper()
	pages, err := frontend.New(frontend.Options{})
	if err != nil {
		t.Fatal(err)
	}
	pool, hasher := dbtest.DB(t, dbtest.Portal), secret.NewCheapHasher(0)
	if err := SeedDemo(t.Context(), pool, hasher, time.Now()); err != nil {
		t.Fatal(err)
	}
	app, err := New(Config{DB: pool, Redis: dbtest.Redis(t), Pages: pages, Hasher: hasher, Now: time.Now,
		CSRFKey: []byte(strings.Repeat("k", 32)),
		Domains: func(s *Staff) []web.Handler { return []web.Handler{guarded{s.Allowed(RightPayments)}} }})
	if err != nil {
		t.Fatal(err)
	}
	return &site{app: app, db: pool, cookies: map[string]string{}}
}

// do sends a request with the cookies so far and returns status, body and where it leads.
func (s *site) do(t *testing.T, method, path string, form url.Values) (status int, body, location string) {
	t.Helper()
	req := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	req.Header.Set("Accept", "text/html")
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for name, value := range s.cookies {
		req.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	resp, err := s.app.Test(req, -1)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	for _, c := range resp.Cookies() {
		s.cookies[c.Name] = c.Value
	}
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(raw), resp.Header.Get("Location")
}

// submit fills the form of a page and sends it.
func (s *site) submit(t *testing.T, page string, fill url.Values) (status int, body, location string) {
	t.Helper()
	_, body, _ = s.do(t, "GET", page, nil)
	form := htmltest.Parse(t, body).Form("main form")
	values := url.Values(form.Values)
	for name, v := range fill {
		values[name] = v
	}
	return s.do(t, "POST", form.Action, values)
}

func (s *site) signIn(t *testing.T, organisation, employee byte, password string) (int, string, string) {
	t.Helper()
	return s.submit(t, "/sign-in?organisation="+demoID(organisation).String(),
		url.Values{"employee": {demoID(employee).String()}, "password": {password}})
}

func TestSignInOpensWhatTheRightsAllow(t *testing.T) {
	t.Parallel()
	s := open(t)
	if status, _, to := s.signIn(t, 1, 100, "Tamga2026"); status != 303 || to != "/" {
		t.Fatalf("sign-in: %d to %q, want 303 to /", status, to)
	}
	_, body, _ := s.do(t, "GET", "/services", nil)
	page := htmltest.Parse(t, body)
	if !page.Has(`main a[href="/payments"]`) || page.Has(`main a[href="/deliveries"]`) {
		t.Errorf("doors shown: %q, want payments only", page.Text("main"))
	}
	if status, body, _ := s.do(t, "GET", "/payments", nil); status != 200 || body != "payments of citizens" {
		t.Errorf("payments: %d %q", status, body)
	}
}

func TestNobodyAndNoRightSeeNothing(t *testing.T) {
	t.Parallel()
	s := open(t)
	if status, body, _ := s.do(t, "GET", "/payments", nil); status != 401 || strings.Contains(body, "payments of citizens") {
		t.Errorf("a stranger gets %d %q", status, body)
	}
	if status, _, _ := s.signIn(t, 2, 102, "Tamga2026"); status != 303 {
		t.Fatalf("sign-in: %d", status)
	}
	if _, body, _ := s.do(t, "GET", "/", nil); strings.Contains(body, "платежей") {
		t.Error("the start page promises payments to an employee without the right")
	}
	if status, body, _ := s.do(t, "GET", "/payments", nil); status != 403 || strings.Contains(body, "payments of citizens") {
		t.Errorf("an employee without the right gets %d %q", status, body)
	}
}

func TestRightTakenAwayIsGoneAtOnce(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.signIn(t, 1, 100, "Tamga2026")
	if _, err := s.db.Exec(t.Context(), `UPDATE employee SET rights = '{}' WHERE id = $1`, demoID(100)); err != nil {
		t.Fatal(err)
	}
	if status, _, _ := s.do(t, "GET", "/payments", nil); status != 403 {
		t.Errorf("without the right: %d, want 403", status)
	}
	if _, err := s.db.Exec(t.Context(), `UPDATE employee SET blocked_at = now() WHERE id = $1`, demoID(100)); err != nil {
		t.Fatal(err)
	}
	if status, _, _ := s.do(t, "GET", "/payments", nil); status != 401 {
		t.Errorf("blocked: %d, want 401", status)
	}
}

func TestTemporaryPasswordOpensOnlyItsChange(t *testing.T) {
	t.Parallel()
	s := open(t)
	if status, _, to := s.signIn(t, 1, 101, "Temp2026"); status != 303 || to != "/password" {
		t.Fatalf("sign-in: %d to %q, want 303 to /password", status, to)
	}
	if status, _, _ := s.do(t, "GET", "/payments", nil); status != 403 {
		t.Errorf("payments with a temporary password: %d, want 403", status)
	}
	for _, wrong := range []struct{ first, second, field string }{
		{"Temp2026", "Temp2026", "first"},
		{"короткий1", "короткий1", "first"},
		{"LongEnough2026", "LongEnough2027", "second"},
	} {
		status, body, _ := s.submit(t, "/password", url.Values{"first": {wrong.first}, "second": {wrong.second}})
		if status != 422 || !htmltest.Parse(t, body).Has("#"+wrong.field+"-error") {
			t.Errorf("%q, %q: %d without an error at %s", wrong.first, wrong.second, status, wrong.field)
		}
	}
	if status, _, to := s.submit(t, "/password", url.Values{"first": {"LongEnough2026"}, "second": {"LongEnough2026"}}); status != 303 || to != "/" {
		t.Fatalf("own password: %d to %q", status, to)
	}
	if status, _, _ := s.do(t, "GET", "/payments", nil); status != 200 {
		t.Errorf("payments after the change: %d", status)
	}
	again := &site{app: s.app, db: s.db, cookies: map[string]string{}}
	if status, _, _ := again.signIn(t, 1, 101, "Temp2026"); status != 422 {
		t.Errorf("the temporary password still works: %d", status)
	}
	if status, _, to := again.signIn(t, 1, 101, "LongEnough2026"); status != 303 || to != "/" {
		t.Errorf("the own password: %d to %q", status, to)
	}
}

// Whoever knows the temporary password may have signed in with it before its owner: the owner's own password ends that session.
func TestOwnPasswordEndsOtherSessions(t *testing.T) {
	t.Parallel()
	s := open(t)
	stranger := &site{app: s.app, db: s.db, cookies: map[string]string{}}
	stranger.signIn(t, 1, 101, "Temp2026")
	s.signIn(t, 1, 101, "Temp2026")
	s.submit(t, "/password", url.Values{"first": {"LongEnough2026"}, "second": {"LongEnough2026"}})
	if status, _, _ := s.do(t, "GET", "/payments", nil); status != 200 {
		t.Errorf("payments for the owner: %d, want 200", status)
	}
	if status, body, _ := stranger.do(t, "GET", "/payments", nil); status != 401 {
		t.Errorf("payments for the other session: %d %q, want 401", status, body)
	}
}

// An own password is changed by whoever knows it, not by whoever finds the office empty.
func TestChangeAsksForThePassword(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.signIn(t, 1, 100, "Tamga2026")
	fresh := url.Values{"first": {"LongEnough2026"}, "second": {"LongEnough2026"}}
	fresh.Set("old", "guess")
	if status, body, _ := s.submit(t, "/password", fresh); status != 422 || !htmltest.Parse(t, body).Has("#old-error") {
		t.Errorf("with a wrong password: %d without an error at it", status)
	}
	fresh.Set("old", "Tamga2026")
	if status, _, to := s.submit(t, "/password", fresh); status != 303 || to != "/" {
		t.Errorf("with the right one: %d to %q, want 303 to /", status, to)
	}
}

func TestWrongPasswordIsSaidAndCounted(t *testing.T) {
	t.Parallel()
	s := open(t)
	status, body, _ := s.signIn(t, 1, 100, "wrong")
	page := htmltest.Parse(t, body)
	if status != 422 || !page.Has("#password-error") || !page.Has(`option[value="`+demoID(100).String()+`"][selected]`) {
		t.Errorf("wrong password: %d; the error or the chosen name is missing", status)
	}
	for range 10 {
		status, _, _ = s.signIn(t, 1, 100, "wrong")
	}
	if status != 429 {
		t.Errorf("after 11 wrong passwords: %d, want 429", status)
	}
}

// A ministry comes to work at nine, all from one address.
func TestOfficeSignsInFromOneAddress(t *testing.T) {
	t.Parallel()
	s := open(t)
	for range 5 {
		for employee, organisation := range map[byte]byte{100: 1, 102: 2, 103: 3} {
			s.cookies = map[string]string{}
			if status, _, _ := s.signIn(t, organisation, employee, "Tamga2026"); status != 303 {
				t.Fatalf("sign-in: %d, want 303", status)
			}
		}
	}
}

// A colleague who types wrong passwords at my name shuts me out nowhere where I have signed in before.
func TestColleagueLocksNobodyOut(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.signIn(t, 1, 100, "Tamga2026")
	mine := s.cookies
	s.cookies = map[string]string{}
	for range 11 {
		s.signIn(t, 1, 100, "wrong")
	}
	s.cookies = map[string]string{"tamga_intra_device": mine["tamga_intra_device"]}
	if status, _, _ := s.signIn(t, 1, 100, "Tamga2026"); status != 303 {
		t.Errorf("the owner: %d, want 303", status)
	}
}

// An employee of one organisation cannot be signed in through another's list.
func TestEmployeeOfAnotherOrganisation(t *testing.T) {
	t.Parallel()
	s := open(t)
	if status, _, _ := s.signIn(t, 2, 100, "Tamga2026"); status != 422 {
		t.Errorf("through another organisation: %d, want 422", status)
	}
}

func TestTemplates(t *testing.T) {
	t.Parallel()
	pages, err := frontend.New(frontend.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{signInTemplate.Check(pages), passwordTemplate.Check(pages), homeTemplate.Check(pages), servicesTemplate.Check(pages)} {
		if err != nil {
			t.Error(err)
		}
	}
}
