package idp

import (
	"bytes"
	"encoding/base64"
	"net"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"tamga/departments/stand"
	"tamga/idp/confirm"
	"tamga/internal/dbtest"
	"tamga/internal/gost"
)

const aliyaPassport = "9218 120001"

// levelOf is the level of a demo person, and by which way it was reached.
func (s *site) levelOf(t *testing.T, person int) (level, way string) {
	t.Helper()
	err := s.db.QueryRow(t.Context(), `
		SELECT a.level, coalesce((SELECT way FROM level_change c WHERE c.account_id = a.id ORDER BY c.id DESC LIMIT 1), '')
		FROM account a WHERE a.id = $1`, DemoPersonID(person)).Scan(&level, &way)
	if err != nil {
		t.Fatal(err)
	}
	return level, way
}

func (s *site) isAt(t *testing.T, person int, wantLevel, wantWay string) {
	t.Helper()
	if level, way := s.levelOf(t, person); level != wantLevel || way != wantWay {
		t.Errorf("person %d is %s by %q, want %s by %q", person, level, way, wantLevel, wantWay)
	}
}

// visits finds a person at an operator's desk.
func (b *browser) visits(query, purpose string) *browser {
	b.t.Helper()
	return b.get("/operator").want(200, "Рабочее место").fill("/operator/search", "query", query, "purpose", purpose)
}

func TestLevelNeedsGround(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for name, query := range map[string]string{
		"a level out of the blue":    `UPDATE account SET level = 'confirmed' WHERE id = $1`,
		"a step that is none":        `INSERT INTO level_change (account_id, way, from_level, to_level, identity_round, at) VALUES ($1, 'checks', 'standard', 'confirmed', 1, now())`,
		"a centre without operator":  `INSERT INTO level_change (account_id, way, from_level, to_level, identity_round, at) VALUES ($1, 'centre', 'standard', 'confirmed', 1, now())`,
		"an operator for oneself":    `INSERT INTO level_change (account_id, way, from_level, to_level, identity_round, at, operator_id, centre_oid) VALUES ($1, 'centre', 'standard', 'confirmed', 1, now(), $1, 1)`,
		"a step from another level":  `INSERT INTO level_change (account_id, way, from_level, to_level, identity_round, at) VALUES ($1, 'checks', 'simplified', 'standard', 1, now())`,
		"a letter that nobody wrote": `INSERT INTO level_change (account_id, way, from_level, to_level, identity_round, at, letter_id) VALUES ($1, 'letter', 'standard', 'confirmed', 1, now(), $1)`,
		"history written anew":       `UPDATE level_change SET way = 'seed' WHERE account_id = $1`,
	} {
		if _, err := s.db.Exec(t.Context(), query, DemoPersonID(1)); err == nil {
			t.Errorf("the database takes %s", name)
		}
	}
	s.isAt(t, 1, "standard", "checks")
	if _, err := s.db.Exec(t.Context(), `DELETE FROM account WHERE id = $1`, DemoPersonID(4)); err != nil {
		t.Errorf("a confirmed account cannot be erased: %v", err)
	}
}

func TestLevelsAreExplained(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.browser(t).get("/levels").want(200, "Упрощённый", "все услуги портала", "Прийти с паспортом", "заказным письмом")
	s.in(t, simplePhone).get("/confirm").want(200, "Сначала заполните личные данные")
	s.in(t, phoneAmina).get("/confirm").want(200, "Учётная запись подтверждена")
	b := s.in(t, phoneAliya).get("/levels").want(200, "у вас сейчас", "данные проверены ведомствами")
	b.get("/profile").want(200, "Подтвердите учётную запись").get("/confirm").want(200, "все услуги портала", "Прийти с паспортом", "заказным письмом")
	if strings.Contains(b.text(), "банк") || strings.Contains(b.text(), "подписью") {
		t.Error("ways are offered that are not open here")
	}
	b.get("/confirm/centres").want(200, "пр. Победы", "пн–пт 8:00–20:00")
	s.browser(t).get("/confirm/centres").want(200, "пр. Победы")
	s.in(t, simplePhone).get("/confirm/letter").want(200, "Сначала заполните личные данные")
}

