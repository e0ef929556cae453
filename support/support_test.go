package support

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/fault"
	"tamga/internal/web"
)

func TestTemplatesFitTheirData(t *testing.T) {
	t.Parallel()
	p, err := pages()
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{helpView.Check(p), askView.Check(p), sentView.Check(p), ownView.Check(p), requestView.Check(p), knowledgeView.Check(p),
		topicView.Check(p), statusView.Check(p), deskView.Check(p), incidentView.Check(p), newView.Check(p), reportView.Check(p), noticesView.Check(p),
		callsView.Check(p), callView.Check(p)} {
		if err != nil {
			t.Error(err)
		}
	}
}

func TestClocksOfTheLines(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, c := range []struct{ topic, kind, from, due string }{
		{"payment", "question", "2026-11-28 23:00", "2026-11-29 23:00"},    // round the clock, over the weekend
		{"application", "problem", "2026-11-27 19:00", "2026-11-30 08:30"}, // Friday evening: an hour left, then Monday
		{"terminal", "problem", "2026-11-23 16:45", "2026-11-24 08:15"},
	} {
		from, _ := time.ParseInLocation("2006-01-02 15:04", c.from, moscow)
		i := Incident{Source: "staff", Topic: c.topic, Kind: c.kind, Lang: "ru", RaisedAt: from}
		if err := pgx.BeginFunc(t.Context(), w.db, func(tx pgx.Tx) error { return raise(t.Context(), tx, &i, "test") }); err != nil {
			t.Fatal(err)
		}
		if got := i.DueAt.In(moscow).Format("2006-01-02 15:04"); got != c.due {
			t.Errorf("%s %s from %s: due %s, want %s", c.topic, c.kind, c.from, got, c.due)
		}
	}
}

func TestRaiseOnceByKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ids := make([]uuid.UUID, 8)
	var all sync.WaitGroup
	for n := range ids {
		all.Go(func() {
			if err := pgx.BeginFunc(context.Background(), w.db, func(tx pgx.Tx) (err error) {
				ids[n], err = Raise(context.Background(), tx, Report{Key: "delivery:7", Topic: "application", Cause: "не дошло", At: w.clock})
				return err
			}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for _, id := range ids {
		if id != ids[0] {
			t.Errorf("two incidents for one cause: %s, %s", id, ids[0])
		}
	}
	if n := w.count(`SELECT count(*) FROM support_clock`); n != 1 {
		t.Errorf("%d clocks", n)
	}
}

func TestQuestionAnsweredInsideItsClock(t *testing.T) {
	t.Parallel()
	w, aliya, timur := newWorld(t), uuid.New(), uuid.New()
	id := w.ask(aliya, aQuestion)
	own := "/support/requests/" + id.String()
	if p := w.get(w.portal, aliya, own).Page; !strings.Contains(p.Words(), "Җавап кирәк") || !strings.Contains(p.Words(), "Ответим до") {
		t.Errorf("the citizen sees %s", p.Words())
	}
	if r := w.get(w.portal, timur, own); r.Status != 404 {
		t.Errorf("a stranger gets %d", r.Status)
	}
	if n := w.count(`SELECT count(*) FROM support_message WHERE position(convert_to('квитанция', 'UTF8') IN text) > 0`); n != 0 {
		t.Error("the text is not sealed")
	}
	w.clock = w.clock.Add(2 * time.Hour)
	page := w.get(w.staff, uuid.Nil, "/support/"+id.String()+"?template=payment-found").Page
	form := page.Form("form[action=/support/" + id.String() + "/answer]")
	if !strings.Contains(form.Values.Get("text"), "Ваш платёж найден") {
		t.Errorf("the template gave %q", form.Values.Get("text"))
	}
	if r := w.post(w.staff, uuid.Nil, form, nil); r.Status != 303 {
		t.Fatalf("status %d: %s", r.Status, r.Page.Words())
	}
	if p := w.get(w.portal, aliya, own).Page; !strings.Contains(p.Words(), "Ваш платёж найден") || !strings.Contains(p.Words(), "Есть ответ") {
		t.Errorf("the citizen sees %s", p.Words())
	}
	if n := w.count(`SELECT count(*) FROM notification WHERE kind = 'support.answer'`); n != 1 {
		t.Errorf("%d mails", n)
	}
	if n := w.count(`SELECT count(*) FROM journal WHERE action = 'support.read' AND subject = $1`, aliya.String()); n != 1 {
		t.Errorf("%d entries of the journal", n)
	}
	w.clock = w.clock.Add(48 * time.Hour)
	if err := w.desk.escalate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := w.count(`SELECT count(*) FROM support_event WHERE event = 'escalated'`); n != 0 {
		t.Error("an answered question was escalated")
	}
	report := w.get(w.staff, uuid.Nil, "/support/report").Page.Words()
	if !strings.Contains(report, "Вопросы граждан 1 0 0 100 %") {
		t.Errorf("the report says %s", report)
	}
}

func TestAskedAgainRunsANewClock(t *testing.T) {
	t.Parallel()
	w, aliya := newWorld(t), uuid.New()
	id := w.ask(aliya, aQuestion)
	if err := w.desk.answer(t.Context(), id, w.employee, "Ответ"); err != nil {
		t.Fatal(err)
	}
	w.clock = w.clock.Add(time.Hour)
	page := w.get(w.portal, aliya, "/support/requests/"+id.String()).Page
	if r := w.post(w.portal, aliya, page.Button("Отправить сообщение"), url.Values{"text": {"Не помогло"}}); r.Status != 303 {
		t.Fatal(r.Status)
	}
	i, err := incidentByID(t.Context(), w.db, id)
	if err != nil || i.AnsweredAt != nil || !i.DueAt.Equal(w.clock.Add(24*time.Hour)) || i.State != "working" {
		t.Errorf("%+v, %v", i, err)
	}
	if n := w.count(`SELECT count(*) FROM support_clock WHERE incident_id = $1`, id); n != 2 {
		t.Errorf("%d clocks", n)
	}
	if r := w.post(w.portal, aliya, page.Button("Отправить сообщение"), url.Values{"text": {" "}}); r.Status != 422 {
		t.Errorf("an empty message: %d", r.Status)
	}
}

func TestEscalationOnceAlongTheChain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.exec(`UPDATE support_duty SET email = 'duty@example.ru' WHERE step = 2`)
	id := w.ask(uuid.New(), aQuestion)
	step := func() int { return w.count(`SELECT step FROM support_incident WHERE id = $1`, id) }
	run := func() {
		var all sync.WaitGroup
		for range 4 { // workers at once
			all.Go(func() {
				if err := w.desk.escalate(context.Background()); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
	}
	run()
	if step() != 1 {
		t.Errorf("escalated before its time, to %d", step())
	}
	w.clock = w.clock.Add(17 * time.Hour)
	run()
	run()
	if step() != 2 {
		t.Errorf("step %d after two thirds of the time", step())
	}
	if n := w.count(`SELECT count(*) FROM notification WHERE kind = 'support.escalated'`); n != 1 {
		t.Errorf("those on duty got %d mails", n)
	}
	w.clock = w.clock.Add(8 * time.Hour)
	run()
	if n := w.count(`SELECT count(*) FROM support_event WHERE event = 'escalated'`); step() != 3 || n != 2 {
		t.Errorf("step %d after %d escalations", step(), n)
	}
	if p := w.get(w.staff, uuid.Nil, "/support").Page.Words(); !strings.Contains(p, "Срок нарушен") || !strings.Contains(p, "Техническая поддержка") {
		t.Errorf("the list says %s", p)
	}
}

func TestMergedIsAnsweredWithTheOther(t *testing.T) {
	t.Parallel()
	w, aliya, timur := newWorld(t), uuid.New(), uuid.New()
	first, second := w.ask(aliya, aQuestion), w.ask(timur, aQuestion)
	target, err := incidentByID(t.Context(), w.db, first)
	if err != nil {
		t.Fatal(err)
	}
	page := w.get(w.staff, uuid.Nil, "/support/"+second.String()).Page
	if r := w.post(w.staff, uuid.Nil, page.Button("Объединить"), url.Values{"merge": {"123456789"}}); r.Status != 422 {
		t.Errorf("a number that is none: %d", r.Status)
	}
	if r := w.post(w.staff, uuid.Nil, page.Button("Объединить"), url.Values{"merge": {target.Shown()}}); r.Status != 303 {
		t.Fatalf("%d %s", r.Status, r.Page.Words())
	}
	if err := w.desk.answer(t.Context(), first, w.employee, "Одно на всех"); err != nil {
		t.Fatal(err)
	}
	if p := w.get(w.portal, timur, "/support/requests/"+second.String()).Page.Words(); !strings.Contains(p, "Одно на всех") || !strings.Contains(p, "Есть ответ") {
		t.Errorf("the second citizen sees %s", p)
	}
	if n := w.count(`SELECT count(*) FROM support_clock WHERE stopped_at IS NULL`); n != 0 {
		t.Errorf("%d clocks run on", n)
	}
}

func TestNothingClosesInSilence(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.ask(uuid.New(), aQuestion)
	form := w.get(w.staff, uuid.Nil, "/support/"+id.String()).Page.Form("form[action=/support/" + id.String() + "/take]")
	form.Action = "/support/" + id.String() + "/close"
	if r := w.post(w.staff, uuid.Nil, form, nil); r.Status != 409 {
		t.Errorf("closed without an answer: %d", r.Status)
	}
	if n := w.count(`SELECT count(*) FROM support_incident WHERE state = 'new'`); n != 1 {
		t.Error("the state has changed")
	}
}

func TestFormIsSafe(t *testing.T) {
	t.Parallel()
	w, aliya := newWorld(t), uuid.New()
	form := w.get(w.portal, aliya, "/support/new").Page.Form("form[action=/support/new]")
	wrong := w.post(w.portal, aliya, form, url.Values{"text": {strings.Repeat("ж", maxText+1)}, "kind": {"question"}, "topic": {"нет"}})
	if wrong.Status != 422 || wrong.Page.Count(".govuk-error-summary li") != 2 || !strings.Contains(wrong.Page.Text("textarea"), "жжж") {
		t.Errorf("%d %s", wrong.Status, wrong.Page.Text("main"))
	}
	for range 2 { // a double click
		if r := w.post(w.portal, aliya, form, aQuestion); r.Status != 303 {
			t.Fatal(r.Status)
		}
	}
	if n := w.count(`SELECT count(*) FROM support_message`); n != 1 {
		t.Errorf("%d messages of one form", n)
	}
	form.Values.Set("application", uuid.NewString())
	form.Values.Set("key", uuid.NewString())
	if r := w.post(w.portal, aliya, form, aQuestion); r.Status != 404 {
		t.Errorf("a stranger's application was linked: %d", r.Status)
	}
	for range 5 {
		form.Values.Del("application")
		form.Values.Set("key", uuid.NewString())
		if r := w.post(w.portal, aliya, form, aQuestion); r.Status == 429 {
			form.Values.Set("_csrf", "")
			return
		}
	}
	t.Error("one account may ask without end")
}

func TestStrangerGetsTheAnswerByMail(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	form := w.get(w.portal, uuid.Nil, "/support/new").Page.Form("form[action=/support/new]")
	if r := w.post(w.portal, uuid.Nil, form, url.Values{"kind": {"idea"}, "topic": {"other"}, "text": {"Спасибо"}, "email": {"a@b.ru\r\nBcc: x@y.ru"}}); r.Status != 422 {
		t.Errorf("a broken address: %d", r.Status)
	}
	r := w.post(w.portal, uuid.Nil, form, url.Values{"email": {"guest@example.ru"}})
	if r.Status != 303 || strings.Contains(r.Location, "guest") {
		t.Fatalf("%d to %s", r.Status, r.Location)
	}
	if p := w.get(w.portal, uuid.Nil, r.Location).Page.Words(); !strings.Contains(p, "Номер обращения: 100-") {
		t.Error(p)
	}
	if r := w.get(w.portal, uuid.Nil, "/support/sent?number=100000019"); r.Status != 404 {
		t.Errorf("a number with a slip: %d", r.Status)
	}
	var id uuid.UUID
	if err := w.db.QueryRow(t.Context(), `SELECT id FROM support_incident`).Scan(&id); err != nil {
		t.Fatal(err)
	}
	if err := w.desk.answer(t.Context(), id, w.employee, "И вам"); err != nil {
		t.Fatal(err)
	}
	if n := w.count(`SELECT count(*) FROM notification WHERE kind = 'support.answer' AND channel = 'email'`); n != 1 {
		t.Errorf("%d mails", n)
	}
}

func TestStatusTellsWhatWasMeasured(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.exec(`INSERT INTO department_endpoint (code, name, url, updated_at) VALUES ('zags', '{"ru": "ЗАГС", "tt": "ЗАГС", "en": "Registry"}', 'http://zags.example', now())`)
	overall := func() string { return w.get(w.portal, uuid.Nil, "/status").Page.Attr("[data-status]", "data-status") }
	if overall() != "unknown" {
		t.Errorf("before any measurement it says %q", overall())
	}
	var broken error
	asked := ""
	w.jobs.Checks = map[string]web.Check{"database": func(context.Context) error { return nil }}
	w.jobs.Reach = func(_ context.Context, address string) error { asked = address; return broken }
	probe := func() {
		t.Helper()
		if err := w.jobs.probe(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.clock = w.clock.Add(time.Minute)
	}
	probe()
	if overall() != "ok" || asked != "http://zags.example/jwks.json" {
		t.Errorf("%q after asking %q", overall(), asked)
	}
	broken = errors.New("no route to 10.1.2.3")
	for range 6 {
		probe()
	}
	page := w.get(w.portal, uuid.Nil, "/status").Page
	if overall() != "down" || !strings.Contains(page.Words(), "ЗАГС Сейчас: Не отвечает 14.2 %") || strings.Contains(page.Words(), "10.1.2.3") {
		t.Errorf("%s: %s", overall(), page.Words())
	}
	if n := w.count(`SELECT count(*) FROM support_incident WHERE source = 'system'`); n != 1 {
		t.Errorf("%d incidents of one fall", n)
	}
	w.clock = w.clock.Add(time.Hour)
	if overall() != "unknown" {
		t.Errorf("with old measurements it says %q", overall())
	}
}

func TestWorksAreAnnouncedAWorkingDayAhead(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.clock = time.Date(2026, 11, 27, 15, 0, 0, 0, moscow) // Friday
	form := w.get(w.staff, uuid.Nil, "/support/status").Page.Form("form[action=/support/status]")
	fields := url.Values{"kind": {"works"}, "title_ru": {"Обновление"}, "title_tt": {"Яңарту"}, "title_en": {"Update"}, "starts": {"2026-11-30T14:00"}, "ends": {"2026-11-30T18:00"}}
	if r := w.post(w.staff, uuid.Nil, form, fields); r.Status != 422 {
		t.Errorf("over the weekend, and less than a working day: %d", r.Status)
	}
	fields.Set("starts", "2026-11-30T15:30")
	if r := w.post(w.staff, uuid.Nil, form, fields); r.Status != 303 {
		t.Errorf("a working day ahead: %d %s", r.Status, r.Page.Words())
	}
	if p := w.get(w.portal, uuid.Nil, "/status?lang=tt").Page.Words(); !strings.Contains(p, "Яңарту") {
		t.Error(p)
	}
}

func TestCallSeesWhatItMay(t *testing.T) {
	t.Parallel()
	w, aliya, id := newWorld(t), uuid.New(), uuid.New()
	w.exec(`INSERT INTO application (id, service, service_version, state, number, hash, kept_until, created_at, updated_at, submitted_at)
		VALUES ($1, 'marriage', 1, 'sent', '16-26-000001-7', sha256('x'), now(), now(), now(), now())`, id)
	w.exec(`INSERT INTO application_party (application, party, position, person, last_name, joined_at) VALUES ($1, 'bride', 0, $2, 'Гарипова', now())`, id, aliya)
	w.exec(`INSERT INTO department_endpoint (code, name, url, updated_at) VALUES ('zags', '{"ru": "ЗАГС", "tt": "ЗАГС", "en": "Registry"}', 'http://zags.example', now()),
		('other', '{"ru": "Другое", "tt": "Башка", "en": "Other"}', 'http://other.example', now())`)
	w.exec(`INSERT INTO delivery (id, application_id, number, department, service, service_version, data, data_sha256)
		VALUES (gen_random_uuid(), $1, '16-26-000001-7', 'zags', 'marriage', 1, 'x', sha256('x'))`, id)
	w.exec(`INSERT INTO charge (id, uin, origin_kind, origin_id, payer, last_name, first_name, middle_name, amount, purpose, service, payee, payee_from, created_at)
		VALUES ($1, '18810116000000000048', 'application', $1, $2, 'Гарипова', 'Алия', '', 35000, 'Пошлина', 'marriage', 'zags', '2026-01-01', now())`, id, aliya)
	w.exec(`INSERT INTO payment (id, charge_id, receipt, acquirer, amount, last_n, first_n, middle_n, created_at)
		VALUES ($1, $1, '1000-0000-0016', 'sandbox', 35000, 'ГАРИПОВА', 'АЛИЯ', '', now())`, id)
	w.exec(`INSERT INTO payment_event (payment_id, seq, from_state, event, to_state, source, at) VALUES ($1, 1, 'none', 'create', 'created', 'poll', now())`, id)
	begin := func(caller, body string) string {
		form := w.get(w.staff, uuid.Nil, "/support/calls").Page.Form("form[action=/support/calls]")
		if r := w.post(w.staff, uuid.Nil, form, url.Values{"caller": {caller}}); r.Status != 422 || r.Page.Has("#body-error") != (caller == "body") {
			t.Errorf("began without a name: %d", r.Status)
		}
		r := w.post(w.staff, uuid.Nil, form, url.Values{"name": {"Сәлимә"}, "body": {body}, "purpose": {"status"}})
		if r.Status != 303 {
			t.Fatal(r.Status, r.Page.Words())
		}
		return r.Location
	}
	look := func(at string, fields url.Values) reply {
		return w.post(w.staff, uuid.Nil, w.get(w.staff, uuid.Nil, at).Page.Form("form[action="+at+"]"), fields)
	}
	citizen := begin("citizen", "")
	if p := look(citizen, url.Values{"number": {"16-26-000001-7"}, "surname": {"Иванова"}}).Page; !strings.Contains(p.Text("#found"), "Не нашлось") {
		t.Errorf("a stranger's surname found %s", p.Text("#found"))
	}
	if p := look(citizen, url.Values{"number": {"16-26-000001-7"}, "surname": {"гарипова"}}).Page; !strings.Contains(p.Text("#found"), "marriage") || strings.Contains(p.Text("#found"), "Гарипова") {
		t.Errorf("found %s", p.Text("#found"))
	}
	if p := look(begin("body", "zags"), url.Values{"number": {"16-26-000001-7"}}).Page; strings.Contains(p.Text("#found"), "marriage") || !strings.Contains(p.Text("#found"), "Пошлина") {
		t.Errorf("a department's employee sees %s", p.Text("#found"))
	}
	if p := look(begin("body", "other"), url.Values{"number": {"16-26-000001-7"}}).Page; !strings.Contains(p.Text("#found"), "Не нашлось") {
		t.Errorf("another department sees %s", p.Text("#found"))
	}
	for _, one := range []struct {
		at, surname, number string
		sees                string
	}{
		{citizen, "Гарипова", "1000-0000-0016", "ещё не завершён"}, {citizen, "Иванова", "1000-0000-0016", "Не нашлось"},
		{citizen, "гарипова", "1881 0116 0000 0000 0048", "Не оплачено"}, {citizen, "Иванова", "18810116000000000048", "Не нашлось"},
		{begin("body", "zags"), "", "18810116000000000048", "Не оплачено"}, {begin("body", "zags"), "", "100000000016", "ещё не завершён"},
		{begin("body", "other"), "", "1000-0000-0016", "Не нашлось"}, {begin("body", "other"), "", "18810116000000000048", "Не нашлось"},
	} {
		if p := look(one.at, url.Values{"number": {one.number}, "surname": {one.surname}}).Page; !strings.Contains(p.Text("#found"), one.sees) {
			t.Errorf("%s %s: %s", one.surname, one.number, p.Text("#found"))
		}
	}
	if n := w.count(`SELECT count(*) FROM journal WHERE action = 'support.call_lookup' AND subject = $1`, aliya.String()); n != 6 {
		t.Errorf("%d entries of the journal", n)
	}
	w.employee = uuid.New()
	if r := w.get(w.staff, uuid.Nil, citizen); r.Status != 404 {
		t.Errorf("another employee's call: %d", r.Status)
	}
}

func TestStaffPagesNeedTheRight(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.forbidden = fault.New(fault.Forbidden, "intra.no_right")
	for _, path := range []string{"/support", "/support/new", "/support/report", "/support/status", "/support/calls", "/support/" + uuid.NewString(), "/support/calls/" + uuid.NewString()} {
		if r := w.get(w.staff, uuid.Nil, path); r.Status != 403 {
			t.Errorf("%s: %d", path, r.Status)
		}
	}
}

func TestKnowledgeIsWhole(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	list, err := knowledge()
	if err != nil {
		t.Fatal(err)
	}
	templates, err := answers()
	if err != nil {
		t.Fatal(err)
	}
	topics := map[string]bool{}
	for _, e := range append(list, templates...) {
		for _, s := range []string{e.Question.RU, e.Question.TT, e.Question.EN, e.Answer.RU, e.Answer.TT, e.Answer.EN} {
			if s == "" {
				t.Errorf("%s: a text is missing", e.ID)
			}
		}
		topics[e.Topic] = true
		if w.count(`SELECT count(*) FROM support_topic WHERE code = $1`, e.Topic) == 0 {
			t.Errorf("%s: no topic %s", e.ID, e.Topic)
		}
	}
	for _, lang := range []string{"ru", "tt", "en"} {
		if r := w.get(w.portal, uuid.Nil, "/questions/payment?lang="+lang); r.Status != 200 || r.Page.Count("main h2") < 3 {
			t.Errorf("%s: %d", lang, r.Status)
		}
	}
	if r := w.get(w.portal, uuid.Nil, "/questions/nothing"); r.Status != 404 {
		t.Errorf("no such topic: %d", r.Status)
	}
	if w.get(w.portal, uuid.Nil, "/support").Page.Count("a[href=/support/new]") == 0 {
		t.Error("the help leads nowhere")
	}
}
