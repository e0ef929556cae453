package departments_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"

	"tamga/departments"
	"tamga/internal/cms"
	"tamga/internal/gost"
)

// speak fills a form of the stand's page, as its employee does.
func (b *bench) speak(d departments.Delivery, fields url.Values) (int, string) {
	b.t.Helper()
	page := "/" + d.Department + "/applications/" + d.ID.String()
	cookie, form := b.form(page)
	for name, values := range fields {
		form[name] = values
	}
	return b.post(b.standURL+page, cookie, form)
}

// The stand's employee asks, requests, issues and invites by buttons; the citizen's side hears each once.
func TestStandSpeaks(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.work()
	d := b.submit("zags", uuid.Nil)
	b.wantTold(d, "sent")
	for _, wrong := range []url.Values{{"action": {"ask"}}, {"action": {"request"}, "text": {"Нужно"}},
		{"action": {"invite"}, "at": {"вчера"}, "place": {"Баумана, 1"}}} {
		if status, _ := b.speak(d, wrong); status != http.StatusUnprocessableEntity {
			t.Errorf("%v: %d", wrong, status)
		}
	}
	day := b.now().AddDate(0, 0, 12).Format("02.01.2006")
	for _, form := range []url.Values{
		{"action": {"ask"}, "text": {"Какого числа вам удобно?"}},
		{"action": {"request"}, "text": {"Не видно печати"}, "documents": {"Справка о доходах; Доверенность"}, "fields": {"second.passport"}, "until": {day}},
		{"action": {"invite"}, "at": {day + " 10:30"}, "place": {"Казань, ул. Баумана, 1"}},
		{"action": {"issue"}, "text": {"Готово"}},
	} {
		if status, text := b.speak(d, form); status != http.StatusSeeOther {
			t.Fatalf("%v: %d %s", form, status, text)
		}
	}
	b.wantTold(d, "sent message request appointment result")
	if u := told1[departments.Update](b, "request"); len(u.Request.Documents) != 2 || u.Request.Fields[0] != "second.passport" {
		t.Errorf("%+v", u.Request)
	}
	r := told1[departments.Update](b, "result").Results[0]
	signed, err := cms.Parse(r.Signature)
	b.must(err)
	if !strings.HasPrefix(string(r.Content), "%PDF-") || len(signed.Certificates) != 1 {
		t.Fatalf("%s, %d certificates", r.MediaType, len(signed.Certificates))
	}
	if _, ok := signed.Certificates[0].Public.(*gost.PublicKey); !ok || signed.Verify(r.Content, signed.Certificates[0]) != nil {
		t.Error("the signature of the result does not hold")
	}
	address := one[string](b, b.stand, `SELECT data #>> '{documents,0,url}' FROM stand_callback WHERE type = 'tamga.application.result'`)
	if answer, err := http.Get(address); err != nil || answer.StatusCode != http.StatusUnauthorized {
		t.Errorf("a stranger fetches the result: %v %v", answer, err)
	}
}

// The stand hears what the citizen says later, and answers a cancellation by what it has decided.
func TestStandHears(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.work()
	d := b.submit("zags", uuid.Nil)
	b.wantTold(d, "sent")
	b.submitAs(departments.TypeMessage, d, departments.MessageData{Text: "Удобно пятого"})
	b.submitAs(departments.TypeCorrected, d, departments.CorrectedData{Application: []byte(`{"service_name":"Исправлено"}`), Fields: []string{"x"}})
	b.wantTold(d, "sent delivery:sent delivery:sent")
	page := b.standPage(d)
	if text := page.Text("main"); !strings.Contains(text, "Удобно пятого") || !strings.Contains(text, "Исправлено") {
		t.Errorf("the page says %s", text)
	}
	b.submitAs(departments.TypeCancelled, d, departments.CancelledData{Reason: "Передумали"})
	b.wantTold(d, "sent delivery:sent delivery:sent delivery:sent")
	if got := b.standPage(d).Text("main .govuk-tag"); got != "Отозвано заявителем" {
		t.Errorf("tag %q", got)
	}
	late := b.submit("zags", uuid.Nil)
	b.wantTold(late, "sent")
	b.decide(late, "refuse", "Не истёк срок")
	b.wantTold(late, "sent refused")
	b.submitAs(departments.TypeCancelled, late, departments.CancelledData{})
	b.wantTold(late, "sent refused delivery:rejected")
}
