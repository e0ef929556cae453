package idp

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"tamga/idp/family"
)

// Who works at a desk has signed in by two proofs: at the sign-in, or when the desk asks.
func TestOperatorsGiveTwoProofs(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.exec(t, `DELETE FROM factor_sms WHERE account_id = $1`, DemoPersonID(5))
	b := s.in(t, phoneGol)
	b.get("/operator").want(403, "Нужен второй шаг входа", "Включить второй шаг")
	b.get(b.link("Включить второй шаг")).want(200, "Код по SMS").fill("/profile/security/sms", "sms", "on").want(200, "Включён код по SMS")
	b.get("/operator").want(200, "Введите пароль")
	b.fill("/login/again", "password", DemoPassword).want(200, "Мы отправили код")
	b.second("sms", s.lastCode(t, phoneGol)).want(200, "Рабочее место")
	b.visits(ownerPhone, "confirm").want(200, "Гарипова")
	again := s.browser(t).signIn(phoneGol, DemoPassword).want(200) // half a sign-in opens no desk
	again.get("/operator").want(401)
	s.exec(t, `UPDATE session SET methods = '{pwd}' WHERE account_id = $1`, DemoPersonID(5))
	if b.post("/operator/search", map[string][]string{"_csrf": {b.value("_csrf")}, "query": {ownerPhone}, "purpose": {"confirm"}}); strings.Contains(b.text(), "Гарипова") {
		t.Error("one proof is enough to search")
	}
}

// Operators serve no kin: parents of one child, and children who have grown out of their parents' hands.
func TestOperatorsServeNoKin(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	related := func(want bool) {
		t.Helper()
		for _, pair := range [][2]int{{5, 1}, {1, 5}} {
			if yes, err := family.Related(t.Context(), s.db, DemoPersonID(pair[0]), DemoPersonID(pair[1])); err != nil || yes != want {
				t.Errorf("%v are kin: %v, want %v (%v)", pair, yes, want, err)
			}
		}
	}
	related(false)
	s.exec(t, `DELETE FROM child`)
	s.exec(t, `INSERT INTO child (id, last_name, first_name, sex, birth_date, certificate_key, verified_at, created_at)
		VALUES ($1, 'Гарипов', 'Айнур', 'M', '2016-01-01', 'x', now(), now())`, DemoPersonID(77))
	s.exec(t, `INSERT INTO child_parent (child_id, parent_id, state, verified_at, created_at, checked_at)
		SELECT $1, p, 'verified', now(), now(), now() FROM unnest($2::uuid[]) p`, DemoPersonID(77), []any{DemoPersonID(1), DemoPersonID(5)})
	related(true)
	b := s.in(t, phoneGol)
	b.visits(ownerPhone, "confirm").want(422, "Это ваш родственник")
	if n := s.count(t, `SELECT count(*) FROM operator_visit`); n != 0 {
		t.Errorf("%d visits began", n)
	}
	s.journalled(t, ownerID, "confirm.relative_refused", 1)
	s.exec(t, `UPDATE child_parent SET verified_at = NULL, state = 'refused', reason = 'parent'`) // what nobody has confirmed makes no kin
	related(false)
	s.exec(t, `DELETE FROM child`)
	s.exec(t, `INSERT INTO kin (parent_id, child_id, since) VALUES ($1, $2, now())`, DemoPersonID(5), DemoPersonID(1))
	related(true)
}

var keepLink = regexp.MustCompile(`/confirm/keep\?token=\S+`)

// A person who has lost the app and the spare codes asks for help in a centre. All their contacts hear of it, and for a day they can
// say no; then codes by SMS are asked for instead.
func TestSecondProofIsTakenOffAtCentre(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.withTOTP(t, time.Now)
	b := s.in(t, phoneGol)
	b.visits(phoneAmina, "factors").want(200, "снимать нечего")
	asked := func() {
		t.Helper()
		b.visits(proverPhone, "factors").want(200, "через сутки")
		path := b.URL.Path + "/factors"
		b.fill(path, "passport", "9218 999999", "passport_again", "9218999999").want(422, "другой документ")
		b.fill(path, "passport", aliyaPassport, "passport_again", aliyaPassport).want(200, "Заявка принята")
	}
	asked()
	s.isTold(t, ownerEmail, "попросили снять коды и ключи")
	link := keepLink.FindString(s.isTold(t, proverPhone, "попросили снять коды и ключи").Body)
	b.visits(proverPhone, "factors").want(200, "Заявка уже есть")
	s.browser(t).signIn(proverPhone, DemoPassword).want(200, "Подтвердите вход", "приложени") // nothing has changed yet
	owner := s.browser(t).get(link).want(200, "Вы не просили", "МФЦ, Казань")
	if n := s.count(t, `SELECT count(*) FROM factor_reset WHERE ended_at IS NULL`); n != 1 {
		t.Fatalf("looking at the link ended it: %d wait", n)
	}
	owner.fill("/confirm/keep").want(200, "Всё осталось как было")
	owner.get(link).want(404, "не действует")
	s.journalled(t, ownerID, "confirm.factors_kept", 1)

	asked()
	s.exec(t, `UPDATE factor_reset SET due_at = now() - interval '1 second' WHERE ended_at IS NULL`)
	s.exec(t, `UPDATE river_job SET scheduled_at = now(), state = 'available' WHERE kind = 'idp.confirm_reset'`)
	s.waitCount(t, `SELECT count(*) FROM factor_totp`, 0)
	s.waitCount(t, `SELECT count(*) FROM factor_reset WHERE ended_how = 'done'`, 1)
	if n := s.count(t, `SELECT count(*) FROM session WHERE account_id = $1 AND ended_at IS NULL`, ownerID); n != 0 {
		t.Errorf("%d sessions go on", n)
	}
	s.isTold(t, proverPhone, "Теперь при входе нужен код по SMS")
	back := s.browser(t).signIn(proverPhone, DemoPassword).want(200, "Подтвердите вход", "*-**-01")
	back.second("sms", s.lastCode(t, proverPhone)).want(200, "Гарипова")
	back.get("/profile/events?kind=office").want(200, "приняли заявку: снять второе подтверждение", "снято по заявке", "МФЦ, Казань")
	if n := s.count(t, `SELECT count(*) FROM factor_recovery`); n != 0 {
		t.Errorf("%d spare codes are left", n)
	}
}
