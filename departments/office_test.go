package departments_test

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"tamga/departments"
	"tamga/internal/i18n"
)

// office is a department with a service of its own, under the tester's control.
type office struct {
	*bench
	URL  string
	keys *departments.Keys

	mu     sync.Mutex
	heard  []departments.Event
	bodies [][]byte // as they came, and how they were signed
	seals  []string
	public atomic.Pointer[departments.Keys]     // what is published
	signed []string                             // signatures of who fetched documents
	files  map[string]func(http.ResponseWriter) // by path
	reply  func(e *departments.Event) (int, string)
	signs  func(body []byte, now time.Time) (string, error) // its answers; nil: it does not
}

var officeSecret = []byte(strings.Repeat("o", 32))

func newOffice(b *bench) *office {
	keys, err := departments.DeriveKeys("office", officeSecret)
	b.must(err)
	o := &office{bench: b, keys: keys, files: map[string]func(http.ResponseWriter){},
		reply: func(*departments.Event) (int, string) { return 202, "" }}
	o.public.Store(keys)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /jwks.json", func(w http.ResponseWriter, _ *http.Request) { _ = json.NewEncoder(w).Encode(o.public.Load().Public()) })
	mux.HandleFunc("POST /events", o.take)
	mux.HandleFunc("GET /files/", func(w http.ResponseWriter, r *http.Request) {
		o.mu.Lock()
		o.signed = append(o.signed, cmp.Or(r.Header.Get(departments.SignatureHeader), r.Header.Get(departments.CMSHeader)))
		give := o.files[r.URL.Path]
		o.mu.Unlock()
		if give == nil {
			w.WriteHeader(404)
			return
		}
		give(w)
	})
	server := httptest.NewServer(mux)
	b.t.Cleanup(server.Close)
	o.URL = server.URL
	b.must(departments.SaveEndpoints(b.t.Context(), b.portal, b.jobs.Client, []departments.Endpoint{
		{Code: "office", Name: i18n.Text{RU: "Отдел"}, URL: server.URL}}, b.now()))
	return o
}

func (o *office) take(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	e, err := departments.ParseEvent(body)
	if err != nil {
		w.WriteHeader(400)
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.heard = append(o.heard, *e)
	o.bodies, o.seals = append(o.bodies, body), append(o.seals, cmp.Or(r.Header.Get(departments.SignatureHeader), r.Header.Get(departments.CMSHeader)))
	status, text := o.reply(e)
	if o.signs != nil {
		signature, _ := o.signs([]byte(text), o.now())
		w.Header().Set(departments.HeaderOf(signature), signature)
	}
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text)
}

// types are what the office has heard, in order.
func (o *office) types() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	var all []string
	for _, e := range o.heard {
		all = append(all, strings.TrimPrefix(e.Type, "tamga.application."))
	}
	return strings.Join(all, " ")
}

// delivered returns an application that the office has; nobody works any more.
func (o *office) delivered() departments.Delivery {
	o.t.Helper()
	stop := o.work()
	d := o.submit("office", uuid.Nil)
	o.wantTold(d, "sent")
	stop()
	return d
}

// says is a call-back of the office.
func (o *office) says(d departments.Delivery, typ string, data any) (int, string) {
	return o.saysAs(uuid.NewString(), 0, d, typ, data)
}

func (o *office) saysAs(id string, sequence int64, d departments.Delivery, typ string, data any) (int, string) {
	o.t.Helper()
	e, err := departments.NewEvent(typ, id, departments.Source("office"), o.portalURL, d.ApplicationID.String(), o.now(), data)
	o.must(err)
	e.Sequence = sequence
	return o.bench.send(&forge{Event: *e, Keys: o.keys, Signed: o.now(), To: "office"})
}

// serves offers a document and returns how it is announced.
func (o *office) serves(path, mediaType string, content []byte) departments.Document {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.files[path] = func(w http.ResponseWriter) {
		w.Header().Set("Content-Type", mediaType)
		_, _ = w.Write(content)
	}
	sum := sha256.Sum256(content)
	return departments.Document{Name: "Свидетельство о браке", MediaType: mediaType, Size: int64(len(content)),
		SHA256: hex.EncodeToString(sum[:]), URL: o.URL + path}
}

// told1 returns the details of the news of a kind that an application was told last.
func told1[T any](b *bench, kind string) (v T) {
	b.t.Helper()
	b.must(json.Unmarshal([]byte(one[string](b, b.portal, `SELECT detail::text FROM told WHERE kind = $1 ORDER BY n DESC LIMIT 1`, kind)), &v))
	return v
}

var aPDF = []byte("%PDF-1.7\n% Таныклык\n")

