package frontend

import (
	"io"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"tamga/internal/web"
)

// asking is the data of idp/consent.html.
type asking struct {
	Client, Person, Request, Policy, Terms string
	Data                                   []string
	Grant, Refuse                          Button
}

// TestRenderCut: a page that is put together from pieces is the page that Render shows, for each reader and each client, and nobody
// sees what is another's.
func TestRenderCut(t *testing.T) {
	t.Parallel()
	p := newPages(t)
	const page Page[asking] = "idp/consent.html"
	app := web.New(web.Config{Role: "idp", ShowError: p.ShowError})
	app.Use((&web.CSRF{Key: []byte(strings.Repeat("k", 32)), Cookie: "csrf_test"}).Check)
	show := func(c *fiber.Ctx, cut bool) error {
		SetLayout(c, func(l *Layout) {
			l.Site = Site{Role: "idp", SignOut: "/out"}
			l.User = &User{Name: c.Query("name"), Home: "/profile"}
			l.Path = "/page?request=" + c.Query("id")
		})
		data := asking{Client: c.Query("client"), Person: c.Query("name"), Request: c.Query("id"), Data: []string{"ФИО"}}
		if !cut {
			return page.Render(c, p, data)
		}
		data.Person, data.Request = BlankName, BlankID.String()
		return page.RenderCut(c, p, c.Query("kind"), data, map[string]string{BlankName: c.Query("name"), BlankID.String(): c.Query("id")})
	}
	app.Get("/plain", func(c *fiber.Ctx) error { return show(c, false) })
	app.Get("/cut", func(c *fiber.Ctx) error { return show(c, true) })
	body := func(path, query string) string {
		r := httptest.NewRequest("GET", path+"?"+query, nil)
		r.Header.Set("Cookie", "csrf_test=c")
		resp, err := app.Test(r, -1)
		if err != nil {
			t.Fatal(err)
		}
		raw, _ := io.ReadAll(resp.Body)
		if resp.StatusCode != 200 {
			t.Fatalf("%s", raw)
		}
		return string(raw)
	}
	for _, query := range []string{
		"client=Park&name=Aliya&lang=ru&id=" + uuid.NewString(),
		"client=Park&name=Aliya&lang=ru&id=" + uuid.NewString(),
		"client=Park&name=%3Cscript%3E%26%22'&lang=ru&id=" + uuid.NewString(),
		"client=Park&name=Marat&lang=tt&id=" + uuid.NewString(),
		"client=Garden&name=Marat&lang=tt&id=" + uuid.NewString(), // under the same kind: the data tell them apart
		"client=Park&name=Marat&lang=tt&kind=other&id=" + uuid.NewString(),
	} {
		if plain, cut := body("/plain", query), body("/cut", query); plain != cut {
			t.Errorf("%s:\n%s\n\n%s", query, plain, cut)
		}
	}
}

func BenchmarkRender(b *testing.B) { benchmarkConsent(b, false) }

func BenchmarkRenderCut(b *testing.B) { benchmarkConsent(b, true) }

func benchmarkConsent(b *testing.B, cut bool) {
	p, err := New(Options{Version: "1.0"})
	if err != nil {
		b.Fatal(err)
	}
	const page Page[asking] = "idp/consent.html"
	app := fiber.New()
	app.Get("/", func(c *fiber.Ctx) error {
		data := asking{Client: "Park", Person: BlankName, Request: BlankID.String(), Data: []string{"ФИО"}}
		if !cut {
			return page.Render(c, p, data)
		}
		return page.RenderCut(c, p, "", data, map[string]string{BlankName: "A", BlankID.String(): "1"})
	})
	for b.Loop() {
		if _, err := app.Test(httptest.NewRequest("GET", "/", nil), -1); err != nil {
			b.Fatal(err)
		}
	}
}
