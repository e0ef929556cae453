package stand

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"tamga/departments"
	"tamga/internal/dbtest"
)

// TestRegisterTellsOfCharges: a register tells the portal until that has taken the charge, signed; it takes signed notices of payment,
// each once, and no others.
func TestRegisterTellsOfCharges(t *testing.T) {
	t.Parallel()
	ours, err := departments.DeriveKeys("portal", bytes.Repeat([]byte("p"), 32))
	if err != nil {
		t.Fatal(err)
	}
	var calls atomic.Int64
	var app interface {
		Test(*http.Request, ...int) (*http.Response, error)
	}
	var taken atomic.Value
	portal := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/jwks.json") {
			_ = json.NewEncoder(w).Encode(ours.Public())
			return
		}
		if calls.Add(1) == 1 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		body, _ := io.ReadAll(r.Body)
		taken.Store([2]string{r.Header.Get(departments.SignatureHeader), string(body)})
		_, _ = w.Write([]byte(`{"uin":"18810116000000007010"}`))
	}))
	t.Cleanup(portal.Close)
	db := dbtest.DB(t, dbtest.Stand)
	all := DemoCharges(time.Now(), "Гарипова", "Алия", "Маратовна", "11211244575")
	if err := SeedCharges(t.Context(), db, all[:1], time.Now()); err != nil {
		t.Fatal(err)
	}
	made, err := New(Config{DB: db, Pages: newStandPages(t), Now: time.Now, Secret: bytes.Repeat([]byte("s"), 32), Portal: portal.URL})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = made.Shutdown() })
	app = made
	for began := time.Now(); ; time.Sleep(50 * time.Millisecond) {
		var uin string
		if err := db.QueryRow(t.Context(), `SELECT uin FROM stand_charge`).Scan(&uin); err != nil {
			t.Fatal(err)
		}
		if uin != "" {
			break
		}
		if time.Since(began) > time.Minute {
			t.Fatal("the portal has not heard of the charge")
		}
	}
	told := taken.Load().([2]string)
	if e, err := departments.ParseEvent([]byte(told[1])); err != nil || e.Source != "urn:tamga:department:traffic" || told[0] == "" ||
		!strings.Contains(string(e.Data), all[0].Reference) {
		t.Errorf("the portal is told %s, %v", told, err)
	}

	body, _ := json.Marshal(notice{ID: uuid.New(), Kind: "paid", Reference: all[0].Reference, Receipt: "1", Amount: 56250})
	signature, err := ours.Sign(body, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		signature string
		body      []byte
		want      int
	}{{"", body, 401}, {signature, bytes.Replace(body, []byte("56250"), []byte("75000"), 1), 401}, {signature, body, 200}, {signature, body, 200}} {
		req := httptest.NewRequest("POST", "/traffic/quittances", bytes.NewReader(c.body))
		req.Header.Set(departments.SignatureHeader, c.signature)
		res, err := app.Test(req, -1)
		if err != nil || res.StatusCode != c.want {
			t.Errorf("answered %v %v, want %d", res, err, c.want)
		}
	}
	var paid, copies int
	if err := db.QueryRow(t.Context(), `SELECT paid, (SELECT sum(copies) FROM stand_quittance) FROM stand_charge`).Scan(&paid, &copies); err != nil || paid != 56250 || copies != 2 {
		t.Errorf("paid %d in %d notices, %v", paid, copies, err)
	}
	res, err := app.Test(httptest.NewRequest("GET", "/traffic/charges", nil), -1)
	if err != nil {
		t.Fatal(err)
	}
	if page, _ := io.ReadAll(res.Body); !strings.Contains(string(page), "562,50") {
		t.Errorf("the register's page lacks the payment: %s", page)
	}
}
