package departments_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"tamga/departments"
)

// forge is a call-back under the tester's control.
type forge struct {
	Event   departments.Event
	Keys    *departments.Keys
	Signed  time.Time
	To      string // department in the address
	Tamper  func([]byte) []byte
	Unsign  bool
	Replace func(signature string) string
}

// callback is a good one of the ЗАГС: a test spoils one thing.
func (b *bench) callback(d departments.Delivery, status, text string) *forge {
	b.t.Helper()
	keys, err := departments.DeriveKeys("stand zags", standSecret)
	b.must(err)
	e, err := departments.NewEvent(departments.TypeStatus, uuid.NewString(), departments.Source("zags"), b.portalURL,
		d.ApplicationID.String(), b.now(), departments.StatusData{Status: status, Text: text})
	b.must(err)
	return &forge{Event: *e, Keys: keys, Signed: b.now(), To: "zags"}
}

func (b *bench) send(f *forge) (int, string) {
	b.t.Helper()
	body, err := json.Marshal(f.Event)
	b.must(err)
	signature, err := f.Keys.Sign(body, f.Signed)
	b.must(err)
	if f.Tamper != nil {
		body = f.Tamper(body)
	}
	if f.Replace != nil {
		signature = f.Replace(signature)
	}
	if f.Unsign {
		signature = ""
	}
	return b.deliverRaw(f.To, signature, body)
}

func (b *bench) deliverRaw(to, signature string, body []byte) (int, string) {
	b.t.Helper()
	client := departments.NewClient(departments.ClientConfig{Private: true, Plain: true})
	answer, err := client.PostEvent(b.t.Context(), b.portalURL+"/api/departments/"+to+"/events", signature, body)
	b.must(err)
	return answer.Status, string(answer.Body)
}

// delivered returns an application that the ЗАГС has.
func (b *bench) delivered() departments.Delivery {
	b.t.Helper()
	stop := b.work()
	d := b.submit("zags", uuid.Nil)
	b.wantTold(d, "sent")
	stop()
	return d
}

func TestForgedCallbacks(t *testing.T) {
	t.Parallel()
	b := setup(t)
	d := b.delivered()
	stranger, err := departments.DeriveKeys("stranger", standSecret)
	b.must(err)
	social, err := departments.DeriveKeys("stand social", standSecret)
	b.must(err)
	portal, err := departments.DeriveKeys("portal", portalSecret)
	b.must(err)
	cases := map[string]struct {
		spoil func(*forge)
		want  int
	}{
		"no signature":            {func(f *forge) { f.Unsign = true }, 401},
		"garbage for a signature": {func(f *forge) { f.Replace = func(string) string { return "a.b.c" } }, 401},
		"alg none": {func(f *forge) {
			f.Replace = func(string) string { return "eyJhbGciOiJub25lIn0.." }
		}, 401},
		"a huge signature":     {func(f *forge) { f.Replace = func(s string) string { return s + strings.Repeat("A", 4000) } }, 401},
		"a stranger's key":     {func(f *forge) { f.Keys = stranger }, 401},
		"another department's": {func(f *forge) { f.Keys = social }, 401},
		"the portal's own key": {func(f *forge) { f.Keys = portal }, 401},
		"a changed body": {func(f *forge) {
			f.Tamper = func(raw []byte) []byte { return []byte(strings.Replace(string(raw), "accepted", "refused", 1)) }
		}, 401},
		"signed an hour ago":      {func(f *forge) { f.Signed = b.now().Add(-time.Hour) }, 401},
		"signed in the future":    {func(f *forge) { f.Signed = b.now().Add(time.Hour) }, 401},
		"for another portal":      {func(f *forge) { f.Event.Audience = "https://other.example" }, 403},
		"under another name":      {func(f *forge) { f.Event.Source = departments.Source("social") }, 403},
		"another application":     {func(f *forge) { f.Event.Subject = uuid.NewString() }, 403},
		"another kind":            {func(f *forge) { f.Event.Type = departments.TypeSubmitted }, 422},
		"a made-up status":        {func(f *forge) { f.Event.Data = []byte(`{"status":"late"}`) }, 422},
		"a refusal without cause": {func(f *forge) { f.Event.Data = []byte(`{"status":"refused","text":" \u0000 "}`) }, 422},
		"an event of tomorrow":    {func(f *forge) { f.Event.Time = b.now().Add(24 * time.Hour) }, 422},
		"no id":                   {func(f *forge) { f.Event.ID = "" }, 422},
		"not an event":            {func(f *forge) { f.Event.SpecVersion = "0.3" }, 422},
		"an unknown department":   {func(f *forge) { f.To = "nobody" }, 404},
		"oversized":               {func(f *forge) { f.Tamper = func([]byte) []byte { return make([]byte, 100_000) } }, 413},
		"malformed":               {func(f *forge) { f.Event.Data = []byte(`"{"`) }, 422},
	}
	for name, c := range cases {
		f := b.callback(d, departments.Accepted, "")
		c.spoil(f)
		if got, said := b.send(f); got != c.want {
			t.Errorf("%s: %d %s, want %d", name, got, said, c.want)
		}
	}
	if got := b.told(d); got != "sent" {
		t.Errorf("told %q", got)
	}
	if n := one[int](b, b.portal, `SELECT count(*) FROM department_event`); n != 0 {
		t.Errorf("%d refused events are kept", n)
	}
	// Each is counted but that to nobody; the first of a kind is in the journal, and staff see them.
	if n := one[int](b, b.portal, `SELECT sum(count)::int FROM department_refusal WHERE department = 'zags'`); n != len(cases)-1 {
		t.Errorf("%d of %d refusals are counted", n, len(cases))
	}
	kinds := one[int](b, b.portal, `SELECT count(DISTINCT code) FROM department_refusal`)
	if n := one[int](b, b.portal, `SELECT count(*) FROM journal WHERE action = 'department.refused'`); n != kinds || kinds < 5 {
		t.Errorf("%d kinds, %d entries in the journal", kinds, n)
	}
	if _, page := b.get("/deliveries/departments/zags"); !strings.Contains(page.Text("main"), "too_large") {
		t.Error("staff do not see them")
	}
	if got, said := b.send(b.callback(d, departments.Accepted, "")); got != 200 {
		t.Fatalf("the good one: %d %s", got, said)
	}
}

