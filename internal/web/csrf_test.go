package web_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"tamga/internal/dbtest"
	"tamga/internal/web"
)

// TestFormAfterSession sends a form whose session has ended meanwhile: the answer is to sign in, not that access is refused.
func TestFormAfterSession(t *testing.T) {
	t.Parallel()
	redis, server := dbtest.RedisServer(t)
	sessions := &web.Sessions{Redis: redis, Role: "test", Cookie: "s", TTL: time.Hour}
	app := web.New(web.Config{Role: "test"})
	app.Use(sessions.Load)
	app.Use((&web.CSRF{Key: make([]byte, 32), Cookie: "c", Exempt: []string{"/in"}}).Check)
	app.Post("/in", func(c *fiber.Ctx) error { return sessions.Start(c, web.Session{Person: uuid.New()}, 0) })
	app.Get("/form", func(c *fiber.Ctx) error { return c.SendString(web.CSRFToken(c)) })
	app.Post("/form", func(c *fiber.Ctx) error { return c.SendString("done") })

	cookies := map[string]string{}
	do := func(method, path, token string) (int, string) {
		t.Helper()
		req := httptest.NewRequest(method, path, strings.NewReader(url.Values{"_csrf": {token}}.Encode()))
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		for name, value := range cookies {
			req.AddCookie(&http.Cookie{Name: name, Value: value})
		}
		res, err := app.Test(req, -1)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = res.Body.Close() }()
		for _, c := range res.Cookies() {
			cookies[c.Name] = c.Value
		}
		body, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return res.StatusCode, string(body)
	}
	do("POST", "/in", "")
	_, token := do("GET", "/form", "")
	if status, body := do("POST", "/form", token); status != 200 || body != "done" {
		t.Fatalf("a good form: %d %s", status, body)
	}
	if status, _ := do("POST", "/form", "made-up"); status != 403 {
		t.Errorf("a made-up token: %d", status)
	}
	server.FlushAll()
	if status, body := do("POST", "/form", token); status != 401 || !strings.Contains(body, "web.session_over") {
		t.Errorf("a form of a session that has ended: %d %s", status, body)
	}
	delete(cookies, "s")
	if status, _ := do("POST", "/form", token); status != 403 {
		t.Errorf("a form of a browser without a session: %d", status)
	}
}
