package checks

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
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
	"tamga/departments"
	"tamga/departments/stand"
	"tamga/frontend"
	"tamga/frontend/htmltest"
	"tamga/internal/dbtest"
	"tamga/internal/i18n"
	"tamga/internal/secret"
	"tamga/internal/web"
)

var pages = sync.OnceValues(func() (*frontend.Pages, error) { return frontend.New(frontend.Options{}) })

var services = sync.OnceValues(func() (*catalog.Catalog, error) { return catalog.Load(catalog.Files()) })

// world is two departments that ask the stand of registers, over the network; who asks is in a header.
type world struct {
	*testing.T
	db, stand *pgxpool.Pool
	jobs      *Jobs
	app       *fiber.App
	began     time.Time
	later     atomic.Int64 // the stand reads the clock too
	cookie    string
	troubles  []Trouble
	keys      *departments.Keys
	registers string // address of the stand

	airat, alsu uuid.UUID // of social protection, of construction
}

func (w *world) now() time.Time       { return w.began.Add(time.Duration(w.later.Load())) }
func (w *world) pass(d time.Duration) { w.later.Add(int64(d)) }

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{T: t, db: dbtest.DB(t, dbtest.Portal), stand: dbtest.DB(t, dbtest.Stand), began: time.Now().Truncate(time.Second)}
	p, err := pages()
	w.must(err)
	box, err := secret.NewBox(bytes.Repeat([]byte("k"), 32))
	w.must(err)
	r, err := river.NewClient(riverpgxv5.New(w.db), &river.Config{})
	w.must(err)
	w.keys, err = departments.DeriveKeys("portal", bytes.Repeat([]byte("p"), 32))
	w.must(err)
	portal := httptest.NewServer(http.HandlerFunc(func(o http.ResponseWriter, _ *http.Request) { _ = json.NewEncoder(o).Encode(w.keys.Public()) }))
	t.Cleanup(portal.Close)
	w.registers = w.open(p, portal.URL)
	client := departments.NewClient(departments.ClientConfig{Private: true, Plain: true})

	w.jobs = &Jobs{Desk: Desk{DB: w.db, River: r, Box: box, Texts: p.Bundle, Now: w.now}, Client: client, Keys: w.keys,
		Trust: &departments.Trust{Client: client, Now: w.now}, Service: w.service,
		OnTrouble: func(_ context.Context, _ pgx.Tx, t Trouble) error { w.troubles = append(w.troubles, t); return nil }}
	urls := map[string]string{}
	for _, code := range Registers() {
		urls[code] = w.registers + "/registers/" + code
	}
	w.must(SaveRegisters(t.Context(), w.db, client, urls, w.now()))
	w.must(departments.SaveEndpoints(t.Context(), w.db, nil, []departments.Endpoint{{Code: "social", Name: i18n.Text{RU: "Соцзащита"}, URL: "workplace:"},
		{Code: "construction", Name: i18n.Text{RU: "Минстрой"}, URL: "workplace:"}}, w.now()))
	w.airat, w.alsu = w.employ("social", "Гайнутдинов"), w.employ("construction", "Хасанова")
	w.app = web.New(web.Config{Role: "intra", ShowError: p.ShowError})
	w.app.Use((&web.CSRF{Key: make([]byte, 32), Cookie: "csrf"}).Check)
	(&Handler{Desk: w.jobs.Desk, Pages: p, Clerks: departments.Clerks{DB: w.db, Right: "checks", Allowed: func(*fiber.Ctx) error { return nil },
		Employee: func(c *fiber.Ctx) (uuid.UUID, error) { return uuid.Parse(c.Get("X-Employee")) }}, Service: w.service}).Mount(w.app)
	return w
}