func TestConfirmAtCentre(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.in(t, phoneGol).get("/profile").want(200, "Рабочее место оператора")
	b.visits("", "confirm").want(422, "Введите телефон или СНИЛС")
	b.visits("112", "confirm").want(422, "не похоже")
	b.visits("+79170000000", "confirm").want(422, "нет")
	b.visits("112-112-445 75", "confirm").want(200, "Гарипова Алия Маратовна", "12 апреля 1998", "•••• •••001", "Стандартный")
	if strings.Contains(b.text(), "120001") || strings.Contains(b.Body, "120001") || strings.Contains(b.text(), ownerEmail) {
		t.Error("the operator sees more than is needed")
	}
	path := b.URL.Path + "/confirm"
	b.fill(path).want(422, "Введите серию и номер")
	b.fill(path, "passport", aliyaPassport, "passport_again", "9218 120002").want(422, "не совпали")
	b.fill(path, "passport", "9218 999999", "passport_again", "9218999999").want(422, "другой документ")
	s.isAt(t, 1, "standard", "checks")
	stale := b.value("_csrf")
	b.fill(path, "passport", "92 18 № 120001", "passport_again", aliyaPassport).want(200, "Учётная запись подтверждена")
	s.isAt(t, 1, "confirmed", "centre")
	again := url.Values{"_csrf": {stale}, "passport": {aliyaPassport}, "passport_again": {aliyaPassport}}
	b.post(path, again).want(200, "Приём закончен") // a double click
	s.isTold(t, ownerPhone, "подтверждена в центре обслуживания")
	s.isTold(t, ownerEmail, "подтверждена в центре обслуживания")
	s.journalled(t, ownerID, "confirm.level", 1)
	s.journalled(t, ownerID, "confirm.passport_differs", 1)
	owner := s.in(t, phoneAliya)
	owner.get("/profile/events?kind=office").want(200, "Сотрудник нашёл вашу учётную запись", "Подтвердить личность", "МФЦ, Казань, пр. Победы",
		"Учётная запись подтверждена", "не тот номер паспорта")
	owner.get("/profile").want(200, "Подтверждённый").get("/levels").want(200, "паспорт показан в центре обслуживания")
	b.visits(ownerPhone, "confirm").want(200, "уже подтверждена")
	if n := s.count(t, `SELECT count(*) FROM journal WHERE details::text LIKE '%112-112%' OR details::text LIKE '%79172000001%'`); n != 0 {
		t.Error("what was searched for stands open in the journal")
	}
}

func TestPassportTriesAreFew(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.in(t, phoneGol).visits(ownerPhone, "confirm").want(200)
	path := b.URL.Path + "/confirm"
	for range 3 {
		b.fill(path, "passport", "9218999999", "passport_again", "9218999999").want(422, "другой документ")
	}
	b.fill(path, "passport", aliyaPassport, "passport_again", aliyaPassport).want(422, "Три попытки закончились")
	s.isAt(t, 1, "standard", "checks")
}

func TestOnlyOperatorsConfirm(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.browser(t).get("/operator").want(401)
	s.in(t, phoneAliya).get("/operator").want(403, "для сотрудников центров")
	s.in(t, phoneAmina).get("/operator").want(403) // heads an organisation that is no centre
	b := s.in(t, phoneGol)
	b.visits(phoneGol, "confirm").want(422, "Это вы")
	b.visits(ownerPhone, "confirm").want(200)
	visit := b.URL.Path
	s.in(t, phoneGol).get(visit).want(404) // another sign-in of the same operator
	s.in(t, phoneAliya).get(visit).want(403)
	b.get(visit).want(200)
	if _, err := s.db.Exec(t.Context(), `UPDATE organisation_employee SET ended_at = now(), ended_how = 'dismissed' WHERE account_id = $1`, DemoPersonID(5)); err != nil {
		t.Fatal(err)
	}
	b.fill(visit+"/confirm", "passport", aliyaPassport, "passport_again", aliyaPassport).want(403)
	b.get(visit).want(403)
	s.isAt(t, 1, "standard", "checks")
}

// Two operators, or two clicks, at once make one step.
func TestConfirmedOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.in(t, phoneGol).visits(ownerPhone, "confirm").want(200)
	form := url.Values{"_csrf": {b.value("_csrf")}, "passport": {aliyaPassport}, "passport_again": {aliyaPassport}}
	var clicks sync.WaitGroup
	for range 3 {
		clicks.Go(func() {
			got, err := b.client.PostForm(s.issuer+b.URL.Path+"/confirm", form)
			if err != nil || got.StatusCode != 200 {
				t.Errorf("%v %v", got, err)
			}
		})
	}
	clicks.Wait()
	if n := s.count(t, `SELECT count(*) FROM level_change WHERE account_id = $1`, DemoPersonID(1)); n != 2 {
		t.Errorf("%d steps", n)
	}
	s.journalled(t, ownerID, "confirm.level", 1)
}

