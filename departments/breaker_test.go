package departments_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"tamga/departments"
	"tamga/internal/i18n"
)

// system is a department as small as can be.
type system struct {
	answer atomic.Int64 // 0: it keeps the caller waiting
	count  atomic.Int64
	URL    string
}

func newSystem(b *bench, code string, answer int) *system {
	s := &system{}
	s.answer.Store(int64(answer))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.count.Add(1)
		_, _ = io.Copy(io.Discard, r.Body) // only then does the server see that the caller has gone
		status := int(s.answer.Load())
		if status == 0 {
			<-r.Context().Done()
			return
		}
		w.WriteHeader(status)
	}))
	b.t.Cleanup(server.Close)
	s.URL = server.URL
	b.must(departments.SaveEndpoints(b.t.Context(), b.portal, b.jobs.Client, []departments.Endpoint{
		{Code: code, Name: i18n.Text{RU: code}, URL: server.URL}}, b.now()))
	return s
}

func (b *bench) delivered1(department string) int {
	return one[int](b, b.portal, `SELECT count(*) FROM delivery WHERE department = $1 AND state = 'delivered'`, department)
}

// A department that keeps every caller waiting holds nobody else up, is left alone, and gets all of it when it is back.
func TestSlowDepartmentHoldsNobody(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.jobs.Client = departments.NewClient(departments.ClientConfig{Private: true, Plain: true, Timeout: time.Second})
	dead, alive := newSystem(b, "dead", 0), newSystem(b, "alive", 202)
	for range 60 {
		b.submit("dead", uuid.Nil)
	}
	b.work()
	b.until("the dead one holds its workers", func() (string, bool) { return "", dead.count.Load() >= 8 })
	for range 20 {
		b.submit("alive", uuid.Nil)
	}
	b.until("all of the other's arrive", func() (string, bool) { return "", b.delivered1("alive") == 20 })
	if tried := dead.count.Load(); tried >= 60 || alive.count.Load() != 20 {
		t.Errorf("the living department heard %d, after %d calls of the dead one", alive.count.Load(), tried)
	}
	b.until("the breaker opens", func() (string, bool) {
		return "", one[bool](b, b.portal, `SELECT open_until > '-infinity' FROM department_endpoint WHERE code = 'dead'`)
	})
	time.Sleep(1500 * time.Millisecond) // those that were under way end
	before := dead.count.Load()
	time.Sleep(2 * time.Second)
	if n := dead.count.Load() - before; n > 4 {
		t.Errorf("an open breaker let %d messages through in two seconds", n)
	}
	dead.answer.Store(202)
	b.until("all of it arrives", func() (string, bool) { return "", b.delivered1("dead") == 60 })
	if one[bool](b, b.portal, `SELECT open_until > '-infinity' OR failures > 0 FROM department_endpoint WHERE code = 'dead'`) {
		t.Error("the breaker stays open")
	}
}

// One message that a department cannot digest does not keep the others from it.
func TestOnePoisonousMessage(t *testing.T) {
	t.Parallel()
	b := setup(t)
	poison := uuid.Nil
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if e, err := departments.ParseEvent(body); err != nil || e.ID == poison.String() {
			w.WriteHeader(500)
			return
		}
		w.WriteHeader(202)
	}))
	t.Cleanup(server.Close)
	b.must(departments.SaveEndpoints(t.Context(), b.portal, b.jobs.Client, []departments.Endpoint{
		{Code: "fragile", Name: i18n.Text{RU: "x"}, URL: server.URL}}, b.now()))
	bad := b.submit("fragile", uuid.Nil)
	poison = bad.ID
	b.work()
	b.until("the breaker opens", func() (string, bool) {
		return "", one[bool](b, b.portal, `SELECT open_until > '-infinity' FROM department_endpoint WHERE code = 'fragile'`)
	})
	for range 10 {
		b.submit("fragile", uuid.Nil)
	}
	b.until("the others arrive", func() (string, bool) { return "", b.delivered1("fragile") == 10 })
	if b.state(bad) != "waiting" {
		t.Errorf("the bad one is %s", b.state(bad))
	}
}
