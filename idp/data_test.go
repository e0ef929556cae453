package idp

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"tamga/idp/account"
	"tamga/idp/papers"
	"tamga/internal/i18n"
)

// correct fills the form of personal data for Aliya, who is standard: a new surname and a new passport.
func (b *browser) correct(changes ...string) *browser {
	b.t.Helper()
	fields := []string{"last_name", "Хабибуллина", "first_name", "Алия", "middle_name", "Маратовна", "sex", "F", "birth_place", "г. Казань",
		"citizenship", "RUS", "passport", "9225 654321", "issued-day", "1", "issued-month", "11", "issued-year", "2025",
		"issued_by", "МВД по Республике Татарстан", "code", "160-002"}
	return b.get("/profile/data").want(200).fill("/profile/data", append(fields, changes...)...)
}

// Marriage: the old name and passport are in force until the registers have confirmed the new ones, however long they are away.
func TestCorrectedDataComeIntoForce(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	aliya := DemoPeople()[0].Account.ID
	s.registers.down.Store(true)
	b := s.browser(t).signIn(phoneOfAliya, DemoPassword)
	b.get("/profile").get(b.link("Изменить данные")).want(200, "Прежние данные и ваш уровень действуют", "112-112-445 75")
	if b.value("last_name") != "Гарипова" || b.has("snils") || b.has("birth-day") {
		t.Error("the form lacks what may be changed, or offers what may not")
	}
	b.correct("last_name", "Гарипова", "passport", "9218 120001", "issued-day", "15", "issued-month", "6", "issued-year", "2018", "code", "160-001").
		want(422, "Вы ничего не изменили")
	b.correct("snils", "112-233-445 95", "birth-year", "1970").want(200, "Проверяем данные", "Прежние данные и уровень учётной записи действуют")
	b.get("/profile").want(200, "Гарипова Алия", "Стандартный", "Новые данные проверяются", "9218 120001")
	b.get("/profile/data").want(200, "Проверяем данные") // a second tab
	i, err := account.IdentityOf(t.Context(), s.db, s.box, aliya)
	if err != nil || i.LastName != "Гарипова" || i.State != "passed" {
		t.Fatalf("in force %+v, %v", i, err)
	}
	s.registers.down.Store(false)
	b.settled().want(200, "Данные подтверждены", "Новые данные действуют", "Данные совпали, ")
	b.get("/profile").want(200, "Хабибуллина Алия", "Стандартный", "9225 654321", "112-112-445 75")
	if a, err := account.ByID(t.Context(), s.db, aliya); err != nil || a.LastName != "Хабибуллина" || a.Level != account.Standard {
		t.Errorf("account %+v, %v", a, err)
	}
	i, err = account.IdentityOf(t.Context(), s.db, s.box, aliya)
	if err != nil || i.SNILS != DemoAliyaSNILS || i.BirthDate.Year() != 1998 {
		t.Errorf("what never changes has changed: %+v, %v", i, err)
	}
	if sms := s.outbox.wait(t, phoneOfAliya, 1); !strings.Contains(sms.Body, "новые данные подтверждены") {
		t.Errorf("SMS %q", sms.Body)
	}
	former, err := papers.Former(t.Context(), s.db, s.box, aliya)
	if err != nil || len(former) != 1 || former[0].Number != "120001" {
		t.Errorf("former passports %+v, %v", former, err)
	}
	b.get("/documents").want(200, "Прежние паспорта", "9218 120001", "9225 654321")
}

func TestRefusedCorrectionLeavesOldData(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t).signIn("+79172000004", DemoPassword)
	level := DemoPeople()[3].Account.Level
	b.correct("last_name", "Ошибкина", "first_name", "Әминә", "middle_name", "Фәрит кызы", "passport", "9225 000001").want(200)
	b.settled().want(200, "не прошли проверку", "буква в букву", "нет в базе", "Прежние данные и уровень учётной записи действуют")
	b.get(b.link("Исправить данные")).want(200)
	if b.value("last_name") != "Ошибкина" {
		t.Error("the data to correct are not on the page")
	}
	b.get("/profile").want(200, "Җиһаншина Әминә", "Новые данные не прошли проверку. Действуют прежние")
	a, err := account.ByID(t.Context(), s.db, DemoPeople()[3].Account.ID)
	if err != nil || a.LastName != "Җиһаншина" || a.Level != level {
		t.Errorf("account %+v, %v", a, err)
	}
	b.get("/profile/checks").fill("/profile/data/drop").want(200)
	if b.value("last_name") != "Җиһаншина" {
		t.Errorf("after taking the round back the form shows %q", b.value("last_name"))
	}
	if b.get("/profile"); strings.Contains(b.text(), "не прошли") {
		t.Error("the dropped round is still told of")
	}
	// The next round has a number of its own, and goes through.
	b.correct("last_name", "Җиһаншина", "first_name", "Әминә", "middle_name", "Фәрит кызы")
	b.settled().want(200, "Данные подтверждены")
}

