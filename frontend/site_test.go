package frontend

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/gofiber/fiber/v2"
	"github.com/google/go-cmp/cmp"

	"tamga/frontend/htmltest"
)

func TestLayout(t *testing.T) {
	t.Parallel()
	app := newSite(t)
	resp, body := get(t, app, "/gallery?a=1&lang=tt")
	page := htmltest.Parse(t, body)
	if got := page.Attr("html", "lang"); got != "tt" || resp.Header.Get("Content-Language") != "tt" {
		t.Errorf("language %q", got)
	}
	if got := page.Attr(".tm-languages__link[lang=en]", "href"); got != "/gallery?a=1&lang=en" {
		t.Errorf("language switch leads to %q", got)
	}
	if got := page.Attr(".tm-account__link", "href"); got != "/sign-in?next=%2Fgallery%3Fa%3D1" {
		t.Errorf("sign-in leads to %q", got)
	}
	if got := page.Text(".govuk-service-navigation__item--active"); got != "Хезмәтләр каталогы" {
		t.Errorf("navigation shows %q", got)
	}
}

func TestSignedIn(t *testing.T) {
	t.Parallel()
	_, body := get(t, newSite(t), "/?user=1")
	page := htmltest.Parse(t, body)
	form := page.Form(".tm-account form")
	if form.Action != "/sign-out" || form.Method != "POST" || form.Values.Get("_csrf") == "" {
		t.Errorf("sign-out form: %+v", form)
	}
	if page.Has("#header-search") {
		t.Error("the home page has two searches")
	}
}

func TestNoCookieWithoutForm(t *testing.T) {
	t.Parallel()
	resp, _ := get(t, newSite(t), "/")
	if got := resp.Header.Values("Set-Cookie"); len(got) > 0 {
		t.Errorf("a page without a form sets %v", got)
	}
}

func TestFormWithErrors(t *testing.T) {
	t.Parallel()
	_, body := get(t, newSite(t), "/gallery?failed=1")
	page := htmltest.Parse(t, body)
	if got := page.Text("title"); !strings.HasPrefix(got, "Ошибка: ") {
		t.Errorf("title %q", got)
	}
	for _, anchor := range []string{"phone", "birth-day"} {
		if !page.Has(`.govuk-error-summary a[href="#`+anchor+`"]`) || !page.Has("#"+anchor) {
			t.Errorf("the summary does not lead to #%s", anchor)
		}
	}
	if got := page.Attr("#phone", "aria-describedby"); got != "phone-hint phone-error" {
		t.Errorf("the field is described by %q", got)
	}
	if got := page.Form("#gallery-form").Values; got.Get("way") != "office" || got.Get("birth-year") != "1987" {
		t.Errorf("answers are lost: %v", got)
	}
}

func TestFailures(t *testing.T) {
	t.Parallel()
	app := newSite(t)
	tests := []struct {
		path, heading string
		status        int
		link          string
	}{
		{"/none", "Такой страницы нет", 404, `a[href="/search"]`},
		{"/away?a=1", "Сервис сейчас не отвечает", 503, `a[href="/away?a=1"]`},
		{"/private?a=1", "Войдите, чтобы продолжить", 401, `a[href="/sign-in?next=%2Fprivate%3Fa%3D1"]`},
		{"/many", "Нужно немного подождать", 429, `a[href="/"]`},
		{"/broken", "Что-то сломалось у нас", 500, `a[href="tel:+78435114115"]`},
	}
	for _, test := range tests {
		resp, body := get(t, app, test.path)
		page := htmltest.Parse(t, body)
		if resp.StatusCode != test.status || page.Text("h1") != test.heading || !page.Has("main "+test.link) {
			t.Errorf("%s: %d %q, link %v", test.path, resp.StatusCode, page.Text("h1"), page.Has("main "+test.link))
		}
		if test.status == 500 && page.Text(".tm-failure__id") != resp.Header.Get("X-Request-Id") {
			t.Error("the page does not show the request's id")
		}
	}
}

