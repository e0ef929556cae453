package portal

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"tamga/catalog"
	"tamga/internal/i18n"
	"tamga/internal/notify"
	"tamga/portal/notices"

	"github.com/jackc/pgx/v5"
)

// papers is what ESIA tells of Aliya besides the passport.
func papers() map[string]any {
	return map[string]any{
		"documents": []map[string]any{{"type": "RF_DRIVING_LICENSE", "series": "9912", "number": "345678", "expires_on": "2029-05-21", "verified": true},
			{"type": "INN", "number": "165504321780", "verified": true}, {"type": "MDCL_PLCY", "number": "1656001234567890", "verified": false}},
		"vehicles": []map[string]any{{"name": "Лада Веста", "plate": "А123ВС116", "certificate": "1612345678", "verified": true}},
		"children": []map[string]any{{"last_name": "Гарипов", "first_name": "Илназ", "birth_date": "2022-03-09", "certificate": "IV-КБ 700001", "verified": true}},
		"address":  map[string]string{"formatted": "420111, г. Казань, ул. Баумана, д. 5, кв. 12"},
	}
}

func (s *esiaServer) keeps(claims map[string]any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for name, value := range claims {
		s.person[name] = value
	}
}

// TestDocuments: ESIA's are shown as verified and fill forms; an own one is typed, checked, changed and removed; by phone none is seen.
func TestDocuments(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.esia.keeps(papers())
	w := b.browser().get("/esia/start?next=/documents")
	w.fill("/esia/bind/new", "consent", "yes").want(200, "/documents", "Проверено", "9912345678", "Лада Веста", "Илназ", "Не проверено")
	known := func(path string) map[string]string {
		var got struct{ Profile map[string]string }
		r := w.one(http.MethodGet, path, nil)
		_ = json.NewDecoder(r.Body).Decode(&got)
		return got.Profile
	}
	if known("/service/who")["driving_licence"] != "" {
		t.Error("a page without a form costs a look at the documents")
	}
	if p := known("/applications/x/steps/y"); p["driving_licence"] != "9912345678" || p["vehicle_sts"] != "1612345678" || p["child_first_name"] != "Илназ" ||
		p["inn"] != "165504321780" || p["address"] == "" || p["snils"] != "11223344595" {
		t.Errorf("forms know %v", p)
	}
	w.get("/documents/new/bank").fill("/documents/new/bank", "payout-bik", "12", "payout-account", "").want(422, "/documents/new/bank")
	w.fill("/documents/new/bank", "payout-bik", "049205805", "payout-account", "40817810862000000017", "payout-bank", "Банк").
		want(200, "/documents", "Документ сохранён", "049205805")
	if p := known("/applications/x/steps/y"); p["bank_bik"] != "049205805" {
		t.Errorf("the typed account is not known: %v", p)
	}
	var raw []byte
	if err := b.db.QueryRow(t.Context(), `SELECT string_agg(content, '') FROM document`).Scan(&raw); err != nil || bytes.Contains(raw, []byte("049205805")) {
		t.Errorf("documents lie open: %v", err)
	}
	stranger := b.citizen("+79172000002", "Хабибуллин", "Тимур", "", "")
	var id string
	if err := b.db.QueryRow(t.Context(), `SELECT id FROM document WHERE source = 'own'`).Scan(&id); err != nil {
		t.Fatal(err)
	}
	own := "/documents/" + id + "/remove"
	stranger.get(own).want(404, "")
	w.get(own).fill(own).want(200, "/documents", "Документ удалён")
	b.exec(`UPDATE account SET password_hash = (SELECT password_hash FROM account WHERE phone = '+79172000002') WHERE phone = $1`, aliyaPhone)
	b.browser().signIn(aliyaPhone, password).get("/documents").want(200, "/documents", "только после входа через ЕСИА")
	b.exec(`UPDATE account SET esia_sub = NULL, level = 'none', bound_at = NULL, profile = NULL WHERE phone = $1`, aliyaPhone)
	reset := b.browser().get("/reset").fill("/reset", "phone", aliyaPhone).want(200, "/reset/code")
	reset.fill("/reset/code", "code", sentCode.FindString(b.messages(aliyaPhone)[0]), "password", "Kazan2026x").want(200, "/cabinet")
	var left int
	if err := b.db.QueryRow(t.Context(), `SELECT count(*) FROM document`).Scan(&left); err != nil || left != 0 {
		t.Errorf("%d documents pass to whoever has the number now: %v", left, err)
	}
}

