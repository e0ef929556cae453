package payments

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/goccy/go-yaml"
	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/redis/go-redis/v9"

	"tamga/internal/dbtest"
	"tamga/internal/fault"
	"tamga/internal/rus"
	"tamga/internal/secret"
	"tamga/internal/web"
	"tamga/payments/paytest"
)

// bureau is the staff site with look-up, access, watch and API; each employee has the rights that AccessOf tells, as on the real one.
type bureau struct {
	t           *testing.T
	db          *pgxpool.Pool
	url         string
	body, other uuid.UUID // organisations
	head, desk  uuid.UUID
	clerk       uuid.UUID
	stranger    uuid.UUID // head of the other body
	later       time.Duration
	named       map[uuid.UUID]Viewer
}

func newBureau(t *testing.T) *bureau {
	t.Helper()
	b := &bureau{t: t, db: dbtest.DB(t, dbtest.Portal), named: map[uuid.UUID]Viewer{}, body: uuid.New(), other: uuid.New()}
	for id, name := range map[uuid.UUID]string{b.body: "Управление ЗАГС", b.other: "Центр помощи"} {
		if _, err := b.db.Exec(t.Context(), `INSERT INTO organisation (id, name) VALUES ($1, $2)`, id, name); err != nil {
			t.Fatal(err)
		}
	}
	b.head, b.clerk = b.employ(b.body, "Шарипова", "Диляра", RightHead), b.employ(b.body, "Валеева", "Гузель", "")
	b.desk, b.stranger = b.employ(b.other, "Нуриев", "Марат", RightAccess), b.employ(b.other, "Сафина", "Ляйсан", RightHead)
	p, err := paytest.Pages()
	if err != nil {
		t.Fatal(err)
	}
	box, err := secret.NewBox(paytest.Key)
	if err != nil {
		t.Fatal(err)
	}
	who := func(c *fiber.Ctx) Viewer {
		id, _ := uuid.Parse(c.Get("X-User"))
		return b.named[id]
	}
	allowed := func(right string) func(*fiber.Ctx) error {
		return func(c *fiber.Ctx) error {
			rights, err := AccessOf(c.UserContext(), b.db, who(c).ID, b.now())
			if err == nil && !slices.Contains(rights, right) {
				err = fault.New(fault.Forbidden, "intra.no_right")
			}
			return err
		}
	}
	look := &StaffHandler{DB: b.db, Box: box, Pages: p, Allowed: allowed(RightLook), Who: who, Actor: func(c *fiber.Ctx) string { return who(c).ID.String() }}
	cache := redis.NewClient(&redis.Options{Addr: miniredis.RunT(t).Addr()})
	t.Cleanup(func() { _ = cache.Close() })
	access := &AccessHandler{DB: b.db, Box: box, Pages: p, Now: b.now, Who: who, Head: allowed(RightHead), Desk: allowed(RightAccess), Enrol: b.enrol}
	api := &APIHandler{Staff: look, Limit: &web.Limiter{Redis: cache, Log: slog.New(slog.DiscardHandler)}, Now: b.now}
	app := web.New(web.Config{Role: "intra", ShowError: p.ShowError})
	app.Use((&web.CSRF{Key: paytest.Key, Cookie: "intra_csrf", Exempt: []string{"/api/"}}).Check)
	for _, h := range []web.Handler{look, access, api} {
		h.Mount(app)
	}
	line := paytest.Listen(t)
	paytest.Serve(t, app, line)
	b.url = "http://" + line.Addr().String()
	return b
}

func (b *bureau) now() time.Time { return time.Now().Add(b.later) }

func (b *bureau) employ(body uuid.UUID, last, first, role string) uuid.UUID {
	b.t.Helper()
	id := uuid.New()
	if _, err := b.db.Exec(b.t.Context(), `
		INSERT INTO employee (id, organisation_id, last_name, first_name, password_hash, password_changed_at)
		VALUES ($1, $2, $3, $4, 'x', now())`, id, body, last, first); err != nil {
		b.t.Fatal(err)
	}
	b.named[id] = Viewer{ID: id, Organisation: body, Post: "начальник", Last: last, First: first}
	if role != "" {
		if err := insertRole(b.t.Context(), b.db, id, role); err != nil {
			b.t.Fatal(err)
		}
	}
	return id
}

// enrol finds an employee of the body by surname, or makes one, as intra.Enrol does.
func (b *bureau) enrol(ctx context.Context, tx pgx.Tx, body uuid.UUID, last, first, _, _ string) (uuid.UUID, string, error) {
	for id, v := range b.named {
		if v.Organisation == body && v.Last == last && v.First == first {
			return id, "", nil
		}
	}
	id := uuid.New()
	_, err := tx.Exec(ctx, `
		INSERT INTO employee (id, organisation_id, last_name, first_name, password_hash, password_changed_at)
		VALUES ($1, $2, $3, $4, 'x', now())`, id, body, last, first)
	b.named[id] = Viewer{ID: id, Organisation: body, Last: last, First: first}
	return id, "TEMP-2345", err
}

