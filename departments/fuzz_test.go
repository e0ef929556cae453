package departments

import (
	"encoding/json"
	"testing"
	"time"
	"unicode/utf8"
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