// TestFailureKeepsTheForm: when the database is away, the page has what was typed, but no password, ready to be sent again.
func TestFailureKeepsTheForm(t *testing.T) {
	t.Parallel()
	body := url.Values{"name": {"Әлфия <b>"}, "_csrf": {"token"}, "password": {"Kyrlay2026"}, "new_password": {"Kyrlay2027"}, "repeat": {"Kyrlay2027"}}
	r := httptest.NewRequest("POST", "/away?x=%22%3E", strings.NewReader(body.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := newSite(t).Test(r, -1)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	page := htmltest.Parse(t, string(raw))
	form := page.Form(`main form[method="post"]`).Values
	if resp.StatusCode != 503 || form.Get("name") != "Әлфия <b>" || form.Get("_csrf") != "token" || len(form) != 2 || strings.Contains(string(raw), "Kyrlay") {
		t.Errorf("%d, the form has %v", resp.StatusCode, form)
	}
}

// TestFormThatTakesFilesIsKept: the text of a form that could have had files comes back as that of any other, unless it had some.
func TestFormThatTakesFilesIsKept(t *testing.T) {
	t.Parallel()
	app := newSite(t)
	for file, kept := range map[string]string{"": "Әлфия", "скан": ""} {
		var body bytes.Buffer
		form := multipart.NewWriter(&body)
		part, err := form.CreateFormFile("scan", file)
		if err != nil {
			t.Fatal(err)
		}
		_, err = part.Write([]byte(file))
		for _, secret := range []string{"password", "repeat", "old", "first", "second"} {
			err = errors.Join(err, form.WriteField(secret, "Kyrlay"))
		}
		if err = errors.Join(err, form.WriteField("name", "Әлфия"), form.Close()); err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequest("POST", "/away/private", &body)
		r.Header.Set("Content-Type", form.FormDataContentType())
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		resp, err := app.Test(r, -1)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		if page := htmltest.Parse(t, string(raw)); strings.Join(page.Attrs("main form [name=name]", "value"), "") != kept || strings.Contains(string(raw), "Kyrlay") {
			t.Errorf("with the file %q: %s", file, page.Text("main"))
		}
	}
}

// TestStaleFormIsKept: a form whose token is no longer good comes back whole with a good one, so that one press sends it; a form
// of a stranger's site does not, nor one of a browser that does not tell. A form whose session is over waits for the sign-in.
func TestStaleFormIsKept(t *testing.T) {
	t.Parallel()
	app := newSite(t)
	send := func(path, from string, form url.Values, cookies []*http.Cookie) (*http.Response, *htmltest.Page) {
		t.Helper()
		r := httptest.NewRequest("POST", path, strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", from)
		for _, c := range cookies {
			r.AddCookie(c)
		}
		resp, err := app.Test(r, -1)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		raw, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp, htmltest.Parse(t, string(raw))
	}
	typed := url.Values{"name": {"Әлфия"}, "_csrf": {"old"}}
	resp, page := send("/many", "same-origin", typed, nil)
	form := page.Form(`main form[method="post"]`)
	if resp.StatusCode != 403 || page.Text("h1") != "Страница устарела" || form.Action != "/many" || form.Values.Get("name") != "Әлфия" {
		t.Errorf("%d %q, the form %+v", resp.StatusCode, page.Text("h1"), form)
	}
	if resp, _ := send("/many", "same-origin", form.Values, resp.Cookies()); resp.StatusCode != 429 {
		t.Errorf("sent again: %d", resp.StatusCode)
	}
	for _, from := range []string{"same-site", "none", "cross-site", ""} {
		if _, page := send("/many", from, typed, nil); page.Has(`main form`) {
			t.Errorf("a form from %q is made good", from)
		}
	}
	if _, page := send("/away/private", "same-origin", typed, nil); page.Form(`main form[method="post"]`).Values.Get("name") != "Әлфия" || page.Attr("main a[role=button]", "target") != "_blank" {
		t.Errorf("a form of an ended session is lost: %s", page.Text("main"))
	}
}

var inline = regexp.MustCompile(`(?i)<style|\sstyle=|\son[a-z]+=|<script(?:[^>]*)>[^<]`)

// TestStrictPolicy: the content security policy allows nothing inline.
func TestStrictPolicy(t *testing.T) {
	t.Parallel()
	app := newSite(t)
	for _, path := range []string{"/", "/gallery?failed=1&user=1", "/broken"} {
		_, body := get(t, app, path)
		if found := inline.FindString(body); found != "" {
			t.Errorf("%s has %q inline", path, found)
		}
		if strings.Contains(body, "ZgotmplZ") {
			t.Errorf("%s: html/template refused a value", path)
		}
	}
}

// TestHomeBudget: a first visit to the home page costs at most 100 KB, fonts of two alphabets and the rouble included.
func TestHomeBudget(t *testing.T) {
	t.Parallel()
	app := newSite(t)
	_, body := get(t, app, "/")
	assets := regexp.MustCompile(`/assets/[\w.-]+`).FindAllString(body, -1)
	_, css := get(t, app, "/assets/"+newPages(t).assets.manifest["app.css"])
	for _, asset := range regexp.MustCompile(`/assets/[\w.-]+`).FindAllString(unbrotli(t, css), -1) {
		if !strings.Contains(asset, "tatar") {
			assets = append(assets, asset)
		}
	}
	slices.Sort(assets)
	total := packed(t, body)
	for _, asset := range slices.Compact(assets) {
		resp, sent := get(t, app, asset)
		if resp.StatusCode != http.StatusOK || !strings.Contains(resp.Header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %d %s", asset, resp.StatusCode, resp.Header.Get("Cache-Control"))
		}
		t.Logf("%7d %s", len(sent), asset)
		total += len(sent)
	}
	t.Logf("%7d in total", total)
	if total > 100<<10 {
		t.Errorf("the home page costs %d bytes", total)
	}
}

func unbrotli(t *testing.T, packed string) string {
	t.Helper()
	plain, err := io.ReadAll(brotli.NewReader(strings.NewReader(packed)))
	if err != nil {
		t.Fatal(err)
	}
	return string(plain)
}

func packed(t *testing.T, page string) int {
	t.Helper()
	var b strings.Builder
	w := gzip.NewWriter(&b)
	if _, err := io.WriteString(w, page); err != nil || w.Close() != nil {
		t.Fatal(err)
	}
	return b.Len()
}

func TestPaginate(t *testing.T) {
	t.Parallel()
	show := func(current, total int) string {
		p := Paginate(current, total, func(int) string { return "" })
		if p == nil {
			return ""
		}
		var list []string
		for _, i := range p.Items {
			switch {
			case i.Ellipsis:
				list = append(list, "…")
			case i.Current:
				list = append(list, "("+i.Number+")")
			default:
				list = append(list, i.Number)
			}
		}
		return strings.Join(list, " ")
	}
	got := []string{show(1, 1), show(1, 2), show(4, 12), show(12, 12)}
	want := []string{"", "(1) 2", "1 … 3 (4) 5 … 12", "1 … 11 (12)"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		if _, err := New(Options{}); err != nil {
			b.Fatal(err)
		}
	}
}

// TestLinksStayHere asks for an address whose copy in a link would lead to another site.
func TestLinksStayHere(t *testing.T) {
	t.Parallel()
	app := fiber.New()
	app.Use(func(c *fiber.Ctx) error { return c.SendString(pathOf(c)) })
	for _, path := range []string{"//evil.example/x", "///evil.example", "//evil.example//x?y=1"} {
		r := httptest.NewRequest("GET", "/", nil)
		r.URL = &url.URL{Opaque: path} // DumpRequest writes it as it is
		r.RequestURI = path
		got, err := app.Test(r, -1)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(got.Body)
		_ = got.Body.Close()
		if string(body) != "/" {
			t.Errorf("links of %s lead to %s", path, body)
		}
	}
}