func (b *bureau) as(id uuid.UUID) *browser {
	w := &world{t: b.t, db: b.db, portal: b.url, payer: id}
	return w.browser()
}

// done posts a form and returns the page that it leads to.
func (b *bureau) done(who *browser, from, to string, form ...string) paytest.Answer {
	b.t.Helper()
	got := who.Post(from, to, form...)
	if got.Status != 303 {
		b.t.Errorf("%s: status %d: %s", to, got.Status, paytest.Main(got.Text))
		return got
	}
	return who.Get(strings.TrimPrefix(got.To, b.url))
}

// ask files a request for people, "Фамилия Имя", for the next days.
func (b *bureau) ask(people ...string) string {
	b.t.Helper()
	form := []string{"rows", "5", "purpose", "Проверка пошлины при приёме", "computers", "yes",
		"from", b.now().In(rus.Moscow).Format("02.01.2006"), "until", b.now().In(rus.Moscow).AddDate(0, 0, 10).Format("02.01.2006")}
	for i, p := range people {
		last, first, _ := strings.Cut(p, " ")
		form = append(form, rowField("last", i), last, rowField("first", i), first, rowField("post", i), "специалист", rowField("phone", i), "88432223344")
	}
	head := b.as(b.head)
	got := b.done(head, "/payment-access/new", "/payment-access/new", form...)
	paytest.Want(b.t, got, 200, "Ждёт решения министерства")
	var id uuid.UUID
	if err := b.db.QueryRow(b.t.Context(), `SELECT id FROM payment_access_request ORDER BY number DESC LIMIT 1`).Scan(&id); err != nil {
		b.t.Fatal(err)
	}
	return id.String()
}

func TestAccessFollowsTheRequest(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	clerk, desk, head := b.as(b.clerk), b.as(b.desk), b.as(b.head)
	paytest.Want(t, clerk.Get("/payments"), 403)
	id := b.ask("Валеева Гузель", "Каримова Алия", "Гарипов Тимур")
	paytest.Want(t, clerk.Get("/payments"), 403) // asked for is not yet given
	paytest.Want(t, clerk.Get("/payment-requests/"+id), 403)
	paytest.Want(t, head.Get("/payment-requests/"+id), 403)
	paytest.Want(t, b.as(b.stranger).Get("/payment-access/"+id), 404)

	address := "/payment-requests/" + id
	paytest.Want(t, desk.Post(address, address, "choice-1", "approve", "choice-2", "refuse", "choice-3", "approve"), 422, "Напишите причину отказа")
	paytest.Want(t, clerk.Get("/payments"), 403)
	paytest.Want(t, b.done(desk, address, address, "choice-1", "approve", "choice-2", "refuse", "reason-2", "Уволена", "choice-3", "approve"), 200, "Доступ открыт", "Отказано", "Уволена")
	paytest.Want(t, clerk.Get("/payments"), 200, "Найти")
	page := head.Get("/payment-access/" + id)
	paytest.Want(t, page, 200, "TEMP-2345", "открыт 2 из 3", "Уволена")
	if strings.Contains(desk.Get(address).Text, "TEMP-2345") {
		t.Error("the ministry reads a password that the head hands over")
	}
	paper := head.Get("/payment-access/" + id + "/request.pdf")
	if paper.Status != 200 || !strings.HasPrefix(paper.Text, "%PDF") {
		t.Errorf("paper: %d %.20q", paper.Status, paper.Text)
	}
	var n int
	if err := b.db.QueryRow(t.Context(), `SELECT count(*) FROM journal WHERE action LIKE 'payments.access%'`).Scan(&n); err != nil || n != 4 {
		t.Errorf("%d entries in the journal, want 4 (%v)", n, err)
	}

	b.later = 11 * 24 * time.Hour
	paytest.Want(t, clerk.Get("/payments"), 403) // the term is over
	b.later = 0
	paytest.Want(t, b.done(head, "/payment-access/"+id, "/payment-access/"+id+"/1/end", "reason", "Перешла в другой отдел"), 200, "Доступ закрыт", "Перешла в другой отдел")
	paytest.Want(t, clerk.Get("/payments"), 403)
}

