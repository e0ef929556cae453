package idp

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"tamga/idp/organisation"
)

// organisation answers as the register of organisations does: of everybody the best, unless a test says otherwise of a number.
func (r *registers) organisation(w http.ResponseWriter, q map[string]string) {
	name := q["full_name"]
	if name == "" {
		name = "Общество с ограниченной ответственностью «Сайдаш»"
	}
	a := map[string]any{"found": true, "status": "active", "inn_match": true, "kpp_match": true, "name_match": true, "head_match": true,
		"full_name": name, "short_name": "ООО «Сайдаш»", "kpp": q["kpp"]}
	if others, ok := r.others.Load(q["ogrn"]); ok {
		maps.Copy(a, others.(map[string]any))
		if head, ok := a["head"]; ok {
			a["head_match"] = head == q["snils"]
		}
	}
	_ = json.NewEncoder(w).Encode(a)
}

const (
	kyrlayOID, kyrlayOGRN  = 999_999_501, "1151690007776"
	freshOGRN, freshINN    = "1201690001237", "1655123453"
	phoneAliya, phoneTimur = "+79172000001", "+79172000002"
	phoneAmina, phoneGol   = "+79172000004", "+79172000005"
)

// legal is a form of a legal entity, filled in.
func legal(ogrn string) []string {
	return []string{"ogrn", ogrn, "inn", freshINN, "kpp", "1655 01 001", "legal_form", "12300", "founding_type", "charter",
		"founding_date-day", "1", "founding_date-month", "марта", "founding_date-year", "2020", "okved", "62,01",
		"legal_address", "г. Казань, ул. Баумана, д. 1", "phone", "8 (843) 511-41-15", "email", "Office@Saydash.example"}
}

// in signs a demo person in, an operator with the code from an SMS.
func (s *site) in(t *testing.T, phone string) *browser {
	t.Helper()
	b := s.browser(t).signIn(phone, DemoPassword).want(200)
	if b.URL.Path == "/login/second" {
		b.second("sms", s.lastCode(t, phone)).want(200)
	}
	return b
}

// awaits reloads the page until it says text.
func (b *browser) awaits(text string) *browser {
	b.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !strings.Contains(b.text(), text); b.get(b.URL.Path) {
		if time.Now().After(deadline) {
			b.t.Fatalf("%s never says %q:\n%s", b.URL, text, b.text())
		}
		time.Sleep(50 * time.Millisecond)
	}
	return b
}

func (s *site) roles(t *testing.T, person int) []organisation.Role {
	t.Helper()
	roles, err := organisation.RolesOf(t.Context(), s.db, DemoPersonID(person))
	if err != nil {
		t.Fatal(err)
	}
	return roles
}

// begin fills in the form of a legal entity and returns the page of the draft.
func (b *browser) beginOrganisation(ogrn string) *browser {
	b.t.Helper()
	return b.get("/organisations/new/legal").want(200).fill("/organisations/new/legal", legal(ogrn)...).want(200, "Черновик")
}

func TestOpenOrganisation(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.in(t, phoneAmina)
	b.get("/organisations/new/legal").fill("/organisations/new/legal", "ogrn", "1201690001238", "okved", "шестьдесят два", "short_name", "Сәйдәш").
		want(422, "В ОГРН ошибка", "Введите ИНН", "Код ОКВЭД", "Введите полное название")
	if b.value("short_name") != "Сәйдәш" {
		t.Error("what was typed is lost")
	}
	b.beginOrganisation(freshOGRN).want(200, "1 марта 2020", "62.01", "+7 843 511-41-15", "office@saydash.example")
	page := b.URL.Path
	if n := s.count(t, `SELECT count(*) FROM organisation WHERE ogrn = $1 AND state = 'draft'`, freshOGRN); n != 1 {
		t.Fatalf("%d drafts", n)
	}
	b.fill(page+"/send").awaits("Открыта").want(200, "руководитель", "ООО «Сайдаш»", "Подписывать")
	if !strings.Contains(s.outbox.wait(t, phoneAmina, 1).Body, "организация открыта") {
		t.Error("no SMS tells of it")
	}
	if r := s.roles(t, 4); len(r) != 2 || !r[1].Chief || !r[1].May("sign") || r[1].Type != organisation.Legal || r[1].KPP != "165501001" {
		t.Errorf("roles %+v", r)
	}
	if n := s.count(t, `SELECT count(*) FROM journal WHERE subject = $1 AND action IN ('idp.org.begun', 'idp.org.sent',
		'idp.org.active')`, DemoPersonID(4).String()); n != 3 {
		t.Errorf("%d entries in the journal", n)
	}
	s.in(t, phoneAliya).get(page).want(404)
	b.get("/organisations/states").want(200, "Черновик", "Проверяется", "Не подтверждена")
}

