package applications

import (
	"context"
	"crypto/sha256"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/departments"
)

// told lets a department say something about an application.
func (w *world) told(id uuid.UUID, u departments.Update) {
	w.t.Helper()
	u.ApplicationID, u.At, u.EventID = id, w.now(), uuid.NewString()
	if u.Kind == "" {
		u.Kind = departments.KindStatus
	}
	err := pgx.BeginFunc(context.Background(), w.db, func(tx pgx.Tx) error { return w.core.OnUpdate(context.Background(), tx, u) })
	if err != nil {
		w.t.Fatal(err)
	}
}

// letters are the messages of a type that wait for a department or have gone to it, opened.
func (w *world) letters(id uuid.UUID, kind string) (list []string) {
	w.t.Helper()
	rows, err := w.db.Query(context.Background(), `SELECT id, data FROM delivery WHERE application_id = $1 AND type = $2 ORDER BY seq`, id, kind)
	if err != nil {
		w.t.Fatal(err)
	}
	var key uuid.UUID
	var data []byte
	_, err = pgx.ForEachRow(rows, []any{&key, &data}, func() error {
		plain, err := w.core.Box.Open(data, []byte("delivery.data "+key.String()))
		list = append(list, string(plain))
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return list
}

// filed is a marriage application that the department has taken into work.
func (w *world) filed() (id uuid.UUID, first, second *browser) {
	w.t.Helper()
	id, first, second = w.signed()
	w.tellPaid(w.pay(id))
	w.told(id, departments.Update{Status: departments.Accepted})
	w.wantState(id, Accepted)
	return id, first, second
}

func TestWordsGoBothWays(t *testing.T) {
	t.Parallel()
	w, _, _ := fileWorld(t)
	p := w.browser("Гарипова", "Алия", "female")
	id, path := p.begin("with-files")
	res := p.attach(p.get(path), map[string]string{"note": "Записка"}, "", upload{"scan", "скан.pdf", "application/pdf", aPDF("")})
	p.attach(p.get(res.to), nil, "", upload{"children.0.photo", "фото.png", "image/png", aPNG(t)})
	if page := p.get(applicationPath(id, "/messages")); page.status != 303 {
		t.Error("a draft has a conversation with a department")
	}
	p.sign(id)
	w.wantState(id, Submitted)
	thread := p.get(applicationPath(id, "/messages"))
	if bad := p.attach(thread, map[string]string{"text": ""}, "", upload{"files", "", "application/octet-stream", nil}); bad.status != 422 {
		t.Errorf("an empty message: %d", bad.status)
	}
	sent := p.attach(thread, map[string]string{"text": "Когда будет готово?"}, "", upload{"files", "договор.pdf", "application/pdf", aPDF("x")})
	if sent.status != 303 {
		t.Fatalf("%d %s", sent.status, sent.errors())
	}
	told := w.letters(id, departments.TypeMessage)
	if len(told) != 1 || !strings.Contains(told[0], "Когда будет готово?") || !strings.Contains(told[0], "договор.pdf") {
		t.Fatalf("the department is told %v", told)
	}
	w.told(id, departments.Update{Kind: departments.KindMessage, Text: "Через неделю <b>ждите</b>"})
	page := p.get(applicationPath(id, "/messages"))
	for _, want := range []string{"Когда будет готово?", "договор.pdf", "Через неделю <b>ждите</b>"} {
		if !strings.Contains(page.Text("main"), want) {
			t.Errorf("no %q in %s", want, page.Text("main"))
		}
	}
	if sms := w.lastSMS(); !strings.Contains(sms, "Ведомство написало") || strings.Contains(sms, "неделю") {
		t.Errorf("the notice says %q", sms)
	}
	stranger := w.browser("Чужой", "Человек", "male")
	if page := stranger.get(applicationPath(id, "/messages")); page.status != http.StatusNotFound {
		t.Errorf("a stranger reads the conversation: %d", page.status)
	}
	if n := w.count(`SELECT count(*) FROM application_message WHERE position('text'::bytea IN body) > 0`); n != 0 {
		t.Error("words lie open in the database")
	}
}

// A correction of one answer is signed anew by both, and until then nothing of what was submitted changes.
func TestCorrectionOfOneAnswer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, first, second := w.filed()
	hash := func() string {
		t.Helper()
		var h []byte
		if err := w.db.QueryRow(t.Context(), `SELECT hash FROM application WHERE id = $1`, id).Scan(&h); err != nil {
			t.Fatal(err)
		}
		return grouped(h)
	}
	before := hash()
	w.told(id, departments.Update{Kind: departments.KindRequest, Text: "Место рождения не как в паспорте",
		Request: &departments.Request{Until: w.now().Add(72 * time.Hour), Fields: []string{"second.birth_place", "slot", "no_such"}}})
	if page := first.get(applicationPath(id, "")); page.Text("h1") != "Ведомство ждёт вашего ответа" {
		t.Errorf("the first reads %q", page.Text("h1"))
	}
	path := first.get(applicationPath(id, "")).Attr("#now", "href")
	page := second.get(path)
	if !page.Has("[name=birth_place]") || page.Has("[name=birth_date-day]") || page.Has("[name=slot]") ||
		page.Attr("[name=birth_place]", "value") != "город Казань" {
		t.Fatalf("asked for %v", page.Attrs("input", "name"))
	}
	if page := first.get(path); page.Has("[name=birth_place]") {
		t.Error("the first is asked for the second's answer")
	}
	if res := second.attach(page, nil, ""); res.status != 422 {
		t.Errorf("an answer that changes nothing: %d", res.status)
	}
	res := second.attach(page, map[string]string{"birth_place": "город Арск"}, "")
	if res.status != 303 || !strings.HasSuffix(res.to, "/check") {
		t.Fatalf("%d %s %s", res.status, res.to, res.errors())
	}
	check := second.get(res.to)
	if text := check.Text("#changes"); !strings.Contains(text, "город Казань") || !strings.Contains(text, "город Арск") {
		t.Errorf("the changes are %q", text)
	}
	second.send(check, "main form", nil)
	if hash() != before || len(w.letters(id, departments.TypeCorrected)) != 0 {
		t.Fatal("a correction that one of two has signed is in force")
	}
	if text := first.get(applicationPath(id, "/check")).Text("main"); strings.Contains(text, "город Арск") {
		t.Error("the answers have changed before all have signed")
	}
	first.send(first.get(res.to), "main form", nil)
	sent := w.letters(id, departments.TypeCorrected)
	if hash() == before || len(sent) != 1 || !strings.Contains(sent[0], "город Арск") || !strings.Contains(sent[0], `"fields":["second.birth_place"]`) {
		t.Fatalf("sent %v", sent)
	}
	for what, sql := range broken {
		if n := w.count(sql); n != 0 {
			t.Error(what)
		}
	}
	if n := w.count(`SELECT count(*) FROM application_signature WHERE application = $1 AND voided_at IS NULL`, id); n != 2 {
		t.Errorf("%d signatures count", n)
	}
	if page := first.get(applicationPath(id, "")); page.Has("#asked") || page.Text("h1") != "Ведомство приняло заявление" {
		t.Errorf("after the answer the page says %q", page.Text("h1"))
	}
	if again := first.get(path); again.status != 303 {
		t.Errorf("an answered request is open: %d", again.status)
	}
}

// A signature under a proposal that somebody has changed since does not count for the new one.
func TestCorrectionChangedAfterASignature(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, first, second := w.filed()
	w.told(id, departments.Update{Kind: departments.KindRequest, Text: "Исправьте", Request: &departments.Request{Fields: []string{"birth_place"}}})
	path := first.get(applicationPath(id, "")).Attr("#now", "href")
	res := first.attach(first.get(path), map[string]string{"birth_place": "город Арск"}, "")
	stale := second.get(res.to)
	first.send(first.get(res.to), "main form", nil)
	second.attach(second.get(path), map[string]string{"birth_place": "город Буа"}, "")
	if answer := second.send(stale, "main form", nil); answer.status != http.StatusConflict {
		t.Errorf("the text of before was signed: %d", answer.status)
	}
	second.send(second.get(res.to), "main form", nil)
	if n := len(w.letters(id, departments.TypeCorrected)); n != 0 {
		t.Fatal("sent with a signature under another text")
	}
	first.send(first.get(res.to), "main form", nil)
	if sent := w.letters(id, departments.TypeCorrected); len(sent) != 1 || !strings.Contains(sent[0], "город Арск") || !strings.Contains(sent[0], "город Буа") {
		t.Errorf("sent %v", sent)
	}
}

func TestWithdrawnAfterSending(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, first, _ := w.filed()
	page := first.get(applicationPath(id, "/cancel"))
	if text := page.Text("main"); !strings.Contains(text, "сообщим ведомству") || !strings.Contains(text, "время освободится") || !strings.Contains(text, "вернуть деньги") {
		t.Errorf("before the withdrawal the page says %s", text)
	}
	first.send(page, "main form", map[string]string{"reason": "Передумали"})
	w.wantDead(id, Cancelled)
	if told := w.letters(id, departments.TypeCancelled); len(told) != 1 || !strings.Contains(told[0], "Передумали") {
		t.Errorf("the department is told %v", told)
	}
	if n := w.count(`SELECT count(*) FROM application WHERE id = $1 AND refund_due`, id); n != 1 {
		t.Error("the money is not asked back")
	}
	if text := first.get(applicationPath(id, "")).Text("main"); !strings.Contains(text, "Выбранное время освобождено") {
		t.Errorf("after the withdrawal the page says %s", text)
	}
	if h := first.get(applicationPath(id, "/check")).Text("h1"); h != "Ответы в заявлении" {
		t.Errorf("the answers of what has ended are called %q", h)
	}
	w.told(id, departments.Update{Status: departments.Completed}) // it crossed the withdrawal
	w.wantDead(id, Cancelled)
	w.tellIfPaid(id) // a job that is worked twice
	if n := w.count(`SELECT count(*) FROM application_event WHERE application = $1 AND kind = 'refund_due'`, id); n != 0 {
		t.Error("a refund is promised twice")
	}
}

func TestDocumentsOfTheDepartment(t *testing.T) {
	t.Parallel()
	w, clamd, dir := fileWorld(t)
	_ = clamd
	p := w.browser("Гарипова", "Алия", "female")
	id, path := p.begin("with-files")
	res := p.attach(p.get(path), map[string]string{"note": "Записка"}, "", upload{"scan", "скан.pdf", "application/pdf", aPDF("")})
	p.attach(p.get(res.to), nil, "", upload{"children.0.photo", "фото.png", "image/png", aPNG(t)})
	p.sign(id)
	content, before := aPDF("result"), stored(t, dir)
	w.told(id, departments.Update{Kind: departments.KindResult, Results: []departments.Result{
		{Name: "Выписка.pdf", MediaType: "application/pdf", SHA256: sha256.Sum256(content), Content: content},
		{Name: "Решение.pdf", MediaType: "text/html", SHA256: sha256.Sum256(content), Content: content, Signature: []byte("not a signature")}}})
	page := p.get(applicationPath(id, ""))
	if text := page.Text("#documents"); !strings.Contains(text, "Выписка.pdf") || !strings.Contains(text, "Без электронной подписи") ||
		!strings.Contains(text, "прочитать не удалось") {
		t.Fatalf("the documents are %q", text)
	}
	links := page.Attrs("#documents a", "href")
	got := p.get(links[0])
	if got.status != 200 || stored(t, dir) != before+2 {
		t.Errorf("%d, %d stored", got.status, stored(t, dir)-before)
	}
	stranger := w.browser("Чужой", "Человек", "male")
	for _, link := range links {
		if page := stranger.get(link); page.status != http.StatusNotFound {
			t.Errorf("a stranger reads %s: %d", link, page.status)
		}
	}
	w.told(id, departments.Update{Kind: departments.KindAppointment, Appointment: &departments.Appointment{At: w.now().Add(48 * time.Hour), Place: "Баумана, 1", Text: "Возьмите паспорт"}})
	if text := p.get(applicationPath(id, "")).Text("#meeting"); !strings.Contains(text, "Баумана, 1") || !strings.Contains(text, "паспорт") {
		t.Errorf("the appointment is %q", text)
	}
}

func TestComplaint(t *testing.T) {
	t.Parallel()
	w, _ := archive(t)
	id, b := w.archived()
	w.told(id, departments.Update{Status: departments.Refused, Text: "Записи нет"})
	ended := b.get(applicationPath(id, ""))
	answer, link := strings.Index(ended.String(), "Записи нет"), strings.Index(ended.String(), applicationPath(id, "/appeal"))
	if parties := strings.Index(ended.String(), `id="parties"`); link < answer || link > parties || ended.Count("a[href="+applicationPath(id, "/appeal")+"]") != 1 {
		t.Error("the complaint does not stand with the refusal")
	}
	page := b.get(applicationPath(id, "/appeal"))
	if res := b.attach(page, nil, ""); res.status != 422 || len(res.Texts(".govuk-error-summary__list li")) != 2 {
		t.Errorf("an empty complaint: %d %s", res.status, res.errors())
	}
	b.attach(page, map[string]string{"ground": "refusal", "text": "Запись есть"}, "")
	told := w.letters(id, departments.TypeMessage)
	if len(told) != 1 || !strings.Contains(told[0], "ЖАЛОБА") || !strings.Contains(told[0], "Отказали в услуге") || !strings.Contains(told[0], "Запись есть") {
		t.Errorf("the department is told %v", told)
	}
}

// archived is an application of one person that costs nothing.
func (w *world) archived() (uuid.UUID, *browser) {
	w.t.Helper()
	b := w.browser("Смирнов", "Иван", "male")
	id, path := b.begin("copy")
	b.fill(path, map[string]string{"copies": "2", "veteran": "yes"})
	b.sign(id)
	w.wantState(id, Submitted)
	return id, b
}

func TestAnybodyChecksAPaper(t *testing.T) {
	t.Parallel()
	w, _ := archive(t)
	id, b := w.archived()
	if _, text := b.printed(id); !strings.Contains(text, "Контрольныйкод") {
		t.Errorf("the paper says %s", text)
	}
	anybody := &browser{w: w}
	link := b.get(applicationPath(id, "")).Attr("#control a", "href")
	page := anybody.get(link)
	text := page.Text("main")
	if page.status != 200 || !strings.Contains(text, "Копия архивной справки") || !strings.Contains(text, "Отправляется") || strings.Contains(text, "Смирнов") {
		t.Errorf("%d: %s", page.status, text)
	}
	number := strings.Split(link, "/")[2]
	for _, wrong := range []string{"/verify/" + number + "/00000000", "/verify/16-26-999999-0/" + strings.Split(link, "/")[3], "/verify?number=" + number} {
		if page := anybody.get(wrong); page.status != 422 || page.Has("#verified") {
			t.Errorf("%s: %d", wrong, page.status)
		}
	}
	small := strings.ToLower(link[:len(link)-4]) + "-" + strings.ToLower(link[len(link)-4:])
	if page := anybody.get(small); page.status != 200 {
		t.Errorf("a code typed in small letters: %d", page.status)
	}
}

func TestNewOneWithTheSameAnswers(t *testing.T) {
	t.Parallel()
	w, folder := archive(t)
	id, b := w.archived()
	write(t, folder, "services/copy.yaml", strings.ReplaceAll(strings.Replace(copyService, `{value: "yes", label: {ru: "Да", tt: "Әйе", en: "Yes"}}, `, "", 1),
		`veteran == "yes"`, `veteran == "no"`))
	w.publish(folder)
	res := b.send(b.get(applicationPath(id, "")), "main form", nil)
	m := idPattern.FindStringSubmatch(res.to)
	if res.status != 303 || m == nil || m[1] == id.String() {
		t.Fatalf("%d %s", res.status, res.to)
	}
	page := b.get(res.to)
	if page.Attr("[name=copies]", "value") != "2" || page.Has("[name=veteran][checked]") {
		t.Errorf("the new one begins with %v", page.Text("main"))
	}
	if n := w.count(`SELECT count(*) FROM application_signature WHERE application = $1`, m[1]); n != 0 {
		t.Error("signatures were copied")
	}
}

func TestKeptByTheRule(t *testing.T) {
	t.Parallel()
	w, _ := archive(t)
	draft := w.browser("Сафина", "Ляйсан", "female")
	draftID, _ := draft.begin("copy")
	gone, _ := draft.bareBegin("copy")
	page := draft.get(applicationPath(gone, "/erase"))
	if res := draft.send(page, "main form", nil); res.status != 303 || res.to != "/applications" {
		t.Fatalf("%d %s", res.status, res.to)
	}
	sent, b := w.archived()
	w.told(sent, departments.Update{Status: departments.Completed})
	sweep := func() {
		t.Helper()
		if err := w.jobs.retain(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	w.pass(draftKept + time.Hour)
	sweep()
	left := func() (ids []string) {
		t.Helper()
		rows, err := w.db.Query(t.Context(), `SELECT id::text FROM application`)
		if err == nil {
			ids, err = pgx.CollectRows(rows, pgx.RowTo[string])
		}
		if err != nil {
			t.Fatal(err)
		}
		return ids
	}
	if ids := left(); len(ids) != 1 || ids[0] != sent.String() || slices.Contains(ids, draftID.String()) {
		t.Fatalf("left are %v", ids)
	}
	w.pass(5 * 366 * 24 * time.Hour)
	b.attach(b.get(applicationPath(sent, "/messages")), map[string]string{"text": "Ещё вопрос"}, "")
	sweep()
	if len(left()) != 1 {
		t.Fatal("erased while people talk about it")
	}
	w.exec(`UPDATE delivery SET state = 'delivered', delivered_at = now()`)
	w.pass(5*366*24*time.Hour + time.Hour)
	sweep()
	if ids := left(); len(ids) != 0 {
		t.Errorf("kept for ever: %v", ids)
	}
	if n := w.count(`SELECT count(*) FROM journal WHERE action = 'application.erased'`); n != 3 {
		t.Errorf("%d erasures in the journal", n)
	}
	if n := w.count(`SELECT count(*) FROM delivery WHERE length(data) > 0`); n != 0 {
		t.Error("the letters still say everything")
	}
}

// bareBegin begins a second application beside a draft.
func (b *browser) bareBegin(service string) (uuid.UUID, string) {
	b.w.t.Helper()
	f := b.get("/applications/new?service=" + service).Button("Начать новое")
	res := b.do(http.MethodPost, f.Action, f.Values)
	m := idPattern.FindStringSubmatch(res.to)
	if m == nil {
		b.w.t.Fatalf("begin: %d %q", res.status, res.to)
	}
	return uuid.MustParse(m[1]), res.to
}