func TestAccessForm(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	head := b.as(b.head)
	got := head.Post("/payment-access/new", "/payment-access/new", "rows", "1", "last-1", "Валеева", "add", "1")
	paytest.Want(t, got, 200, `value="Валеева"`, `name="last-2"`)
	paytest.Want(t, head.Post("/payment-access/new", "/payment-access/new", "rows", "2", "last-1", "Smith1", "first-1", "Гузель", "from", "1.1.2020", "until", "1.1.2030"), 422,
		"Введите фамилию русскими", "Введите должность", "Введите телефон", "прошедшим числом", "дальше года", "Подтвердите", "от 10 до 500")
	var n int
	if err := b.db.QueryRow(t.Context(), `SELECT count(*) FROM payment_access_request`).Scan(&n); err != nil || n != 0 {
		t.Errorf("%d requests of wrong forms (%v)", n, err)
	}
}

// grant gives access without a request being filed by hand.
func (b *bureau) grant(people ...string) {
	b.t.Helper()
	id := b.ask(people...)
	form := []string{}
	for i := range people {
		form = append(form, rowField("choice", i), "approve")
	}
	b.as(b.desk).Post("/payment-requests/"+id, "/payment-requests/"+id, form...)
}

func TestWatch(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	b.grant("Валеева Гузель")
	person(t, b.db, "Валеева", "Гузель", "", "registered", "paid")
	person(t, b.db, "Каримов", "Тимур", "", "registered", "paid")
	clerk, head := b.as(b.clerk), b.as(b.head)
	for range 4 {
		clerk.Post("/payments", "/payments", "query", "Каримов Тимур", "purpose", "visit")
	}
	page := head.Get("/payment-watch")
	paytest.Want(t, page, 200, "одного и того же человека: 4", "Валеева Гузель")
	if strings.Contains(page.Text, "собственное имя") || strings.Contains(page.Text, "Каримов") {
		t.Error("the head is shown what did not happen, or whom was looked for")
	}
	clerk.Post("/payments", "/payments", "query", "Гузель Валеева", "purpose", "visit")
	paytest.Want(t, head.Get("/payment-watch"), 200, "на собственное имя сотрудника: 1")
	if strings.Contains(b.as(b.stranger).Get("/payment-watch").Text, "Валеева") {
		t.Error("the head of another body sees the look-ups")
	}
	paytest.Want(t, clerk.Get("/payment-watch"), 403)

	day := dayOf(b.now()).Format(time.DateOnly)
	note := func(who *browser, outcome, text string) paytest.Answer {
		return who.Post("/payment-access/new", "/payment-watch", "actor", b.clerk.String(), "kind", "own", "day", day, "outcome", outcome, "note", text)
	}
	paytest.Want(t, note(head, "", "спросила"), 422, "Выберите, чем кончилось", `value="спросила"`)
	paytest.Want(t, note(b.as(b.stranger), "talked", "чужое"), 404)
	if got := note(head, "talked", "Проверяла свою пошлину, предупреждена"); got.Status != 303 {
		t.Errorf("the note: %d", got.Status)
	}
	paytest.Want(t, head.Get("/payment-watch"), 200, "Разобрано", "Проверяла свою пошлину")
	if _, err := b.db.Exec(t.Context(), `UPDATE payment_watch_rule SET threshold = 100 WHERE kind = 'same_person'`); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(head.Get("/payment-watch").Text, "одного и того же человека: ") {
		t.Error("thresholds are not what the table says")
	}
}

// call asks the API with a key.
func (b *bureau) call(key, body string) (int, map[string]any) {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), "POST", b.url+APIPath+"lookups", bytes.NewReader([]byte(body)))
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	if key != "" {
		r.Header.Set("Authorization", "Bearer "+key)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	var said map[string]any
	if err := json.Unmarshal(raw, &said); err != nil {
		b.t.Fatalf("%d %s: %v", res.StatusCode, raw, err)
	}
	return res.StatusCode, said
}

