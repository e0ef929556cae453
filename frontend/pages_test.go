package frontend

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"

	"tamga/internal/fault"
	"tamga/internal/web"
)

func newPages(t *testing.T) *Pages {
	t.Helper()
	p, err := New(Options{Version: "1.0"})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestOwnPages(t *testing.T) {
	t.Parallel()
	p := newPages(t)
	for _, err := range []error{failurePage.Check(p), galleryPage.Check(p), homePage.Check(p)} {
		if err != nil {
			t.Error(err)
		}
	}
}

// TestCheck: Check is what keeps templates and data together, so it must catch what it is for.
func TestCheck(t *testing.T) {
	t.Parallel()
	type wrong struct {
		homeSample
		Popular []string
	}
	if err := Page[wrong]("portal/home.html").Check(newPages(t)); err == nil {
		t.Error("a component of a wrong type passed")
	}
	if err := Page[struct{}]("portal/home.html").Check(newPages(t)); err == nil {
		t.Error("a missing field passed")
	}
	if err := Page[struct{}]("portal/none.html").Check(newPages(t)); err == nil {
		t.Error("a missing page passed")
	}
}

// newSite is a small site with all that a role sets up.
func newSite(t *testing.T) *fiber.App {
	t.Helper()
	p := newPages(t)
	app := web.New(web.Config{Role: "portal", ShowError: p.ShowError})
	p.Mount(app)
	guard := &web.CSRF{Key: []byte(strings.Repeat("k", 32)), Cookie: "csrf_test", Exempt: []string{"/away"}}
	app.Use(guard.Check)
	app.Use(func(c *fiber.Ctx) error {
		SetLayout(c, func(l *Layout) {
			l.Site = Site{Role: c.Query("site", "portal"), SignIn: "/sign-in", SignOut: "/sign-out", Search: "/search"}
			l.Nav = []Link{{Key: "layout.catalog", Href: "/services", Current: true}, {Key: "layout.situations", Href: "/situations"}}
			l.Demo = c.Query("demo") != ""
			if c.Query("user") != "" {
				l.User = &User{Name: "Ильнур С.", Home: "/cabinet", Note: c.Query("note")}
			}
		})
		return c.Next()
	})
	app.Get("/", func(c *fiber.Ctx) error { return homePage.Render(c, p, fullHome()) })
	app.Get("/gallery", func(c *fiber.Ctx) error { return galleryPage.Render(c, p, fullGallery(c.Query("failed") != "")) })
	app.Get("/broken", func(*fiber.Ctx) error { return errors.New("broken") })
	app.All("/away", func(*fiber.Ctx) error { return io.ErrUnexpectedEOF }) // a cut connection to the database
	app.Get("/private", func(*fiber.Ctx) error { return fault.New(fault.SignIn, "") })
	app.Post("/away/private", func(*fiber.Ctx) error { return fault.New(fault.SignIn, "web.session_over") })
	app.All("/many", func(*fiber.Ctx) error { return fault.New(fault.TooMany, "web.too_many", 3) })
	return app
}

func get(t *testing.T, app *fiber.App, path string) (*http.Response, string) {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Header.Set("Accept", "text/html")
	r.Header.Set("Accept-Encoding", "gzip, br")
	resp, err := app.Test(r, -1)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(body)
}
