package idp

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// holder is a client with a key of its own (RFC 9449).
type holder struct {
	t    *testing.T
	site *site
	key  *ecdsa.PrivateKey
}

func (s *site) holder(t *testing.T) *holder {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return &holder{t, s, key}
}

// proof makes a proof for a request; change may spoil it.
func (h *holder) proof(method, path, token string, change func(claims map[string]any)) string {
	h.t.Helper()
	claims := map[string]any{"jti": rand.Text(), "htm": method, "htu": h.site.issuer + path, "iat": time.Now().Unix()}
	if token != "" {
		sum := sha256.Sum256([]byte(token))
		claims["ath"] = base64.RawURLEncoding.EncodeToString(sum[:])
	}
	if change != nil {
		change(claims)
	}
	with, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: h.key}, (&jose.SignerOptions{EmbedJWK: true}).WithType("dpop+jwt"))
	if err != nil {
		h.t.Fatal(err)
	}
	payload, _ := json.Marshal(claims)
	signed, err := with.Sign(payload)
	if err != nil {
		h.t.Fatal(err)
	}
	text, _ := signed.CompactSerialize()
	return text
}

func (h *holder) token(form url.Values, proofs ...string) (int, map[string]any) {
	h.t.Helper()
	form.Set("client_id", "portal")
	form.Set("client_secret", "portal-secret")
	return h.site.send(h.t, "/oauth2/token", form, http.Header{"Dpop": proofs})
}

func (h *holder) userinfo(scheme, token, proof string) int {
	h.t.Helper()
	r, _ := http.NewRequestWithContext(h.t.Context(), http.MethodGet, h.site.issuer+"/oauth2/userinfo", nil)
	r.Header.Set("Authorization", scheme+" "+token)
	if proof != "" {
		r.Header.Set("DPoP", proof)
	}
	got, err := http.DefaultClient.Do(r)
	if err != nil {
		h.t.Fatal(err)
	}
	got.Body.Close()
	return got.StatusCode
}

// TestDPoP: a token bound to a key is worth nothing without it.
func TestDPoP(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p, b, h, thief := s.party(t), s.browser(t), s.holder(t), s.holder(t)
	status, tokens := h.token(codeForm(p, p.code(b, "scope", "openid offline_access")), h.proof("POST", "/oauth2/token", "", nil))
	if status != 200 || tokens["token_type"] != "DPoP" {
		t.Fatalf("answered %d %v", status, tokens)
	}
	access := text(tokens, "access_token")
	proof := h.proof("GET", "/oauth2/userinfo", access, nil)
	for name, test := range map[string]struct {
		scheme, proof string
		want          int
	}{
		"bearer":        {"Bearer", "", 401},
		"bearer, proof": {"Bearer", h.proof("GET", "/oauth2/userinfo", access, nil), 401},
		"no proof":      {"DPoP", "", 400},
		"another key":   {"DPoP", thief.proof("GET", "/oauth2/userinfo", access, nil), 400},
		"no ath":        {"DPoP", h.proof("GET", "/oauth2/userinfo", "", nil), 400},
		"other token":   {"DPoP", h.proof("GET", "/oauth2/userinfo", "other", nil), 400},
		"with the key":  {"DPoP", proof, 200},
	} {
		if got := h.userinfo(test.scheme, access, test.proof); got != test.want && !(test.want == 400 && got == 401) {
			t.Errorf("%s: %d, want %d", name, got, test.want)
		}
	}
	if got := h.userinfo("DPoP", access, proof); got == 200 {
		t.Error("a proof was taken twice")
	}
	if n := s.count(t, `SELECT count(*) FROM journal WHERE action = 'idp.token_replayed' AND details->>'what' = 'proof'`); n != 1 {
		t.Errorf("%d entries of replayed proofs", n)
	}
	_, about := s.form(t, "/oauth2/introspect", "token", access)
	if cnf, _ := about["cnf"].(map[string]any); about["token_type"] != "DPoP" || cnf["jkt"] == nil {
		t.Errorf("introspection %v", about)
	}
	again := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {text(tokens, "refresh_token")}}
	if status, answer := h.token(again); status != 400 || answer["error"] != "invalid_dpop_proof" {
		t.Errorf("a refresh without a proof: %d %v", status, answer)
	}
	if status, answer := h.token(again, h.proof("POST", "/oauth2/token", "", nil)); status != 200 || answer["token_type"] != "DPoP" {
		t.Errorf("a refresh: %d %v", status, answer)
	}
}

// A proof that is not exactly for this request is refused before anything is used up.
func TestDPoPProofErrors(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p, b, h := s.party(t), s.browser(t), s.holder(t)
	code := p.code(b)
	good := func() string { return h.proof("POST", "/oauth2/token", "", nil) }
	bad := func(name string, value any) string {
		return h.proof("POST", "/oauth2/token", "", func(claims map[string]any) {
			claims[name] = value
			if value == nil {
				delete(claims, name)
			}
		})
	}
	for name, proofs := range map[string][]string{
		"two headers":     {good(), good()},
		"nonsense":        {"nonsense"},
		"other method":    {h.proof("GET", "/oauth2/token", "", nil)},
		"other address":   {h.proof("POST", "/oauth2/userinfo", "", nil)},
		"other host":      {bad("htu", "https://evil.example/oauth2/token")},
		"old":             {bad("iat", time.Now().Unix()-3600)},
		"from the future": {bad("iat", time.Now().Unix()+3600)},
		"no iat":          {bad("iat", nil)},
		"iat of words":    {bad("iat", "now")},
		"no jti":          {bad("jti", nil)},
		"spoiled":         {modified(good())},
	} {
		if status, answer := h.token(codeForm(p, code), proofs...); status != 400 || answer["error"] != "invalid_dpop_proof" {
			t.Errorf("%s: %d %v", name, status, answer)
		}
	}
	bound := p.code(b, "dpop_jkt", "another-thumbprint")
	if status, answer := h.token(codeForm(p, bound), good()); status != 400 || answer["error"] != "invalid_dpop_proof" {
		t.Errorf("a code bound to another key: %d %v", status, answer)
	}
	if status, answer := h.token(codeForm(p, code), bad("htu", s.issuer+"/oauth2/token?x=1#y")); status != 200 {
		t.Errorf("the good proof: %d %v", status, answer)
	}
}
