package applications

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"tamga/catalog"
	"tamga/frontend"
	"tamga/frontend/htmltest"
	"tamga/internal/dbtest"
	"tamga/internal/fault"
	"tamga/internal/notify"
	"tamga/internal/secret"
	"tamga/internal/web"
	"tamga/payments"
)

// draftKept is how long drafts are kept where a service says nothing.
const draftKept = 90 * 24 * time.Hour

// serviceHead begins a service of a test that one person applies for.
func serviceHead(id, department, ru, tt, en string) string {
	return fmt.Sprintf(`id: %s
name: &t {ru: %q, tt: %q, en: %q}
summary: *t
audience: [citizen]
topics: [family]
department: %s
level: standard
who: [*t]
term: {count: 1, unit: days, text: *t}
result: *t
parties: [{id: first, name: *t}]
steps:
`, id, ru, tt, en, department)
}

// world is the pages and the jobs of applications on a database of their own, with the catalog's real services.
type world struct {
	t      *testing.T
	db     *pgxpool.Pool
	core   *Core
	jobs   *Jobs
	app    *fiber.App
	later  atomic.Int64 // how far the clock has been moved, in nanoseconds
	mu     sync.Mutex
	people map[string]*Person
}

var (
	pages    = sync.OnceValues(func() (*frontend.Pages, error) { return frontend.New(frontend.Options{}) })
	services = sync.OnceValues(func() (*catalog.Catalog, error) {
		c, err := catalog.Load(catalog.Files())
		if err == nil {
			for _, s := range c.Services() {
				s.Version = 1 // as Publish does on an empty database
			}
		}
		return c, err
	})
	testKey = []byte("0123456789abcdef0123456789abcdef")
)

func newWorld(t *testing.T) *world {
	t.Helper()
	p, err := pages()
	if err != nil {
		t.Fatal(err)
	}
	c, err := services()
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, db: dbtest.DB(t, dbtest.Portal), people: map[string]*Person{}}
	client, err := river.NewClient(riverpgxv5.New(w.db), &river.Config{})
	if err != nil {
		t.Fatal(err)
	}
	box, err := secret.NewBox(testKey)
	if err != nil {
		t.Fatal(err)
	}
	w.core = &Core{DB: w.db, River: client, Catalog: c, Box: box, Notify: &notify.Outbox{River: client, Box: box, Now: w.now},
		Texts: p.Bundle, Now: w.now, PublicURL: "http://portal"}
	w.jobs = &Jobs{Core: w.core}
	h := &Handler{Core: w.core, Redis: dbtest.Redis(t), Pages: p, Person: w.person,
		NeedLevel: func(c *fiber.Ctx, level catalog.Level, back string) error {
			return c.Redirect("/esia/start?level="+string(level)+"&return="+url.QueryEscape(back), fiber.StatusSeeOther)
		}}
	w.app = web.New(web.Config{Role: "portal", Log: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelError})), ShowError: p.ShowError,
		Uploads: &web.Uploads{Path: TakesFiles, Cookie: "c", Max: MaxUpload}})
	w.app.Use((&web.CSRF{Key: testKey, Cookie: "c"}).Check)
	h.Mount(w.app)
	w.exec(`INSERT INTO department_endpoint (code, name, url, updated_at)
		SELECT code, '{"ru": "x"}', 'http://' || code, now() FROM unnest(ARRAY['zags', 'social', 'municipality']) AS code`)
	return w
}

func (w *world) now() time.Time {
	return time.Now().Add(time.Duration(w.later.Load())).Truncate(time.Microsecond)
}
func (w *world) pass(d time.Duration) { w.later.Add(int64(d)) }

// aDay is enough for a hold to end.
const aDay = 24*time.Hour + time.Second

// beforeRest turns the clock to a day when the first time on offer will be the same one a day later: the office rests between.
func (w *world) beforeRest() {
	w.t.Helper()
	marriage, err := w.core.Catalog.Service("marriage", 0)
	if err != nil {
		w.t.Fatal(err)
	}
	_, q := slotQuestion(marriage)
	first := func(at time.Time) time.Time {
		from, to := q.Window.Range(at)
		return w.core.Catalog.Office(w.office()).Days(from, to, func(time.Time) bool { return false })[0].Date
	}
	for range 30 {
		if first(w.now()).Equal(first(w.now().Add(aDay))) {
			return
		}
		w.pass(24 * time.Hour)
	}
	w.t.Fatal("the office never rests")
}

func (w *world) person(c *fiber.Ctx) (*Person, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if p := w.people[c.Get("X-Person")]; p != nil {
		return p, nil
	}
	return nil, fault.New(fault.SignIn, "web.csrf")
}

func (w *world) exec(sql string, args ...any) {
	w.t.Helper()
	if _, err := w.db.Exec(context.Background(), sql, args...); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) count(sql string, args ...any) int {
	w.t.Helper()
	var n int
	if err := w.db.QueryRow(context.Background(), sql, args...).Scan(&n); err != nil {
		w.t.Fatal(err)
	}
	return n
}

