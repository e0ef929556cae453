package checks

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/departments"
)

// corrects sends what Aliya has corrected, and lets the clocks of both agree.
func (w *world) corrects(id uuid.UUID, answers string) {
	w.Helper()
	raw, err := json.Marshal(departments.Application{SubmittedAt: w.now(), ServiceName: "Пособие", Answers: json.RawMessage(answers),
		Parties: []departments.Party{{ID: "applicant", Last: "Гарипова", First: "Алия", Middle: "Маратовна", SNILS: "11211244575"}}})
	w.must(err)
	data, err := json.Marshal(departments.CorrectedData{Application: raw, Fields: []string{"passport_number"}})
	w.must(err)
	d := departments.Delivery{ID: uuid.New(), Type: departments.TypeCorrected, ApplicationID: id, Number: "2026-112233-4", Department: "social", Service: "child-benefit",
		ServiceVersion: 1, Data: data}
	w.must(pgx.BeginFunc(w.Context(), w.db, func(tx pgx.Tx) error { return departments.Enqueue(w.Context(), tx, w.jobs.River, w.jobs.Box, d) }))
	_, err = w.db.Exec(w.Context(), `UPDATE delivery SET created_at = $2 WHERE id = $1`, d.ID, w.now())
	w.must(err)
}

// TestCorrectedIsOfferedAgain: an answer about a passport that was corrected since says so, and leads to the same question with what stands
// there now; the other answers, and the new one, say nothing.
func TestCorrectedIsOfferedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, _ := w.files("social")
	w.pass(time.Minute)
	list := w.plan(id, "social")
	for _, check := range list {
		w.turn(check)
	}
	page := func(check uuid.UUID) reply { return w.get(w.airat, "/checks/"+check.String()) }
	if r := page(list["passport"]); r.Page.Count("#corrected") != 0 {
		t.Fatal("nothing was corrected yet")
	}
	w.pass(time.Hour)
	w.corrects(id, strings.Replace(benefitAnswers, `"120001"`, `"120077"`, 1))
	w.pass(time.Minute)
	old := page(list["passport"])
	if old.Page.Count("#corrected") != 1 || !strings.Contains(old.Page.Words(), "заявитель исправил: Номер паспорта") {
		t.Fatalf("%s", old.Page.Words())
	}
	for _, kind := range []string{"birth", "residence", "income"} {
		if r := page(list[kind]); r.Page.Count("#corrected") != 0 {
			t.Errorf("%s was not corrected", kind)
		}
	}
	if r := w.get(w.airat, "/checks/new?application="+id.String()); strings.Count(r.Page.Words(), "Исправлено после проверки") != 1 {
		t.Errorf("the list: %s", r.Page.Words())
	}
	form := w.get(w.airat, old.Page.Link("Спросить об исправленном"))
	if !strings.Contains(form.Body, `value="120077"`) {
		t.Fatalf("the form has the old number: %s", form.Body)
	}
	asked := w.post(w.airat, form, "/checks/new", nil)
	if asked.Status != 303 {
		t.Fatalf("%d %s", asked.Status, asked.Page.Words())
	}
	for _, check := range []uuid.UUID{list["passport"], uuid.MustParse(strings.TrimPrefix(asked.To, "/checks/"))} {
		if r := page(check); r.Page.Count("#corrected") != 0 {
			t.Error("it was asked since")
		}
	}
}

// TestWrongNumberKeepsWhatWasTyped: the list comes back with the mistake beside the field.
func TestWrongNumberKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.files("construction")
	for of, want := range map[string]string{"2026-000000-0": "В вашем ведомстве нет такого заявления", "2026-112233-4": "В вашем ведомстве нет такого заявления", " ": "Введите номер заявления"} {
		r := w.get(w.airat, "/checks/new?"+url.Values{"of": {of}}.Encode())
		if r.Status != 422 || r.Page.Count(".govuk-error-summary") != 1 || !strings.Contains(r.Page.Words(), want) || !strings.Contains(r.Body, `value="`+strings.TrimSpace(of)+`"`) && of != " " {
			t.Errorf("%q: %d %s", of, r.Status, r.Page.Words())
		}
	}
}

// TestSilentRegisterIsWaitedForNoLonger: an attempt ends when patience does, and the check when its kind's time is over.
func TestSilentRegisterIsWaitedForNoLonger(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.jobs.Patience = 50 * time.Millisecond
	w.mode("silent")
	id, _ := w.files("social")
	check := w.plan(id, "social")["passport"]
	if !w.turn(check) || w.stood(check) != "asked the register did not answer in time" {
		t.Fatalf("%q", w.stood(check))
	}
	if r := w.get(w.airat, "/checks/"+check.String()); !strings.Contains(r.Page.Words(), "Реестр не ответил вовремя") || !strings.Contains(r.Page.Words(), "Спрашиваем до") ||
		r.Page.Count("form[action$=/again]") != 0 {
		t.Errorf("%s", r.Page.Words())
	}
	w.pass(25 * time.Hour)
	if w.turn(check) || w.stood(check) != "timed_out the register did not answer in time" {
		t.Errorf("%q", w.stood(check))
	}
	w.mode("normal")
	again := w.post(w.airat, w.get(w.airat, "/checks/"+check.String()), "/checks/"+check.String()+"/again", nil)
	next := uuid.MustParse(strings.TrimPrefix(again.To, "/checks/"))
	w.jobs.Patience = 0
	if w.turn(next) || w.stood(next) != "answered confirmed" {
		t.Errorf("asked again: %q", w.stood(next))
	}
}
