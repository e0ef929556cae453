package catalog

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/jackc/pgx/v5"

	"tamga/frontend"
	"tamga/frontend/htmltest"
	"tamga/internal/dbtest"
	"tamga/internal/fault"
	"tamga/internal/rus"
	"tamga/internal/web"
)

// searchDesk is the open site and the staff's page over one database.
type searchDesk struct {
	*testing.T
	tx         pgx.Tx
	app, staff *fiber.App
	allowed    error
	cookie     string
}

func newSearchDesk(t *testing.T) *searchDesk {
	t.Helper()
	d := &searchDesk{T: t, tx: dbtest.Tx(t, dbtest.Portal)}
	pages := newPages(t)
	guard := &web.CSRF{Key: make([]byte, 32), Cookie: "portal_csrf"}
	d.app = web.New(web.Config{Role: "portal", ShowError: pages.ShowError})
	d.app.Use(guard.Check)
	d.app.Use(func(c *fiber.Ctx) error {
		if c.Get("X-Reader") != "" {
			frontend.SetLayout(c, func(l *frontend.Layout) { l.User = &frontend.User{Name: "Алия"} })
		}
		return c.Next()
	})
	(&Handler{Catalog: published(t, edited(t, "", "", ""), d.tx), DB: d.tx, Pages: pages, Now: func() time.Time { return now },
		Limit: &web.Limiter{Redis: dbtest.Redis(t)}}).Mount(d.app)
	d.staff = web.New(web.Config{Role: "intra", ShowError: pages.ShowError})
	d.staff.Use(guard.Check)
	(&FeedbackHandler{DB: d.tx, Pages: pages, Now: func() time.Time { return now }, Allowed: func(*fiber.Ctx) error { return d.allowed },
		Actor: func(*fiber.Ctx) string { return "employee-7" }}).Mount(d.staff)
	return d
}