// TestDocumentInTwoTabs: who saves second is shown both texts and chooses; what was typed into a removed document is kept.
func TestDocumentInTwoTabs(t *testing.T) {
	t.Parallel()
	b := setup(t)
	w := b.citizen(aliyaPhone, "Гарипова", "Алия", "", "")
	const add = "/documents/new/vehicle"
	save := func(name string) *browser {
		return w.fill(w.Page.Attr("main form", "action"), "plate", "А123ВС116", "sts", "1612345678", "vehicle_name", name)
	}
	stale := w.get(add).Page
	save("Лада Веста").want(200, "/documents", "Документ сохранён")
	w.Page = stale
	save("Лада Веста").want(200, "/documents", "Документ сохранён") // a second click
	w.Page = stale
	save("Лада Гранта").want(409, add, "сохранена в другом окне", "Вы ввели сейчас", "Лада Гранта", "Лада Веста")
	save("Лада Гранта").want(200, "/documents", "Лада Гранта")
	edit := ""
	for _, href := range w.Page.Attrs("main a", "href") {
		if strings.HasPrefix(href, "/documents/") && !strings.Contains(href, "/new/") && !strings.HasSuffix(href, "/remove") {
			edit = href
		}
	}
	stale = w.get(edit).want(200, edit).Page
	save("Нива").want(200, "/documents", "Нива")
	w.Page = stale
	save("Волга").want(409, edit, "Нива", "Волга")
	w.fill(edit, "keep.vehicle_name", "saved").want(200, "/documents", "Нива")
	stale = w.get(edit).Page
	w.get(edit+"/remove").fill(edit+"/remove").want(200, "/documents", "Документ удалён")
	w.Page = stale
	save("Чайка Җ").want(409, edit, "удалён в другом окне")
	if got := w.Page.Attr("[name=vehicle_name]", "value"); got != "Чайка Җ" {
		t.Errorf("the typed name is %q", got)
	}
	w.fill(add).want(200, "/documents", "Чайка Җ")
	if n := b.number(`SELECT count(*) FROM document`); n != 1 {
		t.Errorf("%d documents", n)
	}
}

// TestRevokedPower: what ESIA took back is over within a minute, in a session that goes on.
func TestRevokedPower(t *testing.T) {
	t.Parallel()
	b := setup(t)
	w := b.browser().get("/esia/start?next=/cabinet")
	w.fill("/esia/bind/new", "consent", "yes").want(200, "/cabinet")
	b.esia.comesFor(kyrlay("submit", "sign", "pay"))
	w.get("/esia/start?as=organisation&next=/cabinet").want(200, "/cabinet", "платить")
	b.esia.comesFor(kyrlay("submit"))
	if o := w.who().Organisation; o == nil || !o.May("pay") {
		t.Fatalf("the word of a moment ago does not count: %+v", o)
	}
	b.redis.FastForward(capacityFresh + time.Second)
	if o := w.who().Organisation; o == nil || o.May("pay") || !o.May("submit") {
		t.Fatalf("a revoked power holds: %+v", o)
	}
	b.esia.comesFor(nil)
	b.redis.FastForward(capacityFresh + time.Second)
	if o := w.who().Organisation; o != nil {
		t.Fatalf("somebody dismissed still acts: %+v", o)
	}
	b.esia.Close()
	b.redis.FastForward(capacityFresh + time.Second)
	if w.get("/service/who"); w.Status != 503 {
		t.Errorf("with ESIA away somebody acts for another: %d", w.Status)
	}
}

