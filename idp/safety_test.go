package idp

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"tamga/internal/journal"
	"tamga/internal/notify"
)

const (
	ownerPhone     = "+79172000001"
	ownerEmail     = "aliya@demo.tamga.example"
	neighbourPhone = "+79172000002"
	simplePhone    = "+79172000003"
	freshPassword  = "Sarman7Kyzyl"
)

var (
	ownerID     = uuid.MustParse("01900000-0000-7000-8000-000000000001")
	neighbourID = uuid.MustParse("01900000-0000-7000-8000-000000000002")
	anyLink     = regexp.MustCompile(`https?://\S+`)
)

// sentCode is the code of the nth message to somebody that has one: other notices come in between.
func (s *site) sentCode(t *testing.T, to string, n int) string {
	t.Helper()
	return sixDigits.FindString(anyLink.ReplaceAllString(s.told(t, to, n, sixDigits).Body, ""))
}

// told waits for the nth message to somebody that says something, links left out.
func (s *site) told(t *testing.T, to string, n int, what *regexp.Regexp) notify.Message {
	t.Helper()
	for deadline := time.Now().Add(15 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		s.outbox.mu.Lock()
		seen := 0
		for _, m := range s.outbox.sent {
			if m.To == to && what.MatchString(anyLink.ReplaceAllString(m.Body, "")) {
				if seen++; seen == n {
					s.outbox.mu.Unlock()
					return m
				}
			}
		}
		s.outbox.mu.Unlock()
	}
	t.Fatalf("message %d of %s to %s did not come", n, what, to)
	return notify.Message{}
}

// isTold waits for a message that says something.
func (s *site) isTold(t *testing.T, to, what string) notify.Message {
	t.Helper()
	return s.told(t, to, 1, regexp.MustCompile(regexp.QuoteMeta(what)))
}

// recovery goes as far as the page after the code.
func (b *browser) recovery(contact string, message int) *browser {
	b.t.Helper()
	b.get("/login/recovery").want(200).fill("/login/recovery", "login", contact).want(200, "Введите код")
	return b.fill("/login/recovery/code", "code", b.site.sentCode(b.t, contact, message))
}

func (b *browser) newPassword(password string) *browser {
	b.t.Helper()
	return b.fill("/login/recovery/password", "password", password, "repeat", password)
}

func (s *site) journalled(t *testing.T, id uuid.UUID, action string, n int) {
	t.Helper()
	if got := s.count(t, `SELECT count(*) FROM journal WHERE subject = $1 AND action = $2`, id.String(), "idp."+action); got != n {
		t.Errorf("%d entries of %s in the journal, want %d", got, action, n)
	}
}

func TestRecoveryByPhoneAndDocument(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	old := s.browser(t).signIn(ownerPhone, DemoPassword).want(200)
	b := s.browser(t)
	b.recovery(ownerPhone, 1).want(200, "Проверка по документу")
	b.fill("/login/recovery/document", "number", "112-112-445 75").want(422, "Выберите документ")
	b.fill("/login/recovery/document", "document", "passport", "number", "9218 999999").want(422, "Номер не совпал. Осталось 2 попытки")
	s.browser(t).get("/login/recovery/document").want(404) // another browser has no part in it
	b.get("/login/recovery/password").want(200, "Проверка по документу")
	b.fill("/login/recovery/document", "document", "snils", "number", "112-112-445 75").want(200, "Придумайте пароль")
	b.newPassword("Qwerty123").want(422, "очень распространён")
	csrf := b.value("_csrf")
	b.newPassword(freshPassword).want(200, "Доступ восстановлен")
	old.get("/profile").want(401)
	s.browser(t).signIn(ownerPhone, DemoPassword).want(422)
	s.browser(t).signIn(ownerPhone, freshPassword).want(200, "Гарипова")
	s.isTold(t, ownerPhone, "доступ восстановлен")
	s.isTold(t, ownerEmail, "доступ восстановлен")
	b.post("/login/recovery/password", url.Values{"_csrf": {csrf}, "password": {"Another9Way"}, "repeat": {"Another9Way"}}).want(404)
	s.journalled(t, ownerID, "recovered", 1)
	s.journalled(t, ownerID, "recovery_document_wrong", 1)
	if n := s.count(t, `SELECT count(*) FROM recovery`); n != 0 {
		t.Errorf("%d recoveries are left", n)
	}
}

