package applications

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"tamga/departments"
	"tamga/internal/journal"
)

// A complaint is decided once, by the people of the department that has the application, by the day that the citizen was told; the answer
// stands in the conversation, and who read and decided is in the citizen's journal.
func TestAppealIsDecided(t *testing.T) {
	t.Parallel()
	w, _, _ := fileWorld(t)
	b := w.browser("Гарипова", "Алия", "female")
	id, _, number := sentWithFile(t, w, b)
	desk := openDesk(t, w)
	if list := desk.get("/appeals"); !strings.Contains(list, "Жалоб, которые ждут решения, нет") {
		t.Errorf("the list begins with %s", list)
	}
	if res := b.send(b.get(applicationPath(id, "/appeal")), "main form", map[string]string{"ground": "late", "text": "Жду третий месяц"}); res.status != 303 {
		t.Fatalf("%d %s", res.status, res.errors())
	}
	var appeal uuid.UUID
	var until time.Time
	if err := w.db.QueryRow(t.Context(), `SELECT id, until FROM application_message WHERE kind = 'appeal'`).Scan(&appeal, &until); err != nil {
		t.Fatal(err)
	}
	path := "/appeals/" + appeal.String()
	if list := desk.get("/appeals"); !strings.Contains(list, path) || !strings.Contains(list, number) || !strings.Contains(list, "Осталось рабочих дней") {
		t.Errorf("the list has no complaint: %s", list)
	}
	if page := desk.get(path); !strings.Contains(page, "Жду третий месяц") || !strings.Contains(page, "Гарипова") {
		t.Errorf("the complaint is not shown: %s", page)
	}
	noted := func() (list []string) {
		records, err := journal.OfSubject(t.Context(), w.db, b.p.ID.String(), 0, 100)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range records {
			if r.Actor == desk.employee.String() {
				list = append(list, strings.TrimPrefix(r.Action, "application.appeal_"))
			}
		}
		return list
	}
	if list := noted(); len(list) != 1 || list[0] != "read" {
		t.Errorf("read once, and noted %v", list)
	}
	if status := b.get(applicationPath(id, "")).Text("#appealed"); !strings.Contains(status, "на рассмотрении") {
		t.Errorf("the citizen sees %q", status)
	}
	if res, body := desk.post(path, url.Values{"text": {"Всё верно"}}); res.StatusCode != 422 || !strings.Contains(body, "Всё верно") {
		t.Errorf("a decision without an outcome: %d", res.StatusCode)
	}
	for range 2 { // twice pressed
		if res, _ := desk.post(path, url.Values{"outcome": {"satisfied"}, "text": {"Срок нарушен, заявление рассмотрено сегодня"}}); res.StatusCode != 303 {
			t.Errorf("the decision: %d", res.StatusCode)
		}
	}
	if n := w.count(`SELECT count(*) FROM application_message WHERE kind = 'decision' AND application = $1`, id); n != 1 {
		t.Errorf("%d decisions", n)
	}
	if list := noted(); !slices.Contains(list, "decided") {
		t.Errorf("decided, and noted %v", list)
	}
	thread := b.get(applicationPath(id, "/messages")).Text("main")
	for _, want := range []string{"Решение по жалобе", "Жалоба удовлетворена", "Срок нарушен, заявление рассмотрено сегодня"} {
		if !strings.Contains(thread, want) {
			t.Errorf("the citizen does not read %q: %s", want, thread)
		}
	}
	if sms := w.lastSMS(); !strings.Contains(sms, "принято решение") || strings.Contains(sms, "нарушен") {
		t.Errorf("the notice says %q", sms)
	}
	if list := desk.get("/appeals"); !strings.Contains(list, "Решена") {
		t.Errorf("what is decided is not shown: %s", list)
	}
	// Another department's people neither see nor decide.
	w.exec(`UPDATE organisation SET department = 'municipality' WHERE id = $1`, desk.employee)
	if list := desk.get("/appeals"); strings.Contains(list, path) {
		t.Error("another department lists the complaint")
	}
	if res, _ := desk.post(path, url.Values{"outcome": {"refused"}, "text": {"x"}}); res.StatusCode != http.StatusNotFound {
		t.Errorf("another department decides: %d", res.StatusCode)
	}
}

// An application that a department has had and has lost is sent again: the citizen is told once, and hears of it no more when it is there.
func TestLostAndSentAgain(t *testing.T) {
	t.Parallel()
	w, _, _ := fileWorld(t)
	b := w.browser("Гарипова", "Алия", "female")
	id, _, _ := sentWithFile(t, w, b)
	late := func() int {
		return w.count(`SELECT count(*) FROM application_event WHERE kind = 'late' AND application = $1`, id)
	}
	w.told(id, departments.Update{Status: departments.Sent})
	w.wantState(id, Sent)
	for range 2 {
		w.told(id, departments.Update{Status: departments.Late})
	}
	if page := b.get(applicationPath(id, "")).Text("main"); late() != 1 || !strings.Contains(page, "в безопасности") {
		t.Errorf("told %d times: %s", late(), page)
	}
	w.told(id, departments.Update{Status: departments.Sent})
	if page := b.get(applicationPath(id, "")).Text("main"); strings.Contains(page, "в безопасности") {
		t.Errorf("it is there again, and the page says %s", page)
	}
	w.told(id, departments.Update{Status: departments.Late}) // lost a second time
	if late() != 2 {
		t.Errorf("told %d times of two losses", late())
	}
	w.told(id, departments.Update{Status: departments.Accepted})
	w.told(id, departments.Update{Status: departments.Late})
	if late() != 2 {
		t.Error("what the department works on is said to be late")
	}
}

// A complaint that is sent by two clicks is one, with one term; the same words a day later are another.
func TestComplaintSentTwice(t *testing.T) {
	t.Parallel()
	w, _ := archive(t)
	id, b := w.archived()
	w.told(id, departments.Update{Status: departments.Refused, Text: "Записи нет"})
	f := b.get(applicationPath(id, "/appeal")).Form("main form")
	f.Values.Set("ground", "refusal")
	f.Values.Set("text", "Запись есть")
	var clicks sync.WaitGroup
	for range 3 {
		clicks.Go(func() {
			if res := b.do(http.MethodPost, f.Action, f.Values); res.status != http.StatusSeeOther {
				t.Errorf("click: %d", res.status)
			}
		})
	}
	clicks.Wait()
	appeals := func() int { return w.count(`SELECT count(*) FROM application_message WHERE kind = 'appeal'`) }
	if n := appeals(); n != 1 || len(w.letters(id, departments.TypeMessage)) != 1 {
		t.Errorf("%d complaints", n)
	}
	w.pass(24 * time.Hour)
	b.do(http.MethodPost, f.Action, f.Values)
	if n := appeals(); n != 2 {
		t.Errorf("%d complaints a day later", n)
	}
}