func (w *world) state(id uuid.UUID) State {
	w.t.Helper()
	var s State
	if err := w.db.QueryRow(context.Background(), `SELECT state FROM application WHERE id = $1`, id).Scan(&s); err != nil {
		w.t.Fatal(err)
	}
	return s
}

func (w *world) wantState(id uuid.UUID, want State) {
	w.t.Helper()
	if got := w.state(id); got != want {
		w.t.Fatalf("state is %s, want %s", got, want)
	}
}

// snils makes a valid number.
func snils(n int) string {
	nine := fmt.Sprintf("%09d", 112112000+n)
	sum := 0
	for i := range 9 {
		sum += int(nine[i]-'0') * (9 - i)
	}
	return fmt.Sprintf("%s%02d", nine, sum%101%100)
}

var numbers atomic.Int64

// browser is somebody signed in, with an own jar of cookies.
type browser struct {
	w      *world
	p      *Person
	cookie string
}

func (w *world) browser(last, first string, sex string) *browser {
	n := int(numbers.Add(1))
	p := &Person{ID: uuid.New(), Level: catalog.LevelStandard, Last: last, First: first, SNILS: snils(n)}
	p.Profile = map[string]string{"last_name": last, "first_name": first, "birth_date": "1996-09-03", "sex": sex,
		"birth_place": "город Казань", "snils": p.SNILS, "citizenship": "RUS", "passport_series": "9216",
		"passport_number": fmt.Sprintf("%06d", 100000+n), "passport_issued_on": "2016-10-01", "passport_issued_by": "МВД по РТ",
		"passport_code": "160-001", "phone": "+79172000001", "email": "x@demo.tamga.example", "address": "Казань, Баумана, 1"}
	w.mu.Lock()
	w.people[p.ID.String()] = p
	w.mu.Unlock()
	return &browser{w: w, p: p}
}

// answer is a page, or the address to go to.
type answer struct {
	*htmltest.Page
	status int
	to     string
}

func (b *browser) do(method, path string, form url.Values) answer {
	b.w.t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	req := httptest.NewRequest(method, path, body)
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if b.p != nil {
		req.Header.Set("X-Person", b.p.ID.String())
	}
	if b.cookie != "" {
		req.Header.Set("Cookie", "c="+b.cookie)
	}
	res, err := b.w.app.Test(req, -1)
	if err != nil {
		b.w.t.Fatal(err)
	}
	defer res.Body.Close()
	for _, c := range res.Cookies() {
		if c.Name == "c" {
			b.cookie = c.Value
		}
	}
	text, err := io.ReadAll(res.Body)
	if err != nil {
		b.w.t.Fatal(err)
	}
	if res.StatusCode >= 500 {
		b.w.t.Fatalf("%s %s: %d", method, path, res.StatusCode)
	}
	return answer{htmltest.Parse(b.w.t, string(text)), res.StatusCode, res.Header.Get("Location")}
}

func (b *browser) get(path string) answer {
	b.w.t.Helper()
	return b.do(http.MethodGet, path, nil)
}

// send posts the form of a page, with changes.
func (b *browser) send(page answer, selector string, over map[string]string) answer {
	b.w.t.Helper()
	f := page.Form(selector)
	for name, value := range over {
		if page.Has(`[name="` + name + `"]`) {
			f.Values.Set(name, value)
		}
	}
	return b.do(http.MethodPost, f.Action, f.Values)
}

// csrf is a token for a post without a page.
func (b *browser) csrf() string {
	b.w.t.Helper()
	return b.get("/applications/new?service=marriage").Form("main form").Values.Get("_csrf")
}

var marriage = map[string]string{"obstacles": "none", "together": "yes", "filer_role": "groom", "ceremonial": "no",
	"identity_kind": "passport", "marital_status": "single", "surname_choice": "keep", "consent_marriage": "yes", "consent_data": "yes"}

// fill answers page after page until there are no more, and returns the address of what follows.
func (b *browser) fill(path string, over map[string]string) string {
	b.w.t.Helper()
	for range 60 {
		if !strings.Contains(path, "/steps/") || strings.HasSuffix(path, "/stop") {
			return path
		}
		page := b.get(path)
		if page.status != 200 {
			b.w.t.Fatalf("%s: %d", path, page.status)
		}
		all := map[string]string{}
		if page.Has("input[name=slot]") {
			all["slot"] = page.Attr("input[name=slot]", "value")
		}
		for name, value := range over {
			all[name] = value
		}
		res := b.send(page, "main form", all)
		if res.status != 303 {
			b.w.t.Fatalf("%s: %d %v", path, res.status, res.Texts(".govuk-error-summary__list li"))
		}
		path = res.to
	}
	b.w.t.Fatal("the form does not end")
	return ""
}

var idPattern = regexp.MustCompile(`/applications/([0-9a-f-]{36})`)

// begin starts an application and returns it with its first page.
func (b *browser) begin(service string) (uuid.UUID, string) {
	b.w.t.Helper()
	res := b.send(b.get("/applications/new?service="+service), "main form", nil)
	m := idPattern.FindStringSubmatch(res.to)
	if res.status != 303 || m == nil {
		b.w.t.Fatalf("begin: %d %q", res.status, res.to)
	}
	return uuid.MustParse(m[1]), res.to
}