// Neither the text nor the status nor the work of the page tells whether a contact has an account.
func TestRecoveryTellsNobody(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	known, unknown := s.browser(t), s.browser(t)
	known.get("/login/recovery").fill("/login/recovery", "login", ownerPhone).want(200)
	unknown.get("/login/recovery").fill("/login/recovery", "login", "+79172000091").want(200)
	same := func() {
		t.Helper()
		if a, b := strings.ReplaceAll(known.text(), "-01", ""), strings.ReplaceAll(unknown.text(), "-91", ""); a != b {
			t.Errorf("the pages differ:\n%s\n%s", a, b)
		}
	}
	same()
	code := s.sentCode(t, ownerPhone, 1)
	wrong := "000000"
	if code == wrong {
		wrong = "000001"
	}
	for range 5 {
		known.fill("/login/recovery/code", "code", wrong).want(422, "Код не подошёл")
		unknown.fill("/login/recovery/code", "code", wrong).want(422, "Код не подошёл")
		same()
	}
	known.fill("/login/recovery/code", "code", code).want(422, "Слишком много попыток")
	unknown.fill("/login/recovery/code", "code", code).want(422, "Слишком много попыток")
	same()
	if n := s.count(t, `SELECT count(*) FROM river_job WHERE kind = 'idp.recovery'`); n != 2 {
		t.Errorf("%d jobs: the pages do different work", n)
	}
	if n := s.count(t, `SELECT count(*) FROM recovery WHERE account_id IS NULL AND code_hash IS NULL`); n != 1 {
		t.Errorf("%d recoveries of nobody", n)
	}
	for range 2 {
		known.fill("/login/recovery/resend")
		unknown.fill("/login/recovery/resend")
	}
	known.fill("/login/recovery/resend").want(429)
	unknown.fill("/login/recovery/resend").want(429)
	same()
	s.outbox.mu.Lock()
	defer s.outbox.mu.Unlock()
	for _, m := range s.outbox.sent {
		if m.To == "+79172000091" {
			t.Errorf("a stranger got %q", m.Body)
		}
	}
}

// Whoever has got hold of the phone guesses at the document three times; the owner hears of it.
func TestRecoveryDocumentCannotBeGuessed(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	b.recovery(ownerPhone, 1).want(200)
	for _, number := range []string{"9218 000001", "9218 000002"} {
		b.fill("/login/recovery/document", "document", "passport", "number", number).want(422)
	}
	b.fill("/login/recovery/document", "document", "inn", "number", "500100732259").want(429, "центр обслуживания")
	b.get("/login/recovery/document").fill("/login/recovery/document", "document", "passport", "number", "9218 120001").want(429)
	s.isTold(t, ownerEmail, "не смог назвать ваш документ")
	s.browser(t).signIn(ownerPhone, DemoPassword).want(200)
}

func TestRecoveryOfSimplifiedAccount(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	b.recovery(simplePhone, 1).want(200, "Придумайте пароль")
	b.newPassword(freshPassword).want(200, "Доступ восстановлен")
	b.get("/login/recovery/help").want(200, "МФЦ", "Почты России", "паспорт")
}

// A code is good for ten minutes, and a recovery for an hour.
func TestRecoveryGrowsOld(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	b.get("/login/recovery").fill("/login/recovery", "login", ownerPhone).want(200)
	code := s.sentCode(t, ownerPhone, 1)
	s.run(t, `UPDATE recovery SET sent_at = now() - interval '11 minutes'`)
	b.fill("/login/recovery/code", "code", code).want(422, "Время кода вышло")
	s.run(t, `UPDATE recovery SET sent_at = now(), expires_at = now() - interval '1 second'`)
	b.fill("/login/recovery/code", "code", code).want(404)
}

func (s *site) run(t *testing.T, query string, args ...any) {
	t.Helper()
	if _, err := s.db.Exec(t.Context(), query, args...); err != nil {
		t.Fatal(err)
	}
}

