package idp

import (
	"strings"
	"testing"
	"time"

	"tamga/idp/account"
	"tamga/idp/papers"
	"tamga/internal/i18n"
)

const phoneOfAliya, phoneOfTimur = "+79172000001", "+79172000002"

var licence = []string{"licence", "99 01 № 654321", "issued_on-day", "3", "issued_on-month", "4", "issued_on-year", "2020",
	"expires_on-day", "3", "expires_on-month", "4", "expires_on-year", "2035", "categories", "В, в1"}

// newShelf is a site whose people have no papers yet.
func newShelf(t *testing.T) *site {
	t.Helper()
	s := newSite(t)
	if _, err := s.db.Exec(t.Context(), `DELETE FROM paper`); err != nil { // those of the demo
		t.Fatal(err)
	}
	return s
}

// paperState waits until the only paper of a kind is in that state.
func (s *site) paperState(t *testing.T, kind, state string) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(30 * time.Millisecond) {
		if s.count(t, `SELECT count(*) FROM paper WHERE kind = $1 AND state = $2`, kind, state) == 1 {
			return
		}
	}
	t.Fatalf("%s does not become %s", kind, state)
}

func TestDocumentIsAddedAndConfirmed(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	b := s.browser(t).signIn(phoneOfAliya, DemoPassword)
	b.get(b.link("Документы")).want(200, "Паспорт", "9218 120001", "+ Водительское удостоверение", "+ Полис ОМС")
	b.get(b.link("Водительское")).want(200)
	b.fill("/documents/new/RF_DRIVING_LICENSE", append(licence, "licence", "12", "expires_on-year", "2019")...).
		want(422, "10 знаков водительского", "срок документа истёк")
	if b.value("licence") != "12" || b.value("issued_on-year") != "2020" {
		t.Error("what was typed is lost")
	}
	b.fill("/documents/new/RF_DRIVING_LICENSE", licence...).want(200, "Сохранено", "9901 654321")
	s.paperState(t, papers.DrivingLicence, "verified")
	b.get(b.link("Водительское")).want(200, "Подтверждено", "B B1", "3 апреля 2035")
	for n := 1; !strings.Contains(s.outbox.wait(t, "aliya@demo.tamga.example", n).Subject, "Документ подтверждён: Водительское удостоверение"); n++ {
	}
	aliya := DemoPeople()[0].Account.ID
	all, err := papers.Documents(t.Context(), s.db, s.box, aliya)
	if err != nil || len(all) != 2 {
		t.Fatalf("%d documents, %v", len(all), err)
	}
	if d := all[1]; d.Series != "9901" || d.Number != "654321" || !d.Verified() || len(d.ETag) != 40 || d.ETag != strings.ToUpper(d.ETag) {
		t.Errorf("document %+v", d)
	}
	if d := all[0]; d.Type != account.Passport || d.Number != "120001" || d.ID == 0 || !d.Verified() {
		t.Errorf("passport %+v", d)
	}
	if n := s.count(t, `SELECT count(*) FROM paper WHERE paper::text LIKE '%' || encode('654321', 'hex') || '%' OR paper::text LIKE '%654321%'`); n != 0 {
		t.Error("the number lies in the clear")
	}
	if n := s.count(t, `SELECT count(*) FROM journal WHERE subject = $1 AND action IN ('idp.paper_added', 'idp.paper_verified')`, aliya.String()); n != 2 {
		t.Errorf("%d journal entries", n)
	}
}

// A change voids what was confirmed, and an answer about the old text does not count.
func TestEditedDocumentIsCheckedAgain(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	b := s.browser(t).signIn(phoneOfAliya, DemoPassword)
	b.get("/documents/new/RF_DRIVING_LICENSE").fill("/documents/new/RF_DRIVING_LICENSE", licence...).want(200)
	s.paperState(t, papers.DrivingLicence, "verified")
	before, _ := papers.Documents(t.Context(), s.db, s.box, DemoPeople()[0].Account.ID)
	b.get(b.link("Водительское"))
	edit := b.link("Изменить")
	s.registers.down.Store(true)
	b.get(edit).want(200)
	if b.value("licence") != "9901 654321" {
		t.Errorf("the form shows %q", b.value("licence"))
	}
	b.fill(edit, append(licence, "licence", "9901 654322")...).want(200, "Изменения сохранены", "Проверяется")
	for n := 0; n == 0; n = s.count(t, `SELECT attempts FROM paper`) {
		time.Sleep(20 * time.Millisecond)
	}
	b.get(b.link("Водительское")).want(200, "пока не отвечает")
	s.registers.down.Store(false)
	s.paperState(t, papers.DrivingLicence, "verified")
	if n := s.count(t, `SELECT round FROM paper`); n != 2 {
		t.Errorf("round %d", n)
	}
	after, _ := papers.Documents(t.Context(), s.db, s.box, DemoPeople()[0].Account.ID)
	if before[1].ETag == after[1].ETag || before[1].ID != after[1].ID {
		t.Errorf("tags %s, %s; ids %d, %d", before[1].ETag, after[1].ETag, before[1].ID, after[1].ID)
	}
}

func TestSomebodyElsesDocumentIsNotThere(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	b := s.browser(t).signIn(phoneOfAliya, DemoPassword)
	b.get("/documents/new/INN").fill("/documents/new/INN", "inn", "500100732259").want(200)
	b.get(b.link("ИНН"))
	mine, form := b.URL.Path, b.link("Изменить")
	other := s.browser(t).signIn(phoneOfTimur, DemoPassword)
	for _, path := range []string{mine, mine + "/edit", mine + "/remove", "/children/1/documents", "/documents/99999999999999999999"} {
		other.get(path).want(404)
	}
	// A form of one's own, posted to the other's address.
	other.get("/documents/new/INN")
	token := other.value("_csrf")
	other.post(form, map[string][]string{"_csrf": {token}, "inn": {"526317984689"}}).want(404)
	other.post(mine+"/remove", map[string][]string{"_csrf": {token}}).want(200)
	if n := s.count(t, `SELECT count(*) FROM paper WHERE round = 1`); n != 1 {
		t.Error("the other's document was touched")
	}
	s.browser(t).get(mine).want(401)
}