func TestOpenSoleProprietor(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.in(t, phoneAmina).get("/organisations/new/business").fill("/organisations/new/business", "ogrnip", "318169000123456",
		"inn_person", "165512345632", "okved", "95.29", "phone", phoneAmina, "email", "amina@demo.tamga.example").want(200, "Черновик")
	b.fill(b.URL.Path+"/send").awaits("Открыта").want(200, "предприниматель")
	if r := s.roles(t, 4); len(r) != 2 || r[1].Type != organisation.Business || r[1].OGRN != "318169000123456" || r[1].KPP != "" {
		t.Errorf("roles %+v", r)
	}
}

// Only a confirmed person opens anything. Others learn why, and how to become one.
func TestOpenNeedsConfirmed(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.in(t, phoneAliya).get("/organisations/new").want(200, "подтверждённой", "Стандартный")
	if b.link("Как подтвердить") != "/levels" {
		t.Error("the page leads nowhere")
	}
	b.get("/organisations/new/legal").want(200, "подтверждённой")
	form := url.Values{"_csrf": {b.get("/organisations/as").value("_csrf")}}
	for i, v := 0, legal(freshOGRN); i < len(v); i += 2 {
		form.Set(v[i], v[i+1])
	}
	b.post("/organisations/new/legal", form).want(403, "подтверждённой")
	if n := s.count(t, `SELECT count(*) FROM organisation WHERE ogrn = $1`, freshOGRN); n != 0 {
		t.Error("a draft came to be")
	}
	s.browser(t).get("/organisations").want(401)
}

// The register refuses, the person learns what and why, corrects, and sends again; meanwhile the register is away for a moment.
func TestOrganisationRefused(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.registers.others.Store(freshOGRN, map[string]any{"inn_match": false, "name_match": false, "full_name": "Общество «Зөһрә»", "head_match": false})
	b := s.in(t, phoneAmina).beginOrganisation(freshOGRN)
	page := b.URL.Path
	b.fill(page+"/send").awaits("Не подтверждена").want(200, "ИНН не относится", "Общество «Зөһрә»", "руководитель — не вы", "Исправить данные")
	if len(s.roles(t, 4)) != 1 {
		t.Error("a refused organisation gives a role")
	}
	s.registers.others.Delete(freshOGRN)
	s.registers.down.Store(true)
	b.get(page+"/edit").want(200).fill(page+"/edit", legal(freshOGRN)...).want(200, "Не подтверждена")
	b.fill(page + "/send").awaits("Реестр пока не отвечает")
	stale := s.in(t, phoneAmina).get(page + "/edit")
	stale.want(409)
	s.registers.down.Store(false)
	b.awaits("Открыта")
	if n := s.count(t, `SELECT count(*) FROM organisation_check c JOIN organisation o ON o.id = c.organisation_id WHERE o.ogrn = $1`, freshOGRN); n != 8 {
		t.Errorf("%d results of two rounds", n)
	}
}

// The form and the button that are sent twice, in two tabs, do it once.
func TestOrganisationTwice(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b, other := s.in(t, phoneAmina), s.in(t, phoneAmina)
	b.beginOrganisation(freshOGRN)
	other.beginOrganisation(freshOGRN)
	if b.URL.Path != other.URL.Path {
		t.Fatalf("two drafts: %s, %s", b.URL, other.URL)
	}
	page := b.URL.Path
	s.registers.down.Store(true)
	b.fill(page+"/send").want(200, "Проверяется")
	other.fill(page+"/send").want(200, "Проверяется")
	if n := s.count(t, `SELECT round FROM organisation WHERE ogrn = $1`, freshOGRN); n != 1 {
		t.Errorf("round %d", n)
	}
	s.registers.down.Store(false)
	b.awaits("Открыта")
	if n := s.count(t, `SELECT count(*) FROM organisation_employee e JOIN organisation o ON o.id = e.organisation_id WHERE ogrn = $1`, freshOGRN); n != 1 {
		t.Errorf("%d heads", n)
	}
}

