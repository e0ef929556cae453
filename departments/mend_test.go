package departments_test

import (
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"tamga/departments"
)

// press sends a form of the staff's site.
func (b *bench) press(path string, form url.Values) int {
	b.t.Helper()
	request := httptest.NewRequest("POST", path, strings.NewReader(form.Encode()))
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := b.staffSite().Test(request, -1)
	b.must(err)
	return response.StatusCode
}

// Documents that cannot be had are tried for a day, then staff see why, and have them fetched when the department has mended them.
func TestStaffMendResult(t *testing.T) {
	t.Parallel()
	b := setup(t)
	o := newOffice(b)
	b.work()
	d := b.submit("office", uuid.Nil)
	b.wantTold(d, "sent")
	announced := o.serves("/files/1.pdf", "application/pdf", aPDF)
	o.serves("/files/1.pdf", "text/html", aPDF)
	if status, text := o.says(d, departments.TypeResult, departments.ResultData{Documents: []departments.Document{announced}}); status != 200 {
		t.Fatalf("%d %s", status, text)
	}
	b.until("it is tried", func() (string, bool) { return "", one[int](b, b.portal, `SELECT attempts FROM department_result`) > 1 })
	b.exec(b.portal, `UPDATE department_result SET expires_at = now()`)
	b.until("nobody tries any more", func() (string, bool) {
		return "", one[string](b, b.portal, `SELECT state FROM department_result`) == "failed"
	})
	if text := b.page(d).Text("main"); !strings.Contains(text, "Документы не получены") || !strings.Contains(text, "text/html") {
		t.Errorf("the page says %s", text)
	}
	o.serves("/files/1.pdf", "application/pdf", aPDF)
	event := one[string](b, b.portal, `SELECT event_id FROM department_result`)
	if status := b.press("/deliveries/"+d.ID.String()+"/result", url.Values{"event": {event}}); status != 303 {
		t.Fatalf("again: %d", status)
	}
	b.wantTold(d, "sent result")
	if status := b.press("/deliveries/"+d.ID.String()+"/result", url.Values{"event": {event}}); status != 409 {
		t.Errorf("a second time: %d", status)
	}
	if text := one[string](b, b.portal, `SELECT documents::text FROM department_result`); strings.Contains(text, "http") {
		t.Errorf("the address is kept: %s", text)
	}
	for _, signature := range o.signed {
		trust := &departments.Trust{Client: b.jobs.Client, Now: b.now}
		if err := trust.Verify(t.Context(), b.portalURL+"/api/departments/jwks.json", signature, []byte(announced.URL)); err != nil {
			t.Errorf("our request: %v", err)
		}
	}
}

// A message that goes the wrong way is sent another, with a reason that the journal keeps.
func TestStaffChangeRoute(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.mode("zags", "down")
	stop := b.work()
	d := b.submit("zags", uuid.Nil)
	b.until("it is tried", func() (string, bool) { return "", one[int](b, b.portal, `SELECT attempts FROM delivery`) > 0 })
	stop()
	b.forward(time.Minute)
	page := "/deliveries/" + d.ID.String() + "/route"
	if status := b.press(page, url.Values{"department": {"social"}}); status != 422 {
		t.Errorf("without a reason: %d", status)
	}
	if status := b.press(page, url.Values{"reason": {"Ведомство закрыто"}}); status != 422 {
		t.Errorf("without a department: %d", status)
	}
	if status := b.press(page, url.Values{"department": {"nobody"}, "reason": {"x"}}); status != 409 {
		t.Errorf("to nobody: %d", status)
	}
	if status := b.press(page, url.Values{"department": {"social"}, "reason": {"Реорганизация"}}); status != 303 {
		t.Fatalf("route: %d", status)
	}
	b.work()
	b.wantTold(d, "sent")
	if n := one[int](b, b.stand, `SELECT count(*) FROM stand_application WHERE department = 'social'`); n != 1 {
		t.Errorf("%d at the new department", n)
	}
	if n := one[int](b, b.portal, `SELECT count(*) FROM journal WHERE action = 'delivery.route'`); n != 1 {
		t.Errorf("%d entries in the journal", n)
	}
	if status := b.press(page, url.Values{"department": {"zags"}, "reason": {"Назад"}}); status != 409 {
		t.Errorf("after the arrival: %d", status)
	}
}

func TestStaffCompare(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.work()
	if status := b.press("/deliveries/departments/zags/digest", nil); status != 303 {
		t.Fatalf("compare: %d", status)
	}
	b.until("it is compared", func() (string, bool) { return "", one[int](b, b.portal, `SELECT count(*) FROM department_digest`) == 1 })
	if _, page := b.get("/deliveries/departments/zags"); page.Count("tbody tr") == 0 {
		t.Error("the page does not show it")
	}
}