func TestDoubleClickMakesOneDocument(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	b := s.browser(t).signIn(phoneOfAliya, DemoPassword)
	car := []string{"model", "Лада Веста", "plate", "a123bc 116", "sts", "16 хх 123456"}
	page := b.get("/vehicles/new/VEHICLE").want(200)
	token := page.value("_csrf")
	form := map[string][]string{"_csrf": {token}}
	for i := 0; i < len(car); i += 2 {
		form[car[i]] = []string{car[i+1]}
	}
	done := make(chan int, 2)
	for range 2 {
		go func() {
			got, err := b.client.PostForm(s.issuer+"/vehicles/new/VEHICLE", form)
			if err != nil {
				done <- 0
				return
			}
			got.Body.Close()
			done <- got.StatusCode
		}()
	}
	for range 2 {
		if status := <-done; status != 200 {
			t.Errorf("status %d", status)
		}
	}
	if n := s.count(t, `SELECT count(*) FROM paper WHERE kind = 'VEHICLE'`); n != 1 {
		t.Errorf("%d vehicles", n)
	}
	form["sts"], form["plate"] = []string{"16 12 123457"}, []string{"М001АО716"}
	b.post("/vehicles/new/VEHICLE", form).want(200, "А123ВС116", "М001АО716")
	cars, err := papers.Vehicles(t.Context(), s.db, s.box, DemoPeople()[0].Account.ID)
	if err != nil || len(cars) != 2 || cars[0].Series != "16ХХ" || cars[0].Number != "123456" {
		t.Errorf("vehicles %+v, %v", cars, err)
	}
	// The same kind twice with another text is no double click.
	b.get("/documents/new/INN").fill("/documents/new/INN", "inn", "500100732259").want(200)
	b.post("/documents/new/INN", map[string][]string{"_csrf": {token}, "inn": {"526317984689"}}).want(409, "Такая запись уже есть")
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	b := s.browser(t).signIn(phoneOfAliya, DemoPassword)
	b.get("/addresses").want(200, "+ Адрес проживания")
	b.get(b.link("Адрес проживания")).fill("/addresses/new/PLV", "city", "Казань").want(422, "одной строкой или заполните")
	b.fill("/addresses/new/PLV", "address", "Арча районы, Кырлай авылы,\r\n Г. Тукай урамы, 5").want(200, "Кырлай авылы, Г. Тукай урамы, 5")
	b.get("/addresses/new/PRG").fill("/addresses/new/PRG", "zip", "420111", "city", "г. Казань", "street", "ул. Баумана", "house", "5", "fias", "x").
		want(422, "Код ФИАС")
	b.fill("/addresses/new/PRG", "zip", "420111", "city", "г. Казань", "street", "ул. Баумана", "house", "5").want(200)
	all, err := papers.Addresses(t.Context(), s.db, s.box, DemoPeople()[0].Account.ID)
	if err != nil || len(all) != 2 || all[0].Type != "PRG" || all[0].Text != "420111, г. Казань, ул. Баумана, 5" || all[0].Zip != "420111" {
		t.Errorf("addresses %+v, %v", all, err)
	}
	b.get("/addresses").get(b.link("Адрес проживания")).want(200, "Кырлай")
	b.get(b.link("Удалить")).want(200, "Удалить?", "Кырлай")
	at := b.URL.Path
	b.fill(at).want(200, "Удалено", "+ Адрес проживания")
}

// Somebody whom no register knows yet may keep documents; they are checked as soon as the person is.
func TestDocumentsOfNewcomerWaitForTheName(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	b := s.browser(t)
	b.register("Галиев", newPhone, newEmail)
	b.get("/documents").want(200, "+ Паспорт")
	b.get("/documents/new/MDCL_PLCY").fill("/documents/new/MDCL_PLCY", "policy", "1656001234567890").want(200, "Не проверено")
	b.get(b.link("Полис")).want(200, "Проверим, когда подтвердятся")
	b.data()
	b.settled()
	s.paperState(t, papers.MedicalPolicy, "verified")
}

func TestRefusedDocumentSaysWhy(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	b := s.browser(t).signIn(phoneOfAliya, DemoPassword)
	s.registers.refuse.Store("/registers/medical")
	b.get("/documents/new/MDCL_PLCY").fill("/documents/new/MDCL_PLCY", "policy", "1656001234567890").want(200)
	s.paperState(t, papers.MedicalPolicy, "refused")
	b.get("/documents").want(200, "Не подтверждено").get(b.link("Полис")).want(200, "не нашло такой документ", "Сверьте номер")
	for _, lang := range i18n.Langs[1:] {
		for _, path := range []string{b.URL.Path, "/documents", "/addresses", "/vehicles", "/documents/new/FRGN_PASS", "/profile", "/profile/data"} {
			if b.get(path + "?lang=" + string(lang)).want(200); strings.Contains(b.text(), "idp_") {
				t.Errorf("%s shows a key in %s:\n%s", path, lang, b.text())
			}
		}
	}
}

// The map of the profile leads somewhere, for newcomers and others.
func TestMenuLeadsSomewhere(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	b := s.browser(t).signIn(phoneOfAliya, DemoPassword)
	for _, item := range account.Menu {
		b.get("/profile").get(item.Href).want(200)
	}
}