// An organisation that has a head here is not taken from them by a click; only when the register has another one. Employees stay.
func TestHeadSucceeds(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.registers.others.Store(kyrlayOGRN, map[string]any{"head": DemoAminaSNILS})
	b := s.in(t, phoneGol).beginOrganisation(kyrlayOGRN)
	page := b.URL.Path
	b.fill(page+"/send").awaits("Не подтверждена").want(200, "руководитель — не вы")
	if r := s.roles(t, 4); len(r) != 1 || !r[0].Chief {
		t.Fatalf("the head lost the organisation: %+v", r)
	}
	s.registers.others.Store(kyrlayOGRN, map[string]any{"head": DemoGolnaraSNILS})
	b.fill(page + "/send").awaits("уже есть руководитель")
	for deadline := time.Now().Add(20 * time.Second); len(s.roles(t, 4)) > 0; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("who is no head any more keeps the organisation")
		}
	}
	b.get(page).fill(page+"/send").awaits("Открыта").want(200, "ООО «Сайдаш»")
	if b.URL.Path != "/organisations/999999501" {
		t.Errorf("the successor is at %s", b.URL)
	}
	if r := s.roles(t, 5); len(r) != 2 || !r[1].Chief && !r[0].Chief {
		t.Errorf("the successor is %+v", r)
	}
	if len(s.roles(t, 2)) != 1 {
		t.Error("an employee lost the place")
	}
}

func TestLiquidation(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.registers.others.Store(kyrlayOGRN, map[string]any{"status": "liquidated"})
	b := s.in(t, phoneAmina).get("/organisations/999999501").fill("/organisations/999999501/recheck")
	s.outbox.wait(t, phoneTimur, 1)
	if n := len(s.roles(t, 4)) + len(s.roles(t, 2)); n != 0 {
		t.Errorf("%d roles in an organisation that is no more", n)
	}
	b.get("/organisations/999999501").want(404)
}

// The register's list of branches replaces ours: one that stays keeps its number, one without a name is none; a register that says
// nothing about them leaves them.
func TestBranches(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.in(t, phoneAmina).get("/organisations/999999501").want(200, "Казанский филиал", "165843001", "Челнинский филиал")
	list := func() string {
		return s.text(t, `SELECT string_agg(concat_ws(' ', oid, kpp, name, phone, email), '; ' ORDER BY name) FROM organisation_branch`)
	}
	before := list()
	recheck := func() {
		t.Helper()
		at := s.text(t, `SELECT verified_at::text FROM organisation WHERE oid = 999999501`)
		b.fill("/organisations/999999501/recheck").want(200)
		s.eventually(t, 1, `SELECT count(*) FROM organisation WHERE oid = 999999501 AND verified_at::text <> '`+at+`'`)
	}
	recheck()
	if got := list(); got != before {
		t.Errorf("the register said nothing, now there are %s", got)
	}
	s.registers.others.Store(kyrlayOGRN, map[string]any{"branches": []map[string]string{
		{"kpp": "165843001", "name": "Казанский новый филиал", "phone": "8 (843) 511-41-15", "email": "New@Kyrlay.example"},
		{"kpp": "165843009", "name": "Арский филиал", "phone": "12"}, {"kpp": "1658", "name": "Никакой"}, {"kpp": "165843010", "name": " "}}})
	if _, err := s.db.Exec(t.Context(), `DELETE FROM river_job WHERE kind = 'idp.organisation_recheck'`); err != nil { // one a minute
		t.Fatal(err)
	}
	recheck()
	fresh := s.text(t, `SELECT oid::text FROM organisation_branch WHERE name = 'Арский филиал'`)
	if got, want := list(), fresh+" 165843009 Арский филиал  ; 999999511 165843001 Казанский новый филиал +78435114115 new@kyrlay.example"; got != want {
		t.Errorf("branches are %s, want %s", got, want)
	}
}

var linkShape = regexp.MustCompile(`/organisations/invitation\?token=\S+`)

