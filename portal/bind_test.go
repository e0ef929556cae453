package portal

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestBindExistingCabinet(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.citizen(aliyaPhone, "Иванова", "Алия", "", "old@example.ru").fill("/sign-out")
	w := b.browser().get("/esia/start?next=/settings").want(200, "/esia/bind")
	w.fill("/esia/bind/enter", "phone", aliyaPhone, "password", "wrong").want(422, "/esia/bind/enter", "не подходит")
	w.fill("/esia/bind/enter", "phone", aliyaPhone, "password", password).want(200, "/esia/bind", "Данные различаются")
	want := []string{"Фамилия Иванова Гарипова", "Отчество — Маратовна", "Электронная почта old@example.ru aliya@esia.example"}
	if diff := cmp.Diff(want, w.Page.Texts("tbody tr")); diff != "" {
		t.Errorf("compared %s", diff)
	}
	if w.Page.Has("button[value=keep]") {
		t.Error("another name may be kept")
	}
	// A form made by hand does not help.
	w.fill("/esia/bind/confirm", "answer", "keep").want(409, "/esia/bind/confirm", "другому человеку")
	if b.account(aliyaPhone).Bound() {
		t.Fatal("bound with another name")
	}
	w.get("/esia/bind").fill("/esia/bind/confirm", "answer", "replace").want(200, "/settings", "Гарипова Алия Маратовна", "aliya@esia.example")
	if p := w.who(); p.Level != "standard" || p.Last != "Гарипова" {
		t.Errorf("entered as %+v", p)
	}
}

func TestBindKeepingSpelling(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.esia.is("family_name", "Җиһаншина", "given_name", "Әминә", "middle_name", "Фәрит кызы")
	w := b.citizen("+79172000004", "Жиханшина", "Амина", "", "mine@example.ru")
	w.get("/settings/esia").want(200, "/settings/esia", "Установить привязку к ЕСИА")
	w.get(w.Page.Attr("main .govuk-button", "href")).want(200, "/esia/bind", "Данные различаются")
	w.fill("/esia/bind/confirm", "answer", "keep").want(200, "/settings/esia", "Привязан")
	a := b.account("+79172000004")
	if a.LastName != "Жиханшина" || a.Email != "mine@example.ru" || !a.OwnNames {
		t.Errorf("the portal's data are gone: %+v", a)
	}
	if p := w.who(); p.Last != "Җиһаншина" || p.Profile["email"] != "mine@example.ru" {
		t.Errorf("a department would get %+v", p)
	}
	b.browser().get("/esia/start?next=/settings").want(200, "/settings", "Жиханшина Амина") // a later sign-in keeps them too
}

// TestBindPlantedCookie: whoever knows the cookie that a browser came to ESIA with does not learn who came back.
func TestBindPlantedCookie(t *testing.T) {
	t.Parallel()
	b := setup(t)
	victim, attacker := b.browser(), b.browser()
	victim.cookies[browserCookie] = strings.Repeat("x", 43)
	victim.get("/esia/start").want(200, "/esia/bind", "Гарипова")
	attacker.cookies[browserCookie] = strings.Repeat("x", 43)
	attacker.get("/esia/bind").want(400, "/esia/bind")
	victim.get("/esia/bind").want(200, "/esia/bind", "Гарипова")
}

func TestBindRefused(t *testing.T) {
	t.Parallel()
	b := setup(t)
	w := b.citizen(aliyaPhone, "", "", "", "")
	w.get("/esia/start?next=/settings/esia").want(200, "/esia/bind", "Имя и документы возьмём из ЕСИА")
	w.fill("/esia/bind/confirm", "answer", "no").want(200, "/settings/esia", "Установить привязку")
	if b.account(aliyaPhone).Bound() {
		t.Error("bound against the person's will")
	}
	w.get("/esia/bind").want(200, "/esia/bind", "Вы уже вошли") // forgotten
}

// TestBindTaken takes an ESIA account that has a cabinet to another one, and another ESIA account to a bound cabinet.
func TestBindTaken(t *testing.T) {
	t.Parallel()
	b := setup(t)
	owner := b.browser().get("/esia/start").fill("/esia/bind/new", "consent", "yes").want(200, "/cabinet")
	second := b.citizen("+79172000005", "Гарипова", "Алия", "Маратовна", "")
	second.get("/esia/start").want(409, CallbackPath, "привязана к другому кабинету")
	if b.account("+79172000005").Bound() {
		t.Error("one ESIA account has two cabinets")
	}
	b.esia.is("sub", "1000299999", "snils", "08765430300")
	owner.get("/esia/start").want(409, CallbackPath, "уже привязан к другой")
	if got := *b.account(aliyaPhone).ESIASub; got != "1000299654" {
		t.Errorf("bound to %s now", got)
	}
	// Her phone has a cabinet already: the new one goes without.
	b.browser().get("/esia/start").fill("/esia/bind/new", "consent", "yes").want(200, "/cabinet", "Не указано")
}

func TestUnbind(t *testing.T) {
	t.Parallel()
	b := setup(t)
	w := b.citizen(aliyaPhone, "Гарипова", "Алия", "Маратовна", "")
	w.get("/esia/start?next=/settings/esia").want(200, "/settings/esia", "Отвязать")
	elsewhere := b.browser().get("/esia/start?next=/settings").want(200, "/settings")
	w.fill("/settings/esia/unbind", "password", "wrong").want(422, "/settings/esia/unbind", "Пароль не подходит")
	w.fill("/settings/esia/unbind", "password", password).want(200, "/settings", "отвязан")
	a := b.account(aliyaPhone)
	if a.Bound() || a.Profile != nil || a.Level != "none" || a.SNILSBlind == nil {
		t.Errorf("after unbinding: %+v", a)
	}
	if p := w.who(); p.Level != "none" || p.SNILS != "" {
		t.Errorf("the session still has %+v", p)
	}
	elsewhere.get("/settings").want(200, "/sign-in") // it came by the binding that is no more
	// The cabinet is Aliya's for ever: a namesake with another SNILS is not let in.
	b.esia.is("sub", "1000299999", "snils", "08765430300")
	w.get("/esia/start").want(409, CallbackPath, "другому человеку")
	b.esia.is("sub", "1000299654", "snils", "11223344595")
	w.get("/esia/start").want(200, "/cabinet")
	if !b.account(aliyaPhone).Bound() {
		t.Error("the owner cannot bind again")
	}
}

// TestUnbindNeedsPassword: without one nobody could enter the cabinet any more.
func TestUnbindNeedsPassword(t *testing.T) {
	t.Parallel()
	b := setup(t)
	w := b.browser().get("/esia/start?next=/settings/esia").fill("/esia/bind/new", "consent", "yes").want(200, "/settings/esia", "Сначала задайте пароль")
	token := w.get("/settings/language").Page.Form(`form[action="/settings/language"]`).Values
	w.post("/settings/esia/unbind", token).want(422, "/settings/esia/unbind")
	w.get("/settings/password").fill("/settings/password", "password", "Kazan2027").want(200, "/settings")
	if p := w.who(); p.Level != "standard" {
		t.Errorf("a new password ended ESIA's word: %+v", p)
	}
	w.get("/settings/esia").fill("/settings/esia/unbind", "password", "Kazan2027").want(200, "/settings", "отвязан")
}
