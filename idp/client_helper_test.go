package idp

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"tamga/idp/oauth"
)

// keySet is the public half of a key as a client registers it.
func keySet(keys ...jose.JSONWebKey) json.RawMessage {
	set := jose.JSONWebKeySet{}
	for _, key := range keys {
		set.Keys = append(set.Keys, key.Public())
	}
	raw, err := json.Marshal(set)
	if err != nil {
		panic(err)
	}
	return raw
}

func clientKey(t *testing.T, kid string) jose.JSONWebKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return jose.JSONWebKey{Key: key, KeyID: kid, Algorithm: "ES256", Use: "sig"}
}

// sign makes a compact JWS of claims.
func sign(t *testing.T, alg jose.SignatureAlgorithm, key any, claims map[string]any) string {
	t.Helper()
	with, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: key}, (&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		t.Fatal(err)
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := with.Sign(payload)
	if err != nil {
		t.Fatal(err)
	}
	token, err := signed.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// newClient stores a client with the portal's address and all scopes, and returns a party that is it.
func (s *site) newClient(t *testing.T, change func(*oauth.Client)) *party {
	t.Helper()
	p := s.party(t)
	c := oauth.Client{
		ID: "client-" + rand.Text()[:8], Name: "Пробный сайт", Secret: "secret-of-a-client", RedirectURIs: []string{p.config.RedirectURL},
		Scopes: oauth.Scopes,
	}
	if change != nil {
		change(&c)
	}
	if err := oauth.PutClient(t.Context(), s.db, c); err != nil {
		t.Fatal(err)
	}
	p.config.ClientID, p.config.ClientSecret = c.ID, c.Secret
	if len(c.RedirectURIs) > 0 {
		p.config.RedirectURL = c.RedirectURIs[0]
	}
	return p
}

// claimed is what an assertion says, good as it is.
func (p *party) claimed(changes map[string]any) map[string]any {
	claims := map[string]any{
		"iss": p.config.ClientID, "sub": p.config.ClientID, "aud": p.site.issuer, "jti": rand.Text(),
		"iat": time.Now().Unix(), "exp": time.Now().Add(time.Minute).Unix(),
	}
	maps.Copy(claims, changes)
	return claims
}

// assertion adds a client assertion to a form.
func assertion(form url.Values, token string) url.Values {
	form.Set("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
	form.Set("client_assertion", token)
	return form
}

// post sends a form without any credentials of its own.
func (s *site) post(t *testing.T, path string, form url.Values) (int, map[string]any) {
	t.Helper()
	return s.send(t, path, form, http.Header{})
}

// params are the parameters of an authorization request.
func (p *party) params(changes ...string) url.Values {
	p.t.Helper()
	u, err := url.Parse(p.address(changes...))
	if err != nil {
		p.t.Fatal(err)
	}
	return u.Query()
}

// token redeems a code as the party, and returns the whole answer.
func (p *party) token(code string) map[string]any {
	p.t.Helper()
	form := codeForm(p, code)
	if p.verifier == "" {
		form.Del("code_verifier")
	}
	form.Set("client_id", p.config.ClientID)
	if p.config.ClientSecret != "" {
		form.Set("client_secret", p.config.ClientSecret)
	}
	status, answer := p.site.post(p.t, "/oauth2/token", form)
	if status != 200 {
		p.t.Fatalf("the code is answered %d %v", status, answer)
	}
	return answer
}

// register sends metadata to the registration endpoint.
func (s *site) register(t *testing.T, method, address, token string, metadata any) (int, map[string]any) {
	t.Helper()
	raw, ok := metadata.([]byte)
	if !ok {
		var err error
		if raw, err = json.Marshal(metadata); err != nil {
			t.Fatal(err)
		}
	}
	r, err := http.NewRequestWithContext(t.Context(), method, address, bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	got, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	body, err := io.ReadAll(got.Body)
	if err != nil {
		t.Fatal(err)
	}
	var answer map[string]any
	_ = json.Unmarshal(body, &answer)
	return got.StatusCode, answer
}

// initialToken lets somebody register so many clients.
func (s *site) initialToken(t *testing.T, uses int) string {
	t.Helper()
	token, err := oauth.NewRegistrationToken(t.Context(), s.db, "a test", uses, time.Now().Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// serve is a small server of a client's, with the given answers by path.
func serve(t *testing.T, answers map[string]func() []byte) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := answers[r.URL.Path]
		if answer == nil {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(answer())
	}))
	t.Cleanup(server.Close)
	return server.URL
}
