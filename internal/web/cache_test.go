package web_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"tamga/internal/dbtest"
	"tamga/internal/web"
)

// cached is a site with pages that a cache may keep and pages that it must not; each tells how often it was made.
type cached struct {
	*testing.T
	app     *fiber.App
	made    map[string]int
	edition uint64
}

func newCached(t *testing.T, keep time.Duration) *cached {
	t.Helper()
	s := &cached{T: t, made: map[string]int{}, edition: 1}
	client, _ := dbtest.RedisServer(t)
	sessions := &web.Sessions{Redis: client, Role: "test", Cookie: "s", TTL: time.Hour}
	open := map[string]bool{"/": true, "/form": true, "/cookie": true, "/gone": true, "/json": true, "/topic?id=a": true}
	s.app = web.New(web.Config{Role: "test", Cache: &web.Cache{Session: "s", Open: func(uri string) bool { return open[uri] }, Edition: func() any { return s.edition }, Keep: keep}})
	s.app.Use(sessions.Load)
	s.app.Use((&web.CSRF{Key: make([]byte, 32), Cookie: "c", Exempt: []string{"/in"}}).Check)
	page := func(path, kind string, more func(*fiber.Ctx) string) {
		s.app.Get(path, func(c *fiber.Ctx) error {
			s.made[path]++
			name := "nobody"
			if who := web.Current(c); who != nil {
				name = who.Name
			}
			c.Set("Content-Type", kind)
			c.Set("Content-Language", string(web.Lang(c)))
			return c.SendString(strings.Repeat("text ", 200) + name + " " + string(web.Lang(c)) + " " + c.Hostname() + more(c))
		})
	}
	none := func(*fiber.Ctx) string { return "" }
	page("/", "text/html; charset=utf-8", none)
	page("/topic", "text/html; charset=utf-8", none)
	page("/other", "text/html; charset=utf-8", none)
	page("/json", "application/json", none)
	page("/form", "text/html; charset=utf-8", func(c *fiber.Ctx) string { return web.CSRFToken(c) })
	page("/cookie", "text/html; charset=utf-8", func(c *fiber.Ctx) string {
		c.Cookie(&fiber.Cookie{Name: "flash", Value: "secret"})
		return ""
	})
	page("/gone", "text/html; charset=utf-8", func(c *fiber.Ctx) string { c.Status(http.StatusNotFound); return "" })
	s.app.Post("/in", func(c *fiber.Ctx) error {
		return sessions.Start(c, web.Session{Person: uuid.New(), Name: "Алия"}, 0)
	})
	return s
}