// invites sends a letter and returns the path of its link.
func (b *browser) invites(nth int, to string, fields ...string) string {
	b.t.Helper()
	b.get("/organisations/999999501/invite").want(200).fill("/organisations/999999501/invite", append(fields, "contact", to)...).
		want(200, "Приглашение отправлено", to)
	return linkShape.FindString(b.site.outbox.wait(b.t, to, nth).Body)
}

var aliya = []string{"last_name", "Гарипова", "first_name", "АЛИЯ", "snils", "112-112-445 75", "position", "Бухгалтер"}

// The invited person signs in on the way, accepts with a double click, and is an employee once.
func TestInvitation(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	boss := s.in(t, phoneAmina)
	link := boss.invites(1, "someone@example.ru", aliya...)
	boss.get("/organisations/999999501/invite").fill("/organisations/999999501/invite", append(aliya, "contact", "someone@example.ru")...)
	if n := s.count(t, `SELECT count(*) FROM organisation_invitation`); n != 1 {
		t.Errorf("%d letters after a double click", n)
	}
	b := s.browser(t).get(link).want(200, "войдите")
	b.get(b.link("Войти")).want(200, "ООО «Кырлай»").fill("/login", "login", phoneAliya, "password", DemoPassword).want(200, "Вы отвечаете как")
	form := url.Values{"_csrf": {b.value("_csrf")}, "token": {b.value("token")}, "do": {"accept"}}
	var clicks sync.WaitGroup
	for range 4 {
		clicks.Go(func() {
			got, err := b.client.PostForm(s.issuer+"/organisations/invitation", form)
			if err != nil || got.StatusCode != 200 {
				t.Errorf("a click: %v, %v", got.StatusCode, err)
			}
		})
	}
	clicks.Wait()
	b.get(link).want(200, "ООО «Кырлай»", "Бухгалтер", "Полномочий у вас пока нет")
	if r := s.roles(t, 1); len(r) != 1 || r[0].Position != "Бухгалтер" || r[0].Manages() || len(r[0].Powers) != 0 {
		t.Errorf("roles %+v", r)
	}
	s.in(t, phoneTimur).get(link).want(200, "уже использовано")
	if !strings.Contains(s.outbox.wait(t, phoneAmina, 1).Body, "приглашение принято") {
		t.Error("the sender is not told")
	}
}

// Who holds the link is not yet who is invited; and a link that was replaced, withdrawn or is old opens nothing.
func TestInvitationIsPersonal(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	boss := s.in(t, phoneAmina)
	first := boss.invites(1, "someone@example.ru", aliya...)
	thief := s.in(t, phoneGol).get(first).want(200, "другому человеку")
	token := url.QueryEscape(strings.TrimPrefix(first, "/organisations/invitation?token="))
	thief.post("/organisations/invitation", url.Values{"_csrf": {thief.value("_csrf")}, "token": {token}, "do": {"accept"}}).want(403)
	s.in(t, "+79172000003").get(first).want(200, "стандартная учётная запись")
	if _, err := s.db.Exec(t.Context(), `UPDATE account SET last_name = 'Гарипова', first_name = 'Алия' WHERE id = $1`, DemoPersonID(5)); err != nil {
		t.Fatal(err)
	}
	s.in(t, phoneGol).get(first).want(200, "другому человеку") // the name is right, the СНИЛС is not

	var id uuid.UUID
	if err := s.db.QueryRow(t.Context(), `SELECT id FROM organisation_invitation`).Scan(&id); err != nil {
		t.Fatal(err)
	}
	letter := "/organisations/999999501/invitations/" + id.String()
	boss.get("/organisations/999999501/employees").fill(letter, "do", "resend").want(200, "Приглашение отправлено")
	second := linkShape.FindString(s.outbox.wait(t, "someone@example.ru", 2).Body)
	her := s.in(t, phoneAliya)
	her.get(first).want(404)
	her.get(second).want(200, "Вы отвечаете как")
	if _, err := s.db.Exec(t.Context(), `UPDATE organisation_invitation SET sent_at = sent_at - interval '8 days', expires_at = now()`); err != nil {
		t.Fatal(err)
	}
	her.fill("/organisations/invitation", "do", "accept").want(409)
	her.get(second).want(200, "Ссылка устарела")
	boss.get("/organisations/999999501/employees").fill(letter, "do", "resend").want(200)
	third := linkShape.FindString(s.outbox.wait(t, "someone@example.ru", 3).Body)
	her.get(third).want(200, "Вы отвечаете как")
	boss.get("/organisations/999999501/employees").fill(letter, "do", "withdraw").want(200, "Приглашение отозвано")
	her.fill("/organisations/invitation", "do", "accept").want(409)
	if len(s.roles(t, 1)) != 0 {
		t.Error("a dead link made an employee")
	}
}

