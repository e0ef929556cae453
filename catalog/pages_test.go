package catalog

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"tamga/frontend"
	"tamga/frontend/htmltest"
	"tamga/internal/dbtest"
	"tamga/internal/i18n"
	"tamga/internal/web"
)

// allPages are read once: for every case anew that would take most of the time.
var allPages = sync.OnceValues(func() (*frontend.Pages, error) { return frontend.New(frontend.Options{}) })

func newPages(t testing.TB) *frontend.Pages {
	t.Helper()
	pages, err := allPages()
	if err != nil {
		t.Fatal(err)
	}
	return pages
}

func TestTemplatesFitTheirData(t *testing.T) {
	t.Parallel()
	pages := newPages(t)
	for _, check := range []func(*frontend.Pages) error{serviceHTML.Check, catalogueHTML.Check, searchHTML.Check, situationsHTML.Check,
		organisationsHTML.Check, organisationHTML.Check} {
		if err := check(pages); err != nil {
			t.Error(err)
		}
	}
}

// site is the catalogue as the portal mounts it.
func site(t *testing.T) *fiber.App {
	t.Helper()
	pages := newPages(t)
	tx := dbtest.Tx(t, dbtest.Portal)
	app := web.New(web.Config{Role: "portal", ShowError: pages.ShowError})
	guard := &web.CSRF{Key: make([]byte, 32), Cookie: "portal_csrf"}
	app.Use(guard.Check)
	h := &Handler{Catalog: published(t, edited(t, "", "", ""), tx), DB: tx, Pages: pages, Now: func() time.Time { return now }}
	h.Mount(app)
	return app
}

func get(t *testing.T, app *fiber.App, address string, want int) *htmltest.Page {
	t.Helper()
	res, err := app.Test(httptest.NewRequest(http.MethodGet, address, nil), -1)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if res.StatusCode != want {
		t.Fatalf("%s: %d\n%s", address, res.StatusCode, body)
	}
	return htmltest.Parse(t, string(body))
}

func TestServicePage(t *testing.T) {
	t.Parallel()
	app := site(t)
	page := get(t, app, "/services/marriage", http.StatusOK)
	if h := page.Text("h1"); h != "Регистрация брака" {
		t.Errorf("heading %q", h)
	}
	facts := strings.ReplaceAll(strings.Join(page.Texts(".govuk-summary-list__row"), "\n"), "\u00a0", " ")
	for _, want := range []string{"1 месяц", "350 ₽", "стандартная", "Двое", "Управление ЗАГС"} {
		if !strings.Contains(facts, want) {
			t.Errorf("the facts do not say %q:\n%s", want, facts)
		}
	}
	start := page.Form(`form[action=/applications/new]`)
	if start.Method != http.MethodGet || start.Values.Get("service") != "marriage" || start.Values.Has("_csrf") {
		t.Errorf("the start button of a stranger sends %s %v", start.Method, start.Values)
	}
	for _, id := range []string{"#who", "#documents", "#result", "#offices", "#law"} {
		if !page.Has("h2" + id) {
			t.Errorf("no part %s", id)
		}
	}
	if !page.Has(`a[href=tel:+78432920441]`) {
		t.Error("an office has no telephone")
	}
	free := get(t, app, "/services/child-benefit?lang=tt", http.StatusOK)
	if !strings.Contains(free.String(), "Бушлай") || free.Text("h1") != "Балага айлык пособие" {
		t.Errorf("in Tatar: %q", free.Text("h1"))
	}
	get(t, app, "/services/nothing", http.StatusNotFound)
}

func TestCatalogueNarrows(t *testing.T) {
	t.Parallel()
	app := site(t)
	for address, want := range map[string][]string{
		"/services":                                      {"Регистрация брака", "Компенсация платы за детский сад", "Ежемесячное пособие на ребёнка", "Разрешение на установку рекламной конструкции"},
		"/services?audience=entrepreneur":                {"Разрешение на установку рекламной конструкции"},
		"/services?topic=children":                       {"Компенсация платы за детский сад", "Ежемесячное пособие на ребёнка"},
		"/services?situation=wedding":                    {"Регистрация брака"},
		"/services?department=social&situation=baby":     {"Компенсация платы за детский сад", "Ежемесячное пособие на ребёнка"},
		"/services?audience=organisation&topic=children": {},
		"/services?topic=%27%22%3Cscript%3E":             {},
	} {
		page := get(t, app, address, http.StatusOK)
		got := page.Texts(".govuk-grid-column-two-thirds h3 a")
		if strings.Join(got, "|") != strings.Join(want, "|") {
			t.Errorf("%s shows %q", address, got)
		}
	}
	page := get(t, app, "/services?audience=citizen&topic=children", http.StatusOK)
	if !page.Has(`a[href=/services?audience=citizen]`) { // "all topics" keeps the audience
		t.Error("a facet forgets the other choice")
	}
	if page.Text("h1") != "Дети и образование" {
		t.Errorf("heading %q", page.Text("h1"))
	}
}

