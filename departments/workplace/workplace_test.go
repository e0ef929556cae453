package workplace

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"time"

	"tamga/departments"
)

var pdf = []byte("%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n" +
	"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n")

func TestTemplatesFitTheirData(t *testing.T) {
	t.Parallel()
	p, err := pages()
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{inboxView.Check(p), caseView.Check(p)} {
		if err != nil {
			t.Error(err)
		}
	}
}

func TestApplicationComesOnceAndToItsDepartmentAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, m := w.files()
	for range 2 {
		if status := w.carry(m); status != 202 {
			t.Fatalf("carried: %d", status)
		}
	}
	if n := w.count(`SELECT count(*) FROM workplace_case`); n != 1 {
		t.Errorf("%d cases of one application", n)
	}
	if n := w.count(`SELECT count(*) FROM workplace_case WHERE position('Җиһаншина' IN encode(letter, 'escape')) > 0`); n != 0 {
		t.Error("the letter is not sealed")
	}
	at := "/workplace/" + id.String()
	page := w.get(w.alsu, at).Page.Words()
	for _, want := range []string{"2026-112233-4", "Җиһаншина Әминә", "16:50:010101:17", "план.pdf", "Осталось 5 рабочих дней"} {
		if !strings.Contains(page, want) {
			t.Errorf("the case does not show %q: %s", want, page)
		}
	}
	if r := w.get(w.alsu, "/workplace"); !strings.Contains(r.Page.Words(), "Ждут решения: 1") || !strings.Contains(r.Page.Words(), "2026-112233-4") {
		t.Error(r.Page.Words())
	}
	for _, path := range []string{"", "/print", "/files/0"} {
		if r := w.get(w.guzel, at+path); r.Status != 404 {
			t.Errorf("another department opens %q: %d", path, r.Status)
		}
	}
	if r := w.get(w.guzel, "/workplace"); strings.Contains(r.Page.Words(), "2026-112233-4") {
		t.Error("another department sees it in its inbox")
	}
	f := w.form(w.alsu, id, "accept")
	if r := w.post(w.guzel, f, nil); r.Status != 404 || len(w.told) > 1 {
		t.Errorf("another department accepts it: %d %s", r.Status, w.kinds())
	}
	if r := w.get(w.alsu, at+"/print"); r.Status != 200 || !strings.HasPrefix(r.Body, "%PDF") {
		t.Errorf("printed: %d", r.Status)
	}
}

func TestDecisionIsToldOnceWhateverIsClicked(t *testing.T) {
	t.Parallel()
	w, id := withCase(t)
	accept := w.form(w.alsu, id, "accept")
	for range 2 { // a double click
		if r := w.post(w.alsu, accept, nil); r.Status != 303 {
			t.Fatalf("accept: %d %s", r.Status, r.Body)
		}
	}
	other := w.form(w.alsu, id, "begin") // a second tab still offers to accept
	accept.Values.Set("key", "0199aaaa-0000-7000-8000-000000000001")
	if r := w.post(w.ruslan, accept, nil); r.Status != 409 {
		t.Errorf("accepted again from another tab: %d", r.Status)
	}
	w.post(w.alsu, other, nil)
	complete := w.form(w.alsu, id, "complete")
	w.post(w.alsu, complete, nil)
	w.post(w.alsu, complete, nil)
	if got, want := w.kinds(), "status:sent status:accepted status:in_progress status:completed"; got != want {
		t.Errorf("told %q, want %q", got, want)
	}
	if n := w.count(`SELECT count(*) FROM workplace_case WHERE state = 'completed' AND assignee = $1`, w.alsu); n != 1 {
		t.Error("who accepted it first does not have it")
	}
}