func TestContactsAtCentre(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	owner := s.in(t, phoneAliya)
	b := s.in(t, phoneGol).visits("11211244575", "contacts").want(200, "новый телефон")
	visit := b.URL.Path
	b.fill(visit+"/contacts").want(422, "Введите серию и номер", "Введите номер мобильного телефона", "Введите адрес электронной почты")
	b.fill(visit+"/contacts", "passport", aliyaPassport, "passport_again", aliyaPassport, "phone", "12", "email", newEmail).want(422)
	if b.value("passport") != aliyaPassport || b.value("email") != newEmail {
		t.Errorf("what was typed is gone: %q, %q", b.value("passport"), b.value("email"))
	}
	b.fill(visit+"/contacts", "passport", aliyaPassport, "passport_again", aliyaPassport, "phone", phoneTimur, "email", "a@b.example").
		want(422, "у другой учётной записи")
	b.fill(visit+"/contacts", "passport", "9218999999", "passport_again", "9218999999", "phone", newPhone, "email", newEmail).want(422, "другой документ")
	b.fill(visit+"/contacts", "passport", aliyaPassport, "passport_again", aliyaPassport, "phone", newPhone, "email", newEmail).want(200, "Код из SMS")
	b.fill(visit+"/code", "code", "000000").want(422, "Код не подошёл")
	b.fill(visit+"/code", "code", s.sentCode(t, newPhone, 1)).want(200, "Контакты заменены")
	owner.get("/profile").want(401)
	s.isTold(t, ownerPhone, "сменил сотрудник центра")
	link := regexp.MustCompile(`http\S+/confirm/password\S+`).FindString(s.isTold(t, newPhone, "придумайте пароль").Body)
	b.get("/operator").fill("/operator/search", "query", newPhone, "purpose", "confirm").want(200, "Гарипова")
	fresh := s.browser(t).get(link).want(200, "Придумайте пароль")
	fresh.fill("/confirm/password", "password", "short", "repeat", "short").want(422)
	fresh.fill("/confirm/password", "password", freshPassword, "repeat", freshPassword).want(200, "Пароль сохранён")
	s.browser(t).get(link).want(404)
	s.browser(t).signIn(newPhone, freshPassword).want(200, "Гарипова").get("/profile/events").want(200, "Телефон и почта заменены", "МФЦ, Казань")
	s.browser(t).signIn(ownerPhone, DemoPassword).want(422)
	if link := s.outbox.wait(t, newEmail, 1).Body; !strings.Contains(link, "/email/confirm?token=") {
		t.Errorf("the new address is taken at the operator's word: %q", link)
	}
}

func TestOperatorBlocks(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	owner := s.in(t, phoneAliya)
	b := s.in(t, phoneGol).visits(ownerPhone, "block").want(200)
	visit := b.URL.Path
	b.fill(visit+"/block", "reason", "да").want(422, "Напишите причину")
	b.fill(visit+"/block", "reason", "Паспорт объявлен похищенным").want(200, "заблокирована")
	owner.get("/profile").want(401)
	s.browser(t).signIn(ownerPhone, DemoPassword).want(403, "Паспорт объявлен похищенным")
	b.visits(ownerPhone, "confirm").want(200, "Сначала её нужно разблокировать")
	b.visits(ownerPhone, "block").want(200)
	b.fill(b.URL.Path+"/block", "reason", "Паспорт найден, ошибка").want(200, "Блокировка снята")
	s.in(t, phoneAliya).get("/profile/events?kind=office").want(200, "заблокирована", "Паспорт объявлен похищенным", "МФЦ, Казань")
}

