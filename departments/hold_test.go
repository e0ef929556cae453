package departments_test

import (
	"io"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"tamga/departments"
	"tamga/frontend"
	"tamga/frontend/htmltest"
	"tamga/internal/calendar"
	"tamga/internal/rus"
	"tamga/internal/web"
)

// send posts a form of the staff site.
func (b *bench) sendStaff(path string, form url.Values) (int, *htmltest.Page) {
	b.t.Helper()
	request := httptest.NewRequest("POST", path, strings.NewReader(form.Encode()))
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Accept", "text/html")
	response, err := b.staffSite().Test(request, -1)
	b.must(err)
	raw := new(strings.Builder)
	_, err = io.Copy(raw, response.Body)
	b.must(err)
	return response.StatusCode, htmltest.Parse(b.t, raw.String())
}

// Staff stop the exchange with a department: nothing leaves for it, the others go on, and all of it leaves afterwards in order.
func TestPause(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.work()
	first := b.submit("zags", uuid.Nil)
	b.wantState(first, "delivered")
	if status, page := b.sendStaff("/deliveries/departments/zags/pause", nil); status != 422 || !page.Has(".govuk-error-summary") {
		t.Errorf("a pause without a reason: %d", status)
	}
	for range 2 { // a double click
		if status, _ := b.sendStaff("/deliveries/departments/zags/pause", url.Values{"reason": {"Меняют формат"}}); status != 303 {
			t.Fatalf("pause: %d", status)
		}
	}
	held, other := b.submit("zags", uuid.Nil), b.submit("municipality", uuid.Nil)
	b.wantState(other, "delivered")
	time.Sleep(2 * time.Second)
	if n := one[int](b, b.portal, `SELECT attempts FROM delivery WHERE id = $1`, held.ID); n != 0 {
		t.Errorf("%d attempts while sending is stopped", n)
	}
	if _, page := b.get("/deliveries/departments/zags"); !strings.Contains(page.String(), "Меняют формат") {
		t.Error("the reason is not shown")
	}
	if status, _ := b.sendStaff("/deliveries/departments/zags/resume", nil); status != 303 {
		t.Fatalf("resume: %d", status)
	}
	b.wantState(held, "delivered")
	if n := one[int](b, b.portal, `SELECT count(*) FROM journal WHERE action IN ('department.pause', 'department.resume') AND actor = 'valeeva'`); n != 2 {
		t.Errorf("%d entries in the journal", n)
	}
}

// Works are announced a working day before; while they last nothing is sent.
func TestPlannedWorks(t *testing.T) {
	t.Parallel()
	b := setup(t)
	at := func(t time.Time) string { return t.In(rus.Moscow).Format("02.01.2006 15:04") }
	send := func(starts, ends time.Time) (int, *htmltest.Page) {
		return b.sendStaff("/deliveries/departments/zags/works", url.Values{"starts": {at(starts)}, "ends": {at(ends)}})
	}
	soonest := calendar.Default().AddWorkingDays(b.now(), 1)
	if status, page := send(soonest.Add(-2*time.Minute), soonest.Add(time.Hour)); status != 422 ||
		page.Attr("input[name=starts]", "value") == "" || !strings.Contains(page.String(), "рабочий день") {
		t.Errorf("works announced too late: %d", status)
	}
	starts := soonest.Add(2 * time.Minute)
	if status, _ := send(starts, starts); status != 422 {
		t.Errorf("works without length: %d", status)
	}
	if status, _ := send(starts, starts.Add(time.Hour)); status != 303 {
		t.Fatalf("works: %d", status)
	}
	b.forward(starts.Sub(b.now()) + time.Minute)
	held := b.submit("zags", uuid.Nil)
	b.work()
	time.Sleep(1500 * time.Millisecond)
	if n := one[int](b, b.portal, `SELECT attempts FROM delivery WHERE id = $1`, held.ID); n != 0 {
		t.Errorf("%d attempts during the works", n)
	}
	_, page := b.get("/deliveries/departments/zags")
	if !strings.Contains(page.String(), "Плановые работы") {
		t.Error("the page does not say that works last")
	}
	id := one[uuid.UUID](b, b.portal, `SELECT id FROM department_works`)
	if status, _ := b.sendStaff("/deliveries/departments/zags/works/"+id.String()+"/cancel", nil); status != 303 {
		t.Fatalf("works called off: %d", status)
	}
	b.wantState(held, "delivered")
	if status, _ := b.sendStaff("/deliveries/departments/zags/works/"+id.String()+"/cancel", nil); status != 409 {
		t.Errorf("called off twice: %d", status)
	}
}

// A citizen reads of the works on the page of the service and of the application, and nothing of another department's.
func TestCitizenIsToldOfWorks(t *testing.T) {
	t.Parallel()
	b := setup(t)
	d := b.submit("zags", uuid.Nil)
	b.exec(b.portal, `INSERT INTO department_works (id, department, starts_at, ends_at, announced_at, announced_by)
		VALUES (gen_random_uuid(), 'zags', now() + interval '2 days', now() + interval '3 days', now(), 'x')`)
	app := web.New(web.Config{Role: "portal"})
	(&departments.Notices{DB: b.portal, Pages: b.staff.Pages, Now: b.now,
		DepartmentOf: func(service string) string {
			return map[string]string{"marriage": "zags", "benefit": "social"}[service]
		}}).Mount(app)
	app.Get("/*", func(c *fiber.Ctx) error {
		var said []string
		frontend.SetLayout(c, func(l *frontend.Layout) { said = l.Notices })
		return c.SendString(strings.Join(said, "\n"))
	})
	for path, want := range map[string]bool{"/services/marriage": true, "/services/benefit": false, "/services/none": false,
		"/applications/" + d.ApplicationID.String(): true, "/applications/" + uuid.NewString(): false} {
		response, err := app.Test(httptest.NewRequest("GET", path, nil), -1)
		b.must(err)
		raw, err := io.ReadAll(response.Body)
		b.must(err)
		if got := strings.Contains(string(raw), "Плановые работы"); got != want || response.StatusCode != 200 {
			t.Errorf("%s: %d %s", path, response.StatusCode, raw)
		}
	}
}

func TestHoldPagesInThreeLanguages(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, l := range []string{"ru", "tt", "en"} {
		for _, path := range []string{"/deliveries/departments", "/deliveries/departments/zags"} {
			if status, page := b.get(path + "?lang=" + l); status != 200 || strings.Contains(page.String(), "departments_hold.") {
				t.Errorf("%s in %s: %d, or a text is missing", path, l, status)
			}
		}
	}
	if status, _ := b.get("/deliveries/departments/nobody"); status != 404 {
		t.Errorf("an unknown department: %d", status)
	}
}