func (w *world) office() string { return w.core.Catalog.Offices("zags")[0].ID }

// couple is a marriage application as far as the invitation.
func (w *world) couple() (id uuid.UUID, first, second *browser, token string) {
	w.t.Helper()
	first, second = w.browser("Хабибуллин", "Тимур", "male"), w.browser("Гарипова", "Алия", "female")
	id, path := first.begin("marriage")
	over := map[string]string{"office": w.office()}
	for k, v := range marriage {
		over[k] = v
	}
	if to := first.fill(path, over); to != applicationPath(id, "/check") {
		w.t.Fatalf("after the last question: %s", to)
	}
	token = first.invite(id, second.p.SNILS)
	w.wantState(id, Filling)
	return id, first, second, token
}

// invite sends the letter and returns the token of its link.
func (b *browser) invite(id uuid.UUID, snils string) string {
	b.w.t.Helper()
	res := b.send(b.get(applicationPath(id, "/invite")), "main form", map[string]string{"snils": snils, "phone": "8 917 200 00 02"})
	if res.status != 303 {
		b.w.t.Fatalf("invite: %d %v", res.status, res.Texts(".govuk-error-summary__list li"))
	}
	m := regexp.MustCompile(`/invitations/(\S+)`).FindStringSubmatch(b.w.lastSMS())
	if m == nil {
		b.w.t.Fatalf("no link in %q", b.w.lastSMS())
	}
	return m[1]
}

// lastSMS opens the newest message in the outbox.
func (w *world) lastSMS() string {
	w.t.Helper()
	var id uuid.UUID
	var body []byte
	err := w.db.QueryRow(context.Background(), `SELECT id, body FROM notification WHERE channel = 'sms' ORDER BY id DESC LIMIT 1`).Scan(&id, &body)
	if err != nil {
		w.t.Fatal(err)
	}
	plain, err := w.core.Box.Open(body, []byte("notification/"+id.String()+"/body"))
	if err != nil {
		w.t.Fatal(err)
	}
	return string(plain)
}

// join accepts the letter and fills the own part.
func (b *browser) join(token string) {
	b.w.t.Helper()
	res := b.send(b.get("/invitations/"+token), "main form", nil)
	if res.status != 303 {
		b.w.t.Fatalf("accept: %d", res.status)
	}
	now := b.get(res.to)
	b.fill(now.Attr("#now", "href"), marriage)
}

// sign signs what the page of answers shows.
func (b *browser) sign(id uuid.UUID) answer {
	b.w.t.Helper()
	return b.send(b.get(applicationPath(id, "/check")), "main form", nil)
}

// signed is a marriage application that only has to be paid.
func (w *world) signed() (id uuid.UUID, first, second *browser) {
	w.t.Helper()
	id, first, second, token := w.couple()
	second.join(token)
	w.wantState(id, Signing)
	second.sign(id)
	first.sign(id)
	w.wantState(id, Paying)
	return id, first, second
}

// pay does to the tables of payments what a successful payment does, and returns the news of it.
func (w *world) pay(id uuid.UUID) payments.PaidArgs {
	w.t.Helper()
	c, err := payments.ChargeOf(context.Background(), w.db, origin(id))
	if err != nil {
		w.t.Fatal(err)
	}
	w.exec(`ALTER TABLE payment DISABLE TRIGGER payment_guard`) // its way here is the payments' own business
	w.exec(`INSERT INTO payment (id, charge_id, receipt, acquirer, state, amount, received, last_n, first_n, middle_n, created_at, paid_at)
		VALUES ($1, $2, $3, 'sandbox', 'succeeded', $4, $4, 'x', 'x', 'x', $5, $5)`, uuid.New(), c.ID, fmt.Sprint(numbers.Add(1)), c.Amount, w.now())
	w.exec(`UPDATE charge SET status = 'paid', paid_at = $2, paid = amount WHERE id = $1 AND status = 'open'`, c.ID, w.now())
	return payments.PaidArgs{ChargeID: c.ID, Origin: origin(id)}
}

func (w *world) tellPaid(args payments.PaidArgs) {
	w.t.Helper()
	if err := w.jobs.workPaid(context.Background(), &river.Job[payments.PaidArgs]{Args: args}); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) expire(id uuid.UUID) {
	w.t.Helper()
	if err := w.jobs.workExpire(context.Background(), &river.Job[expireArgs]{Args: expireArgs{id}}); err != nil {
		w.t.Fatal(err)
	}
}

// inTx runs f on the locked application as a person.
func (w *world) inTx(id uuid.UUID, p *Person, f func(ctx context.Context, tx pgx.Tx, d *dossier) error) error {
	ctx := context.Background()
	return pgx.BeginFunc(ctx, w.db, func(tx pgx.Tx) error {
		d, err := w.core.lockFor(ctx, tx, p.ID, id)
		if err != nil {
			return err
		}
		return f(ctx, tx, d)
	})
}
