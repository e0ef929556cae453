package department

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"tamga/departments"
	"tamga/internal/dbtest"
	"tamga/internal/i18n"
	"tamga/internal/secret"
	"tamga/internal/web"
	"tamga/payments"
	"tamga/payments/paytest"
	"tamga/payments/signed"
)

// office is a department that charges through the API, with keys of its own.
type office struct {
	t       *testing.T
	w       *Handler
	address string
	keys    map[string]*departments.Keys
	n       int
}

func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{t: t, keys: map[string]*departments.Keys{}}
	client := departments.NewClient(departments.ClientConfig{Private: true, Plain: true})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = json.NewEncoder(w).Encode(o.keys[strings.Split(r.URL.Path, "/")[1]].Public())
	}))
	t.Cleanup(server.Close)
	db := dbtest.DB(t, dbtest.Portal)
	var all []departments.Endpoint
	for _, code := range []string{"traffic", "tax"} {
		var err error
		if o.keys[code], err = departments.DeriveKeys("stand "+code, paytest.Key); err != nil {
			t.Fatal(err)
		}
		all = append(all, departments.Endpoint{Code: code, URL: server.URL + "/" + code, Name: i18n.Text{RU: code}})
	}
	if err := departments.SaveEndpoints(t.Context(), db, client, all, time.Now()); err != nil {
		t.Fatal(err)
	}
	box, err := secret.NewBox(paytest.Key)
	if err != nil {
		t.Fatal(err)
	}
	speaks := &departments.Handler{DB: db, Trust: &departments.Trust{Client: client, Now: time.Now}, Now: time.Now}
	o.w = &Handler{DB: db, Box: box, Door: &signed.Door{Audience: "https://portal.example", Now: time.Now, Log: slog.New(slog.DiscardHandler), Speaks: speaks.Speaks}}
	p, err := paytest.Pages()
	if err != nil {
		t.Fatal(err)
	}
	app := web.New(web.Config{Role: "portal", ShowError: p.ShowError})
	o.w.Mount(app)
	o.address = paytest.Serve(t, app, paytest.Listen(t))
	return o
}

const fineData = `{"reference":"18810-1","payer":{"last_name":"Гарипова","first_name":"Алия","middle_name":"","sts":"9923 456789"},"amount":50000,
	"purpose":"Штраф по делу 18810-1","payee":"gibdd","due":"2099-01-31","discount":"fine","decided":"%s"}`

func fineNow() string { return fmt.Sprintf(fineData, time.Now().Format(time.DateOnly)) }

// event is a message of a department.
func (o *office) event(code, kind, data string) []byte {
	o.n++
	return []byte(fmt.Sprintf(`{"specversion":"1.0","id":"n%d","source":"urn:tamga:department:%s","type":"tamga.charge.%s","time":%q,"audience":"https://portal.example",
		"data":%s}`, o.n, code, kind, time.Now().UTC().Format(time.RFC3339), data))
}

// say signs and sends a message and returns the status and the answer.
func (o *office) say(at, signer string, body []byte) (int, string) {
	o.t.Helper()
	signature, err := o.keys[signer].Sign(body, time.Now())
	if err != nil {
		o.t.Fatal(err)
	}
	return o.send(at, signature, body)
}

func (o *office) send(at, signature string, body []byte) (int, string) {
	o.t.Helper()
	req, err := http.NewRequestWithContext(o.t.Context(), http.MethodPost, o.address+"/api/departments/"+at+"/charges", bytes.NewReader(body))
	if err != nil {
		o.t.Fatal(err)
	}
	req.Header.Set("Content-Type", departments.MediaType)
	req.Header.Set(departments.SignatureHeader, signature)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		o.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	var out bytes.Buffer
	if _, err := out.ReadFrom(res.Body); err != nil {
		o.t.Fatal(err)
	}
	return res.StatusCode, out.String()
}

func (o *office) wants(status int, texts ...string) func(int, string) {
	return func(got int, answer string) {
		o.t.Helper()
		if got != status {
			o.t.Errorf("answered %d %s, want %d", got, answer, status)
		}
		for _, text := range texts {
			if !strings.Contains(answer, text) {
				o.t.Errorf("the answer lacks %s: %s", text, answer)
			}
		}
	}
}

func (o *office) count(sql string) (n int) {
	o.t.Helper()
	if err := o.w.DB.QueryRow(o.t.Context(), sql).Scan(&n); err != nil {
		o.t.Fatal(err)
	}
	return n
}

