package access_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
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
	"tamga/payments/access"
	"tamga/payments/lookup"
	"tamga/payments/paytest"
)

// bureau is the staff site with look-up, access, watch and API; each employee has the rights that RightsOf tells, as on the real one.
type bureau struct {
	t           *testing.T
	db          *pgxpool.Pool
	url         string
	body, other uuid.UUID // organisations
	head, desk  uuid.UUID
	clerk       uuid.UUID
	stranger    uuid.UUID // head of the other body
	later       time.Duration
	named       map[uuid.UUID]access.Viewer
}

func newBureau(t *testing.T) *bureau {
	t.Helper()
	b := &bureau{t: t, db: dbtest.DB(t, dbtest.Portal), named: map[uuid.UUID]access.Viewer{}, body: uuid.New(), other: uuid.New()}
	for id, name := range map[uuid.UUID]string{b.body: "Управление ЗАГС", b.other: "Центр помощи"} {
		if _, err := b.db.Exec(t.Context(), `INSERT INTO organisation (id, name) VALUES ($1, $2)`, id, name); err != nil {
			t.Fatal(err)
		}
	}
	b.head, b.clerk = b.employ(b.body, "Шарипова", "Диляра", access.RightHead), b.employ(b.body, "Валеева", "Гузель", "")
	b.desk, b.stranger = b.employ(b.other, "Нуриев", "Марат", access.RightAccess), b.employ(b.other, "Сафина", "Ляйсан", access.RightHead)
	p, err := paytest.Pages()
	if err != nil {
		t.Fatal(err)
	}
	box, err := secret.NewBox(paytest.Key)
	if err != nil {
		t.Fatal(err)
	}
	who := func(c *fiber.Ctx) access.Viewer {
		id, _ := uuid.Parse(c.Get("X-User"))
		return b.named[id]
	}
	allowed := func(right string) func(*fiber.Ctx) error {
		return func(c *fiber.Ctx) error {
			rights, err := access.RightsOf(c.UserContext(), b.db, who(c).ID, b.now())
			if err == nil && !slices.Contains(rights, right) {
				err = fault.New(fault.Forbidden, "intra.no_right")
			}
			return err
		}
	}
	look := &lookup.Handler{DB: b.db, Box: box, Pages: p, Allowed: allowed(access.RightLook), Who: who, Actor: func(c *fiber.Ctx) string { return who(c).ID.String() }}
	cache := redis.NewClient(&redis.Options{Addr: miniredis.RunT(t).Addr()})
	t.Cleanup(func() { _ = cache.Close() })
	rights := &access.Handler{DB: b.db, Box: box, Pages: p, Now: b.now, Who: who, Head: allowed(access.RightHead), Desk: allowed(access.RightAccess), Enrol: b.enrol}
	api := &lookup.APIHandler{Staff: look, Limit: &web.Limiter{Redis: cache, Log: slog.New(slog.DiscardHandler)}, Now: b.now}
	app := web.New(web.Config{Role: "intra", ShowError: p.ShowError})
	app.Use((&web.CSRF{Key: paytest.Key, Cookie: "intra_csrf", Exempt: []string{"/api/"}}).Check)
	for _, h := range []web.Handler{look, rights, api} {
		h.Mount(app)
	}
	b.url = paytest.Serve(t, app, paytest.Listen(t))
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
	b.named[id] = access.Viewer{ID: id, Organisation: body, Post: "начальник", Last: last, First: first}
	if role != "" {
		if _, err := b.db.Exec(b.t.Context(), `INSERT INTO payment_role (employee_id, role) VALUES ($1, $2)`, id, role); err != nil {
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
	b.named[id] = access.Viewer{ID: id, Organisation: body, Last: last, First: first}
	return id, "TEMP-2345", err
}

func (b *bureau) as(id uuid.UUID) *paytest.Browser {
	return paytest.NewBrowser(b.t, b.url, id)
}

// row is a field of one person of a request.
func row(name string, i int) string { return fmt.Sprintf("%s-%d", name, i+1) }

// done posts a form and returns the page that it leads to.
func (b *bureau) done(who *paytest.Browser, from, to string, form ...string) paytest.Answer {
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
		form = append(form, row("last", i), last, row("first", i), first, row("post", i), "специалист", row("phone", i), "88432223344")
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
		form = append(form, row("choice", i), "approve")
	}
	b.as(b.desk).Post("/payment-requests/"+id, "/payment-requests/"+id, form...)
}

func TestWatch(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	b.grant("Валеева Гузель")
	paytest.Book(t, b.db, "Валеева", "Гузель", "", "registered", "paid")
	paytest.Book(t, b.db, "Каримов", "Тимур", "", "registered", "paid")
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

	day := b.now().In(rus.Moscow).Format(time.DateOnly)
	note := func(who *paytest.Browser, outcome, text string) paytest.Answer {
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

// TestHeadsAreWatched: a head's own look-ups are the ministry's to judge, not the head's, and not those of the head of another body.
func TestHeadsAreWatched(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	b.grant("Шарипова Диляра", "Валеева Гузель")
	paytest.Book(t, b.db, "Шарипова", "Диляра", "", "registered", "paid")
	paytest.Book(t, b.db, "Валеева", "Гузель", "", "registered", "paid")
	head, desk := b.as(b.head), b.as(b.desk)
	head.Post("/payments", "/payments", "query", "Шарипова Диляра", "purpose", "visit")
	b.as(b.clerk).Post("/payments", "/payments", "query", "Валеева Гузель", "purpose", "visit")

	page := head.Get("/payment-watch")
	paytest.Want(t, page, 200, "Это ваши собственные поиски", "Валеева Гузель")
	if n := strings.Count(page.Text, `value="own"`); n != 1 {
		t.Errorf("the head judges %d of two", n)
	}
	day := b.now().In(rus.Moscow).Format(time.DateOnly)
	note := func(who *paytest.Browser, from, path string, actor uuid.UUID) int {
		return who.Post(from, path, "actor", actor.String(), "kind", "own", "day", day, "outcome", "work", "note", "проверено").Status
	}
	notes := func() (n int) {
		if err := b.db.QueryRow(t.Context(), `SELECT count(*) FROM payment_watch_note WHERE organisation_id = $1 AND actor = $2`, b.body, b.head.String()).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if got := note(head, "/payment-access/new", "/payment-watch", b.head); got != 403 || notes() != 0 {
		t.Errorf("the head judges the own look-ups: %d", got)
	}
	paytest.Want(t, head.Get("/payment-heads"), 403)
	if got := note(b.as(b.stranger), "/payment-access/new", "/payment-heads", b.head); got != 403 || notes() != 0 {
		t.Errorf("the head of another body judges: %d", got)
	}
	page = desk.Get("/payment-heads")
	paytest.Want(t, page, 200, "Шарипова Диляра, Управление ЗАГС", "на собственное имя сотрудника: 1")
	if strings.Contains(page.Text, "Валеева") {
		t.Error("the ministry is shown a clerk, who is the head's to watch")
	}
	if got := note(desk, "/payment-heads", "/payment-heads", b.clerk); got != 404 {
		t.Errorf("the ministry judges a clerk: %d", got)
	}
	if got := note(desk, "/payment-heads", "/payment-heads", b.head); got != 303 || notes() != 1 {
		t.Errorf("the ministry's note: %d", got)
	}
	paytest.Want(t, head.Get("/payment-watch"), 200, "Разобрано")
}

// TestNobodyApprovesTheOwn: neither a request that one has filed, nor access for oneself.
func TestNobodyApprovesTheOwn(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	if _, err := b.db.Exec(t.Context(), `INSERT INTO payment_role (employee_id, role) VALUES ($1, $2), ($3, $2)`, b.head, access.RightAccess, b.clerk); err != nil {
		t.Fatal(err)
	}
	address := "/payment-requests/" + b.ask("Валеева Гузель")
	approve := func(who uuid.UUID) paytest.Answer { return b.as(who).Post(address, address, "choice-1", "approve") }
	paytest.Want(t, approve(b.head), 403, "подали эту заявку сами")
	paytest.Want(t, approve(b.clerk), 403, "самому себе нельзя")
	var decided int
	if err := b.db.QueryRow(t.Context(), `SELECT count(decided_at) FROM payment_access_request`).Scan(&decided); err != nil || decided != 0 {
		t.Errorf("%d requests are decided (%v)", decided, err)
	}
	if got := approve(b.desk); got.Status != 303 {
		t.Errorf("a colleague: %d", got.Status)
	}
}