// employee is the page of a person in ООО «Кырлай».
func (s *site) employee(t *testing.T, person int) string {
	t.Helper()
	var id uuid.UUID
	err := s.db.QueryRow(t.Context(), `SELECT id FROM organisation_employee WHERE account_id = $1 AND ended_at IS NULL`, DemoPersonID(person)).Scan(&id)
	if err != nil {
		t.Fatal(err)
	}
	return "/organisations/999999501/employees/" + id.String()
}

// tries posts a form of which the reader has no page.
func (b *browser) tries(path string, fields ...string) *browser {
	b.t.Helper()
	form := url.Values{"_csrf": {b.get("/organisations/as").value("_csrf")}}
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	return b.post(path, form)
}

func TestPowers(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	timur, boss, stranger := s.in(t, phoneTimur), s.in(t, phoneAmina), s.in(t, phoneAliya)
	page := s.employee(t, 2)
	timur.get("/organisations/999999501").want(200, "Подавать заявления")
	for _, path := range []string{"/organisations/999999501/employees", "/organisations/999999501/invite", page} {
		timur.get(path).want(403)
		stranger.get(path).want(404)
	}
	timur.tries(page+"/powers", "power", "sign").want(403)
	stranger.tries(page+"/powers", "power", "sign").want(404)
	timur.tries("/organisations/999999501/invite", append(aliya, "contact", "x@example.ru")...).want(403)

	give := func(fields ...string) *browser { return boss.get(page).want(200).fill(page+"/powers", fields...) }
	give("power", "confirm_identity").want(422, "Выберите")
	give("power", "pay", "until-day", "1", "until-month", "1", "until-year", "2020").want(422, "уже прошёл")
	give("power", "manage_employees").want(200, "Полномочие дано")
	give("power", "manage_employees").want(200)
	if n := s.count(t, `SELECT count(*) FROM organisation_grant WHERE power = 'manage_employees'`); n != 1 {
		t.Errorf("%d grants after a double click", n)
	}
	timur.get("/organisations/999999501/employees").want(200, "Җиһаншина")
	timur.tries(page+"/powers", "power", "sign").want(403) // hires, and gives no powers: to nobody, least of all to himself
	timur.tries(s.employee(t, 4) + "/dismiss").want(403)

	if _, err := s.db.Exec(t.Context(), `UPDATE organisation_grant SET from_at = now() - interval '2 days', until = now()`); err != nil {
		t.Fatal(err)
	}
	timur.get("/organisations/999999501/employees").want(403)
	if r := s.roles(t, 2); len(r) != 1 || len(r[0].Powers) != 0 {
		t.Errorf("expired powers are in force: %+v", r)
	}
	boss.get(page).want(200, "закончилось")
	next := time.Now().AddDate(0, 1, 0)
	give("power", "sign", "from-day", "1", "from-month", fmt.Sprint(int(next.Month())), "from-year", fmt.Sprint(next.Year())).want(200, "ещё не началось")
	give("power", "pay").want(200)
	if r := s.roles(t, 2); len(r[0].Powers) != 1 || !r[0].May("pay") {
		t.Errorf("powers %v", r[0].Powers)
	}
	var id uuid.UUID
	if err := s.db.QueryRow(t.Context(), `SELECT id FROM organisation_grant WHERE power = 'pay'`).Scan(&id); err != nil {
		t.Fatal(err)
	}
	boss.get(page).fill(page+"/revoke", "grant", id.String()).want(200, "Полномочие отозвано")
	if r := s.roles(t, 2); len(r[0].Powers) != 0 {
		t.Errorf("a revoked power is in force: %v", r[0].Powers)
	}
	if n := s.count(t, `SELECT count(*) FROM journal WHERE subject = $1 AND actor = $2 AND action LIKE 'idp.org.power%'`,
		DemoPersonID(2).String(), DemoPersonID(4).String()); n != 4 {
		t.Errorf("%d entries of powers in the journal", n)
	}
}

