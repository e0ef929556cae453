package stats

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"tamga/internal/dbtest"
	"tamga/internal/fault"
	"tamga/internal/web"
	"tamga/payments/paytest"
)

func TestStats(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t, dbtest.Portal)
	for range 2 {
		paytest.Book(t, pool, "Гарипова", "Алия", "", "registered", "paid")
	}
	if _, err := pool.Exec(t.Context(), `UPDATE payment SET received = amount, credited = amount`); err != nil {
		t.Fatal(err)
	}
	paytest.Book(t, pool, "Гарипова", "Алия", "", "registered") // begun and not paid
	p, err := paytest.Pages()
	if err != nil {
		t.Fatal(err)
	}
	if err := figuresView.Check(p); err != nil {
		t.Error(err)
	}
	app, allowed := web.New(web.Config{Role: "intra", ShowError: p.ShowError}), true
	(&Handler{DB: pool, Pages: p, Now: time.Now, Allowed: func(*fiber.Ctx) error {
		if !allowed {
			return fault.New(fault.Forbidden, "web.csrf")
		}
		return nil
	}}).Mount(app)
	b := paytest.NewBrowser(t, paytest.Serve(t, app, paytest.Listen(t)), uuid.New())
	const address = "/finance?days=7"
	page := b.Get(address)
	paytest.Want(t, page, 200, "700", "marriage", "Управление ЗАГС", "Ждём ответа банка", `height="160.0"`)
	if n := strings.Count(page.Text, "<rect"); n != 7 {
		t.Errorf("%d bars for 7 days", n)
	}
	if strings.Contains(page.Text, "<details") || !strings.Contains(page.Text, `data-label="Поступило"`) {
		t.Error("a week is folded, or its figures do not say on a phone what they are")
	}
	if year := b.Get("/finance?days=365"); !strings.Contains(year.Text, "<details") {
		t.Error("the days of a year are not folded")
	}
	allowed = false
	if got := b.Get(address); got.Status != 403 {
		t.Errorf("without the right: %d", got.Status)
	}
	figures, err := figuresOf(t.Context(), pool, time.Now().Add(-time.Hour), time.Now().Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]figure{}
	for _, f := range figures {
		seen[f.Dimension+" "+f.Name] = f
	}
	if f := seen["service marriage"]; f.Begun != 3 || f.Paid != 2 || f.Sum != 70000 || len(seen) != 5 {
		t.Errorf("%+v", figures)
	}
}

// TestNamed: what people call by one name is one row; days stand from the newest, the rest from the largest sum.
func TestNamed(t *testing.T) {
	t.Parallel()
	figures := []figure{{"state", "failed", 4, 0, 0, 0}, {"state", "created", 1, 0, 10, 0}, {"state", "pending", 2, 1, 30, 5}, {"state", "succeeded", 9, 9, 35, 0},
		{"day", "2026-11-02", 1, 1, 5, 0}, {"day", "2026-10-31", 1, 1, 90, 0}, {"day", "2026-11-11", 1, 1, 1, 0}}
	got := named(figures, "state", func(name string) string { return map[string]string{"created": "waits", "pending": "waits"}[name] })
	if want := []figure{{"state", "waits", 3, 1, 40, 5}, {"state", "", 13, 9, 35, 0}}; !slices.Equal(got, want) {
		t.Errorf("states %+v", got)
	}
	var days []string
	for _, f := range named(figures, "day", strings.ToUpper) {
		days = append(days, f.Name)
	}
	if !slices.Equal(days, []string{"2026-11-11", "2026-11-02", "2026-10-31"}) {
		t.Errorf("days %v", days)
	}
}

// TestStatsUseIndex: a short period of many payments does not read them all.
func TestStatsUseIndex(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t, dbtest.Portal)
	paytest.BookMany(t, pool, 5000)
	conn, err := pool.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Release()
	for _, sql := range []string{`ANALYZE payment`, `ANALYZE charge`, `PREPARE figures (timestamptz, timestamptz) AS ` + figuresSQL} {
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	plan := paytest.Explain(t, conn, `EXPLAIN (ANALYZE, BUFFERS, COSTS OFF) EXECUTE figures (now() - interval '940 hours', now() - interval '938 hours')`)
	if !strings.Contains(plan, "payment_created_at") || strings.Contains(plan, "Seq Scan on payment") {
		t.Errorf("the figures of two hours read everything:\n%s", plan)
	}
}
