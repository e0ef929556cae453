// Package paytest is what the tests of payments and of the packages inside it share: a browser, and payments that stand in the tables.
// It imports none of them, so that each may use it from within.
package paytest

import (
	"context"
	"fmt"
	"html"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"tamga/frontend"
	"tamga/internal/web"
)

// Key seals, and signs forms.
var Key = []byte("0123456789abcdef0123456789abcdef")

// Pages are the templates, parsed once.
var Pages = sync.OnceValues(func() (*frontend.Pages, error) { return frontend.New(frontend.Options{}) })

// Listen takes a free port, for whoever must know its address before the site is made.
func Listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// Serve serves a site until the test ends, and returns its address.
func Serve(t *testing.T, app *fiber.App, l net.Listener) string {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- web.Serve(ctx, app, l, time.Second) }()
	t.Cleanup(func() {
		cancel()
		<-done
	})
	return "http://" + l.Addr().String()
}

// Browser is one person's browser: cookies, and no redirect followed, so that tests see each step. The site under test reads who is
// signed in from the header X-User.
type Browser struct {
	T     *testing.T
	URL   string // of the site
	User  uuid.UUID
	Guest bool // nobody is signed in

	client *http.Client
}

// NewBrowser opens a browser.
func NewBrowser(t *testing.T, site string, user uuid.UUID) *Browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &Browser{T: t, URL: site, User: user, client: &http.Client{Jar: jar, Timeout: 20 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// Answer is what a browser got.
type Answer struct {
	Status int
	Text   string // of the page, entities resolved
	To     string // where a redirect leads
	Raw    []byte
}

// Get opens a page.
func (b *Browser) Get(address string) Answer {
	b.T.Helper()
	return b.Send(http.MethodGet, address, nil)
}

// Send sends a form as it is.
func (b *Browser) Send(method, address string, form url.Values) Answer {
	b.T.Helper()
	if strings.HasPrefix(address, "/") {
		address = b.URL + address
	}
	req, err := http.NewRequestWithContext(b.T.Context(), method, address, strings.NewReader(form.Encode()))
	if err != nil {
		b.T.Fatal(err)
	}
	if !b.Guest {
		req.Header.Set("X-User", b.User.String())
	}
	req.Header.Set("Accept", "text/html")
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	res, err := b.client.Do(req)
	if err != nil {
		b.T.Error(err)
		return Answer{}
	}
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		b.T.Error(err)
	}
	return Answer{res.StatusCode, html.UnescapeString(string(raw)), res.Header.Get("Location"), raw}
}

// Cookie plants a cookie for the pages of payments.
func (b *Browser) Cookie(name, value string) {
	address, err := url.Parse(b.URL + "/payments")
	if err != nil {
		b.T.Fatal(err)
	}
	b.client.Jar.SetCookies(address, []*http.Cookie{{Name: name, Value: value, Path: "/payments"}})
}

var tokenField = regexp.MustCompile(`name="_csrf" value="([^"]+)"`)

// Token reads the token of the forms of a page.
func (b *Browser) Token(page string) string {
	b.T.Helper()
	token := tokenField.FindStringSubmatch(b.Get(page).Text)
	if token == nil {
		b.T.Fatalf("no form on %s", page)
	}
	return token[1]
}

// Post fills a form of the page and sends it.
func (b *Browser) Post(page, action string, fields ...string) Answer {
	b.T.Helper()
	return b.Send(http.MethodPost, action, Values(b.Token(page), fields...))
}

// Values are the fields of a form: name, value, name, value.
func Values(token string, fields ...string) url.Values {
	form := url.Values{"_csrf": {token}}
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	return form
}

// Want fails the test unless the answer has the status and the texts.
func Want(t *testing.T, got Answer, status int, texts ...string) {
	t.Helper()
	if got.Status != status {
		t.Errorf("status %d, want %d", got.Status, status)
	}
	for _, text := range texts {
		if !strings.Contains(got.Text, text) {
			t.Errorf("the page lacks %q:\n%s", text, Main(got.Text))
		}
	}
}

// Main is the beginning of what a page is about.
func Main(page string) string {
	_, main, _ := strings.Cut(page, "<main")
	return fmt.Sprintf("<main%.3000s", main)
}