func TestRegisterAtDesk(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.in(t, phoneGol).get("/operator/registration").want(200)
	form := []string{"last_name", "Нуруллина", "first_name", "Җәмилә", "middle_name", "Ильясовна", "sex", "F", "birth-day", "5", "birth-month", "6",
		"birth-year", "1991", "birth_place", "г. Елабуга", "snils", "087-654-303 00", "citizenship", "RUS", "passport", "9211 654321",
		"issued-day", "1", "issued-month", "7", "issued-year", "2011", "issued_by", "УФМС", "code", "160-010", "phone", newPhone, "email", newEmail,
		"language", "tt"}
	b.fill("/operator/registration", form...).want(422, "Без подписанного согласия")
	if b.value("first_name") != "Җәмилә" {
		t.Error("what was typed is lost")
	}
	form = append(form, "consent", "yes")
	b.fill("/operator/registration", form...).want(422, "уже есть учётная запись") // Timur's СНИЛС
	for i := range form {
		if form[i] == "087-654-303 00" {
			form[i] = "112-233-445 95"
		}
	}
	b.fill("/operator/registration", form...).want(200, "Код из SMS")
	path := b.URL.Path
	s.in(t, phoneGol).get(path).want(404)
	b.fill(path, "code", "000000").want(422, "Код не подошёл")
	code := s.sentCode(t, newPhone, 1)
	stale := b.value("_csrf")
	b.fill(path, "code", code).want(200, "Посетитель зарегистрирован")
	b.post(path, url.Values{"_csrf": {stale}, "code": {code}}).want(404)
	s.isTold(t, newPhone, "хезмәт күрсәтү үзәгендә расланды") // in the person's language
	if n := s.count(t, `SELECT count(*) FROM account a JOIN level_change c ON c.account_id = a.id
		WHERE a.phone = $1 AND a.level = 'confirmed' AND c.way = 'centre' AND c.operator_id = $2`, newPhone, DemoPersonID(5)); n != 1 {
		t.Errorf("%d confirmed newcomers", n)
	}
	link := regexp.MustCompile(`http\S+/confirm/password\S+`).FindString(s.isTold(t, newPhone, "серсүз").Body)
	s.browser(t).get(link).fill("/confirm/password", "password", goodPassword, "repeat", goodPassword).want(200)
	s.browser(t).signIn(newPhone, goodPassword).want(200, "Нуруллина Җәмилә").get("/profile/events").want(200, "Учётная запись создана в центре")
}

var letterCode = regexp.MustCompile(`[0-9A-Z]{5}-[0-9A-Z]{5}`)

// posted waits for the letter that the post has taken.
func (s *site) posted(t *testing.T) string {
	t.Helper()
	for deadline := time.Now().Add(15 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if text, ok := s.registers.letter.Load().(string); ok && s.count(t, `SELECT count(*) FROM confirm_letter WHERE state = 'queued'`) == 0 {
			return text
		}
	}
	t.Fatal("no letter came")
	return ""
}

func TestConfirmByLetter(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.in(t, phoneAliya).get("/confirm/letter").want(200)
	b.fill("/confirm/letter", "known", "other", "address", "Казань").want(422, "полный адрес")
	b.fill("/confirm/letter", "known", "other", "address", "420111, г. Казань, ул. Баумана, д. 1, кв. 2").want(200, "Письмо заказано")
	text := s.posted(t)
	if !strings.HasPrefix(text, "420111, г. Казань") || !strings.Contains(text, "Гарипова Алия Маратовна") {
		t.Errorf("letter %q", text)
	}
	if waits, err := confirm.LetterOutstanding(t.Context(), s.db, DemoPersonID(1)); err != nil || !waits {
		t.Errorf("outstanding %v %v", waits, err)
	}
	code := letterCode.FindString(text)
	if n := s.count(t, `SELECT count(*) FROM confirm_letter WHERE code IS NOT NULL`); n != 0 {
		t.Error("the code is kept after the letter has gone")
	}
	b.get("/confirm").want(200, "уже на почте").get("/confirm/letter")
	b.fill("/confirm/letter/code", "code", "AAAAA-AAAAA").want(422, "Код не подошёл", "4")
	stale := b.value("_csrf")
	b.fill("/confirm/letter/code", "code", " "+strings.ToLower(strings.ReplaceAll(code, "-", " "))).want(200, "Учётная запись подтверждена")
	b.post("/confirm/letter/code", url.Values{"_csrf": {stale}, "code": {code}}).want(200, "Учётная запись подтверждена")
	s.isAt(t, 1, "confirmed", "letter")
	s.isTold(t, ownerPhone, "подтверждена кодом из письма")
	if waits, err := confirm.LetterOutstanding(t.Context(), s.db, DemoPersonID(1)); err != nil || waits {
		t.Errorf("outstanding %v %v", waits, err)
	}
}