func TestChangePassword(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	other := s.browser(t).signIn(ownerPhone, DemoPassword)
	b := s.browser(t).signIn(ownerPhone, DemoPassword)
	change := func(current, password, repeat string) *browser {
		return b.get("/profile/password").want(200).fill("/profile/password", "current", current, "password", password, "repeat", repeat)
	}
	change("Wrong12345", freshPassword, freshPassword).want(422, "Пароль не подошёл")
	change(DemoPassword, "Gfhjkm123", "Gfhjkm123").want(422, "очень распространён")
	change(DemoPassword, freshPassword, freshPassword+"x").want(422, "не совпали")
	change(DemoPassword, DemoPassword, DemoPassword).want(422, "такой же")
	change(DemoPassword, freshPassword, freshPassword).want(200, "Пароль изменён")
	b.get("/profile").want(200)
	other.get("/profile").want(401)
	s.browser(t).signIn(ownerPhone, DemoPassword).want(422)
	s.browser(t).signIn(ownerPhone, freshPassword).want(200)
	s.isTold(t, ownerPhone, "пароль изменён")
	s.isTold(t, ownerEmail, "пароль изменён")
	s.journalled(t, ownerID, "password_wrong", 1)
	s.journalled(t, ownerID, "password_changed", 1)
}

// changePhone goes as far as the page of the codes.
func (b *browser) changePhone(phone string, more ...string) *browser {
	b.t.Helper()
	return b.get("/profile/contacts/phone").want(200).fill("/profile/contacts/phone", append([]string{"value", phone}, more...)...)
}

func TestChangeOfPhoneAndUndo(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t).signIn(ownerPhone, DemoPassword)
	b.changePhone("123").want(422)
	b.changePhone(ownerPhone).want(422, "уже указан")
	b.changePhone(newPhone).want(200, "Введите коды")
	own, fresh := s.sentCode(t, ownerPhone, 1), s.sentCode(t, newPhone, 1)
	b.fill("/profile/contacts/phone/code", "proof", fresh, "value", fresh).want(422, "не подошли")
	b.fill("/profile/contacts/phone/code", "proof", own, "value", own).want(422, "не подошли")
	b.fill("/profile/contacts/phone/code", "proof", own, "value", fresh).want(200, "Номер телефона изменён")
	s.browser(t).signIn(ownerPhone, DemoPassword).want(422)
	s.browser(t).signIn(newPhone, DemoPassword).want(200, "Гарипова")

	// The old number is nobody else's for a time.
	stranger := s.browser(t)
	stranger.begin("Закиров", ownerPhone, "zakirov@example.ru").want(200)
	s.isTold(t, ownerPhone, "у этого номера уже есть учётная запись")
	stranger.fill("/registration/code", "code", own).want(422, "Код не подошёл")

	link := anyLink.FindString(s.isTold(t, ownerPhone, "Это не вы?").Body)
	owner := s.browser(t)
	owner.get(link).want(200, "Вернуть прежний контакт?")
	b.get("/profile").want(200) // opening the link changes nothing yet
	owner.fill("/contacts/undo").want(200, "Прежний контакт возвращён")
	b.get("/profile").want(401)
	owner.get(link).fill("/contacts/undo").want(404)
	s.browser(t).signIn(newPhone, DemoPassword).want(422)
	s.browser(t).signIn(ownerPhone, "Wrong12345").want(422, "Не получилось войти")
	s.browser(t).signIn(ownerPhone, DemoPassword).want(403, "восстановите доступ")
	s.journalled(t, ownerID, "phone_put_back", 1)
	s.journalled(t, ownerID, "sign_in_refused", 1)
}

// A phone that is lost: the e-mail confirms, and signs in meanwhile.
func TestChangeOfPhoneByEmail(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	b.recovery(ownerEmail, 1).fill("/login/recovery/document", "document", "passport", "number", "9218 120001").want(200)
	b.newPassword(freshPassword).want(200)
	b.signIn(ownerEmail, freshPassword).want(200)
	b.changePhone(newPhone, "proof", "email").want(200, "Введите коды", "a***a@demo")
	own, fresh := s.sentCode(t, ownerEmail, 2), s.sentCode(t, newPhone, 1)
	b.fill("/profile/contacts/phone/code", "proof", own, "value", fresh).want(200, "Номер телефона изменён")
}

func TestChangeOfEmail(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t).signIn(ownerPhone, DemoPassword)
	b.get("/profile/contacts/email").want(200).fill("/profile/contacts/email", "value", "nonsense").want(422, "Проверьте адрес")
	b.fill("/profile/contacts/email", "value", "Aliya.New@example.ru").want(200, "Введите коды")
	own, fresh := s.sentCode(t, ownerEmail, 1), s.sentCode(t, "aliya.new@example.ru", 1)
	b.fill("/profile/contacts/email/code", "proof", own, "value", fresh).want(200, "Адрес почты изменён")
	s.browser(t).signIn("aliya.new@example.ru", DemoPassword).want(200, "Гарипова")
	s.browser(t).signIn(ownerEmail, DemoPassword).want(422)
	if mail := s.isTold(t, ownerEmail, "почта учётной записи изменена"); !strings.Contains(mail.Body, "/contacts/undo?token=") {
		t.Errorf("no way back in %q", mail.Body)
	}
}