// All that may be said both ways about one application, in its order.
func TestConversation(t *testing.T) {
	t.Parallel()
	b := setup(t)
	o := newOffice(b)
	b.work()
	d := b.submit("office", uuid.Nil)
	b.wantTold(d, "sent")
	until := b.now().AddDate(0, 0, 10).Truncate(time.Second)
	for _, said := range []struct {
		typ  string
		data any
	}{
		{departments.TypeStatus, departments.StatusData{Status: departments.InProgress}},
		{departments.TypeMessage, departments.SaidData{Text: "Какого числа вам удобно?"}},
		{departments.TypeRequest, departments.RequestData{Text: "Не видно печати", Request: departments.Request{Until: until,
			Documents: []string{"Справка  о доходах"}, Fields: []string{"second.passport"}}}},
		{departments.TypeAppointment, departments.Appointment{At: until, Place: "Казань, ул. Баумана, 1", Text: "С паспортом"}},
		{departments.TypeResult, departments.ResultData{Text: "Готово", Documents: []departments.Document{o.serves("/files/1.pdf", "application/pdf", aPDF)}}},
	} {
		if status, text := o.says(d, said.typ, said.data); status != 200 {
			t.Fatalf("%s: %d %s", said.typ, status, text)
		}
	}
	b.wantTold(d, "sent in_progress message request appointment result")
	if u := told1[departments.Update](b, "request"); !u.Request.Until.Equal(until) || u.Request.Documents[0] != "Справка о доходах" ||
		u.Request.Fields[0] != "second.passport" || u.Text != "Не видно печати" || u.Department != "office" || u.DeliveryID != d.ID {
		t.Errorf("request %+v", u)
	}
	if u := told1[departments.Update](b, "appointment"); !u.Appointment.At.Equal(until) || u.Appointment.Place != "Казань, ул. Баумана, 1" {
		t.Errorf("appointment %+v", u)
	}
	if u := told1[departments.Update](b, "result"); len(u.Results) != 1 || string(u.Results[0].Content) != string(aPDF) ||
		u.Results[0].SHA256 != sha256.Sum256(aPDF) || u.Text != "Готово" {
		t.Errorf("result %+v", u)
	}
}

func (b *bench) submitAs(typ string, first departments.Delivery, data any) departments.Delivery {
	b.t.Helper()
	raw, err := json.Marshal(data)
	b.must(err)
	d := first
	d.ID, d.Type, d.Data = uuid.Must(uuid.NewV7()), typ, raw
	b.must(b.enqueue(d))
	return d
}

// What the citizen says later follows the application in order, and its fate is told as that of the message, not of the application.
func TestLaterMessages(t *testing.T) {
	t.Parallel()
	b := setup(t)
	o := newOffice(b)
	o.reply = func(e *departments.Event) (int, string) {
		switch e.Type {
		case departments.TypeCancelled:
			return 422, `{"reason":"Решение уже принято"}`
		case departments.TypeMessage:
			return 200, `{"text":"не для заявителя"}`
		}
		return 202, ""
	}
	d := b.submit("office", uuid.Nil)
	said := b.submitAs(departments.TypeMessage, d, departments.MessageData{Text: "Удобно пятого", Files: []departments.Attachment{{Name: "a.pdf"}}})
	b.submitAs(departments.TypeCorrected, d, departments.CorrectedData{Application: d.Data, Fields: []string{"second.passport"}})
	gone := b.submitAs(departments.TypeCancelled, d, departments.CancelledData{Reason: "Передумали"})
	b.work()
	b.wantTold(d, "sent delivery:sent delivery:sent delivery:rejected")
	if got := o.types(); got != "submitted message corrected cancelled" {
		t.Errorf("heard %s", got)
	}
	var m departments.Message
	b.must(json.Unmarshal(o.heard[1].Data, &m))
	var data departments.MessageData
	b.must(json.Unmarshal(m.Message, &data))
	if data.Text != "Удобно пятого" || data.Files[0].Name != "a.pdf" || m.Number != d.Number || m.Application != nil || o.heard[1].ID != said.ID.String() {
		t.Errorf("message %+v", m)
	}
	b.must(json.Unmarshal(o.heard[2].Data, &m))
	if !strings.Contains(string(m.Correction), `"second.passport"`) || !strings.Contains(string(m.Correction), "Җиһаншина") {
		t.Errorf("correction %s", m.Correction)
	}
	if u := told1[departments.Update](b, "delivery"); u.Status != departments.Rejected || u.Text != "Решение уже принято" || u.DeliveryID != gone.ID {
		t.Errorf("cancellation: %+v", u)
	}
}

// A message under way is not proved to have arrived by news about the application.
func TestNewsDoNotDeliverLaterMessage(t *testing.T) {
	t.Parallel()
	b := setup(t)
	o := newOffice(b)
	b.work()
	d := b.submit("office", uuid.Nil)
	b.wantTold(d, "sent")
	o.mu.Lock()
	o.reply = func(*departments.Event) (int, string) { return 503, "" }
	o.mu.Unlock()
	said := b.submitAs(departments.TypeMessage, d, departments.MessageData{Text: "Удобно пятого"})
	if status, text := o.says(d, departments.TypeStatus, departments.StatusData{Status: departments.Accepted}); status != 200 {
		t.Fatalf("%d %s", status, text)
	}
	if b.state(said) != "waiting" {
		t.Errorf("the message is %s", b.state(said))
	}
	b.wantTold(d, "sent accepted")
}