func TestAdministrator(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	timur, boss := s.in(t, phoneTimur), s.in(t, phoneAmina)
	page, chief := s.employee(t, 2), s.employee(t, 4)
	timur.tries(page+"/admin", "admin", "yes").want(403)
	boss.get(page).fill(page+"/admin", "admin", "yes").want(200, "администратор")
	timur.get("/organisations/999999501/edit").want(200)
	timur.get(page).want(200)
	timur.tries(page+"/powers", "power", "sign").want(403)
	timur.tries(chief + "/dismiss").want(403)
	timur.tries(chief+"/admin", "admin", "no").want(403)
	boss.tries("/organisations/999999501/leave").want(403, "Руководитель не может уйти")
	boss.tries(chief + "/dismiss").want(403)
	if r := s.roles(t, 4); len(r) != 1 || !r[0].Chief {
		t.Error("the head is gone")
	}
	timur.get("/organisations/999999501/edit").fill("/organisations/999999501/edit", "ogrn", freshOGRN, "founding_type", "charter",
		"founding_date-day", "20", "founding_date-month", "4", "founding_date-year", "2015", "okved", "10.72", "phone", phoneTimur,
		"email", "new@kyrlay.example").want(200, "10.72", "1151690007776")
	timur.get("/organisations/999999501/leave").want(200, "Уйти").fill("/organisations/999999501/leave").want(200, "Мои организации")
	timur.tries("/organisations/999999501/leave").want(200)
	timur.get("/organisations/999999501").want(404)
}

// A dismissed employee loses the capacity at once, in the session where it was chosen, too.
func TestCapacity(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	timur, boss := s.in(t, phoneTimur), s.in(t, phoneAmina)
	timur.tries("/organisations/as", "as", "999999502").want(422, "больше не действуете")
	timur.get("/organisations/as").want(200, "частное лицо", "Менеджер").fill("/organisations/as", "as", "999999501").want(200, "ООО «Кырлай»")
	if timur.get("/profile").want(200); !strings.Contains(timur.text(), "ООО «Кырлай»") {
		t.Error("the header does not say in whose name")
	}
	if n := s.count(t, `SELECT count(*) FROM session WHERE acting_oid = $1`, kyrlayOID); n != 1 {
		t.Fatalf("%d sessions act", n)
	}
	claim, err := organisation.ClaimOf(t.Context(), s.db, DemoPersonID(2), kyrlayOID)
	if err != nil || claim == nil || claim.OGRN != kyrlayOGRN || len(claim.Powers) != 1 {
		t.Fatalf("claim %+v, %v", claim, err)
	}
	page := s.employee(t, 2)
	boss.get(page+"/dismiss").want(200, "Исключить").fill(page+"/dismiss").want(200, "Сотрудник исключён")
	boss.tries(page+"/dismiss").want(200, "Сотрудник исключён") // the second click
	if claim, err := organisation.ClaimOf(t.Context(), s.db, DemoPersonID(2), kyrlayOID); claim != nil || err != nil {
		t.Errorf("claim %+v, %v", claim, err)
	}
	if timur.get("/profile").want(200); strings.Contains(timur.text(), "ООО «Кырлай»") {
		t.Error("the header still says in whose name")
	}
	s.outbox.wait(t, phoneTimur, 1)
	timur.get("/organisations/999999501").want(404)
}

func TestCentres(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	centres, err := organisation.CentresOf(t.Context(), s.db, DemoPersonID(5))
	if err != nil || len(centres) != 1 || centres[0].Kind != "mfc" {
		t.Fatalf("%+v, %v", centres, err)
	}
	// The same power in an organisation that is no centre is none.
	_, err = s.db.Exec(t.Context(), `UPDATE organisation SET accreditation = NULL`)
	if err != nil {
		t.Fatal(err)
	}
	if centres, err := organisation.CentresOf(t.Context(), s.db, DemoPersonID(5)); len(centres) != 0 || err != nil {
		t.Errorf("%+v, %v", centres, err)
	}
}
