package departments_test

import (
	"bytes"
	"errors"
	"io"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"tamga/departments"
	"tamga/frontend/htmltest"
	"tamga/internal/fault"
	"tamga/internal/web"
)

// staffSite is a staff site without its sign-in.
func (b *bench) staffSite() *fiber.App {
	h := *b.staff
	if h.Allowed == nil {
		h.Allowed = func(*fiber.Ctx) error { return nil }
	}
	h.Actor = func(*fiber.Ctx) string { return "valeeva" }
	app := web.New(web.Config{Role: "intra", ShowError: h.Pages.ShowError})
	h.Mount(app)
	return app
}

func (b *bench) get(path string) (int, *htmltest.Page) {
	b.t.Helper()
	request := httptest.NewRequest("GET", path, nil)
	request.Header.Set("Accept", "text/html")
	response, err := b.staffSite().Test(request, -1)
	b.must(err)
	var page bytes.Buffer
	_, err = io.Copy(&page, response.Body)
	b.must(err)
	return response.StatusCode, htmltest.Parse(b.t, page.String())
}

func (b *bench) page(d departments.Delivery) *htmltest.Page {
	b.t.Helper()
	status, page := b.get("/deliveries/" + d.ID.String())
	if status != 200 {
		b.t.Fatalf("page of the delivery: %d", status)
	}
	return page
}

func (b *bench) retry(d departments.Delivery) int {
	b.t.Helper()
	response, err := b.staffSite().Test(httptest.NewRequest("POST", "/deliveries/"+d.ID.String()+"/retry", nil), -1)
	b.must(err)
	return response.StatusCode
}

func TestListPutsStuckFirst(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.mode("social", "down")
	stuck := b.submit("social", uuid.Nil)
	b.exec(b.portal, `UPDATE delivery SET created_at = created_at - interval '8 days'`)
	b.work()
	b.wantState(stuck, "stuck")
	done := b.submit("zags", uuid.Nil)
	b.wantState(done, "delivered")
	waiting := b.submit("social", uuid.Nil)
	b.until("it was tried", func() (string, bool) {
		return "", one[int](b, b.portal, `SELECT attempts FROM delivery WHERE id = $1`, waiting.ID) > 0
	})
	_, page := b.get("/deliveries")
	got := strings.Join(page.Texts("tbody th"), " ")
	if want := stuck.Number + " " + waiting.Number + " " + done.Number; got != want {
		t.Errorf("order %q, want %q", got, want)
	}
	if !strings.Contains(page.String(), "Система ведомства ответила ошибкой 503") {
		t.Error("the list does not say why")
	}
	if _, page = b.get("/deliveries?state=delivered"); page.Text("tbody th") != done.Number || page.Count("tbody tr") != 1 {
		t.Errorf("filter by state: %v", page.Texts("tbody th"))
	}
	if _, page = b.get("/deliveries?number=" + waiting.Number); page.Count("tbody tr") != 1 {
		t.Errorf("filter by number: %v", page.Texts("tbody th"))
	}
	for _, l := range []string{"ru", "tt", "en"} {
		if status, page := b.get("/deliveries/" + stuck.ID.String() + "?lang=" + l); status != 200 || !page.Has("form button") ||
			strings.Contains(page.String(), "departments.") {
			t.Errorf("page in %s: %d, or a text is missing", l, status)
		}
	}
}

func TestNothingWithoutTheRight(t *testing.T) {
	t.Parallel()
	b := setup(t)
	d := b.submit("zags", uuid.Nil)
	b.staff.Allowed = func(*fiber.Ctx) error { return fault.New(fault.Forbidden, "intra.no_right") }
	for _, path := range []string{"/deliveries", "/deliveries/" + d.ID.String()} {
		if status, page := b.get(path); status != 403 || strings.Contains(page.String(), d.Number) {
			t.Errorf("%s: %d", path, status)
		}
	}
	if status := b.retry(d); status != 403 {
		t.Errorf("retry: %d", status)
	}
}

func TestStaffPagesFitTheirData(t *testing.T) {
	t.Parallel()
	b := setup(t)
	if err := errors.Join(departments.CheckPages(b.staff.Pages)...); err != nil {
		t.Error(err)
	}
}