// A later appointment stands, whichever comes first; a status from before a request changes nothing; messages always count.
func TestOutOfOrder(t *testing.T) {
	t.Parallel()
	b := setup(t)
	o := newOffice(b)
	d := o.delivered()
	at := b.now().AddDate(0, 0, 3)
	for i, said := range []struct {
		sequence int64
		typ      string
		data     any
	}{
		{5, departments.TypeAppointment, departments.Appointment{At: at, Place: "Новое"}},
		{4, departments.TypeAppointment, departments.Appointment{At: at, Place: "Старое"}},
		{3, departments.TypeRequest, departments.RequestData{Text: "Нужно", Request: departments.Request{Until: at, Documents: []string{"А"}}}},
		{2, departments.TypeStatus, departments.StatusData{Status: departments.InProgress}},
		{1, departments.TypeMessage, departments.SaidData{Text: "Здравствуйте"}},
		{6, departments.TypeStatus, departments.StatusData{Status: departments.Completed}},
	} {
		if status, text := o.saysAs(uuid.NewString(), said.sequence, d, said.typ, said.data); status != 200 {
			t.Fatalf("%d: %d %s", i, status, text)
		}
	}
	b.wantTold(d, "sent appointment request message completed")
}

// Each of these is refused in words, and nothing of it is kept.
func TestBadNews(t *testing.T) {
	t.Parallel()
	b := setup(t)
	o := newOffice(b)
	d := o.delivered()
	good := o.serves("/files/1.pdf", "application/pdf", aPDF)
	soon := b.now().AddDate(0, 0, 3)
	spoilt := func(spoil func(*departments.Document)) departments.ResultData {
		one := good
		spoil(&one)
		return departments.ResultData{Documents: []departments.Document{one}}
	}
	for name, c := range map[string]struct {
		typ  string
		data any
	}{
		"an empty message":           {departments.TypeMessage, departments.SaidData{Text: " \u0000 "}},
		"a message that is a list":   {departments.TypeMessage, []string{"x"}},
		"a request without text":     {departments.TypeRequest, departments.RequestData{Request: departments.Request{Until: soon, Fields: []string{"a"}}}},
		"a request for yesterday":    {departments.TypeRequest, departments.RequestData{Text: "x", Request: departments.Request{Until: b.now().AddDate(0, 0, -1), Fields: []string{"a"}}}},
		"a request for nothing":      {departments.TypeRequest, departments.RequestData{Text: "x", Request: departments.Request{Until: soon}}},
		"a request for a script":     {departments.TypeRequest, departments.RequestData{Text: "x", Request: departments.Request{Until: soon, Fields: []string{"<script>"}}}},
		"an appointment nowhere":     {departments.TypeAppointment, departments.Appointment{At: soon}},
		"an appointment of the past": {departments.TypeAppointment, departments.Appointment{At: soon.AddDate(-1, 0, 0), Place: "x"}},
		"a result without documents": {departments.TypeResult, departments.ResultData{}},
		"another host":               {departments.TypeResult, spoilt(func(d *departments.Document) { d.URL = "http://169.254.169.254/latest" })},
		"another port":               {departments.TypeResult, spoilt(func(d *departments.Document) { d.URL = b.portalURL + "/api/departments/jwks.json" })},
		"a user in the address":      {departments.TypeResult, spoilt(func(d *departments.Document) { d.URL = strings.Replace(d.URL, "//", "//x@", 1) })},
		"a web page":                 {departments.TypeResult, spoilt(func(d *departments.Document) { d.MediaType = "text/html" })},
		"a document too large":       {departments.TypeResult, spoilt(func(d *departments.Document) { d.Size = 11 << 20 })},
		"half a hash":                {departments.TypeResult, spoilt(func(d *departments.Document) { d.SHA256 = d.SHA256[:32] })},
		"a path for a name":          {departments.TypeResult, spoilt(func(d *departments.Document) { d.Name = "../../etc/passwd" })},
		"content of another hash":    {departments.TypeResult, spoilt(func(d *departments.Document) { d.URL, d.Content = "", []byte("%PDF-1.7\n% other, as long…\n") })},
	} {
		if status, text := o.says(d, c.typ, c.data); status != 422 || !strings.Contains(text, `"event"`) {
			t.Errorf("%s: %d %s", name, status, text)
		}
	}
	if n := one[int](b, b.portal, `SELECT count(*) FROM department_event`); n != 0 || b.told(d) != "sent" {
		t.Errorf("%d refused events are kept, told %q", n, b.told(d))
	}
}
