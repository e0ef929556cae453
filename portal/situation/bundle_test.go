package situation

import (
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/redis/go-redis/v9"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"tamga/applications"
	"tamga/catalog"
	"tamga/frontend"
	"tamga/frontend/htmltest"
	"tamga/internal/dbtest"
	"tamga/internal/notify"
	"tamga/internal/secret"
	"tamga/internal/web"
)

type world struct {
	*testing.T
	db   *pgxpool.Pool
	core *applications.Core
	app  *fiber.App
	who  *applications.Person

	redis *redis.Client
}

func setup(t *testing.T) *world {
	t.Helper()
	w := &world{T: t, db: dbtest.DB(t, dbtest.Portal), redis: dbtest.Redis(t)}
	var err error
	check := func() {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	box, err := secret.NewBox(make([]byte, secret.KeySize))
	check()
	pages, err := frontend.New(frontend.Options{})
	check()
	services, err := catalog.Load(catalog.Files())
	check()
	err = services.Publish(t.Context(), w.db)
	check()
	jobs, err := river.NewClient(riverpgxv5.New(w.db), &river.Config{})
	check()
	w.core = &applications.Core{DB: w.db, River: jobs, Catalog: services, Box: box, Texts: pages.Bundle, Now: time.Now,
		Notify: &notify.Outbox{River: jobs, Box: box, Now: time.Now}, PublicURL: "http://portal.test"}
	w.who = &applications.Person{ID: uuid.Must(uuid.NewV7()), Level: catalog.LevelStandard, Last: "Гарипова", First: "Алия", SNILS: "11223344595",
		Profile: map[string]string{"last_name": "Гарипова", "first_name": "Алия", "middle_name": "Маратовна", "birth_date": "1998-04-12", "snils": "11223344595",
			"passport_series": "9218", "passport_number": "120001", "passport_issued_on": "2018-05-01", "passport_issued_by": "МВД по РТ", "passport_code": "160-001",
			"phone": "+79172000001"}}
	_, err = w.db.Exec(t.Context(), `INSERT INTO account (id, phone, consent_at, created_at) VALUES ($1, '+79172000001', now(), now())`, w.who.ID)
	check()
	w.app = web.New(web.Config{Role: "portal", ShowError: pages.ShowError})
	(&Handler{DB: w.db, Core: w.core, Catalog: services, Pages: pages, Now: time.Now, Limit: &web.Limiter{Redis: w.redis},
		Person: func(*fiber.Ctx) (*applications.Person, error) { p := *w.who; return &p, nil },
		NeedLevel: func(c *fiber.Ctx, _ catalog.Level, _ string) error {
			return c.Redirect("/esia/level", fiber.StatusSeeOther)
		}}).Mount(w.app)
	return w
}

func (w *world) do(method, path string, form url.Values) (*http.Response, *htmltest.Page) {
	w.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	got, err := w.app.Test(r, -1)
	if err != nil {
		w.Fatal(err)
	}
	raw, _ := io.ReadAll(got.Body)
	return got, htmltest.Parse(w.T, string(raw))
}

// TestOneSetOfAnswers: a birth is answered once, three drafts have it, and a form sent twice makes no more.
func TestOneSetOfAnswers(t *testing.T) {
	t.Parallel()
	w := setup(t)
	_, page := w.do(http.MethodGet, "/bundles/new/baby", nil)
	if n := len(page.Form(`form[action="/bundles/new/baby"]`).Values["service"]); n != 3 {
		t.Fatalf("%d services are offered", n)
	}
	path := "/bundles/new/baby?service=child-benefit&service=kindergarten-compensation&service=kindergarten-queue"
	_, page = w.do(http.MethodGet, path, nil)
	form := page.Form(`form[action="/bundles/new/baby"]`).Values
	if form.Get("phone") == "" {
		t.Error("what is known of the person is asked again")
	}
	got, page := w.do(http.MethodPost, "/bundles/new/baby", form)
	if got.StatusCode != 422 || !strings.Contains(page.Text("body"), "Фамилия ребёнка") {
		t.Fatalf("an empty form: %d %s", got.StatusCode, page.Text("body"))
	}
	answered(form)
	got, page = w.do(http.MethodPost, "/bundles/new/baby", form)
	if got.StatusCode != 303 {
		t.Fatalf("%d %s", got.StatusCode, page.Text("body"))
	}
	again, _ := w.do(http.MethodPost, "/bundles/new/baby", form)
	if again.Header.Get("Location") != got.Header.Get("Location") {
		t.Error("a form sent twice leads elsewhere")
	}
	_, page = w.do(http.MethodGet, got.Header.Get("Location"), nil)
	if text := page.Text("main"); !strings.Contains(text, "3") || !strings.Contains(text, "Ежемесячное пособие") {
		t.Errorf("the bundle says %s", text)
	}
	all, err := w.core.Export(t.Context(), w.who.ID, "ru")
	if err != nil || len(all) != 3 {
		t.Fatalf("%d applications: %v", len(all), err)
	}
	for _, a := range all {
		text := string(a.JSON)
		want := []string{"Гарипова", "9 марта 2022", "700001"}
		if !strings.Contains(text, "kindergarten-queue") {
			want = append(want, "40817810862000000017", "120001", "Баумана")
		}
		for _, one := range want {
			if !strings.Contains(text, one) {
				t.Errorf("%s was not filled with %q:\n%s", a.Service, one, text)
			}
		}
		if a.State != applications.Draft {
			t.Errorf("%s is %s", a.Service, a.State)
		}
	}
	stranger := *w.who
	stranger.ID = uuid.Must(uuid.NewV7())
	w.who = &stranger
	if got, _ := w.do(http.MethodGet, got.Header.Get("Location"), nil); got.StatusCode != 404 {
		t.Errorf("a stranger sees the bundle: %d", got.StatusCode)
	}
}

// answered fills the form of a birth in.
func answered(form url.Values) {
	for key, value := range map[string]string{"child_last_name": "Гарипов", "child_first_name": "Илназ", "child_middle_name": "Маратович",
		"child_birth_date-day": "9", "child_birth_date-month": "3", "child_birth_date-year": "2022", "child_snils": "087-654-302 00",
		"child_certificate": "IV-КБ 700001", "child_issued_on-day": "18", "child_issued_on-month": "3", "child_issued_on-year": "2022", "child_record": "77",
		"child_record_date-day": "18", "child_record_date-month": "3", "child_record_date-year": "2022",
		"address": "420111, Казань, ул. Баумана, 5", "payout_to-bik": "049205805", "payout_to-account": "40817810862000000017"} {
		form.Set(key, value)
	}
}

// TestBeginningHasARate: drafts of life situations count with all others. Who has begun too many is told in their language, on the page
// with all that was typed; what was begun is found by its form, and nothing is begun by half.
func TestBeginningHasARate(t *testing.T) {
	t.Parallel()
	w := setup(t)
	const address = "/bundles/new/baby"
	_, page := w.do(http.MethodGet, address+"?service=child-benefit&service=kindergarten-queue", nil)
	form := page.Form(`form[action="` + address + `"]`).Values
	asked := slices.Collect(maps.Keys(form))
	answered(form)
	first, _ := w.do(http.MethodPost, address, form)
	if first.StatusCode != 303 {
		t.Fatalf("begun with %d", first.StatusCode)
	}
	limit, left := &web.Limiter{Redis: w.redis}, 0
	for limit.Allow(t.Context(), applications.Begins, w.who.ID.String(), applications.BeginRate) == nil {
		left++
	}
	if left >= applications.BeginRate.Burst {
		t.Errorf("%d of %d were left: a bundle is not counted", left, applications.BeginRate.Burst)
	}
	if again, _ := w.do(http.MethodPost, address, form); again.Header.Get("Location") != first.Header.Get("Location") {
		t.Errorf("a second click leads to %d %s", again.StatusCode, again.Header.Get("Location"))
	}
	form.Set("token", uuid.NewString())
	form.Set("child_first_name", "Айгөл")
	for lang, says := range map[string]string{"ru": "Слишком много попыток", "tt": "кабатлап карагыз", "en": "Too many"} {
		got, page := w.do(http.MethodPost, address+"?lang="+lang, form)
		if got.StatusCode != 429 || !strings.Contains(page.Text(".govuk-error-summary"), says) {
			t.Errorf("%s: %d %q", lang, got.StatusCode, page.Text(".govuk-error-summary"))
		}
		kept := page.Form(`form[action="` + address + `"]`).Values
		for _, name := range asked {
			if kept.Get(name) != form.Get(name) {
				t.Errorf("%s: %s is %q, typed %q", lang, name, kept.Get(name), form.Get(name))
			}
		}
	}
	var bundles, drafts int
	err := w.db.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM bundle), (SELECT count(*) FROM application)`).Scan(&bundles, &drafts)
	if err != nil || bundles != 1 || drafts != 2 {
		t.Errorf("%d bundles, %d drafts: %v", bundles, drafts, err)
	}
}
