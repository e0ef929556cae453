package portal

import (
	"slices"
	"strings"
	"testing"
)

// kyrlay is an organisation as ESIA tells of it.
func kyrlay(powers ...string) map[string]any {
	return map[string]any{"oid": 999999501, "full_name": "Общество с ограниченной ответственностью «Кырлай»", "short_name": "ООО «Кырлай»",
		"ogrn": "1151690007776", "inn": "1655700774", "kpp": "165501001", "address": "Арский район, с. Новый Кырлай", "type": "LEGAL",
		"position": "Директор", "powers": powers}
}

func (s *esiaServer) comesFor(organisation map[string]any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.person, "organisation")
	if organisation != nil {
		s.person["organisation"] = organisation
	}
}

// TestActingForOrganisation: who wants it is asked by ESIA, forms get the organisation's numbers, and a person may be themselves again.
func TestActingForOrganisation(t *testing.T) {
	t.Parallel()
	b := setup(t)
	w := b.browser().get("/esia/start?next=/cabinet")
	w.fill("/esia/bind/new", "consent", "yes").want(200, "/cabinet", "Войти как организация или ИП")
	if p := w.who(); p.Organisation != nil || p.Profile["org_inn"] != "" {
		t.Errorf("acts for %+v without having asked", p.Organisation)
	}
	b.esia.comesFor(kyrlay("submit", "sign"))
	w.get("/esia/start?as=organisation&next=/cabinet").want(200, "/cabinet", "Вы действуете от имени: ООО «Кырлай»")
	w.get("/acting").want(200, "/cabinet")
	if scopes := strings.Fields(b.esia.last.Get("scope")); !slices.Contains(scopes, "organisation") {
		t.Errorf("ESIA was asked for %q", scopes)
	}
	if !strings.Contains(w.Page.Text(".tm-account__link"), "ООО «Кырлай»") {
		t.Errorf("the header says %q", w.Page.Text(".tm-account__link"))
	}
	p := w.who()
	if o := p.Organisation; o == nil || o.OID != 999999501 || o.Audience != "organisation" || !o.May("sign") || o.May("pay") {
		t.Fatalf("acts for %+v", p.Organisation)
	}
	for key, want := range map[string]string{"org_name": "Общество с ограниченной ответственностью «Кырлай»", "org_ogrn": "1151690007776",
		"org_inn": "1655700774", "org_kpp": "165501001", "org_address": "Арский район, с. Новый Кырлай", "org_position": "Директор",
		"last_name": "Гарипова"} {
		if p.Profile[key] != want {
			t.Errorf("%s is %q", key, p.Profile[key])
		}
	}
	for _, key := range b.redis.Keys() {
		if value, err := b.redis.Get(key); err == nil && strings.Contains(value, "1655700774") {
			t.Errorf("the organisation lies open in %s", key)
		}
	}
	w.get("/cabinet").fill("/acting/self").want(200, "/cabinet")
	if p := w.who(); p.Organisation != nil || p.Profile["org_inn"] != "" {
		t.Errorf("still acts for %+v", p.Organisation)
	}
}

// TestActingPage explains to each reader what is in the way, and never as an error.
func TestActingPage(t *testing.T) {
	t.Parallel()
	b := setup(t)
	address := func(service string) string { return "/acting?service=" + service + "&next=/services/" + service }
	nobody := b.browser().get(address("patent")).want(200, "/acting", "Эта услуга — для предпринимателей", "Сейчас вы не вошли", "Открыть ИП")
	nobody.get(address("registry-change")).want(200, "/acting", "Эта услуга — для организаций")
	if strings.Contains(nobody.Page.Text("main"), "Открыть ИП") {
		t.Error("a sole trader's business does not help where only organisations may file")
	}
	nobody.get(address("licence")).want(200, "/acting", "Эта услуга — для предпринимателей и организаций", "Открыть ИП")
	nobody.get(address("marriage")).want(200, "/services/marriage", "")
	nobody.get("/acting?next=/applications").want(200, "/acting", "Это заявление организации")

	b.esia.comesFor(kyrlay())
	w := b.browser().get("/esia/start?as=organisation&next=/cabinet")
	w.fill("/esia/bind/new", "consent", "yes").want(200, "/cabinet", "ООО «Кырлай»")
	w.get(address("registry-change")).want(200, "/acting", "Нужно право подавать заявления")
	w.get(address("patent")).want(200, "/acting", "Эта услуга — для предпринимателей", "Вы действуете от имени: ООО «Кырлай»")
	b.esia.comesFor(kyrlay("submit"))
	w.get("/esia/start?as=organisation&next=/cabinet").get(address("registry-change")).want(200, "/services/registry-change", "")
	// Entering by phone the organisation's word counts no more than the level does.
	b.esia.comesFor(nil)
	w.get("/esia/start?next=/cabinet").want(200, "/cabinet").get(address("registry-change")).want(200, "/acting", "Сейчас вы действуете за себя")
}
