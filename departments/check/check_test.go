package check_test

import (
	"bytes"
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"tamga/departments"
	"tamga/departments/check"
	"tamga/departments/stand"
	"tamga/frontend"
	"tamga/internal/dbtest"
)

func listen(t *testing.T) (net.Listener, string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return ln, "http://" + ln.Addr().String()
}

// failed runs the check and returns the rules that are broken, with what was said of them.
func failed(t *testing.T, url, portal string, ln net.Listener) (broken, unseen []string, said string) {
	t.Helper()
	found, err := check.Run(t.Context(), check.Config{URL: url, Code: "zags", Portal: portal, Wait: 20 * time.Second}, ln)
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	for _, f := range found {
		text.WriteString(f.Rule + ": " + f.Got + "\n")
		switch {
		case !f.OK && f.Mend == "":
			t.Errorf("%s: it does not say what to do", f.Rule)
		case !f.OK:
			broken = append(broken, f.Rule)
		case !f.Seen:
			unseen = append(unseen, f.Rule)
		}
	}
	return broken, unseen, text.String()
}

// The stand speaks the protocol as the documents have it.
func TestStandPasses(t *testing.T) {
	t.Parallel()
	ln, portal := listen(t)
	standLn, address := listen(t)
	pages, err := frontend.New(frontend.Options{})
	if err != nil {
		t.Fatal(err)
	}
	app, err := stand.New(stand.Config{DB: dbtest.DB(t, dbtest.Stand), Pages: pages, Now: time.Now, Secret: bytes.Repeat([]byte("s"), 32),
		Portal: portal, AutoAccept: true})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- app.Listener(standLn) }()
	t.Cleanup(func() {
		_ = app.Shutdown()
		<-done
	})
	broken, unseen, said := failed(t, address+"/zags", portal, ln)
	if len(broken) > 0 || strings.Join(unseen, " ") != "signed answers" {
		t.Errorf("broken %q, not seen %q\n%s", broken, unseen, said)
	}
}

// Each fault of a department is found, and nothing else is blamed.
func TestFaultsAreFound(t *testing.T) {
	t.Parallel()
	for fault, want := range map[string]string{
		"":                   "",
		"no keys":            "keys, call-back",
		"private keys":       "keys, call-back",
		"202 for all":        "no signature, changed body, stranger's key, old signature, signature of the future, another's audience, another's source, unknown type, not an event, oversized",
		"500 on submission":  "submitted, duplicate, changed duplicate",
		"mute rejection":     "submitted, duplicate",
		"forgets":            "changed duplicate",
		"409 on repetition":  "duplicate, message, correction, cancellation",
		"no clock":           "old signature, signature of the future",
		"anybody's":          "another's audience, another's source",
		"500 on nonsense":    "unknown type, not an event",
		"mute about unknown": "unknown application",
		"unsigned calls":     "call-back",
		"calls once":         "call-back again",
		"calls anew":         "call-back again",
		"signs nonsense":     "signed answers",
	} {
		t.Run(fault, func(t *testing.T) {
			t.Parallel()
			ln, portal := listen(t)
			o := newOffice(t, portal, fault)
			broken, _, said := failed(t, o.server.URL, portal, ln)
			if got := strings.Join(broken, ", "); got != want {
				t.Errorf("broken: %s\n want: %s\n%s", got, want, said)
			}
		})
	}
}

func TestNobodyThere(t *testing.T) {
	t.Parallel()
	ln, portal := listen(t)
	gone, address := listen(t)
	_ = gone.Close()
	if broken, _, said := failed(t, address, portal, ln); strings.Join(broken, " ") != "keys submitted" {
		t.Errorf("%q\n%s", broken, said)
	}
}

// office is a small department with one fault.
type office struct {
	t      *testing.T
	fault  string
	portal string
	server *httptest.Server
	keys   *departments.Keys
	client *departments.Client
	trust  *departments.Trust
	known  chan map[string]string // id → body; a lock that holds what it guards
	apps   map[string]bool
}