// Somebody else's number: the page is the same, no code fits, and only the owner hears of it.
func TestChangeToTakenPhoneLooksTheSame(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b, free := s.browser(t).signIn(ownerPhone, DemoPassword), s.browser(t).signIn(simplePhone, DemoPassword)
	b.changePhone(neighbourPhone).want(200, "Введите коды")
	free.changePhone("+79172000092").want(200, "Введите коды")
	cut := strings.NewReplacer("-02", "", "-92", "", "-01", "", "-03", "", "Алия Г.", "", "Пётр С.", "")
	if cut.Replace(b.text()) != cut.Replace(free.text()) {
		t.Errorf("the pages differ:\n%s\n%s", b.text(), free.text())
	}
	if sms := s.isTold(t, neighbourPhone, "уже есть своя"); sixDigits.MatchString(anyLink.ReplaceAllString(sms.Body, "")) {
		t.Errorf("SMS %q", sms.Body)
	}
	b.fill("/profile/contacts/phone/code", "proof", s.sentCode(t, ownerPhone, 1), "value", "123456").want(422, "не подошли")
}

// Two accounts want one number at once: the unique index gives it to one.
func TestRaceForOnePhone(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	a, b := s.browser(t).signIn(ownerPhone, DemoPassword), s.browser(t).signIn(neighbourPhone, DemoPassword)
	a.changePhone(newPhone).want(200)
	first := s.sentCode(t, newPhone, 1)
	b.changePhone(newPhone).want(200)
	second := s.sentCode(t, newPhone, 2)
	forms := []url.Values{
		{"_csrf": {a.value("_csrf")}, "change": {a.value("change")}, "proof": {s.sentCode(t, ownerPhone, 1)}, "value": {first}},
		{"_csrf": {b.value("_csrf")}, "change": {b.value("change")}, "proof": {s.sentCode(t, neighbourPhone, 1)}, "value": {second}},
	}
	var wg sync.WaitGroup
	status := make([]int, 2)
	for i, who := range []*browser{a, b} {
		wg.Go(func() {
			got, err := who.client.PostForm(s.issuer+"/profile/contacts/phone/code", forms[i])
			if err == nil {
				status[i] = got.StatusCode
				got.Body.Close()
			}
		})
	}
	wg.Wait()
	if status[0]+status[1] != 200+409 {
		t.Errorf("answers %v, want one 200 and one 409", status)
	}
	if n := s.count(t, `SELECT count(*) FROM account WHERE phone = $1`, newPhone); n != 1 {
		t.Errorf("%d accounts have the number", n)
	}
}

// A change begun in a second tab takes the place of the first, whose form says so; a form sent twice changes once.
func TestChangeInTwoTabs(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t).signIn(ownerPhone, DemoPassword)
	b.changePhone(newPhone).want(200)
	first := url.Values{"_csrf": {b.value("_csrf")}, "change": {b.value("change")}, "proof": {s.sentCode(t, ownerPhone, 1)}, "value": {s.sentCode(t, newPhone, 1)}}
	b.changePhone("+79179999998").want(200)
	second := url.Values{"_csrf": {b.value("_csrf")}, "change": {b.value("change")}, "proof": {s.sentCode(t, ownerPhone, 2)}, "value": {s.sentCode(t, "+79179999998", 1)}}
	b.post("/profile/contacts/phone/code", first).want(409, "другой вкладке")
	b.post("/profile/contacts/phone/code", second).want(200, "Номер телефона изменён")
	b.post("/profile/contacts/phone/code", second).want(404)
	if n := s.count(t, `SELECT count(*) FROM contact_past`); n != 1 {
		t.Errorf("%d past contacts", n)
	}
}

// What cannot be taken back asks for a proof when the last one is old.
func TestFreshProof(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t).signIn(ownerPhone, DemoPassword)
	s.run(t, `UPDATE session SET started_at = now() - interval '20 minutes', authenticated_at = now() - interval '11 minutes'`)
	for _, path := range []string{"/profile/contacts/phone", "/profile/export", "/profile/delete", "/profile/block"} {
		if b.get(path).want(200); b.URL.Path != "/login/again" {
			t.Errorf("%s is open without a fresh proof: %s", path, b.URL)
		}
	}
	b.get("/profile/export").fill("/login/again", "password", DemoPassword).want(200, "Скачать архив")
	s.browser(t).get("/profile/export").want(401)
}

