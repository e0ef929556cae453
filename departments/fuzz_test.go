package departments

import (
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"math/rand/v2"
	"testing"
	"time"
	"unicode/utf8"

	"tamga/internal/cms"
	"tamga/internal/gost"
)

var fuzzed = &Endpoint{Code: "zags", URL: "https://zags.example/tamga"}

// FuzzReadNews: whatever a department sends is refused in words or is fit to keep; what is taken is taken again after a round trip.
func FuzzReadNews(f *testing.F) {
	for typ, data := range map[string]string{
		TypeStatus: `{"status":"refused","text":"x"}`, TypeMessage: `{"text":"Әйе"}`,
		TypeRequest:     `{"text":"x","until":"2030-01-01T00:00:00Z","fields":["a.b"]}`,
		TypeAppointment: `{"at":"2029-01-02T00:00:00Z","place":"x"}`,
		TypeResult:      `{"documents":[{"name":"x","media_type":"application/pdf","size":1,"sha256":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","url":"https://zags.example/1"}]}`,
	} {
		f.Add([]byte(`{"specversion":"1.0","id":"1","source":"urn:tamga:department:zags","type":"` + typ + `","subject":"01980c1e-6f2a-7c3d-9a41-5b6c7d8e9f00",
			"time":"2029-01-01T00:00:00Z","audience":"p","sequence":"3","data":` + data + `}`))
	}
	now := time.Date(2029, 1, 1, 0, 1, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, body []byte) {
		h := &Handler{Audience: "p", Now: func() time.Time { return now }}
		n, err := h.understand(fuzzed, body)
		if err != nil {
			return
		}
		for _, text := range []string{n.Text, n.Event.ID} {
			if !utf8.ValidString(text) || len([]rune(text)) > maxText {
				t.Errorf("text %q", text)
			}
			for _, r := range text {
				if r == 0 {
					t.Errorf("NUL in %q", text)
				}
			}
		}
		for _, d := range n.Documents {
			if !sameHost(d.URL, fuzzed.URL) {
				t.Errorf("a document at %s", d.URL)
			}
		}
		again, err := json.Marshal(n.Event)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.understand(fuzzed, again); err != nil {
			t.Errorf("not taken again: %v\n%s", err, again)
		}
	})
}

// FuzzParseDigest: a list is refused, or names each message by a whole hash.
func FuzzParseDigest(f *testing.F) {
	f.Add([]byte(`{"received":[{"id":"1","sha256":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		had, err := parseDigest(body)
		for id, sum := range had {
			if err == nil && (id == "" || len(sum) != 64) {
				t.Errorf("%q %q", id, sum)
			}
		}
	})
}

// FuzzVerifyCMS: whatever comes in the header or beside a file, only what the registered key has signed passes, and nothing panics.
func FuzzVerifyCMS(f *testing.F) {
	now := time.Date(2029, 1, 1, 0, 1, 0, 0, time.UTC)
	same := rand.NewChaCha8([32]byte{}) // each process of the fuzzer has the same key and seeds
	key, err := gost.GenerateKey(same, gost.CurveByName("tc26-gost-3410-2012-256-A"))
	if err != nil {
		f.Fatal(err)
	}
	cert, err := gost.Issue(same, gost.Template{Holder: gost.Subject{CommonName: "x"}, NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour)},
		key.Public(), nil, key)
	if err != nil {
		f.Fatal(err)
	}
	body := []byte("{}")
	for _, how := range []cms.Signing{{Time: now}, {Time: now, NoCertificate: true}, {Time: now, Attached: true}, {NoAttributes: true}} {
		raw, err := cms.Sign(same, body, cert, key, how)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
		f.Add([]byte(base64.StdEncoding.EncodeToString(raw)))
		f.Add(pem.EncodeToMemory(&pem.Block{Type: "CMS", Bytes: raw}))
	}
	trust := &Trust{Now: func() time.Time { return now }}
	f.Fuzz(func(t *testing.T, file []byte) {
		header := base64Of(file)
		if formOf(header) != FormCMS {
			return
		}
		if _, err := trust.VerifyCMS([]Certificate{{Certificate: cert}}, header, []byte("another body")); err == nil {
			t.Error("another body passes")
		}
		if got, err := trust.VerifyCMS([]Certificate{{Certificate: cert}}, header, body); err == nil && got != cert {
			t.Error("another certificate is named")
		}
	})
}