func TestRefusalNamesAGround(t *testing.T) {
	t.Parallel()
	w, id := withCase(t)
	f := w.form(w.alsu, id, "refuse")
	for _, ground := range []string{"", "deviation", "nonsense"} { // of no service, of another service
		r := w.post(w.alsu, f, url.Values{"ground": {ground}, "why": {"Набранное остаётся"}})
		if r.Status != 422 || !strings.Contains(r.Page.Words(), "без него отказать нельзя") || !strings.Contains(r.Body, "Набранное остаётся") {
			t.Errorf("ground %q: %d", ground, r.Status)
		}
	}
	if r := w.post(w.alsu, f, url.Values{"ground": {"plan"}, "why": {"Отступ меньше трёх метров."}}); r.Status != 303 {
		t.Fatalf("%d %s", r.Status, r.Body)
	}
	last := w.told[len(w.told)-1]
	if last.Status != departments.Refused || !strings.Contains(last.Text, "ст. 51") || !strings.Contains(last.Text, "трёх метров") {
		t.Errorf("the citizen reads %+v", last)
	}
}

func TestRequestWaitsForTheCitizen(t *testing.T) {
	t.Parallel()
	w, id := withCase(t)
	f := w.form(w.alsu, id, "request")
	if strings.Contains(w.get(w.alsu, "/workplace/"+id.String()).Page.Words(), "Не спрашивали") {
		t.Error("a question that was never asked can be asked anew")
	}
	if r := w.post(w.alsu, f, url.Values{"what": {"Не видно подписи"}, "until": {"2026-11-23"}}); r.Status != 422 || !strings.Contains(r.Page.Words(), "Назовите документы") ||
		!strings.Contains(r.Page.Words(), "не раньше следующего рабочего") {
		t.Errorf("%d %s", r.Status, r.Page.Words())
	}
	if r := w.post(w.alsu, f, url.Values{"what": {"Не видно подписи"}, "papers": {" Схема участка \n\n"}, "field": {"plot", "unknown"}, "until": {"2026-12-04"}}); r.Status != 303 {
		t.Fatalf("%d %s", r.Status, r.Body)
	}
	last := w.told[len(w.told)-1]
	if last.Kind != departments.KindRequest || strings.Join(last.Request.Documents, "|") != "Схема участка" || strings.Join(last.Request.Fields, "|") != "plot" {
		t.Errorf("told %+v %+v", last, last.Request)
	}
	if p := w.get(w.alsu, "/workplace").Page.Words(); !strings.Contains(p, "Ждём гражданина до 4 декабря") {
		t.Error(p)
	}
	raw, err := json.Marshal(departments.MessageData{Text: "Прикладываю", Files: []departments.Attachment{{Name: "схема.pdf", URL: "https://portal.example/f"}}})
	w.must(err)
	answer := w.send(id, departments.TypeMessage, raw)
	w.carry(answer)
	w.carry(answer)
	p := w.get(w.alsu, "/workplace").Page.Words()
	if !strings.Contains(p, "Новости") || strings.Contains(p, "Ждём гражданина") {
		t.Error(p)
	}
	if p := w.get(w.alsu, "/workplace/"+id.String()).Page.Words(); strings.Count(p, "Прикладываю") != 1 || !strings.Contains(p, "схема.pdf") {
		t.Error(p)
	}
}

func TestWithdrawnUntilDecided(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, decided := range []bool{false, true} {
		id, m := w.files()
		w.carry(m)
		want := 200
		if decided {
			w.post(w.alsu, w.form(w.alsu, id, "refuse"), url.Values{"ground": {"papers"}})
			want = 422
		}
		back := w.send(id, departments.TypeCancelled, json.RawMessage(`{"reason":"Передумали"}`))
		for range 2 {
			if status := w.carry(back); status != want {
				t.Errorf("decided %v: withdrawn with %d", decided, status)
			}
		}
	}
	if n := w.count(`SELECT count(*) FROM workplace_case WHERE state = 'cancelled'`); n != 1 {
		t.Errorf("%d withdrawn", n)
	}
}

func TestLateIsSaidInWords(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, m := w.files()
	w.carry(m)
	w.clock = time.Date(2026, 12, 2, 9, 0, 0, 0, w.clock.Location()) // two working days after 30 November, 17:00
	p := w.get(w.alsu, "/workplace?show=late")
	if !strings.Contains(p.Page.Words(), "Просрочено на 2 рабочих дня") || !strings.Contains(p.Page.Words(), "Просрочены: 1") {
		t.Error(p.Page.Words())
	}
}