func newOffice(t *testing.T, portal, fault string) *office {
	keys, err := departments.DeriveKeys("office", bytes.Repeat([]byte("o"), 32))
	if err != nil {
		t.Fatal(err)
	}
	o := &office{t: t, fault: fault, portal: portal, keys: keys, known: make(chan map[string]string, 1), apps: map[string]bool{},
		client: departments.NewClient(departments.ClientConfig{Private: true, Plain: true})}
	o.known <- map[string]string{}
	o.trust = &departments.Trust{Client: o.client, Now: time.Now}
	if fault == "no clock" {
		o.trust.Window = 24 * time.Hour
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /jwks.json", func(w http.ResponseWriter, _ *http.Request) {
		raw, _ := json.Marshal(keys.Public())
		switch fault {
		case "no keys":
			raw = []byte(`{"keys": [{"kty": "RSA", "kid": "x"}]}`)
		case "private keys":
			raw = bytes.Replace(raw, []byte(`"crv"`), []byte(`"d":"x","crv"`), 1)
		}
		_, _ = w.Write(raw)
	})
	mux.HandleFunc("POST /events", func(w http.ResponseWriter, r *http.Request) {
		var body bytes.Buffer
		status, text := http.StatusRequestEntityTooLarge, ""
		if _, err := body.ReadFrom(http.MaxBytesReader(w, r.Body, 1<<20)); err == nil || fault == "202 for all" {
			status, text = o.answer(r, body.Bytes())
		}
		if fault == "signs nonsense" && status == 202 {
			signature, _ := keys.Sign([]byte("nonsense"), time.Now())
			w.Header().Set(departments.SignatureHeader, signature)
		}
		w.WriteHeader(status)
		_, _ = w.Write([]byte(text))
	})
	o.server = httptest.NewServer(mux)
	t.Cleanup(o.server.Close)
	return o
}

func (o *office) answer(r *http.Request, body []byte) (int, string) {
	if o.fault == "202 for all" {
		if e, err := departments.ParseEvent(body); err == nil && !o.fresh(e, body) {
			return 409, ""
		} else if err == nil && e.Type == departments.TypeMessage && !o.apps[e.Subject] {
			return 422, `{"reason":"нет такого"}`
		} else if err == nil && e.Type == departments.TypeSubmitted {
			o.apps[e.Subject] = true
		}
		return 202, ""
	}
	if o.trust.Verify(r.Context(), o.portal+"/api/departments/jwks.json", r.Header.Get(departments.SignatureHeader), body) != nil {
		return 401, ""
	}
	e, err := departments.ParseEvent(body)
	if err != nil || e.Type == "tamga.application.nonsense" {
		if o.fault == "500 on nonsense" {
			return 500, ""
		}
		return 400, ""
	}
	if (e.Audience != "zags" || e.Source != o.portal) && o.fault != "anybody's" {
		return 403, ""
	}
	return o.take(e, body)
}

func (o *office) take(e *departments.Event, body []byte) (int, string) {
	submitted := e.Type == departments.TypeSubmitted
	if submitted && o.fault == "500 on submission" {
		return 500, ""
	}
	if submitted && o.fault == "mute rejection" {
		o.apps[e.Subject] = true
		if !o.fresh(e, body) {
			return 409, ""
		}
		return 422, ""
	}
	known := <-o.known
	before, seen := known[e.ID]
	if !seen {
		known[e.ID] = string(body)
	}
	o.known <- known
	switch {
	case seen && before != string(body) && o.fault != "forgets", seen && o.fault == "409 on repetition":
		return 409, ""
	case !submitted && !o.apps[e.Subject] && o.fault == "mute about unknown":
		return 422, ""
	case !submitted && !o.apps[e.Subject]:
		return 422, `{"reason":"нет такого"}`
	}
	if submitted && !seen && len(o.apps) == 0 {
		go o.call(e.Subject)
	}
	o.apps[e.Subject] = true
	return 202, ""
}

// fresh tells that the id is new, or comes with the same content.
func (o *office) fresh(e *departments.Event, body []byte) bool {
	known := <-o.known
	defer func() { o.known <- known }()
	before, seen := known[e.ID]
	known[e.ID] = string(body)
	return !seen || before == string(body)
}

// call tells the portal, until it is taken, that the application is accepted.
func (o *office) call(application string) {
	id := uuid.NewString()
	for n := range 4 {
		e, _ := departments.NewEvent(departments.TypeStatus, id, departments.Source("zags"), o.portal, application, time.Now().Truncate(time.Hour),
			departments.StatusData{Status: departments.Accepted})
		e.Sequence = 1
		if o.fault == "calls anew" {
			e.Data = []byte(`{"status":"accepted","text":"` + strings.Repeat("x", n) + `"}`)
		}
		body, _ := json.Marshal(e)
		signature, _ := o.keys.Sign(body, time.Now())
		if o.fault == "unsigned calls" {
			signature = ""
		}
		answer, err := o.client.PostEvent(o.t.Context(), o.portal+"/api/departments/zags/events", signature, body)
		if o.fault == "calls once" || err == nil && answer.Status == 200 {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
}
