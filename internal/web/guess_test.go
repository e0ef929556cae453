package web

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"

	"tamga/internal/dbtest"
)

// TestGuessersTogether has a crowd guess at one account, each from an address of their own.
func TestGuessersTogether(t *testing.T) {
	t.Parallel()
	app := New(Config{Role: "test", Proxies: []netip.Prefix{netip.MustParsePrefix("0.0.0.0/32")}})
	g, err := NewGuesses(&Limiter{Redis: dbtest.Redis(t)}, "test", "device", []byte(strings.Repeat("k", 32)), false)
	if err != nil {
		t.Fatal(err)
	}
	app.Get("/guess/:account", func(c *fiber.Ctx) error { return g.Allow(c, c.Params("account")) })
	app.Get("/enter/:account", func(c *fiber.Ctx) error { g.Remember(c, c.Params("account")); return nil })
	ask := func(path, address string, cookies ...*http.Cookie) *http.Response {
		r := httptest.NewRequest("GET", path, nil)
		r.Header.Set("X-Forwarded-For", address)
		for _, cookie := range cookies {
			r.AddCookie(cookie)
		}
		got, err := app.Test(r, -1)
		if err != nil {
			t.Fatal(err)
		}
		_ = got.Body.Close()
		return got
	}
	mine := ask("/enter/aliya", "192.0.2.1").Cookies()
	stopped := 0
	for n := range 300 {
		if ask("/guess/aliya", fmt.Sprintf("198.51.100.%d", n%250)).StatusCode == http.StatusTooManyRequests {
			stopped++
		}
	}
	if stopped < 150 {
		t.Errorf("of 300 guesses %d were stopped", stopped)
	}
	for path, want := range map[string]int{"/guess/aliya": 200, "/guess/timur": 200} {
		if got := ask(path, "192.0.2.1", mine...).StatusCode; got != want {
			t.Errorf("%s at the owner's browser: %d, want %d", path, got, want)
		}
	}
	if got := ask("/guess/aliya", "192.0.2.1").StatusCode; got != http.StatusTooManyRequests {
		t.Errorf("at an unknown browser: %d, want 429", got)
	}
}
