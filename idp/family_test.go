package idp

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"tamga/idp/family"
	"tamga/idp/papers"
)

// kid fills the form of a child.
func (b *browser) kid(changes ...string) *browser {
	b.t.Helper()
	fields := []string{"last_name", "Гарипов", "first_name", "Әмир", "middle_name", "Рөстәм улы", "sex", "M", "birth-day", "9", "birth-month", "3",
		"birth-year", "2020", "certificate_kind", "RF_BRTH_CERT", "certificate", "IV-КБ 123456", "issued-day", "20", "issued-month", "3",
		"issued-year", "2020", "issued_by", "ЗАГС г. Казани"}
	return b.get("/children/new").want(200).fill("/children/new", append(fields, changes...)...)
}

// kidState waits until a parent's hold on a child is in that state.
func (s *site) kidState(t *testing.T, phone, state string) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(30 * time.Millisecond) {
		if s.count(t, `SELECT count(*) FROM child_parent p JOIN account a ON a.id = p.parent_id WHERE a.phone = $1 AND p.state = $2`, phone, state) > 0 {
			return
		}
	}
	t.Fatalf("no child of %s becomes %s", phone, state)
}

func (s *site) noKids(t *testing.T) {
	t.Helper()
	if _, err := s.db.Exec(t.Context(), `DELETE FROM child`); err != nil { // those of the demo
		t.Fatal(err)
	}
}

func TestChildIsAddedAndConfirmed(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	s.noKids(t)
	s.registers.down.Store(true)
	b := s.browser(t).signIn(phoneOfAliya, DemoPassword)
	b.kid("birth-year", "2005", "certificate", "12").want(422, "с 14 лет человек регистрируется сам", "серию и номер свидетельства о рождении")
	if b.value("first_name") != "Әмир" {
		t.Error("what was typed is lost")
	}
	id := b.value("id")
	b.kid("id", id).want(200, "отправлены на проверку", "Гарипов Әмир Рөстәм улы", "Проверяется")
	b.kid("id", id).want(200) // a double click
	if n := s.count(t, `SELECT count(*) FROM child`); n != 1 {
		t.Fatalf("%d children", n)
	}
	for n := 0; n == 0; n = s.count(t, `SELECT attempts FROM child_parent`) {
		time.Sleep(20 * time.Millisecond)
	}
	b.get("/children").get(b.link("Әмир")).want(200, "пока не отвечает")
	aliya := DemoPeople()[0].Account.ID
	if kids, err := family.Children(t.Context(), s.db, s.box, aliya); err != nil || len(kids) != 0 {
		t.Errorf("an unconfirmed child is told of: %v, %v", kids, err)
	}
	s.registers.down.Store(false)
	s.kidState(t, phoneOfAliya, "verified")
	b.get(b.URL.Path).want(200, "Подтверждено", "IV-КБ 123456")
	if sms := s.outbox.wait(t, phoneOfAliya, 1); !strings.Contains(sms.Body, "подтверждены") || strings.Contains(sms.Body, "Әмир") {
		t.Errorf("SMS %q", sms.Body)
	}
	kids, err := family.Children(t.Context(), s.db, s.box, aliya)
	if err != nil || len(kids) != 1 || kids[0].FirstName != "Әмир" || kids[0].OID < 1_000_000_000 {
		t.Fatalf("children %+v, %v", kids, err)
	}
	docs, err := papers.Documents(t.Context(), s.db, s.box, kids[0].ID)
	if err != nil || len(docs) != 1 || docs[0].Type != papers.BirthCertificate || docs[0].Series != "IV-КБ" || !docs[0].Verified() {
		t.Errorf("documents %+v, %v", docs, err)
	}
	b.get(b.link("Документы ребёнка")).want(200, "+ Полис ОМС", "IV-КБ 123456")
	policy := b.URL.Path + "/new/MDCL_PLCY"
	b.get(policy).fill(policy, "policy", "1656001234567890").want(200, "Сохранено")
	s.paperState(t, papers.MedicalPolicy, "verified")
}