// TestNotices: what is sent is read on the site once for all ways; a way can be turned off, codes cannot.
func TestNotices(t *testing.T) {
	t.Parallel()
	b := setup(t)
	w := b.citizen(aliyaPhone, "Гарипова", "Алия", "", "a@example.ru")
	inbox := &notices.Inbox{Box: b.box, Now: time.Now}
	take := func(kind string, channel notify.Channel, to, body string) (send bool) {
		err := pgx.BeginFunc(t.Context(), b.db, func(tx pgx.Tx) (err error) {
			send, err = inbox.Take(t.Context(), tx, notify.Message{Channel: channel, To: to, Kind: kind, Body: body})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return send
	}
	text := "Заявление принято: " + site + "/applications/1."
	if !take("applications.notice_accepted", notify.SMS, aliyaPhone, text) || !take("applications.notice_accepted", notify.Email, "a@example.ru", text) {
		t.Error("nothing was turned off, and something is not sent")
	}
	take("portal.code", notify.SMS, aliyaPhone, "Код 123456")
	w.get("/cabinet").want(200, "/cabinet", "1 новое")
	w.get("/notices").want(200, "/notices", "Заявление принято")
	if n := strings.Count(w.Page.Text("main"), "Заявление принято"); n != 1 || strings.Contains(w.Page.Text("main"), "123456") || !w.Page.Has(`a[href="/applications/1"]`) {
		t.Errorf("%d times: %s", n, w.Page.Text("main"))
	}
	if w.get("/cabinet"); strings.Contains(w.Page.Text(".tm-header"), "1 новое") {
		t.Error("what was read is new again")
	}
	w.get("/notices/settings").post("/notices/settings", without(w.Page.Form(`form[action="/notices/settings"]`).Values, "applications", "sms")).want(200, "/notices/settings", "сохранены")
	if take("applications.notice_x", notify.SMS, aliyaPhone, "другое") || !take("applications.notice_x", notify.Email, "a@example.ru", "другое") ||
		!take("portal.code", notify.SMS, aliyaPhone, "Код 1") {
		t.Error("the choice is not kept")
	}
}

func without(values map[string][]string, name, value string) map[string][]string {
	var kept []string
	for _, v := range values[name] {
		if v != value {
			kept = append(kept, v)
		}
	}
	values[name] = kept
	return values
}

// TestWhoLooked: an employee is told by post and office, with the purpose; the reader's own deeds are on another tab.
func TestWhoLooked(t *testing.T) {
	t.Parallel()
	b := setup(t)
	w := b.citizen(aliyaPhone, "Гарипова", "Алия", "", "")
	b.exec(`INSERT INTO journal (actor, actor_role, action, subject, purpose) VALUES ('x', 'employee', 'payments.lookup', $1, 'звонок гражданина')`, b.account(aliyaPhone).ID.String())
	w.get("/settings/journal").want(200, "/settings/journal", "Сотрудник ведомства", "Поиск платежа", "звонок гражданина")
	b.browser().get("/settings/journal").want(200, "/sign-in")
}

// TestPlace: a district is chosen or typed and remembered, without an account too; its offices come with what can be done there.
func TestPlace(t *testing.T) {
	t.Parallel()
	b := setup(t)
	w := b.browser().get("/offices").want(200, "/offices", "всей республики", "Что здесь можно сделать")
	w.get("/place?next=/offices").fill("/place", "typed", "Урюпинск").want(422, "/place", "Не нашли")
	w.get("/place?next=/offices").fill("/place", "typed", "казань, вахитовский район").want(200, "/offices", "Вахитовский")
	if text := w.Page.Text("main"); strings.Contains(text, "Альметьевск") {
		t.Error("offices of another town are near")
	}
	if w.cookies[placeCookie] != "kazan-vakhitovsky" {
		t.Errorf("remembered %q", w.cookies[placeCookie])
	}
	c := b.citizen(aliyaPhone, "Гарипова", "Алия", "", "")
	c.get("/place").fill("/place", "district", "chelny").want(200, "/offices", "Набережные Челны")
	b.browser().signIn(aliyaPhone, password).get("/offices").want(200, "/offices", "Сююмбике")
}

func TestOpenNow(t *testing.T) {
	t.Parallel()
	o := &catalog.Office{Hours: []i18n.Text{{RU: "Регистрация брака: пятница и суббота, 10:00–16:00"}, {RU: "Приём: вторник–пятница, 8:00–17:00"}, {RU: "суббота, 9:00–12:00"}}}
	for at, want := range map[string]string{"2026-11-24T08:00:00+03:00": "17:00", "2026-11-24T17:00:00+03:00": "", "2026-11-23T10:00:00+03:00": "",
		"2026-11-28T09:30:00+03:00": "12:00", "2026-11-28T13:00:00+03:00": ""} {
		when, _ := time.Parse(time.RFC3339, at)
		if open, until, known := openNow(o, when); until != want || open != (want != "") || !known {
			t.Errorf("%s: open %v until %q", at, open, until)
		}
	}
}
