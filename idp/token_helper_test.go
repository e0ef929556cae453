package idp

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// send posts a form with headers, as name, value.
func (s *site) send(t *testing.T, path string, form url.Values, headers http.Header) (int, map[string]any) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.issuer+path, strings.NewReader(form.Encode()))
	if err != nil {
		t.Error(err)
		return 0, nil
	}
	for name, values := range headers {
		r.Header[name] = values
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	got, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Error(err)
		return 0, nil
	}
	defer got.Body.Close()
	var answer map[string]any
	_ = json.NewDecoder(got.Body).Decode(&answer)
	return got.StatusCode, answer
}

// jwtParts reads the header and the claims of a JWT, whoever signed it.
func jwtParts(t *testing.T, token string) (head, claims map[string]any) {
	t.Helper()
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		t.Fatalf("no JWT: %s", token)
	}
	for i, into := range []*map[string]any{&head, &claims} {
		raw, err := base64.RawURLEncoding.DecodeString(parts[i])
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(raw, into); err != nil {
			t.Fatal(err)
		}
	}
	return head, claims
}

// getJSON reads a public document.
func (s *site) getJSON(t *testing.T, path string) (int, map[string]any) {
	t.Helper()
	got, err := http.Get(s.issuer + path)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	var document map[string]any
	if err := json.NewDecoder(got.Body).Decode(&document); err != nil {
		t.Fatal(err)
	}
	return got.StatusCode, document
}

// source is what the first element of that name loads, or "".
func (b *browser) source(element string) string {
	var src string
	walk(b.page, func(n *html.Node) {
		if n.Data == element && src == "" {
			src = attr(n, "src")
		}
	})
	return src
}