func TestSessionsAreSeenAndEnded(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	second, third := s.browser(t).signIn(ownerPhone, DemoPassword), s.browser(t).signIn(ownerPhone, DemoPassword)
	b, foreign := s.browser(t).signIn(ownerPhone, DemoPassword), s.browser(t).signIn(neighbourPhone, DemoPassword)
	b.get("/profile/sessions").want(200, "это устройство", "пароль", "127.0.0.*", "Завершённых входов нет")
	var own, others string
	if err := s.db.QueryRow(t.Context(), `SELECT id::text FROM session WHERE account_id = $1 ORDER BY started_at LIMIT 1`, ownerID).Scan(&own); err != nil {
		t.Fatal(err)
	}
	if err := s.db.QueryRow(t.Context(), `SELECT id::text FROM session WHERE account_id = $1`, neighbourID).Scan(&others); err != nil {
		t.Fatal(err)
	}
	b.fill("/profile/sessions/end", "session", others).want(404)
	foreign.get("/profile").want(200)
	b.get("/profile/sessions").fill("/profile/sessions/end", "session", own).want(200, "На том устройстве вы вышли", "Выход")
	second.get("/profile").want(401)
	third.get("/profile").want(200)
	b.fill("/profile/sessions/end-others").want(200, "Вы вышли везде")
	third.get("/profile").want(401)
	b.get("/profile").want(200)
	foreign.get("/profile").want(200)
	s.journalled(t, ownerID, "session_ended", 1)
	s.journalled(t, ownerID, "sessions_ended", 1)
}

// A consent taken back ends the site's tokens, and the site asks again.
func TestConsentIsTakenBack(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p, b := s.party(t), s.browser(t)
	token, _ := p.exchange(p.code(b))
	userinfo := func() int {
		r, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, s.issuer+"/oauth2/userinfo", nil)
		r.Header.Set("Authorization", "Bearer "+token.AccessToken)
		got, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer got.Body.Close()
		return got.StatusCode
	}
	if got := userinfo(); got != 200 {
		t.Fatalf("userinfo answered %d", got)
	}
	b.get("/profile/consents").want(200, "Портал государственных услуг", "имя, пол", "Последний раз узнавал")
	b.fill("/profile/consents/revoke", "client", "portal").want(200, "Доступ отозван", "не давали доступ")
	if got := userinfo(); got != 401 {
		t.Errorf("the token still opens userinfo: %d", got)
	}
	b.get("/profile/events").want(200, "Вы забрали доступ у сайта — «Портал государственных услуг»", "Вы разрешили доступ сайту", "Сайт получил данные")
}

func TestEventsAreTold(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.browser(t).signIn(ownerPhone, "Wrong12345")
	b := s.browser(t).signIn(ownerPhone, DemoPassword)
	for _, e := range []journal.Entry{
		{Actor: "op17", ActorRole: "operator", Action: "idp.person_read", Subject: ownerID.String(), Purpose: "Подтверждение личности"},
		{Actor: "op17", ActorRole: "operator", Action: "idp.person_read", Subject: neighbourID.String(), Purpose: "Чужое дело"},
		{Actor: "job", ActorRole: "system", Action: "idp.never_heard_of", Subject: ownerID.String()},
	} {
		if err := journal.Write(t.Context(), s.db, e); err != nil {
			t.Fatal(err)
		}
	}
	b.get("/profile/events").want(200, "Неудачная попытка входа", "Вход", "сотрудник центра обслуживания, op17", "Причина: Подтверждение личности",
		"never heard of")
	if strings.Contains(b.text(), "Чужое дело") {
		t.Error("another person's journal is shown")
	}
	b.get("/profile/events?kind=office").want(200, "op17")
	if strings.Contains(b.text(), "Неудачная") {
		t.Error("the filter lets a sign-in through")
	}
	for range 40 {
		if err := journal.Write(t.Context(), s.db, journal.Entry{Actor: ownerID.String(), ActorRole: "citizen", Action: "idp.exported", Subject: ownerID.String()}); err != nil {
			t.Fatal(err)
		}
	}
	b.get("/profile/events").want(200, "Раньше")
	b.get(b.link("Раньше")).want(200, "Неудачная попытка входа", "К самым новым")
}