// open runs the stand, and returns its address.
func (w *world) open(p *frontend.Pages, portal string) string {
	w.Helper()
	w.must(stand.SeedDemo(w.Context(), w.stand, []stand.Person{{SNILS: "11211244575", LastName: "Гарипова", FirstName: "Алия", MiddleName: "Маратовна",
		BirthDate: "1998-04-12", Sex: "female", Series: "9218", Number: "120001", IssuedOn: "2018-05-03", Code: "160-001"}}))
	w.must(stand.SeedPapers(w.Context(), w.stand, nil, []stand.Birth{{Paper: stand.Paper{Number: "II-КБ 123456", LastName: "Гарипов", FirstName: "Тимур",
		MiddleName: "Ринатович", BirthDate: "2020-02-01"}, Sex: "male", Parents: []string{"Гарипова Алия Маратовна"}}}))
	w.must(stand.SeedOrganisations(w.Context(), w.stand, []stand.Organisation{{OGRN: "1151690007776", INN: "1655700774", KPP: "165501001", FullName: "ООО «Кырлай»",
		Head: "Җиһаншина Әминә", HeadSNILS: "16309071550"}}))
	aliya := stand.Person{LastName: "Гарипова", FirstName: "Алия", MiddleName: "Маратовна", BirthDate: "1998-04-12"}
	w.must(stand.SeedRegisterRecords(w.Context(), w.stand, []stand.RegisterRecord{
		{Kind: "residence", About: aliya, Answer: map[string]any{"address": "г. Казань, ул. Баумана, 1", "kind": "permanent"}},
		{Kind: "marriage", About: aliya, Answer: map[string]any{"state": "married", "record": "130", "on": "2020-01-11", "spouse": "Гарипов Ринат"}},
		{Kind: "inn", About: aliya, Answer: map[string]any{"inn": "165512340666"}}}))
	app, err := stand.New(stand.Config{DB: w.stand, Pages: p, Now: w.now, Secret: bytes.Repeat([]byte("s"), 32), Portal: portal, Slow: 50 * time.Millisecond, Silent: time.Second})
	w.must(err)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	w.must(err)
	go func() { _ = app.Listener(ln) }()
	w.Cleanup(func() { _ = app.Shutdown() })
	return "http://" + ln.Addr().String()
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) service(id string, _ int) (*catalog.Service, error) {
	all, err := services()
	if err != nil {
		return nil, err
	}
	return all.Service(id, 0)
}

func (w *world) employ(department, name string) uuid.UUID {
	w.Helper()
	body, id := uuid.New(), uuid.New()
	_, err := w.db.Exec(w.Context(), `INSERT INTO organisation (id, name, department) VALUES ($1, $2, $3)`, body, department+" "+body.String(), department)
	w.must(err)
	_, err = w.db.Exec(w.Context(), `INSERT INTO employee (id, organisation_id, last_name, first_name, password_hash, rights, temporary, password_changed_at)
		VALUES ($1, $2, $3, 'Имя', 'x', '{checks}', false, now())`, id, body, name)
	w.must(err)
	return id
}

var benefitAnswers = `{"shared":{"last_name":"Гарипова","first_name":"Алия","middle_name":"Маратовна","birth_date":"1998-04-12","snils":"11211244575",
	"passport_series":"9218","passport_number":"120001","passport_issued_on":"2018-05-03",
	"children":[{"child_certificate":"II-КБ 123456","child_last_name":"Гарипов","child_first_name":"Тимур","child_middle_name":"Ринатович","child_birth_date":"2020-02-01"}]},"parties":{}}`

// files sends Aliya's application for the benefit to a department, and returns it with her account.
func (w *world) files(department string) (id, person uuid.UUID) {
	w.Helper()
	id, person = uuid.New(), uuid.New()
	raw, err := json.Marshal(departments.Application{SubmittedAt: w.now(), ServiceName: "Пособие", Answers: json.RawMessage(benefitAnswers),
		Parties: []departments.Party{{ID: "applicant", Last: "Гарипова", First: "Алия", Middle: "Маратовна", SNILS: "11211244575"}}})
	w.must(err)
	d := departments.Delivery{ID: uuid.New(), ApplicationID: id, Number: "2026-112233-4", Department: department, Service: "child-benefit", ServiceVersion: 1, Data: raw}
	w.must(pgx.BeginFunc(w.Context(), w.db, func(tx pgx.Tx) error { return departments.Enqueue(w.Context(), tx, w.jobs.River, w.jobs.Box, d) }))
	_, err = w.db.Exec(w.Context(), `SET session_replication_role = replica; INSERT INTO application_party (application, party, position, person, last_name, first_name, joined_at)
		VALUES ('`+id.String()+`', 'applicant', 0, '`+person.String()+`', 'Гарипова', 'Алия', now()); SET session_replication_role = DEFAULT`)
	w.must(err)
	return id, person
}