func TestAssignedOnlyWithinTheDepartment(t *testing.T) {
	t.Parallel()
	w, id := withCase(t)
	w.post(w.alsu, w.form(w.alsu, id, "assign"), url.Values{"assignee": {w.alsu.String()}})
	if p := w.get(w.alsu, "/workplace?show=mine").Page.Words(); !strings.Contains(p, "2026-112233-4") {
		t.Error(p)
	}
	if r := w.post(w.alsu, w.form(w.alsu, id, "assign"), url.Values{"assignee": {w.guzel.String()}}); r.Status != 422 {
		t.Errorf("given to another department: %d", r.Status)
	}
}

func TestIssuedDocumentReachesTheCitizenWhole(t *testing.T) {
	t.Parallel()
	w, id := withCase(t)
	f := w.form(w.alsu, id, "result")
	if r := w.issue(f, "Разрешение", map[string][]byte{"file": []byte("MZ no pdf")}); r.Status != 422 || len(w.told) > 0 {
		t.Errorf("not a PDF: %d", r.Status)
	}
	if r := w.issue(f, "Разрешение", map[string][]byte{"file": pdf, "signature": []byte("no signature")}); r.Status != 422 || !strings.Contains(r.Page.Words(), "Подпись не подходит") {
		t.Errorf("a bad signature: %d", r.Status)
	}
	r := w.issue(f, "", map[string][]byte{"file": pdf})
	if again := r.Page.Text("#file-error"); r.Status != 422 || !strings.Contains(again, "«file.pdf» не сохранился") {
		t.Errorf("a file that was not kept: %d %q", r.Status, again)
	}
	for range 2 {
		if r := w.issue(f, "Разрешение", map[string][]byte{"file": pdf}); r.Status != 303 {
			t.Fatalf("%d %s", r.Status, r.Body)
		}
	}
	if got := w.kinds(); got != "status:sent result" {
		t.Fatalf("told %q", got)
	}
	result := w.told[1].Results[0]
	if !bytes.Equal(result.Content, pdf) || result.Name != "Разрешение" {
		t.Errorf("the citizen gets %d bytes of %q", len(result.Content), result.Name)
	}
	page := w.get(w.alsu, "/workplace/"+id.String()).Page
	if !strings.Contains(page.Words(), hex.EncodeToString(result.SHA256[:])) {
		t.Error("the hash is not shown")
	}
	if r := w.get(w.alsu, page.Link("Разрешение")); r.Body != string(pdf) {
		t.Errorf("%d bytes come back", len(r.Body))
	}
	if n := w.count(`SELECT count(*) FROM workplace_document WHERE position('%PDF' IN encode(content, 'escape')) > 0`); n != 0 {
		t.Error("the document is not sealed")
	}
}

func TestEveryLookIsInTheCitizensJournal(t *testing.T) {
	t.Parallel()
	w, id := withCase(t)
	person := w.alsu // any id: an account of the portal
	_, err := w.db.Exec(w.Context(), `SET session_replication_role = replica; INSERT INTO application_party (application, party, position, person, last_name, first_name, joined_at)
		VALUES ('`+id.String()+`', 'applicant', 0, '`+person.String()+`', 'Җиһаншина', 'Әминә', now()); SET session_replication_role = DEFAULT`)
	w.must(err)
	w.get(w.ruslan, "/workplace/"+id.String())
	w.post(w.ruslan, w.form(w.ruslan, id, "accept"), nil)
	if n := w.count(`SELECT count(*) FROM journal WHERE subject = $1 AND actor = $2 AND action IN ('workplace.read', 'workplace.accept') AND purpose LIKE '%2026-112233-4%'`,
		person.String(), w.ruslan.String()); n != 3 {
		t.Errorf("%d entries of two looks and a decision", n)
	}
}