func (s *cached) ask(method, uri string, headers ...string) (*http.Response, string) {
	s.Helper()
	req := httptest.NewRequest(method, uri, nil)
	req.Host = "portal.test"
	for i := 0; i+1 < len(headers); i += 2 {
		if headers[i] == "Host" {
			req.Host = headers[i+1]
		}
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := s.app.Test(req, -1)
	if err != nil {
		s.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	var body io.Reader = res.Body
	switch res.Header.Get("Content-Encoding") {
	case "br":
		body = brotli.NewReader(res.Body)
	case "gzip":
		if body, err = gzip.NewReader(res.Body); err != nil {
			s.Fatal(err)
		}
	}
	raw, err := io.ReadAll(body)
	if err != nil {
		s.Fatal(err)
	}
	return res, string(raw)
}

func TestOpenPagesComeFromMemory(t *testing.T) {
	t.Parallel()
	s := newCached(t, time.Hour)
	first, text := s.ask("GET", "/")
	again, same := s.ask("GET", "/", "X-Forwarded-Host", "evil.test", "X-Whatever", "x")
	if s.made["/"] != 1 || text != same {
		t.Errorf("made %d times", s.made["/"])
	}
	etag := first.Header.Get("ETag")
	if etag == "" || strings.HasPrefix(etag, "W/") || again.Header.Get("ETag") != etag || again.Header.Get("Cache-Control") != "private, no-cache" {
		t.Errorf("headers %v", again.Header)
	}
	if vary := again.Header.Get("Vary"); !strings.Contains(vary, "Cookie") || !strings.Contains(vary, "Accept-Encoding") {
		t.Errorf("Vary: %s", vary)
	}
	if got, body := s.ask("GET", "/", "If-None-Match", `"x", `+etag); got.StatusCode != http.StatusNotModified || body != "" || got.Header.Get("ETag") != etag {
		t.Errorf("a known page is sent again: %d %q", got.StatusCode, body)
	}
	if got, _ := s.ask("GET", "/", "If-None-Match", `"x"`); got.StatusCode != http.StatusOK {
		t.Errorf("an unknown tag: %d", got.StatusCode)
	}
	tags := map[string]bool{etag: true}
	for header, want := range map[string]string{"gzip, deflate, br": "br", "gzip": "gzip", "br;q=0, gzip;q=0.5": "gzip", "gzip;q=0": "", "identity": ""} {
		got, body := s.ask("GET", "/", "Accept-Encoding", header)
		if body != text || got.Header.Get("Content-Encoding") != want || got.Header.Get("Content-Language") != "ru" {
			t.Errorf("%s: %v", header, got.Header)
		}
		tags[got.Header.Get("ETag")] = true
	}
	if len(tags) != 3 {
		t.Errorf("%d tags for three encodings", len(tags))
	}
	if got, body := s.ask("HEAD", "/"); got.StatusCode != http.StatusOK || body != "" || got.Header.Get("ETag") != etag {
		t.Errorf("HEAD: %d %v", got.StatusCode, got.Header)
	}
	if _, body := s.ask("GET", "/", "Cookie", "lang=tt"); !strings.Contains(body, " tt ") {
		t.Error("one language shows another's page")
	}
	if _, body := s.ask("GET", "/", "Cookie", "lang=en%00; lang=xx"); strings.Contains(body, "xx") {
		t.Error("a made-up language is shown")
	}
	s.edition++
	if s.ask("GET", "/"); s.made["/"] != 3 {
		t.Errorf("after a publication made %d times, want once for each language and once more", s.made["/"])
	}
}

func TestPagesGetOld(t *testing.T) {
	t.Parallel()
	s := newCached(t, time.Millisecond)
	s.ask("GET", "/")
	time.Sleep(5 * time.Millisecond)
	if s.ask("GET", "/"); s.made["/"] != 2 {
		t.Errorf("made %d times", s.made["/"])
	}
}

// TestCacheKeepsNothingOfAReader looks for all that one reader's page could hold of another.
func TestCacheKeepsNothingOfAReader(t *testing.T) {
	t.Parallel()
	s := newCached(t, time.Hour)
	in, _ := s.ask("POST", "/in")
	cookie := strings.SplitN(in.Header.Get("Set-Cookie"), ";", 2)[0]
	if _, mine := s.ask("GET", "/", "Cookie", cookie); !strings.Contains(mine, "Алия") {
		t.Fatal("nobody is signed in")
	}
	open, text := s.ask("GET", "/")
	if strings.Contains(text, "Алия") {
		t.Error("a page of somebody signed in is shown to a stranger")
	}
	if got, mine := s.ask("GET", "/", "Cookie", cookie, "If-None-Match", open.Header.Get("ETag")); !strings.Contains(mine, "Алия") || got.Header.Get("Cache-Control") != "no-store" {
		t.Error("somebody signed in gets a stranger's page")
	}
	s.ask("GET", "/", "Cookie", "s=made-up") // no session, yet not worth a page of the cache
	if s.made["/"] != 4 {
		t.Errorf("made %d times: a request with a session's cookie was answered from memory", s.made["/"])
	}
	_, one := s.ask("GET", "/form", "Cookie", "c=attacker")
	if _, two := s.ask("GET", "/form", "Cookie", "c=victim"); one == two || s.made["/form"] != 2 {
		t.Error("a form's token is shown to another reader")
	}
	for range 2 {
		if got, _ := s.ask("GET", "/cookie"); got.Header.Get("Set-Cookie") == "" || got.Header.Get("ETag") != "" {
			t.Error("a page that sets a cookie is kept")
		}
		s.ask("GET", "/gone")
		s.ask("GET", "/json")
		s.ask("GET", "/other")
		s.ask("GET", "/topic?id=a")
		s.ask("GET", "/topic?id=b")
		s.ask("GET", "/topic?id=a&x=1")
		s.ask("GET", "/?utm=1")
		s.ask("GET", "/?lang=tt")
		s.ask("GET", "http://evil.test/")
		s.ask("GET", "/", "Authorization", "Bearer x")
	}
	for path, want := range map[string]int{"/cookie": 2, "/gone": 2, "/json": 2, "/other": 2, "/topic": 5} {
		if s.made[path] != want {
			t.Errorf("%s was made %d times, want %d", path, s.made[path], want)
		}
	}
}