// plan does what the rule of the service says, and returns the checks by kind.
func (w *world) plan(id uuid.UUID, department string) map[string]uuid.UUID {
	w.Helper()
	w.must((&planWorker{jobs: w.jobs}).Work(w.Context(), &river.Job[planArgs]{Args: planArgs{id, department}}))
	rows, _ := w.db.Query(w.Context(), `SELECT kind, id FROM register_check WHERE application = $1`, id)
	list := map[string]uuid.UUID{}
	var kind string
	var check uuid.UUID
	_, err := pgx.ForEachRow(rows, []any{&kind, &check}, func() error { list[kind] = check; return nil })
	w.must(err)
	return list
}

// turn works the job of a check once, and tells whether it is to come again.
func (w *world) turn(id uuid.UUID) (again bool) {
	w.Helper()
	err := (&askWorker{jobs: w.jobs}).Work(w.Context(), &river.Job[askArgs]{Args: askArgs{id}})
	var snooze *river.JobSnoozeError
	if err != nil && !errors.As(err, &snooze) {
		w.Fatal(err)
	}
	return err != nil
}

// stood is how a check stands.
func (w *world) stood(id uuid.UUID) string {
	w.Helper()
	var state, outcome, problem string
	var differs []string
	w.must(w.db.QueryRow(w.Context(), `SELECT state, outcome, differs, problem FROM register_check WHERE id = $1`, id).Scan(&state, &outcome, &differs, &problem))
	return strings.Join(strings.Fields(strings.Join(append([]string{state, outcome}, differs...), " ")+" "+problem), " ")
}

func (w *world) count(sql string, args ...any) (n int) {
	w.Helper()
	w.must(w.db.QueryRow(w.Context(), sql, args...).Scan(&n))
	return n
}

// mode makes all registers behave so.
func (w *world) mode(mode string) {
	w.Helper()
	for _, code := range Registers() {
		_, err := w.stand.Exec(w.Context(), `INSERT INTO register_mode (code, mode) VALUES ($1, $2) ON CONFLICT (code) DO UPDATE SET mode = excluded.mode`, code, mode)
		w.must(err)
	}
}

type reply struct {
	Status int
	Page   *htmltest.Page
	Body   string
	To     string
}

func (w *world) call(who uuid.UUID, method, address string, body io.Reader) reply {
	w.Helper()
	req := httptest.NewRequest(method, address, body)
	req.Header.Set("X-Employee", who.String())
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Cookie", w.cookie)
	res, err := w.app.Test(req, -1)
	w.must(err)
	defer func() { _ = res.Body.Close() }()
	if set := res.Header.Get("Set-Cookie"); set != "" {
		w.cookie, _, _ = strings.Cut(set, ";")
	}
	raw, err := io.ReadAll(res.Body)
	w.must(err)
	r := reply{Status: res.StatusCode, Body: string(raw), To: res.Header.Get("Location")}
	if strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") {
		r.Page = htmltest.Parse(w.T, r.Body)
	}
	return r
}

func (w *world) get(who uuid.UUID, address string) reply { return w.call(who, "GET", address, nil) }

// post sends the page's form with these values.
func (w *world) post(who uuid.UUID, r reply, action string, fields url.Values) reply {
	w.Helper()
	f := r.Page.Form("form[action=" + action + "][method=post]")
	for name, values := range fields {
		f.Values[name] = values
	}
	return w.call(who, "POST", f.Action, strings.NewReader(f.Values.Encode()))
}