func TestChildOfOthersIsNotThere(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	s.noKids(t)
	b := s.browser(t).signIn(phoneOfAliya, DemoPassword)
	b.kid().want(200)
	s.kidState(t, phoneOfAliya, "verified")
	b.get("/children").get(b.link("Әмир"))
	kid := b.URL.Path
	other := s.browser(t).signIn(phoneOfTimur, DemoPassword)
	for _, path := range []string{"", "/edit", "/invite", "/remove", "/documents", "/documents/new/INN"} {
		other.get(kid + path).want(404)
	}
	other.get("/children/new")
	form := map[string][]string{"_csrf": {other.value("_csrf")}, "phone": {"+79170000000"}, "inn": {"500100732259"}}
	for path, status := range map[string]int{"/edit": 404, "/invite": 404, "/documents/new/INN": 404, "/remove": 200} {
		other.post(kid+path, form).want(status)
	}
	if n := s.count(t, `SELECT count(*) FROM child_parent`); n != 1 {
		t.Error("somebody else's child was touched")
	}
	s.browser(t).get(kid).want(401)
	pyotr := s.browser(t).signIn("+79172000003", DemoPassword) // simplified
	pyotr.get("/children").want(200, "стандартной учётной записи")
	pyotr.post("/children/new", map[string][]string{"_csrf": {pyotr.value("_csrf")}}).want(403)
}

func TestRefusedChildIsCorrected(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	s.noKids(t)
	b := s.browser(t).signIn(phoneOfAliya, DemoPassword)
	b.kid("last_name", "Ошибкин").want(200)
	s.kidState(t, phoneOfAliya, "refused")
	b.get("/children").get(b.link("Ошибкин")).want(200, "записано в реестре иначе", "буква в букву")
	edit := b.link("Исправить данные")
	b.get(edit).want(200)
	if b.value("last_name") != "Ошибкин" || b.value("certificate") != "IV-КБ 123456" {
		t.Error("the data to correct are not on the page")
	}
	kid := b.kidForm(edit, "last_name", "Гарипов")
	s.kidState(t, phoneOfAliya, "verified")
	kid.get("/children").want(200, "Гарипов Әмир")
	// A change that the register refuses leaves what is in force.
	b.get("/children").get(b.link("Гарипов")).get(edit)
	b.kidForm(edit, "last_name", "Ошибкин")
	s.kidState(t, phoneOfAliya, "refused")
	b.get("/children").get(b.link("Гарипов")).want(200, "Пока действуют прежние данные", "Гарипов Әмир")
	kids, err := family.Children(t.Context(), s.db, s.box, DemoPeople()[0].Account.ID)
	if err != nil || len(kids) != 1 || kids[0].LastName != "Гарипов" {
		t.Errorf("children %+v, %v", kids, err)
	}
}

func (b *browser) kidForm(action string, changes ...string) *browser {
	b.t.Helper()
	fields := []string{"first_name", "Әмир", "middle_name", "Рөстәм улы", "sex", "M", "birth-day", "9", "birth-month", "3", "birth-year", "2020",
		"certificate_kind", "RF_BRTH_CERT", "certificate", "IV-КБ 123456", "issued-day", "20", "issued-month", "3", "issued-year", "2020",
		"issued_by", "ЗАГС г. Казани"}
	return b.fill(action, append(fields, changes...)...).want(200)
}

var kidLink = regexp.MustCompile(`/children/\S+`)

func TestSecondParentIsInvited(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	s.noKids(t)
	b := s.browser(t).signIn(phoneOfAliya, DemoPassword)
	b.kid().want(200)
	s.kidState(t, phoneOfAliya, "verified")
	b.get("/children").get(b.link("Әмир")).get(b.link("Пригласить второго"))
	action := b.URL.Path + "?for=parent"
	b.fill(action, "phone", "12").want(422)
	b.fill(action, "phone", phoneOfTimur).want(200, "Отправили SMS")
	link := kidLink.FindString(s.outbox.wait(t, phoneOfTimur, 1).Body)
	s.browser(t).get(link).want(401, "Войдите")
	s.registers.down.Store(true)
	timur := s.browser(t).signIn(phoneOfTimur, DemoPassword)
	timur.get(link).want(200, "Алия Г.")
	timur.fill("/children/join").want(200, "Проверяем, что вы родитель", "к которому вас пригласили")
	if strings.Contains(timur.text(), "Әмир") {
		t.Error("a parent whom the register does not know sees the child's name")
	}
	timur.get(timur.link("к которому вас")).want(200)
	if strings.Contains(timur.text(), "Әмир") || strings.Contains(timur.text(), "IV-КБ") {
		t.Error("a parent whom the register does not know sees the child")
	}
	timur.get(timur.URL.Path + "/documents").want(404)
	s.registers.down.Store(false)
	s.kidState(t, phoneOfTimur, "verified")
	timur.get("/children").get(timur.link("Әмир")).want(200, "IV-КБ 123456")
	timur.get(link).want(404) // good once
	// One parent leaves, the other keeps the child; the last takes it along.
	kid := timur.get("/children").link("Әмир")
	b.get(kid+"/remove").fill(kid+"/remove").want(200, "убран из вашего профиля")
	timur.get(kid).want(200)
	timur.get(kid + "/remove").fill(kid + "/remove").want(200)
	if n := s.count(t, `SELECT count(*) FROM child`) + s.count(t, `SELECT count(*) FROM paper WHERE child_id IS NOT NULL`); n != 0 {
		t.Errorf("%d rows of a child whom nobody keeps", n)
	}
}

