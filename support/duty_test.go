package support

import (
	"strings"
	"testing"

	"github.com/google/uuid"
)

func TestPassedOnByHandOnlyForward(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.exec(`UPDATE support_duty SET email = 'duty@example.ru' WHERE step = 2`)
	id := w.ask(uuid.New(), aQuestion)
	at := "/support/" + id.String()
	first := w.get(w.staff, uuid.Nil, at).Page.Form("form[action=" + at + "/escalate]")
	if r := w.post(w.staff, uuid.Nil, first, nil); r.Status != 303 {
		t.Fatalf("passed on: %d %s", r.Status, r.Page.Words())
	}
	if n := w.count(`SELECT count(*) FROM notification WHERE kind = 'support.escalated'`); n != 1 {
		t.Errorf("the next on duty got %d mails", n)
	}
	for range 2 {
		w.post(w.staff, uuid.Nil, first, nil)
	}
	if step := w.count(`SELECT step FROM support_incident WHERE id = $1`, id); step != 3 {
		t.Errorf("step %d", step)
	}
	page := w.get(w.staff, uuid.Nil, at).Page
	if page.Has("form[action=" + at + "/escalate]") {
		t.Error("the end of the chain passes it on")
	}
	if n := strings.Count(page.Words(), "Передано по цепочке"); n != 2 {
		t.Errorf("%d events of two escalations", n)
	}
}

func TestWorksOfDepartmentsStandWithOurs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.exec(`INSERT INTO department_endpoint (code, name, url, updated_at) VALUES ('zags', '{"ru": "ЗАГС", "tt": "ЗАГС", "en": "Registry"}', 'http://zags.example', now())`)
	put := func(starts, ends string, cancelled bool) {
		w.exec(`INSERT INTO department_works (id, department, starts_at, ends_at, announced_at, announced_by, cancelled_at)
			VALUES (gen_random_uuid(), 'zags', $1::timestamptz, $2::timestamptz, '2026-11-20 10:00+03', 'x', CASE WHEN $3 THEN '2026-11-20 11:00+03'::timestamptz END)`,
			starts, ends, cancelled)
	}
	put("2026-11-25 20:00+03", "2026-11-25 23:00+03", false)
	put("2026-11-26 20:00+03", "2026-11-26 23:00+03", true)
	put("2026-11-22 20:00+03", "2026-11-22 23:00+03", false) // over
	page := w.get(w.portal, uuid.Nil, "/status").Page.Words()
	if n := strings.Count(page, "Плановые работы: ЗАГС"); n != 1 || !strings.Contains(page, "25 ноября 2026 года, 20:00") {
		t.Errorf("%d of one: %s", n, page)
	}
	if p := w.get(w.staff, uuid.Nil, "/support/status").Page; p.Attr(`a[href=/deliveries/departments/zags]`, "href") == "" {
		t.Error("staff do not learn where to change them")
	}
}
