package utility

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"tamga/frontend"
	"tamga/internal/dbtest"
	"tamga/internal/fault"
	"tamga/internal/rus"
	"tamga/internal/secret"
	"tamga/internal/web"
	"tamga/payments"
	"tamga/payments/signed"
)

var key = []byte("0123456789abcdef0123456789abcdef")

// flat is the portal's utility accounts, a register, and somebody's browser.
type flat struct {
	t      *testing.T
	app    *fiber.App
	db     *pgxpool.Pool
	jobs   *Jobs
	now    time.Time
	user   uuid.UUID
	cookie string
	answer func(http.ResponseWriter, []byte)
	n      int
}

func newFlat(t *testing.T) *flat {
	t.Helper()
	f := &flat{t: t, db: dbtest.DB(t, dbtest.Portal), now: time.Date(2026, 11, 20, 12, 0, 0, 0, rus.Moscow), user: uuid.New()}
	p, err := frontend.New(frontend.Options{})
	if err != nil {
		t.Fatal(err)
	}
	box, err := secret.NewBox(key)
	if err != nil {
		t.Fatal(err)
	}
	client, err := river.NewClient(riverpgxv5.New(f.db), &river.Config{})
	if err != nil {
		t.Fatal(err)
	}
	register := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		f.answer(w, body)
	}))
	t.Cleanup(register.Close)
	clock := func() time.Time { return f.now }
	f.jobs = &Jobs{DB: f.db, Box: box, Now: clock, Owners: map[string]payments.Owner{"housing": {URL: register.URL, Secret: key}}}
	f.app = web.New(web.Config{Role: "portal", ShowError: p.ShowError})
	f.app.Use((&web.CSRF{Key: key, Cookie: "csrf", Exempt: []string{"/api/"}}).Check)
	(&Handler{DB: f.db, River: client, Pages: p, Box: box, Now: clock, User: func(c *fiber.Ctx) (uuid.UUID, error) {
		id, err := uuid.Parse(c.Get("X-User"))
		if err != nil {
			return id, fault.New(fault.SignIn, "web.csrf")
		}
		return id, nil
	}}).Mount(f.app)
	(&RegisterHandler{DB: f.db, Box: box, Door: &signed.Door{Audience: "https://portal.example", Now: clock, Log: slog.New(slog.DiscardHandler),
		Speaks: func(context.Context, string, string, []byte) error { return nil }}}).Mount(f.app)
	return f
}

const flatData = `{"account":"1600-000017","holder":"Гарипова","place":"Казань, ул. Баумана, 1","first_day":15,"last_day":25,"meters":[
	{"number":"07342218","title":"Холодная вода","unit":"м³","value":"%s","value_on":"2026-10-20","typical":"4"}]}`

// tell is a message of a register.
func (f *flat) tell(code string, at time.Time, data string) (int, string) {
	f.t.Helper()
	f.n++
	body := fmt.Sprintf(`{"specversion":"1.0","id":"a%d","source":"urn:tamga:department:%s","type":"tamga.utility.account","time":%q,"audience":"https://portal.example","data":%s}`,
		f.n, code, at.Format(time.RFC3339), data)
	return f.do(httptest.NewRequest("POST", "/api/departments/"+code+"/accounts", strings.NewReader(body)))
}

