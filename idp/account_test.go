package idp

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"tamga/internal/i18n"
	"tamga/internal/rus"
)

var sixDigits = regexp.MustCompile(`\d{6}`)

const newPhone, newEmail, goodPassword = "+79179999999", "new@example.ru", "Kyrlay2026"

// begin fills the first form of registration.
func (b *browser) begin(last, phone, email string) *browser {
	b.t.Helper()
	return b.get("/registration").want(200).fill("/registration", "last_name", last, "first_name", "Искәндәр",
		"phone", phone, "email", email, "consent", "yes")
}

// register goes through registration as a newcomer.
func (b *browser) register(last, phone, email string) *browser {
	b.t.Helper()
	b.begin(last, phone, email).want(200, "Код из SMS")
	code := sixDigits.FindString(b.site.outbox.wait(b.t, phone, 1).Body)
	b.fill("/registration/code", "code", code).want(200, "Придумайте пароль")
	return b.fill("/registration/password", "password", goodPassword, "repeat", goodPassword).want(200, "Учётная запись создана")
}

func (s *site) count(t *testing.T, query string, args ...any) int {
	t.Helper()
	var n int
	if err := s.db.QueryRow(t.Context(), query, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// text is one value of the database.
func (s *site) text(t *testing.T, query string, args ...any) (value string) {
	t.Helper()
	if err := s.db.QueryRow(t.Context(), query, args...).Scan(&value); err != nil {
		t.Fatal(err)
	}
	return value
}

func TestRegistration(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	b.get("/registration").fill("/registration", "last_name", "Гали", "phone", "123").want(422, "Введите имя", "согласия")
	if b.value("last_name") != "Гали" {
		t.Error("what was typed is lost")
	}
	b.register("Галиев", newPhone, newEmail)
	if n := s.count(t, `SELECT count(*) FROM account WHERE phone = $1 AND level = 'simplified' AND email_confirmed_at IS NULL`, newPhone); n != 1 {
		t.Fatalf("%d accounts", n)
	}
	if n := s.count(t, `SELECT count(*) FROM registration`); n != 0 {
		t.Error("the registration was left behind")
	}
	mail := s.outbox.wait(t, newEmail, 1)
	link := regexp.MustCompile(`http\S+`).FindString(mail.Body)
	s.browser(t).signIn(newEmail, goodPassword).want(422) // not confirmed yet
	other := s.browser(t)
	other.get(link).want(200).fill("/email/confirm").want(200, "Адрес подтверждён")
	other.get(link).fill("/email/confirm").want(404)
	s.browser(t).signIn("NEW@example.ru", goodPassword).want(200, "Галиев Искәндәр", "Упрощённый")
}

func TestRegistrationCodeIsGuarded(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	b.begin("Галиев", newPhone, newEmail)
	code := sixDigits.FindString(s.outbox.wait(t, newPhone, 1).Body)
	b.get("/registration/password").want(200, "Код из SMS") // not past the code
	wrong := "000000"
	if code == wrong {
		wrong = "000001"
	}
	for range 5 {
		b.fill("/registration/code", "code", wrong).want(422, "Код не подошёл")
	}
	b.fill("/registration/code", "code", code).want(422, "Слишком много попыток")
	b.fill("/registration/resend").want(200)
	fresh := sixDigits.FindString(s.outbox.wait(t, newPhone, 2).Body)
	b.fill("/registration/code", "code", fresh).want(200, "Придумайте пароль")
	s.browser(t).get("/registration/password").want(404) // another browser
}

// A phone with an account: the page tells nobody, the SMS tells the owner.
func TestRegistrationOfTakenPhoneLooksTheSame(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	fresh, taken := s.browser(t), s.browser(t)
	fresh.begin("Галиев", "+79172000091", newEmail).want(200)
	taken.begin("Галиев", "+79172000001", newEmail).want(200)
	if a, b := strings.ReplaceAll(fresh.text(), "-91", ""), strings.ReplaceAll(taken.text(), "-01", ""); a != b {
		t.Errorf("the pages differ:\n%s\n%s", a, b)
	}
	sms := s.outbox.wait(t, "+79172000001", 1)
	if !strings.Contains(sms.Body, "уже есть учётная запись") || sixDigits.MatchString(strings.ReplaceAll(sms.Body, s.issuer, "")) {
		t.Errorf("SMS %q", sms.Body)
	}
	if n := s.count(t, `SELECT count(*) FROM registration WHERE phone = '+79172000001' AND code_hash IS NOT NULL`); n != 0 {
		t.Error("there is a code to guess")
	}
	taken.fill("/registration/code", "code", "123456").want(422, "Код не подошёл")
}

func TestPasswordRules(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	b.begin("Галиев", newPhone, newEmail)
	b.fill("/registration/code", "code", sixDigits.FindString(s.outbox.wait(t, newPhone, 1).Body))
	for password, rule := range map[string]string{
		"Ab1": "не меньше 8", "abcdefg1": "большую", "ABCDEFG1": "маленькую", "Abcdefgh": "цифру", "Пароль123Aa": "латинские",
	} {
		b.fill("/registration/password", "password", password, "repeat", password).want(422, rule)
	}
	b.fill("/registration/password", "password", goodPassword, "repeat", goodPassword+"1").want(422, "не совпали")
	if n := s.count(t, `SELECT count(*) FROM account WHERE phone = $1`, newPhone); n != 0 {
		t.Error("a bad password made an account")
	}
	b.fill("/registration/password", "password", goodPassword, "repeat", goodPassword).want(200)
}

func TestSignIn(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, login := range []string{"8 (917) 200-00-01", "Aliya@demo.tamga.example", "112-112-445 75"} {
		s.browser(t).signIn(login, DemoPassword).want(200, "Гарипова Алия Маратовна", "Стандартный")
	}
	none := s.browser(t).signIn("+79170000000", DemoPassword).want(422)
	wrong := s.browser(t).signIn("+79172000001", "Wrong12345").want(422)
	if none.text() != wrong.text() {
		t.Error("the page tells an unknown phone from a wrong password")
	}
	s.browser(t).get("/profile").want(401)
	b := s.browser(t).signIn("+79172000001", DemoPassword)
	b.fill("/oauth2/logout/confirm").want(200, "Вы вышли")
	b.get("/profile").want(401)
}

// Many wrong passwords close the account to their sender, but not at the browser where the owner has signed in before.
func TestLockoutSparesTheOwner(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	owner := s.browser(t).signIn("+79172000001", DemoPassword)
	owner.fill("/oauth2/logout/confirm").want(200)
	b := s.browser(t)
	for range 9 { // the owner's first sign-in was the tenth attempt from this address
		b.signIn("+79172000001", "Wrong12345").want(422)
	}
	b.signIn("+79172000001", DemoPassword).want(429)
	b.signIn("+79172000002", DemoPassword).want(200) // one address, another account
	owner.signIn("+79172000001", DemoPassword).want(200)
	keys, err := s.cfg.Redis.Keys(t.Context(), "limit:*").Result()
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range keys {
		if strings.Contains(key, "9172000001") {
			t.Errorf("limit %q names somebody", key)
		}
	}
}

// Whoever asks for codes all day gets few of them, and so few guesses.
func TestFewCodesADay(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b, sent, start := s.browser(t), 0, time.Now()
	for n := range 96 {
		s.redis.SetTime(start.Add(time.Duration(n) * 15 * time.Minute))
		s.redis.FastForward(15 * time.Minute)
		if b.begin("Закиров", newPhone, newEmail).Status == 200 {
			sent++
		}
	}
	if sent < 8 || sent > 16 {
		t.Errorf("%d codes in a day, want 8 to 16", sent)
	}
}

// However a СНИЛС is typed, its guesses are one count.
func TestGuessesBySNILSAreOneCount(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	snils := rus.FormatSNILS(DemoAliyaSNILS)
	for n := range 10 {
		b.signIn(snils[:n]+" "+snils[n:], "Wrong12345").want(422)
	}
	b.signIn(strings.NewReplacer("-", "", " ", "").Replace(snils), DemoPassword).want(429)
}

// data fills the personal data of a newcomer.
func (b *browser) data(changes ...string) *browser {
	b.t.Helper()
	fields := []string{"last_name", "Галиев", "first_name", "Искәндәр", "no_middle", "yes", "sex", "M", "birth-day", "1",
		"birth-month", "мая", "birth-year", "1990", "birth_place", "г. Казань", "snils", "112-233-445 95", "citizenship", "RUS",
		"passport", "9210 123456", "issued-day", "2", "issued-month", "6", "issued-year", "2010", "issued_by", "ОВД г. Казани",
		"code", "160-001"}
	return b.get("/profile/data").want(200).fill("/profile/data", append(fields, changes...)...)
}

// settled waits until the checks have ended.
func (b *browser) settled() *browser {
	b.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if b.get("/profile/checks").want(200).Header.Get("Refresh") == "" {
			return b
		}
	}
	b.t.Fatalf("the checks do not end:\n%s", b.text())
	return b
}

func TestChecksRaiseTheLevel(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.registers.down.Store(true)
	b := s.browser(t)
	b.register("Галиев", newPhone, newEmail)
	b.data("snils", "112-233-445 96", "birth-day", "31", "birth-month", "2").want(422, "В СНИЛС ошибка", "Дата рождения: такой даты нет")
	b.data().want(200, "Проверяем данные")
	if b.Header.Get("Refresh") == "" {
		t.Error("the page does not refresh")
	}
	for s.registers.asked.Load() < 2 { // both registers were asked and were away
		time.Sleep(20 * time.Millisecond)
	}
	s.registers.down.Store(false)
	b.settled().want(200, "Данные подтверждены", "Данные совпали")
	b.get("/profile").want(200, "Стандартный", "112-233-445 95")
	s.browser(t).signIn("112-233-445 95", goodPassword).want(200, "Галиев")
	if sms := s.outbox.wait(t, newPhone, 2); !strings.Contains(sms.Body, "стандартный уровень") {
		t.Errorf("SMS %q", sms.Body)
	}
	if n := s.count(t, `SELECT count(*) FROM identity_check WHERE state = 'passed' AND attempts > 1`); n != 2 {
		t.Errorf("%d checks passed after a retry, want 2", n)
	}
	s.assertSealed(t)
}

// assertSealed looks for personal numbers in the clear.
func (s *site) assertSealed(t *testing.T) {
	t.Helper()
	n := s.count(t, `SELECT count(*) FROM identity WHERE identity::text LIKE '%11223344595%' OR identity::text LIKE '%' || encode('11223344595', 'hex') || '%'
		OR identity::text LIKE '%' || encode('123456', 'hex') || '%'`)
	if n != 0 {
		t.Error("personal numbers lie in the clear")
	}
}

func TestChecksFailAndAreCorrected(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	b.register("Галиев", newPhone, newEmail)
	b.data("last_name", "Ошибкин", "passport", "9210 000001")
	b.settled().want(200, "не прошли проверку", "буква в букву", "нет в базе")
	b.get("/profile").want(200, "Упрощённый", "не прошли")
	b.get(b.link("Исправить данные")).want(200)
	if b.value("last_name") != "Ошибкин" || b.value("passport") != "9210 000001" {
		t.Error("the data to correct are not on the page")
	}
	b.data()
	b.settled().want(200, "Данные подтверждены")
	if n := s.count(t, `SELECT round FROM identity i JOIN account a ON a.id = i.account_id WHERE a.phone = $1`, newPhone); n != 2 {
		t.Errorf("round %d, want 2", n)
	}
}

// The registers say what does not match, so whoever tries birth dates to a name and a СНИЛС is stopped soon.
func TestChecksAreNoOracle(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	b.register("Галиев", newPhone, newEmail)
	for range 6 {
		b.data("last_name", "Ошибкин").want(200)
		b.settled().want(200, "не прошли проверку")
	}
	asked := s.registers.asked.Load()
	b.data("last_name", "Ошибкин").want(429, "Слишком много попыток. Попробуйте через 4 часа")
	if b.value("last_name") != "Ошибкин" || s.registers.asked.Load() != asked {
		t.Error("what was typed is lost, or the registers were asked")
	}
}

// The СНИЛС of another account: said plainly, after the registers have confirmed that the person knows all of the data.
func TestChecksWithTakenSNILS(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	b.register("Галиев", newPhone, newEmail)
	b.data("snils", DemoAliyaSNILS).want(200, "Проверяем данные")
	b.settled().want(200, "не прошли проверку", "уже есть")
	if strings.Contains(b.text(), "Гарипова") {
		t.Error("the page names the owner")
	}
	b.get("/profile").want(200, "Упрощённый")
	if n := s.count(t, `SELECT count(*) FROM account WHERE snils_key IS NOT NULL`); n != 5 {
		t.Errorf("%d accounts have a СНИЛС, want the five of the demo", n)
	}
}

func TestPagesAndTexts(t *testing.T) {
	t.Parallel()
	pages, err := thePages()
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range pages.Bundle.Keys(i18n.RU) {
		for _, lang := range i18n.Langs {
			if strings.HasPrefix(key, "idp.") && !pages.Bundle.Has(lang, key) {
				t.Errorf("%s lacks %s", lang, key)
			}
		}
	}
	s := newSite(t)
	for _, lang := range []string{"tt", "en"} {
		b := s.browser(t)
		for _, path := range []string{"/login", "/registration", "/levels", "/email/confirm?token=x"} {
			if b.get(path + joiner(path) + "lang=" + lang).want(200); strings.Contains(b.text(), "idp.") {
				t.Errorf("%s shows a key:\n%s", path, b.text())
			}
		}
	}
}

func joiner(path string) string {
	if strings.Contains(path, "?") {
		return "&"
	}
	return "?"
}
