package signed_test

import (
	"crypto/rand"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/jackc/pgx/v5/pgxpool"

	"tamga/departments"
	"tamga/internal/dbtest"
	"tamga/internal/gost"
	"tamga/internal/i18n"
	"tamga/internal/secret"
	"tamga/internal/web"
	"tamga/payments/department"
	"tamga/payments/signed"
	"tamga/payments/utility"
)

var key = []byte("0123456789abcdef0123456789abcdef")

const portal = "https://portal.example"

// sides are the portal's two doors and two departments that both charge and bill: one signs by JWS, one by GOST CMS.
type sides struct {
	t    *testing.T
	db   *pgxpool.Pool
	app  *fiber.App
	keys map[string]*departments.Keys
	n    int
}

func newSides(t *testing.T) *sides {
	t.Helper()
	s := &sides{t: t, db: dbtest.DB(t, dbtest.Portal), keys: map[string]*departments.Keys{}}
	client := departments.NewClient(departments.ClientConfig{Private: true, Plain: true})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = json.NewEncoder(w).Encode(s.keys[strings.Split(r.URL.Path, "/")[1]].Public())
	}))
	t.Cleanup(server.Close)
	endpoint := func(code, form string) departments.Endpoint {
		return departments.Endpoint{Code: code, URL: server.URL + "/" + code, Name: i18n.Text{RU: code}, Signature: form}
	}
	s.must(departments.SaveEndpoints(t.Context(), s.db, client, []departments.Endpoint{endpoint("plain", departments.FormJWS), endpoint("gost", departments.FormCMS)}, time.Now()))
	ours, cert := s.certified()
	for _, code := range []string{"plain", "gost", "strange"} {
		var err error
		s.keys[code], err = departments.DeriveKeys(code, key)
		s.must(err)
		s.keys[code].CMS = ours
		if code != "strange" {
			s.exec(`INSERT INTO department_payee (department, payee, origin) VALUES ($1, 'housing', 'utility')`, code)
		}
	}
	s.exec(`INSERT INTO department_key (department, kid, certificate, added_at, added_by) VALUES ('gost', $1, $2, now(), 'staff')`, departments.Fingerprint(cert), cert.Raw)

	box, err := secret.NewBox(key)
	s.must(err)
	exchange := &departments.Handler{DB: s.db, Trust: &departments.Trust{Client: client, Now: time.Now, DB: s.db}, Now: time.Now}
	door := &signed.Door{Audience: portal, Now: time.Now, Log: slog.New(slog.DiscardHandler), Speaks: exchange.Speaks}
	s.app = web.New(web.Config{Role: "portal"})
	(&department.Handler{DB: s.db, Box: box, Door: door}).Mount(s.app)
	(&utility.RegisterHandler{DB: s.db, Box: box, Door: door}).Mount(s.app)
	return s
}

func (s *sides) exec(sql string, args ...any) {
	s.t.Helper()
	_, err := s.db.Exec(s.t.Context(), sql, args...)
	s.must(err)
}

func (s *sides) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// certified makes a certificate of GOST R 34.10-2012 with its key, and the DER of the certificate.
func (s *sides) certified() (*departments.Signet, *gost.Certificate) {
	s.t.Helper()
	key, err := gost.GenerateKey(rand.Reader, gost.CurveByName("tc26-gost-3410-2012-512-A"))
	s.must(err)
	cert, err := gost.Issue(rand.Reader, gost.Template{Holder: gost.Subject{CommonName: "Расчётный центр"}, NotBefore: time.Now().Add(-time.Hour),
		NotAfter: time.Now().Add(time.Hour)}, key.Public(), nil, key)
	s.must(err)
	raw, err := gost.MarshalPrivateKey(key)
	s.must(err)
	signet, err := departments.ReadSignet(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw}), raw)
	s.must(err)
	return signet, cert
}

// messages are one of each door.
var messages = map[string]string{
	"charges": `"type":"tamga.charge.created","data":{"reference":"%s-1","payer":{"last_name":"Гарипова","first_name":"Алия","middle_name":"","account":"1600000017"},
		"amount":50000,"purpose":"Отопление за октябрь","payee":"housing"}`,
	"accounts": `"type":"tamga.utility.account","data":{"account":"16%s17","holder":"Гарипова","place":"Казань, ул. Баумана, 1","first_day":15,"last_day":25,"meters":[]}`,
}