func TestSearchPage(t *testing.T) {
	t.Parallel()
	app := site(t)
	page := get(t, app, "/search?q="+url.QueryEscape("свадьба"), http.StatusOK)
	if first := page.Text("h3 a"); first != "Регистрация брака" {
		t.Errorf("first is %q", first)
	}
	if page.Attr("#query", "value") != "свадьба" {
		t.Error("the query is lost")
	}
	page = get(t, app, "/search?q="+url.QueryEscape(`космос "<b>`), http.StatusOK)
	if !strings.Contains(page.Text("main"), `По запросу «космос "<b>» ничего не нашлось`) || !page.Has(`a[href=/services]`) || !page.Has(`a[href=tel:+78435114115]`) {
		t.Errorf("nothing found: %s", page.Text("main"))
	}
	if page.Count("h3 a") != 3 {
		t.Error("no popular services instead")
	}
	get(t, app, "/search", http.StatusOK)
	get(t, app, "/search?q=%ff%00"+strings.Repeat("%D0%B0", 5000), http.StatusOK)
}

func TestPlaces(t *testing.T) {
	t.Parallel()
	app := site(t)
	if page := get(t, app, "/situations", http.StatusOK); !page.Has(`a[href=/services?situation=wedding]`) {
		t.Error("no life situation")
	}
	page := get(t, app, "/organisations?lang=en", http.StatusOK)
	if page.Count("section h3") < 10 || !strings.Contains(page.Text("main"), "Wedding House") {
		t.Errorf("%d offices", page.Count("section h3"))
	}
	page = get(t, app, "/organisations?q=БРАКА+сююмбике&district=chelny-tsentralny", http.StatusOK)
	if page.Count("main section") != 1 || page.Count("main section h3") != 1 || !page.Has(`a[href=/organisations/zags]`) {
		t.Errorf("by words and district: %s", page.Text("main"))
	}
	if page = get(t, app, "/organisations?q=нетакого", http.StatusOK); page.Has("main section") {
		t.Errorf("found %s", page.Text("main"))
	}
	page = get(t, app, "/organisations/zags", http.StatusOK)
	for _, text := range []string{"Начальник", "zags@tatar.example", "Кремлёвская, 4", "Регистрация брака", "На карте"} {
		if !strings.Contains(page.Text("main"), text) {
			t.Errorf("the organisation does not say %q: %s", text, page.Text("main"))
		}
	}
	get(t, app, "/organisations/none", http.StatusNotFound)
}