// Two parents who add the same child keep one.
func TestTwoParentsOneChild(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	s.noKids(t)
	s.browser(t).signIn(phoneOfAliya, DemoPassword).kid().want(200)
	s.kidState(t, phoneOfAliya, "verified")
	s.browser(t).signIn(phoneOfTimur, DemoPassword).kid().want(200)
	s.kidState(t, phoneOfTimur, "verified")
	if n := s.count(t, `SELECT count(*) FROM child`); n != 1 {
		t.Errorf("%d children", n)
	}
	people := DemoPeople()
	hers, _ := family.Children(t.Context(), s.db, s.box, people[0].Account.ID)
	his, _ := family.Children(t.Context(), s.db, s.box, people[1].Account.ID)
	if len(hers) != 1 || len(his) != 1 || hers[0].OID != his[0].OID {
		t.Errorf("hers %+v, his %+v", hers, his)
	}
}

// A child of fourteen takes the account over, with its number and papers; the parents see it no longer.
func TestChildTakesOver(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	s.noKids(t)
	b := s.browser(t).signIn(phoneOfAliya, DemoPassword)
	b.kid().want(200)
	s.kidState(t, phoneOfAliya, "verified")
	b.get("/children").get(b.link("Әмир"))
	kid := b.URL.Path
	b.get(kid + "/invite?for=child").want(404)
	if _, err := s.db.Exec(t.Context(), `UPDATE child SET birth_date = current_date - interval '14 years 1 day'`); err != nil {
		t.Fatal(err)
	}
	before, _ := family.Children(t.Context(), s.db, s.box, DemoPeople()[0].Account.ID)
	action := kid + "/invite?for=child"
	b.get(kid).get(b.link("Передать учётную запись")).fill(action, "phone", newPhone).want(200)
	child := s.browser(t)
	child.get(kidLink.FindString(s.outbox.wait(t, newPhone, 1).Body)).want(200, "Әмир, укажите")
	child.fill("/children/own", "phone", "1").want(422, "согласия")
	child.fill("/children/own", "phone", newPhone, "email", newEmail, "consent", "yes").want(200, "Код из SMS")
	child.fill("/registration/code", "code", sixDigits.FindString(s.outbox.wait(t, newPhone, 2).Body)).want(200)
	child.fill("/registration/password", "password", goodPassword, "repeat", goodPassword).want(200)
	child.get("/profile").want(200, "Гарипов Әмир Рөстәм улы")
	child.get("/documents").want(200, "IV-КБ 123456")
	b.get(kid).want(404)
	b.get(kid + "/documents").want(404)
	if n := s.count(t, `SELECT count(*) FROM account WHERE phone = $1 AND oid = $2`, newPhone, before[0].OID); n != 1 {
		t.Error("the number has changed")
	}
	if sms := s.outbox.wait(t, phoneOfAliya, 2); !strings.Contains(sms.Body, "Әмир") {
		t.Errorf("SMS %q", sms.Body)
	}
	if n := s.count(t, `SELECT count(*) FROM child`) + s.count(t, `SELECT count(*) FROM child_parent`); n != 0 {
		t.Error("the parents still hold the account")
	}
	for _, lang := range []string{"tt", "en"} {
		for _, path := range []string{"/children", "/children/new"} {
			if b.get(path + "?lang=" + lang).want(200); strings.Contains(b.text(), "idp_") {
				t.Errorf("%s shows a key", path)
			}
		}
	}
}