func TestAPI(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	c, p := person(t, b.db, "Гарипова", "Алия", "Рашитовна", "registered", "paid")
	desk := b.as(b.desk)
	paytest.Want(t, b.as(b.head).Get("/payment-clients"), 403)
	until := b.now().AddDate(0, 1, 0).Format("02.01.2006")
	page := desk.Post("/payment-clients", "/payment-clients", "organisation", b.body.String(), "name", "АИС ЗАГС", "limit", "5", "until", until)
	paytest.Want(t, page, 200, "АИС ЗАГС", keyPrefix)
	key := keyPrefix + strings.SplitN(strings.SplitN(page.Text, keyPrefix, 2)[1], "<", 2)[0]
	if strings.Contains(desk.Get("/payment-clients").Text, key) {
		t.Error("the key is shown twice")
	}
	ask := func(query string) string {
		raw, _ := json.Marshal(map[string]any{"query": query, "purpose": "visit", "employee": map[string]string{"name": "Сафина Ляйсан", "post": "специалист"}})
		return string(raw)
	}
	for _, wrong := range []string{"", "x", keyPrefix + "wrong"} {
		if status, _ := b.call(wrong, ask(p.Receipt)); status != 401 {
			t.Errorf("key %q: %d", wrong, status)
		}
	}
	status, said := b.call(key, ask("гарипова алия рашитовна"))
	found, _ := said["payments"].([]any)
	if status != 200 || len(found) != 1 || found[0].(map[string]any)["receipt"] != p.Receipt || said["kind"] != "name" {
		t.Fatalf("%d %v", status, said)
	}
	var actor, purpose string
	if err := b.db.QueryRow(t.Context(), `SELECT actor, purpose FROM journal WHERE subject = $1 AND action = 'payments.seen'`, c.Payer.String()).
		Scan(&actor, &purpose); err != nil || !strings.HasPrefix(actor, "system:") || purpose != "Гражданин на приёме" {
		t.Errorf("the payer reads %q %q (%v)", actor, purpose, err)
	}
	for _, wrong := range []string{`{`, `{"query":"x","who":1}`, `{"query":"Каримов","purpose":"visit","employee":{"name":"Сафина"}}`} {
		if status, _ := b.call(key, wrong); status != 400 && status != 422 {
			t.Errorf("%s: %d", wrong, status)
		}
	}
	if status, said := b.call(key, ask("1000-0000-9999-x")); status != 422 || said["field"] != "query" {
		t.Errorf("%d %v", status, said)
	}
	if status, _ := b.call(key, ask(p.Receipt)); status != 429 {
		t.Errorf("sixth request of a minute: %d", status)
	}
	var id uuid.UUID
	if err := b.db.QueryRow(t.Context(), `SELECT id FROM payment_client`).Scan(&id); err != nil {
		t.Fatal(err)
	}
	desk.Post("/payment-clients", "/payment-clients/"+id.String()+"/revoke")
	if status, _ := b.call(key, ask(p.Receipt)); status != 401 {
		t.Errorf("revoked key: %d", status)
	}
}

// TestWhyNot tells which narrowing keeps a payment away, and which digit may be wrong.
func TestWhyNot(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t, dbtest.Portal)
	_, p := person(t, pool, "Каримов", "Тимур", "", "registered", "paid")
	d := newDesktop(t, pool, true)
	for _, x := range []struct{ field, value, why string }{{"from", "01.01.2090", "в другие дни"}, {"amount", "1", "на другую сумму"}, {"payee", "bti", "в другое ведомство"}, {"service", "none", "за другую услугу"}} {
		for _, query := range []string{p.Receipt, "Каримов Тимур", "Каримав Тимур"} {
			paytest.Want(t, d.Post("/payments", "/payments", "query", query, "purpose", "visit", x.field, x.value), 200, "Найдено 0", x.why)
		}
	}
	digits := onlyDigits(p.Receipt)
	wrong := []byte(digits)
	wrong[10] = '0' + (wrong[10]-'0'+1)%10
	paytest.Want(t, d.find(string(wrong), "visit"), 422, "В номере квитанции ошибка", p.Receipt, "11-я цифра")
}

// TestAPIIsAsDescribed sends the example of the description and holds the answer's fields to it.
func TestAPIIsAsDescribed(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("../docs/openapi/payments.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Paths map[string]struct {
			Post struct {
				RequestBody struct {
					Content map[string]struct{ Example map[string]any }
				} `yaml:"requestBody"`
			}
		}
		Components struct {
			Schemas map[string]struct{ Properties map[string]any }
		}
	}
	if err := yaml.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	b := newBureau(t)
	person(t, b.db, "Гарипова", "Алия", "Рашитовна", "registered", "paid")
	key := keyPrefix + secret.Token(32)
	k := client{ID: uuid.New(), OrganisationID: b.body, Name: "АИС", PerMinute: 5, IssuedAt: b.now(), EndsOn: b.now().AddDate(0, 0, 2)}
	if err := insertClient(t.Context(), b.db, k, secret.HashToken(key), b.desk); err != nil {
		t.Fatal(err)
	}
	example, err := json.Marshal(doc.Paths[APIPath+"lookups"].Post.RequestBody.Content["application/json"].Example)
	if err != nil {
		t.Fatal(err)
	}
	status, said := b.call(key, string(example))
	found, _ := said["payments"].([]any)
	if status != 200 || len(found) != 1 {
		t.Fatalf("the example: %d %v", status, said)
	}
	described := func(schema string, object map[string]any) {
		for name := range object {
			if _, ok := doc.Components.Schemas[schema].Properties[name]; !ok {
				t.Errorf("%s has %q, which is not described", schema, name)
			}
		}
	}
	described("Answer", said)
	described("Payment", found[0].(map[string]any))
}
