package departments_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"

	"tamga/departments"
	"tamga/internal/i18n"
)

// An answer that is signed must be signed by the department and over itself; our own answers are signed.
func TestSignedAnswers(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.jobs.Trust = &departments.Trust{Client: b.jobs.Client, Now: b.now}
	o := newOffice(b)
	var honest atomic.Bool
	mux := http.NewServeMux()
	mux.HandleFunc("/events", func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		said := `{"reason":"в заявлении ошибка"}`
		signature, _ := o.keys.Sign([]byte(said), b.now())
		w.Header().Set(departments.SignatureHeader, signature)
		if !honest.Load() {
			said = strings.Replace(said, "ошибка", "печать", 1)
		}
		w.WriteHeader(http.StatusUnprocessableEntity)
		_, _ = io.WriteString(w, said)
	})
	mux.HandleFunc("/jwks.json", func(w http.ResponseWriter, r *http.Request) {
		answer, err := http.Get(o.URL + "/jwks.json")
		if err != nil {
			w.WriteHeader(502)
			return
		}
		defer func() { _ = answer.Body.Close() }()
		_, _ = io.Copy(w, answer.Body)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	b.must(departments.SaveEndpoints(t.Context(), b.portal, b.jobs.Client, []departments.Endpoint{
		{Code: "office", Name: i18n.Text{RU: "Отдел"}, URL: server.URL}}, b.now()))
	b.work()
	d := b.submit("office", uuid.Nil)
	b.until("a changed answer fails", func() (string, bool) {
		return "", one[int](b, b.portal, `SELECT count(*) FROM delivery_attempt WHERE error LIKE 'answer 422: signature%'`) > 0
	})
	if b.state(d) != "waiting" || b.told(d) != "" {
		t.Fatalf("%s, told %q", b.state(d), b.told(d))
	}
	honest.Store(true)
	b.wantTold(d, "rejected")
	body := []byte(`{}`)
	answer, err := b.jobs.Client.PostEvent(t.Context(), b.portalURL+"/api/departments/office/events", "", body)
	b.must(err)
	if answer.Status != http.StatusUnauthorized || b.jobs.Trust.Verify(t.Context(), b.portalURL+"/api/departments/jwks.json", answer.Signature, answer.Body) != nil {
		t.Errorf("our answer %d is not signed", answer.Status)
	}
}