// TestDepartmentCharges: a charge is made once, made more exact, found by the payer's number, listed, cancelled; the books follow.
func TestDepartmentCharges(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	made := o.event("traffic", "created", fineNow())
	for range 3 { // the answer was lost, twice
		o.wants(200, `"status":"open"`, `"left":50000`, `"uin":"18810116`)(o.say("traffic", "traffic", made))
	}
	o.wants(200, `"left":50000`)(o.say("traffic", "traffic", o.event("traffic", "created", fineNow()))) // the same charge by another message
	if n := o.count(`SELECT count(*) FROM charge`); n != 1 {
		t.Fatalf("%d charges", n)
	}
	if n := o.count(`SELECT percent FROM charge_discount`); n != 25 {
		t.Errorf("the discount is %d %%", n)
	}
	found, err := payments.ClaimByNumber(t.Context(), o.w.DB, o.w.Box, [16]byte{1}, payments.Identity{STS: "9923456789"}, time.Now())
	if err != nil || len(found) != 1 || found[0].Amount != 50000 {
		t.Errorf("by the certificate one finds %v, %v", found, err)
	}
	o.wants(409)(o.say("traffic", "traffic", o.event("traffic", "created", strings.Replace(fineNow(), "50000", "60000", 1))))
	o.wants(200, `"amount":40000`)(o.say("traffic", "traffic", o.event("traffic", "clarified", strings.Replace(fineNow(), "50000", "40000", 1))))
	o.wants(200, `"18810-1"`, `"amount":40000`)(o.say("traffic", "traffic", o.event("traffic", "list", `{"reference":""}`)))
	o.wants(200, `"charges":[]`)(o.say("tax", "tax", o.event("tax", "list", `{"reference":""}`)))
	faults, err := payments.CheckBooks(t.Context(), o.w.DB)
	if err != nil || len(faults) > 0 {
		t.Errorf("the books: %v, %v", faults, err)
	}
	o.wants(200, `"cancelled"`, `"left":0`)(o.say("traffic", "traffic", o.event("traffic", "cancelled", `{"reference":"18810-1","reason":"Решение суда"}`)))
	o.wants(404)(o.say("traffic", "traffic", o.event("traffic", "clarified", fineNow())))
	if n := o.count(`SELECT coalesce(sum(amount), 0) FROM ledger_posting WHERE account = 'receivable'`); n != 0 {
		t.Errorf("%d kopecks are owed for nothing", n)
	}
}

// TestDepartmentChargesAreRefused: what is forged, foreign, replayed with other words, or not a charge changes nothing.
func TestDepartmentChargesAreRefused(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	body := o.event("traffic", "created", fineNow())
	signature, err := o.keys["traffic"].Sign(body, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	old, err := o.keys["traffic"].Sign(body, time.Now().Add(-time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	o.wants(401)(o.send("traffic", "", body))
	o.wants(401)(o.send("traffic", signature, bytes.Replace(body, []byte("50000"), []byte("5"), 1)))
	o.wants(401)(o.send("traffic", old, body))        // recorded an hour ago
	o.wants(401)(o.say("traffic", "tax", body))       // signed by another department
	o.wants(403, "source")(o.say("tax", "tax", body)) // in the name of another one
	o.wants(404)(o.say("nobody", "tax", body))
	o.wants(403, "payee")(o.say("tax", "tax", o.event("tax", "created", fineNow()))) // another's money
	o.wants(403, "audience")(o.say("traffic", "traffic", bytes.Replace(body, []byte("portal.example"), []byte("other.example"), 1)))
	for name, change := range map[string][2]string{
		"no number":       {`,"sts":"9923 456789"`, ``},
		"a wrong number":  {`9923 456789`, `12`},
		"no amount":       {`50000`, `0`},
		"an unknown word": {`"amount"`, `"sum":1,"amount"`},
		"a foreign УИН":   {`"reference"`, `"uin":"32117072411021588933","reference"`},
		"no day":          {`2099-01-31`, `2099-02-31`},
		"a long purpose":  {`Штраф`, strings.Repeat("Ш", 211)},
	} {
		status, answer := o.say("traffic", "traffic", o.event("traffic", "created", strings.Replace(fineNow(), change[0], change[1], 1)))
		if status != 422 {
			t.Errorf("%s: %d %s", name, status, answer)
		}
	}
	o.wants(422)(o.say("traffic", "traffic", o.event("traffic", "erased", fineNow())))
	o.wants(422)(o.say("traffic", "traffic", []byte(`{`)))
	if n := o.count(`SELECT count(*) FROM charge`) + o.count(`SELECT count(*) FROM charge_notice`); n != 0 {
		t.Errorf("%d rows came of it", n)
	}
	o.wants(200)(o.say("traffic", "traffic", body))
	o.wants(409, "id")(o.say("traffic", "traffic", bytes.Replace(body, []byte("50000"), []byte("5"), 1))) // the same id with other words
	o.wants(403, "payee")(o.say("tax", "tax", o.event("tax", "clarified", fineNow())))
	o.wants(404)(o.say("tax", "tax", o.event("tax", "cancelled", `{"reference":"18810-1","reason":"x"}`))) // not theirs
}
