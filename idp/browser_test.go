package idp

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// browser is a person's browser without scripts: it keeps cookies, follows redirects within the provider and fills forms.
type browser struct {
	t      *testing.T
	site   *site
	client *http.Client

	Status   int
	Body     string
	Location string // where the last answer leads, when that is another site
	URL      *url.URL
	Header   http.Header
	page     *html.Node
}

func (s *site) browser(t *testing.T) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	b := &browser{t: t, site: s}
	// No connection is kept: one to a server that was restarted would break the next form.
	b.client = &http.Client{Jar: jar, Transport: &http.Transport{DisableKeepAlives: true}, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if !strings.HasPrefix(r.URL.String(), s.issuer) {
			return http.ErrUseLastResponse
		}
		return nil
	}}
	return b
}

func (b *browser) get(path string) *browser {
	b.t.Helper()
	if !strings.HasPrefix(path, "http") {
		path = b.site.issuer + path
	}
	got, err := b.client.Get(path)
	return b.read(got, err)
}

func (b *browser) post(path string, form url.Values) *browser {
	b.t.Helper()
	got, err := b.client.PostForm(b.site.issuer+path, form)
	return b.read(got, err)
}

func (b *browser) read(got *http.Response, err error) *browser {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
	defer got.Body.Close()
	raw, err := io.ReadAll(got.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	b.Status, b.Body, b.URL, b.Header = got.StatusCode, string(raw), got.Request.URL, got.Header
	b.Location = ""
	if got.StatusCode >= 300 && got.StatusCode < 400 {
		b.Location = got.Header.Get("Location")
	}
	if b.page, err = html.Parse(strings.NewReader(b.Body)); err != nil {
		b.t.Fatal(err)
	}
	return b
}

// want fails unless the page has the status and the texts.
func (b *browser) want(status int, texts ...string) *browser {
	b.t.Helper()
	if b.Status != status {
		b.t.Fatalf("%s answered %d, want %d:\n%s", b.URL, b.Status, status, b.text())
	}
	for _, text := range texts {
		if !strings.Contains(b.text(), text) {
			b.t.Fatalf("%s does not say %q:\n%s", b.URL, text, b.text())
		}
	}
	return b
}

// text is what a reader sees.
func (b *browser) text() string {
	var all []string
	walk(b.page, func(n *html.Node) {
		if n.Type == html.TextNode && n.Parent.Data != "script" && n.Parent.Data != "style" {
			all = append(all, strings.Fields(n.Data)...)
		}
	})
	return strings.Join(all, " ")
}

// fill sends the form that posts to action, with its hidden fields and those given, as name, value, name, value.
func (b *browser) fill(action string, fields ...string) *browser {
	b.t.Helper()
	form := url.Values{}
	found := false
	walk(b.page, func(n *html.Node) {
		if n.Data != "form" || attr(n, "action") != action || attr(n, "method") != "post" {
			return
		}
		form, found = url.Values{}, true // the last one: the header has a form to sign out, too
		walk(n, func(in *html.Node) {
			if in.Data == "input" && attr(in, "type") == "hidden" {
				form.Set(attr(in, "name"), attr(in, "value"))
			}
		})
	})
	if !found {
		b.t.Fatalf("%s has no form to %s:\n%s", b.URL, action, b.text())
	}
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	return b.post(action, form)
}

// value is the value of the input with that name.
func (b *browser) value(name string) string {
	var value string
	walk(b.page, func(n *html.Node) {
		if n.Data == "input" && attr(n, "name") == name {
			value = attr(n, "value")
		}
	})
	return value
}

// link is the address of the link whose text contains text.
func (b *browser) link(text string) string {
	b.t.Helper()
	var href string
	walk(b.page, func(n *html.Node) {
		if n.Data == "a" && href == "" {
			walk(n, func(in *html.Node) {
				if in.Type == html.TextNode && strings.Contains(in.Data, text) {
					href = attr(n, "href")
				}
			})
		}
	})
	if href == "" {
		b.t.Fatalf("%s has no link %q:\n%s", b.URL, text, b.text())
	}
	return href
}

func (b *browser) has(id string) bool {
	found := false
	walk(b.page, func(n *html.Node) { found = found || attr(n, "id") == id })
	return found
}

func (b *browser) signIn(login, password string) *browser {
	b.t.Helper()
	return b.get("/login").want(200).fill("/login", "login", login, "password", password)
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func walk(n *html.Node, visit func(*html.Node)) {
	visit(n)
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		walk(c, visit)
	}
}