// stepPages are pages with a template of the test beside the real ones, to draw a step alone.
func stepPages(t *testing.T) *frontend.Pages {
	t.Helper()
	dir := t.TempDir()
	for _, part := range []string{"templates", "locales", "static", "assets"} {
		if err := os.CopyFS(filepath.Join(dir, part), os.DirFS(filepath.Join("..", "frontend", part))); err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}
	step := `{{define "title"}}{{end}}{{define "main"}}<form>{{range .Page}}{{template "question" .}}{{end}}</form>{{end}}`
	if err := os.WriteFile(filepath.Join(dir, "templates", "catalog", "step.html"), []byte(step), 0o600); err != nil {
		t.Fatal(err)
	}
	pages, err := frontend.New(frontend.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	return pages
}

const stepHTML frontend.Page[[]Field] = "catalog/step.html"

func drawn(t *testing.T, pages *frontend.Pages, fields []Field) *htmltest.Page {
	t.Helper()
	app := web.New(web.Config{Role: "portal"})
	app.Get("/", func(c *fiber.Ctx) error { return stepHTML.Render(c, pages, fields) })
	return get(t, app, "/", http.StatusOK)
}

func TestDrawnFields(t *testing.T) {
	t.Parallel()
	pages := stepPages(t)
	if err := stepHTML.Check(pages); err != nil {
		t.Fatal(err)
	}
	words := Tr{i18n.RU, pages.Bundle}
	s := service(t, "marriage")
	known := Env{Now: now, Prefill: map[string]string{"last_name": "Гарипова", "birth_date": "1998-04-12", "citizenship": "RUS"}}
	draw := func(a Set, party, step string, typed url.Values, problems Problems, env Env) *htmltest.Page {
		return drawn(t, pages, s.Fields(s.Step(step), a, party, typed, problems, env, words))
	}

	page := draw(Set{}, "first", "name", nil, nil, known)
	if page.Attr("#last_name", "value") != "Гарипова" || page.Attr("#last_name", "autocomplete") != "family-name" {
		t.Error("the surname of the account is not filled in")
	}
	if page := draw(Set{}, "first", "birth", nil, nil, known); page.Form("form").Values.Get("birth_date-year") != "1998" {
		t.Error("the birth date of the account is not filled in")
	}
	stored := fill(t, s, Set{}, "first", "name", "last_name=Сафина", "first_name=Алия")
	if page := draw(stored, "first", "name", nil, nil, known); page.Attr("#last_name", "value") != "Сафина" {
		t.Error("what is known overwrites what was answered")
	}

	typed := form("birth_place=<b>Казань</b>", "birth_date-day=31", "birth_date-month=апреля", "birth_date-year=1990")
	_, problems := s.Parse(s.Step("birth"), typed, Set{}, "first", Env{Now: now})
	page = draw(Set{}, "first", "birth", typed, problems, known)
	if got := page.Form("form").Values; got.Get("birth_date-month") != "апреля" || got.Get("birth_place") != "<b>Казань</b>" {
		t.Errorf("typed values are lost: %v", got)
	}
	if !page.Has("#birth_date-day.govuk-input--error") || page.Has("#birth_date-year.govuk-input--error") {
		t.Error("not the wrong part is marked")
	}
	if !strings.Contains(page.Text("#birth_date-error"), "такой даты нет") {
		t.Error("no message beside the date")
	}
}

func TestDrawnCalendar(t *testing.T) {
	t.Parallel()
	pages := stepPages(t)
	words := Tr{i18n.RU, pages.Bundle}
	s := service(t, "marriage")
	a := shared(t, s)
	page := drawn(t, pages, s.Fields(s.Step("date"), a, "first", nil, nil, Env{Now: now}, words))
	if page.Form("form").Values.Get("slot") != "2027-02-05T11:30:00+03:00" || page.Text("a[aria-current=page]") != "Февраль 2027" {
		t.Error("the chosen time and its month are not shown")
	}
	if page.Count("form nav li") != 12 {
		t.Errorf("%d months", page.Count("form nav li"))
	}
	if first := page.Text("fieldset fieldset legend"); first != "Пятница, 5 февраля" {
		t.Errorf("first day is %q", first)
	}
	page = drawn(t, pages, s.Fields(s.Step("date"), a, "first", nil, nil, Env{Now: now, Month: "2027-03"}, words))
	if page.Text("a[aria-current=page]") != "Март 2027" || page.Form("form").Values.Get("slot-month") != "2027-03" {
		t.Error("another month is not shown")
	}
	none := Env{Now: now, Slots: func(string) []Day { return nil }}
	if page := drawn(t, pages, s.Fields(s.Step("date"), a, "first", nil, nil, none, words)); !strings.Contains(page.Text("fieldset"), "Свободного времени") {
		t.Error("an office without free times says nothing")
	}
	wrong := problemsOf(s, a, "first", "date")
	page = drawn(t, pages, s.Fields(s.Step("date"), a, "first", url.Values{}, wrong, Env{Now: now}, words))
	if !page.Has("#slot-error") || !page.Has("input#slot") {
		t.Error("the message or the radio it leads to is missing")
	}
}

func TestDrawnGroups(t *testing.T) {
	t.Parallel()
	pages := stepPages(t)
	words := Tr{i18n.RU, pages.Bundle}
	s := service(t, "child-benefit")
	one := drawn(t, pages, s.Fields(s.Step("children"), Set{}, "applicant", nil, nil, Env{Now: now}, words))
	if one.Count("form h2") != 1 || one.Count("button[name=_remove]") != 0 || one.Count("button[name=_add]") != 1 {
		t.Error("a first page has one child, which cannot be removed")
	}
	two := drawn(t, pages, s.Fields(s.Step("children"), Set{}, "applicant", url.Values{"children-count": {"2"}}, nil, Env{Now: now}, words))
	if two.Count("form h2") != 2 || two.Count("button[name=_remove]") != 2 || !two.Has(`[name=children.1.child_birth_date-day]`) {
		t.Error("two children are not drawn")
	}
	ids := map[string]bool{}
	for _, part := range strings.Split(two.String(), ` id="`)[1:] {
		id, _, _ := strings.Cut(part, `"`)
		if ids[id] {
			t.Errorf("two elements have the id %q", id)
		}
		ids[id] = true
	}
}