func (f *flat) do(req *http.Request) (int, string) {
	f.t.Helper()
	req.Header.Set("X-User", f.user.String())
	req.Header.Set("Accept", "text/html")
	if f.cookie != "" {
		req.Header.Set("Cookie", f.cookie)
	}
	res, err := f.app.Test(req, 20_000)
	if err != nil {
		f.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	for _, c := range res.Cookies() {
		f.cookie = c.Name + "=" + c.Value
	}
	body, _ := io.ReadAll(res.Body)
	if to := res.Header.Get("Location"); to != "" {
		return res.StatusCode, to
	}
	return res.StatusCode, string(body)
}

func (f *flat) get(path string) (int, string) { return f.do(httptest.NewRequest("GET", path, nil)) }

var token = regexp.MustCompile(`name="_csrf" value="([^"]+)"`)

func (f *flat) post(page, path string, fields url.Values) (int, string) {
	f.t.Helper()
	_, text := f.get(page)
	found := token.FindStringSubmatch(text)
	if found == nil {
		f.t.Fatalf("no form on %s: %.400s", page, text)
	}
	fields.Set("_csrf", found[1])
	req := httptest.NewRequest("POST", path, strings.NewReader(fields.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return f.do(req)
}

func (f *flat) count(sql string) (n int) {
	f.t.Helper()
	if err := f.db.QueryRow(f.t.Context(), sql).Scan(&n); err != nil {
		f.t.Fatal(err)
	}
	return n
}

func (f *flat) work() error {
	f.t.Helper()
	rows, _ := f.db.Query(f.t.Context(), `SELECT args FROM river_job WHERE kind = 'utility.reading' ORDER BY id`)
	all, err := pgx.CollectRows(rows, pgx.RowTo[ReadingArgs])
	if err != nil {
		f.t.Fatal(err)
	}
	for _, args := range all {
		if e := (&readingWorker{jobs: f.jobs}).Work(f.t.Context(), &river.Job[ReadingArgs]{Args: args}); e != nil {
			err = e
		}
	}
	return err
}

// TestReadings: an account opens to its number and surname alone; readings are taken on their days, not below the last, far too much
// only when confirmed; the register hears of each once, and its no is shown.
func TestReadings(t *testing.T) {
	t.Parallel()
	f := newFlat(t)
	wants := func(name string) func(status int, text ...string) func(int, string) {
		return func(status int, texts ...string) func(int, string) {
			return func(got int, page string) {
				t.Helper()
				if got != status {
					t.Errorf("%s: %d, want %d: %.2000s", name, got, status, page)
				}
				for _, text := range texts {
					if !strings.Contains(page, text) {
						t.Errorf("%s lacks %q", name, text)
					}
				}
			}
		}
	}
	wants("a register that bills nobody")(403)(f.tell("traffic", f.now, fmt.Sprintf(flatData, "312.48")))
	wants("a day that is none")(422, "first_day")(f.tell("housing", f.now, strings.Replace(fmt.Sprintf(flatData, "312.48"), `"first_day":15`, `"first_day":31`, 1)))
	wants("the register")(200, `"meters":1`)(f.tell("housing", f.now, fmt.Sprintf(flatData, "312.48")))
	wants("an old message")(200)(f.tell("housing", f.now.Add(-time.Hour), fmt.Sprintf(flatData, "999")))
	wants("another surname")(422, "Такого лицевого счёта")(f.post("/utilities", "/utilities", url.Values{"number": {"1600000017"}, "holder": {"Иванова"}}))
	status, home := f.post("/utilities", "/utilities", url.Values{"number": {"1600 000017"}, "holder": {"ГАРИПОВА"}})
	if status != 303 || !strings.HasPrefix(home, "/utilities/") {
		t.Fatalf("add: %d %.2000s", status, home)
	}
	wants("the account")(200, "Казань, ул. Баумана, 1", "312,48")(f.get(home))
	owner := f.user
	f.user = uuid.New()
	wants("a stranger")(404)(f.get(home))
	f.user = owner

	var meter string
	if err := f.db.QueryRow(t.Context(), `SELECT id::text FROM utility_meter`).Scan(&meter); err != nil {
		t.Fatal(err)
	}
	say := func(value string, more ...string) (int, string) {
		v := url.Values{"meter-" + meter: {value}}
		if len(more) > 0 {
			v.Set("sure", "yes")
		}
		return f.post(home, home+"/readings", v)
	}
	wants("letters")(422, "цифрами")(say("триста"))
	wants("nothing")(422, "хотя бы одного")(say(""))
	wants("lower")(422, "меньше прошлых: 312,48")(say("312,479"))
	wants("lower, though confirmed")(422)(say("300", "yes"))
	wants("much")(422, "намного больше", "Показания верны")(say("3160"))
	if n := f.count(`SELECT count(*) FROM meter_reading`); n != 0 {
		t.Errorf("%d wrong readings are kept", n)
	}
	for range 2 {
		wants("a double click")(303)(say("316,2"))
	}
	if n := f.count(`SELECT count(*) FROM meter_reading`); n != 1 {
		t.Errorf("%d readings after a double click", n)
	}
	wants("confirmed")(303)(say("330", "yes"))
	wants("a correction")(303)(say("317"))
	heard := map[string]int{}
	silent := true
	f.answer = func(w http.ResponseWriter, body []byte) {
		var r readingNotice
		switch _ = json.Unmarshal(body, &r); {
		case silent:
			w.WriteHeader(http.StatusServiceUnavailable)
		case r.Value == "317.000":
			w.WriteHeader(http.StatusUnprocessableEntity)
			_, _ = w.Write([]byte(`{"text":"счётчик снят"}`))
		}
		if r.Account != "1600000017" || r.Meter != "07342218" || r.Month != "2026-11" {
			t.Errorf("heard %s", body)
		}
		heard[r.Value]++
	}
	if err := f.work(); err == nil {
		t.Error("a silent register is no failure")
	}
	silent = false
	for range 2 {
		if err := f.work(); err != nil {
			t.Error(err)
		}
	}
	if heard["316.200"] != 2 || heard["330.000"] != 2 || heard["317.000"] != 2 {
		t.Errorf("the register heard %v, want each once, and once in vain", heard)
	}
	wants("refused")(200, "не приняты: счётчик снят")(f.get(home))

	f.now = f.now.AddDate(0, 0, 6)
	wants("after the 25th")(409)(say0(f, home, meter))
	wants("the page says when")(200, "с 15 по 25", "15 декабря 2026")(f.get(home))
	f.now = time.Date(2026, 12, 15, 0, 0, 1, 0, rus.Moscow)
	wants("lower than in November")(422, "меньше прошлых: 330")(say("329"))
	wants("removed")(303)(f.post(home, home+"/remove", url.Values{}))
	wants("gone")(404)(f.get(home))
}

// say0 sends a reading when the page has no field for it.
func say0(f *flat, home, meter string) (int, string) {
	return f.post(home, home+"/readings", url.Values{"meter-" + meter: {"340"}})
}
