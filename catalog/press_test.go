package catalog

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"tamga/frontend/htmltest"
	"tamga/internal/dbtest"
	"tamga/internal/fault"
	"tamga/internal/web"
)

// bureau is a press with a folder, a database and an editor of its own.
type bureau struct {
	*Press
	t      *testing.T
	pool   *pgxpool.Pool
	folder fstest.MapFS
	editor string
	app    *fiber.App
	at     time.Time
}

func openBureau(t *testing.T) *bureau {
	t.Helper()
	pool := dbtest.DB(t, dbtest.Portal)
	client, err := river.NewClient(riverpgxv5.New(pool), &river.Config{})
	if err != nil {
		t.Fatal(err)
	}
	b := &bureau{t: t, pool: pool, folder: smallFiles(t), editor: uuid.NewString(), at: now}
	b.Press = &Press{DB: pool, River: client, Files: b.folder, Now: func() time.Time { return b.at }}
	b.exec(`INSERT INTO organisation (id, name) VALUES ($1, 'Министерство')`, b.editor)
	b.exec(`INSERT INTO employee (id, organisation_id, last_name, first_name, password_hash, temporary, rights, password_changed_at)
		VALUES ($1, $1, 'Нуриев', 'Марат', 'x', false, '{catalog}', now())`, b.editor)
	pages := newPages(t)
	b.app = web.New(web.Config{Role: "intra", ShowError: pages.ShowError, Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
	h := &StaffHandler{Press: b.Press, Pages: pages, Now: b.Now,
		Allowed: func(c *fiber.Ctx) error {
			if c.Get("X-Editor") == "" {
				return fault.New(fault.Forbidden, "intra.no_right")
			}
			return nil
		},
		Actor: func(c *fiber.Ctx) string { return c.Get("X-Editor") }}
	h.Mount(b.app)
	return b
}

func (b *bureau) exec(sql string, args ...any) {
	b.t.Helper()
	if _, err := b.pool.Exec(context.Background(), sql, args...); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bureau) edit(old, new string) {
	b.t.Helper()
	text := string(b.folder["services/small.yaml"].Data)
	if !strings.Contains(text, old) {
		b.t.Fatalf("the draft has no %q", old)
	}
	b.folder["services/small.yaml"] = &fstest.MapFile{Data: []byte(strings.Replace(text, old, new, 1))}
}

func (b *bureau) sumOfDraft() string {
	b.t.Helper()
	d, err := b.Drafts()
	if err != nil {
		b.t.Fatal(err)
	}
	_, sum := d.draft("small")
	return sum
}

func (b *bureau) versions() (n int) {
	b.t.Helper()
	if err := b.pool.QueryRow(context.Background(), `SELECT count(*) FROM catalog_version WHERE service = 'small'`).Scan(&n); err != nil {
		b.t.Fatal(err)
	}
	return n
}

// portal is a catalogue as the portal has it.
func (b *bureau) portal() *Catalog {
	b.t.Helper()
	c, err := Load(b.folder)
	if err != nil {
		b.t.Fatal(err)
	}
	if err := c.Adopt(context.Background(), b.pool); err != nil {
		b.t.Fatal(err)
	}
	return c
}

func (b *bureau) do(method, path string, form url.Values, want int) *htmltest.Page {
	b.t.Helper()
	req := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "text/html")
	req.Header.Set("X-Editor", b.editor)
	res, err := b.app.Test(req, -1)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	page := htmltest.Parse(b.t, string(body))
	if res.StatusCode != want {
		b.t.Fatalf("%s %s: %d\n%s", method, path, res.StatusCode, page.Text("main"))
	}
	return page
}

func TestFilesOfAFolderAreDrafts(t *testing.T) {
	t.Parallel()
	b := openBureau(t)
	running := b.portal() // the first start publishes what there is
	if s, _ := running.Service("small", 0); s.Version != 1 {
		t.Fatalf("version %d", s.Version)
	}
	b.edit("Белешмә\", en: \"Certificate\"}\nsummary", "Яңа белешмә\", en: \"New certificate\"}\nsummary")
	if s, _ := b.portal().Service("small", 0); s.Version != 1 || s.Name.EN != "Certificate" {
		t.Fatalf("a start shows a draft: version %d, %q", s.Version, s.Name.EN)
	}
	if page := b.do("GET", "/catalog", nil, http.StatusOK); !strings.Contains(page.Text("#services"), "Есть изменения") {
		t.Errorf("the list says %s", page.Text("#services"))
	}
	seen := b.do("GET", "/catalog/small", nil, http.StatusOK).Form("#publish").Values
	b.do("POST", "/catalog/small/publish", seen, http.StatusSeeOther)
	if changed, err := running.Refresh(context.Background(), b.pool); err != nil || !changed {
		t.Fatalf("the running portal learns nothing: %v, %v", changed, err)
	}
	s, err := running.Service("small", 0)
	if err != nil || s.Version != 2 || s.Name.EN != "New certificate" {
		t.Fatalf("version %d, %q, %v", s.Version, s.Name.EN, err)
	}
	if old, err := running.Service("small", 1); err != nil || old.Name.EN != "Certificate" {
		t.Errorf("version 1 is %v, %v", old, err)
	}
	if changed, err := running.Refresh(context.Background(), b.pool); err != nil || changed {
		t.Errorf("a second look finds something again: %v", err)
	}
	card := b.do("GET", "/catalog/small", nil, http.StatusOK)
	if !strings.Contains(card.Text("#history"), "Опубликована версия 2") || !strings.Contains(card.Text("#history"), "Нуриев Марат") {
		t.Errorf("history: %s", card.Text("#history"))
	}
	b.edit("Яңа белешмә\", en: \"New certificate\"", "Белешмә\", en: \"Certificate\"") // back to what version 1 says
	if err := b.Plan(context.Background(), "small", b.sumOfDraft(), b.editor, b.at); err != nil {
		t.Fatal(err)
	}
	if _, err := running.Refresh(context.Background(), b.pool); err != nil {
		t.Fatal(err)
	}
	if s, _ := running.Service("small", 0); s.Version != 1 || b.versions() != 2 {
		t.Errorf("the old text again is version %d of %d", s.Version, b.versions())
	}
}

func TestPlannedPublication(t *testing.T) {
	t.Parallel()
	b := openBureau(t)
	running := b.portal()
	b.edit("count: 10", "count: 5")
	form := b.do("GET", "/catalog/small", nil, http.StatusOK).Form("#plan").Values
	form.Set("on-day", "23")
	form.Set("on-month", "ноября")
	form.Set("on-year", "2026")
	form.Set("hour", "25:00")
	if page := b.do("POST", "/catalog/small/publish", form, http.StatusUnprocessableEntity); page.Form("#plan").Values.Get("on-month") != "ноября" {
		t.Error("what was typed is lost")
	}
	form.Set("hour", "9:00")
	b.do("POST", "/catalog/small/publish", form, http.StatusSeeOther)
	b.edit("count: 5", "count: 7") // a later edit does not slip into the plan
	b.do("POST", "/catalog/small/publish", url.Values{"sum": {b.sumOfDraft()}, "when": {"now"}}, http.StatusConflict)
	ids, err := duePublications(context.Background(), b.pool, b.at.AddDate(0, 0, 30))
	if err != nil || len(ids) != 1 {
		t.Fatal(ids, err)
	}
	var jobs int
	if err := b.pool.QueryRow(context.Background(), `SELECT count(*) FROM river_job WHERE kind = 'catalog.publish' AND args->>'publication' = $1
		AND scheduled_at = '2026-11-23 09:00+03'`, ids[0].String()).Scan(&jobs); err != nil || jobs != 1 {
		t.Errorf("%d jobs, %v", jobs, err)
	}
	b.work(ids[0]) // too early
	if b.versions() != 1 {
		t.Fatal("published before its time")
	}
	b.at = b.at.AddDate(0, 0, 1)
	var workers sync.WaitGroup
	for range 8 {
		workers.Go(func() { b.work(ids[0]) })
	}
	workers.Wait()
	if n := b.versions(); n != 2 {
		t.Fatalf("eight workers make %d versions", n)
	}
	if _, err := running.Refresh(context.Background(), b.pool); err != nil {
		t.Fatal(err)
	}
	if s, _ := running.Service("small", 0); s.Term.Count != 5 {
		t.Errorf("published with a term of %d days", s.Term.Count)
	}
}

func (b *bureau) work(id uuid.UUID) {
	if err := b.due(context.Background(), id); err != nil {
		b.t.Error(err)
	}
}

func TestPlanIsCalledOff(t *testing.T) {
	t.Parallel()
	b := openBureau(t)
	b.portal()
	b.edit("count: 10", "count: 5")
	if err := b.Plan(context.Background(), "small", b.sumOfDraft(), b.editor, b.at.AddDate(0, 0, 1)); err != nil {
		t.Fatal(err)
	}
	form := b.do("GET", "/catalog/small", nil, http.StatusOK).Form("main form").Values
	b.do("POST", "/catalog/small/cancel", form, http.StatusSeeOther)
	b.at = b.at.AddDate(0, 0, 2)
	b.work(uuid.MustParse(form.Get("plan")))
	if b.versions() != 1 {
		t.Error("published although it was called off")
	}
	b.do("POST", "/catalog/small/cancel", form, http.StatusConflict)
	b.do("POST", "/catalog/small/publish", url.Values{"sum": {b.sumOfDraft()}, "when": {"now"}}, http.StatusSeeOther)
	if b.versions() != 2 {
		t.Error("nothing can be published after a plan was called off")
	}
}

func TestNothingIsPublishedUnseenOrBroken(t *testing.T) {
	t.Parallel()
	b := openBureau(t)
	b.portal()
	b.edit("count: 10", "count: 5")
	seen := b.sumOfDraft()
	b.edit("count: 5", "count: 6")
	plan := func(sum string) error { return b.Plan(context.Background(), "small", sum, b.editor, b.at) }
	if err := plan(seen); !errors.Is(err, fault.Conflict) {
		t.Errorf("what nobody has seen is published: %v", err)
	}
	b.edit("unit: working_days", "unit: weeks")
	page := b.do("GET", "/catalog/small", nil, http.StatusOK)
	if !strings.Contains(page.Text("#wrong"), "services/small.yaml:10:24: term.unit: want one of working_days") || page.Has("#publish") {
		t.Errorf("the card says %q", page.Text("#wrong"))
	}
	if err := plan(b.sumOfDraft()); !errors.Is(err, fault.Conflict) {
		t.Errorf("a broken draft is published: %v", err)
	}
	b.edit("unit: weeks", "unit: days")
	b.exec(`UPDATE employee SET rights = '{}'`)
	if err := plan(b.sumOfDraft()); !errors.Is(err, fault.Forbidden) {
		t.Errorf("an editor whose right was taken away publishes: %v", err)
	}
	if b.versions() != 1 {
		t.Errorf("%d versions", b.versions())
	}
	b.editor = ""
	for _, path := range []string{"/catalog", "/catalog/small", "/catalog/small/diff", "/catalog/small/preview/draft", "/catalog/small/preview/draft/form"} {
		b.do("GET", path, nil, http.StatusForbidden)
	}
}

func TestPreviewKeepsNothing(t *testing.T) {
	t.Parallel()
	b := openBureau(t)
	b.portal()
	b.edit(`{ru: "О справке"`, `{ru: "О новой справке"`)
	if page := b.do("GET", "/catalog/small/preview/draft", nil, http.StatusOK); !strings.Contains(page.Text("#steps"), "О новой справке") {
		t.Error("the preview is not of the draft")
	}
	if page := b.do("GET", "/catalog/small/preview/1", nil, http.StatusOK); strings.Contains(page.Text("#steps"), "О новой справке") {
		t.Error("version 1 has changed")
	}
	const path = "/catalog/small/preview/draft/form"
	page := b.do("GET", path, nil, http.StatusOK)
	press := func(page *htmltest.Page, want int, pairs ...string) *htmltest.Page {
		values := page.Form("main form").Values
		for i := 0; i < len(pairs); i += 2 {
			values.Set(pairs[i], pairs[i+1])
		}
		return b.do("POST", path, values, want)
	}
	stop := press(page, http.StatusOK, "district", "arsk")
	if !strings.Contains(stop.Text("h1"), "не оказывают") {
		t.Errorf("heading %q", stop.Text("h1"))
	}
	page = press(page, http.StatusOK, "district", "kazan")
	if page.Text("h1") != "О новой справке" {
		t.Fatalf("heading %q", page.Text("h1"))
	}
	page = press(page, http.StatusUnprocessableEntity, "copies", "77")
	page = press(page, http.StatusOK, "copies", "3", "veteran", "no")
	text := strings.ReplaceAll(page.Text("main"), "\u00a0", " ")
	for _, want := range []string{"210 ₽", "до 4 декабря", "Казань"} {
		if !strings.Contains(text, want) {
			t.Errorf("the end does not say %q: %s", want, text)
		}
	}
	var kept int
	if err := b.pool.QueryRow(context.Background(), `SELECT (SELECT count(*) FROM application) + (SELECT count(*) FROM charge)`).Scan(&kept); err != nil || kept != 0 {
		t.Errorf("a preview keeps %d rows, %v", kept, err)
	}
	b.do("POST", path, url.Values{"_state": {"not base64"}}, http.StatusUnprocessableEntity)
}

func TestDiffPage(t *testing.T) {
	t.Parallel()
	b := openBureau(t)
	b.portal()
	b.edit(`label: {ru: "Сколько"`, `label: {ru: "Сколько копий"`)
	b.edit("      - id: veteran\n", "      - {id: purpose, type: text, label: {ru: \"Зачем\", tt: \"Нигә\", en: \"Why\"}}\n      - id: veteran\n")
	page := b.do("GET", "/catalog/small/diff", nil, http.StatusOK)
	titles := strings.Join(page.Texts(".govuk-summary-card h2"), "|")
	if titles != "Вопрос «Сколько копий» (copies)|Вопрос «Зачем» (purpose)" {
		t.Errorf("changes: %s", titles)
	}
	if got := page.Text("ins"); got != "копий" {
		t.Errorf("marked as new: %q", got)
	}
	if !strings.Contains(page.Text(".govuk-summary-card"), "вопрос, по-русски") {
		t.Errorf("the place is not in words: %s", page.Text(".govuk-summary-card"))
	}
	b.do("GET", "/catalog/small/diff?from=1&to=1", nil, http.StatusOK)
	b.do("GET", "/catalog/small/diff?from=9", nil, http.StatusNotFound)
	b.do("GET", "/catalog/small/diff?from=%27", nil, http.StatusNotFound)
}