func TestLetterTriesAndPause(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	address := []string{"known", "other", "address", "420111, г. Казань, ул. Баумана, д. 1"}
	b := s.in(t, phoneAliya).get("/confirm/letter").fill("/confirm/letter", address...).want(200)
	code := letterCode.FindString(s.posted(t))
	stranger := s.in(t, phoneTimur).get("/confirm/letter").fill("/confirm/letter", address...).want(200)
	stranger.fill("/confirm/letter/code", "code", code).want(422, "Код не подошёл") // somebody else's letter
	stale := b.value("_csrf")
	b.post("/confirm/letter", url.Values{"_csrf": {stale}, "known": {"other"}, "address": {address[3]}}).want(200)
	if n := s.count(t, `SELECT count(*) FROM confirm_letter WHERE account_id = $1`, DemoPersonID(1)); n != 1 {
		t.Errorf("%d letters by a double click", n)
	}
	b.get("/confirm/letter")
	for range 5 {
		b.fill("/confirm/letter/code", "code", "AAAAAAAAAA")
	}
	b.post("/confirm/letter/code", url.Values{"_csrf": {stale}, "code": {code}}).want(422, "больше не действует", "Новое письмо можно заказать с")
	s.isAt(t, 1, "standard", "checks")
	s.journalled(t, ownerID, "confirm.letter_code_wrong", 5)
	if _, err := s.db.Exec(t.Context(), `UPDATE confirm_letter SET created_at = created_at - interval '15 days'`); err != nil {
		t.Fatal(err)
	}
	b.get("/confirm/letter").want(200, "Заказать").fill("/confirm/letter", address...).want(200, "Письмо заказано")
}

// bank opens the stand's bank beside the provider and lets the provider know it.
func (s *site) bank(t *testing.T) *site {
	t.Helper()
	pages, err := thePages()
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b := &site{db: dbtest.DB(t, dbtest.Stand), issuer: "http://" + ln.Addr().String()}
	secret := bytes.Repeat([]byte("b"), 32)
	app, err := stand.New(stand.Config{DB: b.db, Pages: pages, Now: time.Now, Secret: secret, Portal: portalURL,
		BankID: &stand.BankID{DB: b.db, Pages: pages, Secret: secret, URL: b.issuer + "/bank/id", Client: s.issuer, Now: time.Now}})
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = app.Listener(ln) }()
	t.Cleanup(func() { _ = app.ShutdownWithTimeout(5 * time.Second) })
	var people []stand.Person
	for _, p := range DemoPeople() {
		if i := p.Identity; i != nil {
			people = append(people, stand.Person{SNILS: i.SNILS, LastName: i.LastName, FirstName: i.FirstName, MiddleName: i.MiddleName, Sex: i.Gender(),
				BirthDate: i.BirthDate.Format(time.DateOnly), Series: i.Document.Series, Number: i.Document.Number, IssuedOn: i.Document.IssuedOn, Code: i.Document.Code})
		}
	}
	if err := stand.SeedDemo(t.Context(), b.db, people); err != nil {
		t.Fatal(err)
	}
	s.cfg.BankURL, s.cfg.BankName = b.issuer+"/bank/id", "Учебный банк"
	s.restart(t)
	return b
}

// asks goes from the provider to the bank, and returns where the bank's answer leads.
func (s *site) asks(t *testing.T, b *browser, bank *site, fields ...string) string {
	t.Helper()
	b.get("/confirm/bank").want(200, "Учебный банк").fill("/confirm/bank")
	at := bank.browser(t).get(b.Location).want(200, "Вход в учебный банк")
	at.fill("/bank/id/authorize", fields...)
	if at.Location == "" {
		t.Fatalf("the bank keeps the customer: %d %s", at.Status, at.text())
	}
	for _, personal := range []string{"120001", DemoAliyaSNILS, url.QueryEscape("Гарипова")} {
		if strings.Contains(at.Location, personal) {
			t.Errorf("personal data in an address: %s", at.Location)
		}
	}
	return at.Location
}