func (s *sides) message(door, code string) string {
	s.n++
	about := map[string]string{"plain": "000000", "gost": "000001"}[code]
	return fmt.Sprintf(`{"specversion":"1.0","id":"%s-%d","source":"urn:tamga:department:%s","time":%q,"audience":%q,%s}`, code, s.n, code,
		time.Now().UTC().Format(time.RFC3339), portal, fmt.Sprintf(messages[door], about))
}

func (s *sides) send(door, code, header, signature, body string) (int, string) {
	s.t.Helper()
	r := httptest.NewRequest("POST", "/api/departments/"+code+"/"+door, strings.NewReader(body))
	r.Header.Set("Content-Type", departments.MediaType)
	r.Header.Set(header, signature)
	res, err := s.app.Test(r, 20_000)
	s.must(err)
	defer func() { _ = res.Body.Close() }()
	answer, err := io.ReadAll(res.Body)
	s.must(err)
	return res.StatusCode, string(answer)
}

func (s *sides) count(sql string) (n int) {
	s.t.Helper()
	s.must(s.db.QueryRow(s.t.Context(), sql).Scan(&n))
	return n
}

// TestDoor: both doors take what is signed in the department's own form, and nothing else.
func TestDoor(t *testing.T) {
	t.Parallel()
	s := newSides(t)
	sign := func(form, code, body string, at time.Time) string {
		signature, err := s.keys[code].In(form)([]byte(body), at)
		s.must(err)
		return signature
	}
	stranger, _ := s.certified()
	for _, side := range []struct{ code, form, header, other, otherHeader string }{
		{"plain", departments.FormJWS, departments.SignatureHeader, departments.FormCMS, departments.CMSHeader},
		{"gost", departments.FormCMS, departments.CMSHeader, departments.FormJWS, departments.SignatureHeader},
	} {
		for door := range messages {
			now, body := time.Now(), s.message(door, side.code)
			good := sign(side.form, side.code, body, now)
			theirs := sign(side.form, "strange", body, now)
			if side.form == departments.FormCMS {
				var err error
				theirs, err = stranger.Sign([]byte(body), now)
				s.must(err)
			}
			say := func(status int, word string) func(int, string) {
				return func(got int, answer string) {
					t.Helper()
					if got != status || !strings.Contains(answer, word) {
						t.Errorf("%s of %s: %d %s, want %d with %q", door, side.code, got, answer, status, word)
					}
				}
			}
			say(401, "signature")(s.send(door, side.code, side.header, "", body))
			say(401, "signature")(s.send(door, side.code, side.header, good, strings.Replace(body, "Гарипова", "Гарипов", 1)))
			say(401, "signature")(s.send(door, side.code, side.header, theirs, body))
			say(401, "signature")(s.send(door, side.code, side.header, sign(side.form, side.code, body, now.Add(-time.Hour)), body))
			say(401, "signature")(s.send(door, side.code, side.otherHeader, sign(side.other, "plain", body, now), body))
			for name, change := range map[string][3]string{
				"another's source": {"department:" + side.code, "department:other", "source"}, "another portal": {"portal.example", "other.example", "audience"},
				"no moment": {`"time":`, `"when":`, "time is missing"}, "no id": {`"id":"`, `"idea":"`, "an id"}, "an unknown word": {`"data":{`, `"data":{"word":1,`, "word"},
				"another type": {"tamga.", "tamga.x.", "type"},
			} {
				wrong := strings.Replace(body, change[0], change[1], 1)
				if status, answer := s.send(door, side.code, side.header, sign(side.form, side.code, wrong, now), wrong); status/100 != 4 || !strings.Contains(answer, change[2]) {
					t.Errorf("%s with %s of %s: %d %s", door, name, side.code, status, answer)
				}
			}
			long := body + strings.Repeat(" ", 64<<10)
			say(413, "too_large")(s.send(door, side.code, side.header, sign(side.form, side.code, long, now), long))
			say(200, "")(s.send(door, side.code, side.header, good, body))
			say(200, "")(s.send(door, side.code, side.header, good, body)) // the answer was lost
		}
	}
	if charges, accounts := s.count(`SELECT count(*) FROM charge`), s.count(`SELECT count(*) FROM utility_account`); charges != 2 || accounts != 2 {
		t.Errorf("%d charges and %d accounts of two departments", charges, accounts)
	}
}