// A round that is taken back while the registers are away does not come into force later.
func TestRoundTakenBackStaysAway(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.registers.down.Store(true)
	b := s.browser(t).signIn(phoneOfAliya, DemoPassword)
	b.correct().want(200, "Проверяем данные")
	for s.registers.asked.Load() < 2 {
		time.Sleep(20 * time.Millisecond)
	}
	b.fill("/profile/data/drop").want(200)
	s.registers.down.Store(false)
	b.correct("last_name", "Иванова")
	b.settled().want(200, "Данные подтверждены")
	b.get("/profile").want(200, "Иванова Алия")
	if n := s.count(t, `SELECT count(*) FROM identity WHERE account_id = $1`, DemoPeople()[0].Account.ID); n != 2 {
		t.Errorf("%d rounds, want the former and the one in force", n)
	}
}

// A citizen of another country registers with their own document.
func TestForeignerBecomesStandard(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	b.register("Каримов", newPhone, newEmail)
	b.get("/profile/data").get(b.link("гражданство другой страны")).want(200, "Узбекистан", "Документ, удостоверяющий личность")
	foreign := []string{"last_name", "Каримов", "first_name", "Рустам", "no_middle", "yes", "sex", "M", "birth-day", "1", "birth-month", "5",
		"birth-year", "1990", "birth_place", "Тошкент", "snils", "112-233-445 95", "citizenship", "other", "country", "UZB",
		"foreign_number", "ab № 1234567", "issued-day", "2", "issued-month", "6", "issued-year", "2020", "issued_by", "IIV 26283"}
	b.fill("/profile/data", append(foreign, "country", "RUS", "foreign_number", "-")...).want(422, "Выберите страну", "как он напечатан")
	b.fill("/profile/data", foreign...)
	b.settled().want(200, "Данные подтверждены")
	b.get("/profile").want(200, "Стандартный", "Узбекистан", "AB 1234567")
	b.get("/documents").want(200, "Документ другой страны", "+ Вид на жительство")
	var id = s.accountOf(t, newPhone)
	docs, err := papers.Documents(t.Context(), s.db, s.box, id)
	if err != nil || len(docs) != 1 || docs[0].Type != account.ForeignDocument || docs[0].Number != "AB 1234567" || !docs[0].Verified() {
		t.Errorf("documents %+v, %v", docs, err)
	}
	// With the citizenship of Russia the same page asks for a passport.
	b.get("/profile/data").fill("/profile/data", append(foreign, "citizenship", "RUS")...).want(422, "серию и номер паспорта")
}

// The results come in the language in which the person used the pages.
func TestMessagesSpeakThePersonsLanguage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t).signIn(phoneOfAliya, DemoPassword)
	b.get("/profile?lang=tt").want(200)
	b.correct().want(200)
	sms := s.outbox.wait(t, phoneOfAliya, 1)
	if !strings.Contains(sms.Body, "яңа мәгълүмат") {
		t.Errorf("SMS %q", sms.Body)
	}
	a, err := account.ByID(t.Context(), s.db, DemoPeople()[0].Account.ID)
	if err != nil || a.Language != i18n.TT {
		t.Errorf("language %q, %v", a.Language, err)
	}
}

func (s *site) accountOf(t *testing.T, phone string) (id uuid.UUID) {
	t.Helper()
	if err := s.db.QueryRow(t.Context(), `SELECT id FROM account WHERE phone = $1`, phone).Scan(&id); err != nil {
		t.Fatal(err)
	}
	return id
}