func TestConfirmByBank(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	bank := s.bank(t)
	b := s.in(t, phoneAliya)
	b.get("/confirm").want(200, "онлайн-банк")
	b.get(s.asks(t, b, bank, "choice", "refuse")).want(200, "не разрешили")
	b.get(s.asks(t, b, bank, "choice", "allow", "customer", DemoTimurSNILS)).want(422, "Имя в банке не совпадает")
	other := []string{"choice", "allow", "customer", "other", "last_name", "Гарипова", "first_name", "Алия", "middle_name", "Маратовна",
		"birth_date", "1998-04-12", "snils", DemoAliyaSNILS, "passport", "9218 120009"}
	b.get(s.asks(t, b, bank, other...)).want(422, "другой паспорт")
	other[11] = "1998-04-13"
	b.get(s.asks(t, b, bank, other...)).want(422, "Дата рождения")
	s.isAt(t, 1, "standard", "checks")
	answer := s.asks(t, b, bank, "choice", "allow", "customer", DemoAliyaSNILS)
	s.in(t, phoneTimur).get(answer).want(409) // another's browser
	s.in(t, phoneAliya).get(answer).want(409) // another sign-in of the same person
	s.isAt(t, 1, "standard", "checks")
	b.get(answer).want(200, "Учётная запись подтверждена")
	b.get(answer).want(409) // a replay
	s.isAt(t, 1, "confirmed", "bank")
	s.journalled(t, ownerID, "confirm.bank_refused", 4)
	if n := s.count(t, `SELECT count(*) FROM confirm_bank WHERE result = 'confirmed'`); n != 1 {
		t.Errorf("%d confirmed by the bank", n)
	}
}

// An answer with a code of another question is no answer: the verifier and the nonce bind it.
func TestBankCodeIsBound(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	bank := s.bank(t)
	b := s.in(t, phoneAliya)
	first, second := s.asks(t, b, bank, "choice", "allow", "customer", DemoAliyaSNILS), s.asks(t, b, bank, "choice", "allow", "customer", DemoAliyaSNILS)
	one, _ := url.Parse(first)
	two, _ := url.Parse(second)
	mixed := url.Values{"state": {two.Query().Get("state")}, "code": {one.Query().Get("code")}}
	b.get("/confirm/bank/back?"+mixed.Encode()).want(422, "не удалось проверить")
	s.isAt(t, 1, "standard", "checks")
	b.get("/confirm/bank/back?state=nothing&code=x").want(409)
}

func TestConfirmBySignature(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ours, foreign, later := newAuthority(t), newAuthority(t), time.Now().Add(time.Hour)
	s.in(t, phoneAliya).get("/confirm/signature").want(404)
	s.cfg.Roots = []*gost.Certificate{ours.cert}
	s.restart(t)
	b := s.in(t, phoneAliya).get("/confirm/signature").want(200)
	text := b.textOf("text")
	if !strings.Contains(text, "Гарипова Алия Маратовна") || !strings.Contains(text, s.issuer) {
		t.Errorf("text %q", text)
	}
	aliya := gost.Subject{CommonName: "Гарипова Алия Маратовна", Surname: "Гарипова", GivenName: "Алия Маратовна", SNILS: DemoAliyaSNILS}
	timur := gost.Subject{CommonName: "Хабибуллин Тимур Ильдарович", Surname: "Хабибуллин", GivenName: "Тимур Ильдарович", SNILS: DemoTimurSNILS}
	namesake := aliya
	namesake.SNILS = DemoTimurSNILS
	married := aliya
	married.Surname = "Петрова"
	send := func(message []byte) *browser {
		return b.fill("/confirm/signature", "signature", base64.StdEncoding.EncodeToString(message))
	}
	b.fill("/confirm/signature").want(422, "Выберите файл")
	send(ours.sign("другое", aliya, later)).want(422, "не подошла к этому тексту")
	send(foreign.sign(text, aliya, later)).want(422, "не аккредитованным")
	send(ours.sign(text, timur, later)).want(422, "СНИЛС в сертификате не ваш")
	send(ours.sign(text, namesake, later)).want(422, "СНИЛС в сертификате не ваш")
	send(ours.sign(text, married, later)).want(422, "Имя в сертификате")
	s.isAt(t, 1, "standard", "checks")
	id := b.value("text")
	s.in(t, phoneTimur).get("/confirm/signature/" + id + "/text").want(404)
	right := ours.sign(text, aliya, later)
	send(right).want(200, "Учётная запись подтверждена")
	s.isAt(t, 1, "confirmed", "signature")
	if n := s.count(t, `SELECT count(*) FROM journal WHERE action = 'idp.confirm.level' AND details->>'certificate' LIKE '%, УЦ'`); n != 1 {
		t.Error("the journal does not name the certificate")
	}
	s.journalled(t, ownerID, "confirm.signature_refused", 6)
	if n := s.count(t, `SELECT count(*) FROM confirm_text WHERE used_at IS NOT NULL`); n != 1 {
		t.Errorf("%d texts used", n)
	}
}