// do sends a request and keeps the cookie of forms.
func (d *searchDesk) do(app *fiber.App, method, address string, form url.Values) (*http.Response, *htmltest.Page) {
	d.Helper()
	req := httptest.NewRequest(method, address, strings.NewReader(form.Encode()))
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if d.cookie != "" {
		req.Header.Set("Cookie", d.cookie)
	}
	res, err := app.Test(req, -1)
	if err != nil {
		d.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	if set := res.Header.Get("Set-Cookie"); set != "" {
		d.cookie, _, _ = strings.Cut(set, ";")
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		d.Fatal(err)
	}
	return res, htmltest.Parse(d.T, string(body))
}

func (d *searchDesk) count(sql string) (n int) {
	d.Helper()
	if err := d.tx.QueryRow(context.Background(), sql).Scan(&n); err != nil {
		d.Fatal(err)
	}
	return n
}

func TestSearchTemplatesFitTheirData(t *testing.T) {
	t.Parallel()
	pages := newPages(t)
	for _, check := range []func(*frontend.Pages) error{searchHTML.Check, catalogueHTML.Check, thanksHTML.Check, feedbackHTML.Check} {
		if err := check(pages); err != nil {
			t.Error(err)
		}
	}
}

func TestSearchSaysHowItReadTheQuery(t *testing.T) {
	t.Parallel()
	d := newSearchDesk(t)
	for query, want := range map[string]string{"сватьба": "свадьба", ",hfr": "брак", "htrkfvf": "реклама", "свадьба": ""} {
		_, page := d.do(d.app, "GET", "/search?q="+url.QueryEscape(query), nil)
		if got := page.Text("[role=status]"); want != "" && !strings.Contains(got, "«"+want+"»") || want == "" && strings.Contains(got, "Показываем") {
			t.Errorf("%q: %q", query, got)
		}
	}
}

func TestNothingFoundIsNoDeadEnd(t *testing.T) {
	t.Parallel()
	d := newSearchDesk(t)
	_, page := d.do(d.app, "GET", "/search?q="+url.QueryEscape("космический корабль"), nil)
	if page.Count("h3 a") < 3 || !page.Has("form[action=/search/feedback]") || !page.Has("a[href=/services]") {
		t.Errorf("nothing leads on: %s", page.Text("main"))
	}
	_, page = d.do(d.app, "GET", "/search?q="+url.QueryEscape("свадьба")+"&topic=children", nil)
	if page.Count("h3 a[href^=/services/]") != 0 || !page.Has(".tm-chips__chip") {
		t.Errorf("a choice without services: %s", page.Text("main"))
	}
}

func TestFacetsCountWhatTheyLeave(t *testing.T) {
	t.Parallel()
	d := newSearchDesk(t)
	choices := func(page *htmltest.Page, facet string) map[string]string {
		all := map[string]string{}
		for _, line := range page.Texts("nav[aria-labelledby=facet-" + facet + "] li") {
			at := strings.LastIndex(line, " ")
			all[strings.TrimSpace(line[:at])] = line[at+1:]
		}
		return all
	}
	_, page := d.do(d.app, "GET", "/services", nil)
	if got := choices(page, "topic"); got["Все"] != "4" || got["Дети и образование"] != "2" || got["Семья и брак"] != "1" {
		t.Errorf("topics %v", got)
	}
	if got := choices(page, "audience"); got["Гражданам"] != "4" || got["Предпринимателям"] != "1" {
		t.Errorf("audiences %v", got)
	}
	_, page = d.do(d.app, "GET", "/services?topic=children", nil)
	if got := choices(page, "situation"); got["Все"] != "2" || got["Мы женимся"] != "" {
		t.Errorf("situations of a topic %v", got)
	}
	if !page.Has(`a.tm-chips__chip[href=/services]`) {
		t.Error("a choice cannot be taken back")
	}
	_, page = d.do(d.app, "GET", "/search?q="+url.QueryEscape("пособие компенсация"), nil)
	n := page.Count("h3 a")
	if got := choices(page, "situation"); n < 2 || got["Все"] != strconv.Itoa(n) || got["Мы женимся"] != "" {
		t.Errorf("%d found, situations %v", n, got)
	}
	_, page = d.do(d.app, "GET", "/search?level=standard&q="+url.QueryEscape("пособие"), nil)
	if page.Form("form[action=/search]").Values.Get("level") != "standard" {
		t.Error("another query forgets the choice")
	}
}

func TestSuggestions(t *testing.T) {
	t.Parallel()
	d := newSearchDesk(t)
	for query, want := range map[string]string{"свад": "marriage", "регистрация бр": "marriage", "реклам": "advertising-permit", "cdfl": "marriage",
		"бала п": "child-benefit", "сад": "kindergarten-compensation", "detski": "child-benefit", "q": "", "": "", "%": "", "\x00ы": ""} {
		res, err := d.app.Test(httptest.NewRequest("GET", "/search/suggest?q="+url.QueryEscape(query), nil), -1)
		if err != nil {
			t.Fatal(err)
		}
		var items []struct{ Title, Href, Note string }
		if err := json.NewDecoder(res.Body).Decode(&items); err != nil || items == nil {
			t.Fatalf("%q: %d %v", query, res.StatusCode, err)
		}
		got := ""
		if len(items) > 0 {
			got = strings.TrimPrefix(items[0].Href, "/services/")
		}
		if got != want {
			t.Errorf("%q suggests %q, want %q", query, got, want)
		}
		if res.Header.Get("Set-Cookie") != "" {
			t.Error("a suggestion sets a cookie")
		}
	}
}

func TestFeedbackReachesStaff(t *testing.T) {
	t.Parallel()
	d := newSearchDesk(t)
	query := "лицензия на <космос>"
	_, page := d.do(d.app, "GET", "/search?q="+url.QueryEscape(query), nil)
	form := page.Form("form[action=/search/feedback]").Values
	if res, _ := d.do(d.app, "POST", "/search/feedback", url.Values{"q": {query}}); res.StatusCode != http.StatusForbidden {
		t.Errorf("without a token: %d", res.StatusCode)
	}
	form.Set("wanted", strings.Repeat("ж", 1001))
	if res, again := d.do(d.app, "POST", "/search/feedback", form); res.StatusCode != http.StatusUnprocessableEntity ||
		len([]rune(again.Text("#wanted"))) != 1001 || !again.Has("#wanted-error") {
		t.Errorf("too long: %d", res.StatusCode)
	}
	if n := d.count(`SELECT count(*) FROM search_feedback`); n != 0 {
		t.Fatalf("%d kept", n)
	}
	form.Set("wanted", "хочу открыть космодром")
	if res, _ := d.do(d.app, "POST", "/search/feedback", form); res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != "/search/thanks" {
		t.Fatalf("sent: %d %s", res.StatusCode, res.Header.Get("Location"))
	}
	if _, page := d.do(d.app, "GET", "/search/thanks", nil); page.Text("h1") != "Спасибо, мы это прочитаем" {
		t.Error("no thanks")
	}
	_, page = d.do(d.staff, "GET", "/searches", nil)
	row := page.Text("tbody tr")
	for _, want := range []string{query, "космодром", rus.FormatDate(now, "ru")} {
		if !strings.Contains(row, want) {
			t.Errorf("staff do not see %q: %s", want, row)
		}
	}
	mark := page.Form("tbody form")
	for range 2 { // a double click
		if res, _ := d.do(d.staff, "POST", mark.Action, mark.Values); res.StatusCode != http.StatusSeeOther {
			t.Errorf("marked: %d", res.StatusCode)
		}
	}
	if n := d.count(`SELECT count(*) FROM search_feedback WHERE done_by = 'employee-7' AND done_at IS NOT NULL`); n != 1 {
		t.Error("the mark is not kept")
	}
	if _, page := d.do(d.staff, "GET", "/searches", nil); page.Has("tbody tr") {
		t.Error("what is dealt with stays in the list")
	}
	_, page = d.do(d.staff, "GET", "/searches?done=1", nil)
	back := page.Form("tbody form")
	if d.do(d.staff, "POST", back.Action, back.Values); d.count(`SELECT count(*) FROM search_feedback WHERE done_at IS NULL AND done_by = ''`) != 1 {
		t.Error("a record cannot be opened again")
	}
	d.allowed = fault.New(fault.Forbidden, "intra.no_right")
	if res, _ := d.do(d.staff, "GET", "/searches", nil); res.StatusCode != http.StatusForbidden {
		t.Errorf("without the right: %d", res.StatusCode)
	}
	if res, _ := d.do(d.staff, "POST", mark.Action, mark.Values); res.StatusCode != http.StatusForbidden ||
		d.count(`SELECT count(*) FROM search_feedback WHERE done_at IS NULL`) != 1 {
		t.Errorf("marked without the right: %d", res.StatusCode)
	}
}

func TestFeedbackIsLimited(t *testing.T) {
	t.Parallel()
	d := newSearchDesk(t)
	_, page := d.do(d.app, "GET", "/search?q=abc", nil)
	form := page.Form("form[action=/search/feedback]").Values
	last := 0
	for range feedbackRate.Burst + 1 {
		res, _ := d.do(d.app, "POST", "/search/feedback", form)
		last = res.StatusCode
	}
	if n := d.count(`SELECT count(*) FROM search_feedback`); last != http.StatusTooManyRequests || n != feedbackRate.Burst {
		t.Errorf("the last of %d answers %d, kept %d", feedbackRate.Burst+1, last, n)
	}
}

// TestStartButton: a stranger's is the same for all strangers, somebody signed in begins at once.
func TestStartButton(t *testing.T) {
	t.Parallel()
	d := newSearchDesk(t)
	req := httptest.NewRequest("GET", "/services/marriage", nil)
	req.Header.Set("X-Reader", "1")
	res, err := d.app.Test(req, -1)
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(res.Body)
	form := htmltest.Parse(t, string(body)).Form("form[action=/applications]")
	if form.Method != http.MethodPost || form.Values.Get("_csrf") == "" {
		t.Errorf("the button of somebody signed in: %s %v", form.Method, form.Values)
	}
	one, _ := d.do(d.app, "GET", "/services/marriage", nil)
	if one.Header.Get("Set-Cookie") != "" {
		t.Error("a stranger's page sets a cookie")
	}
}

func TestOpenAddressesAreFew(t *testing.T) {
	t.Parallel()
	c := load(t)
	for uri, want := range map[string]bool{"/": true, "/services": true, "/services/marriage": true, "/services?topic=family": true,
		"/services?situation=wedding": true, "/situations": true, "/organisations": true, "/?x=1": false, "/services/": false, "/SERVICES": false,
		"/services/nothing": false, "/services/marriage?x=1": false, "/services?topic=nothing": false, "/services?topic=family&x=1": false,
		"/services?topic=family&topic=family": false, "/services?topic=%66amily": false, "/services?topic=family&audience=citizen": false,
		"/services?": false, "/search?q=x": false, "/cabinet": false, "http://evil/": false, "//": false, "": false} {
		if c.Open(uri) != want {
			t.Errorf("%s: %t", uri, !want)
		}
	}
}