// A department speaks only about what was sent to it, even when it signs with its own key under its own name.
func TestForeignApplication(t *testing.T) {
	t.Parallel()
	b := setup(t)
	d := b.delivered()
	keys, err := departments.DeriveKeys("stand social", standSecret)
	b.must(err)
	f := b.callback(d, departments.Refused, "Чужое решение")
	f.Keys, f.To, f.Event.Source = keys, "social", departments.Source("social")
	if got, said := b.send(f); got != http.StatusForbidden {
		t.Errorf("%d %s", got, said)
	}
	if got := b.told(d); got != "sent" {
		t.Errorf("told %q", got)
	}
}

func TestCallbackOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	d := b.delivered()
	f := b.callback(d, departments.Accepted, "")
	for n, want := range []string{"taken", "known", "known"} {
		if status, said := b.send(f); status != 200 || !strings.Contains(said, want) {
			t.Errorf("time %d: %d %s", n+1, status, said)
		}
	}
	f.Event.Data = []byte(`{"status":"completed"}`) // the same id says something else
	if status, said := b.send(f); status != http.StatusConflict {
		t.Errorf("another content under a known id: %d %s", status, said)
	}
	if got := b.told(d); got != "sent accepted" {
		t.Errorf("told %q", got)
	}
}

// What was overheard is worth nothing: at once it changes nothing, later it is refused.
func TestReplay(t *testing.T) {
	t.Parallel()
	b := setup(t)
	d := b.delivered()
	f := b.callback(d, departments.Accepted, "")
	body, err := json.Marshal(f.Event)
	b.must(err)
	signature, err := f.Keys.Sign(body, f.Signed)
	b.must(err)
	for _, want := range []string{"taken", "known"} {
		if status, said := b.deliverRaw("zags", signature, body); status != 200 || !strings.Contains(said, want) {
			t.Errorf("%d %s, want %s", status, said, want)
		}
	}
	b.forward(6 * time.Minute)
	if status, said := b.deliverRaw("zags", signature, body); status != 401 {
		t.Errorf("after the window: %d %s", status, said)
	}
	if got := b.told(d); got != "sent accepted" {
		t.Errorf("told %q", got)
	}
}

func TestCallbacksAtOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	d := b.delivered()
	f := b.callback(d, departments.Accepted, "")
	body, err := json.Marshal(f.Event)
	b.must(err)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			signature, err := f.Keys.Sign(body, f.Signed)
			if err != nil {
				t.Error(err)
				return
			}
			a, err := b.jobs.Client.PostEvent(t.Context(), b.portalURL+"/api/departments/zags/events", signature, body)
			if err != nil || a.Status != 200 {
				t.Errorf("%v %v", a, err)
			}
		})
	}
	all.Wait()
	if got := b.told(d); got != "sent accepted" {
		t.Errorf("told %q", got)
	}
}

// Statuses that overtake each other do not take an application back.
func TestSequence(t *testing.T) {
	t.Parallel()
	b := setup(t)
	d := b.delivered()
	second := b.callback(d, departments.Completed, "Готово")
	second.Event.Sequence = 2
	first := b.callback(d, departments.Accepted, "")
	first.Event.Sequence = 1
	for _, f := range []*forge{second, first} {
		if status, said := b.send(f); status != 200 {
			t.Errorf("%d %s", status, said)
		}
	}
	if got := b.told(d); got != "sent completed" {
		t.Errorf("told %q", got)
	}
	if n := one[int](b, b.portal, `SELECT count(*) FROM department_event WHERE NOT applied`); n != 1 {
		t.Errorf("%d events are kept as superseded", n)
	}
}

func TestTooLarge(t *testing.T) {
	t.Parallel()
	b := setup(t)
	d := b.delivered()
	f := b.callback(d, departments.Completed, strings.Repeat("я", 40_000))
	if status, said := b.send(f); status != http.StatusRequestEntityTooLarge {
		t.Errorf("%d %s", status, said)
	}
	f = b.callback(d, departments.Completed, strings.Repeat("я", 10_000)+"\u2028\x00")
	if status, said := b.send(f); status != 200 {
		t.Fatalf("%d %s", status, said)
	}
	if n := one[int](b, b.portal, `SELECT length(text) FROM told WHERE status = 'completed'`); n != 4000 {
		t.Errorf("kept %d characters", n)
	}
}

// The department speaks about an application that we took for undelivered: so it has it.
func TestStuckIsDeliveredByCallback(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.mode("zags", "drop")
	stop := b.work()
	d := b.submit("zags", uuid.Nil)
	b.until("it has arrived", func() (string, bool) { rows, _ := b.copies(d); return "", rows == 1 })
	stop()
	b.exec(b.portal, `UPDATE delivery SET state = 'stuck', reason = 'expired'`)
	if status, said := b.send(b.callback(d, departments.Accepted, "")); status != 200 {
		t.Fatalf("%d %s", status, said)
	}
	if b.state(d) != "delivered" || b.told(d) != "sent accepted" {
		t.Errorf("state %s, told %q", b.state(d), b.told(d))
	}
}
