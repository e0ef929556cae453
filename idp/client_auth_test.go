package idp

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"tamga/idp/oauth"
)

// F14: a client assertion names one audience, counts once, and not for long; all four algorithms are taken.
func TestF14_ClientAssertion(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	key, stranger := clientKey(t, "a"), clientKey(t, "a")
	p := s.newClient(t, func(c *oauth.Client) {
		c.Secret, c.AuthMethod, c.JWKS, c.GrantTypes = "", oauth.AuthPrivateKeyJWT, keySet(key), []string{oauth.GrantCode, oauth.GrantClient}
	})
	ask := func(token string) (int, map[string]any) {
		return s.post(t, "/oauth2/token", assertion(url.Values{"grant_type": {"client_credentials"}}, token))
	}
	good := func(changes map[string]any) string { return sign(t, jose.ES256, key, p.claimed(changes)) }
	for name, token := range map[string]string{
		"issuer":         good(nil),
		"token endpoint": good(map[string]any{"aud": s.issuer + "/oauth2/token"}),
		"list of one":    good(map[string]any{"aud": []string{s.issuer}}),
	} {
		if status, answer := ask(token); status != 200 {
			t.Errorf("%s: %d %v", name, status, answer)
		}
	}
	soon := func(d time.Duration) int64 { return time.Now().Add(d).Unix() }
	for name, token := range map[string]string{
		"another's server":     good(map[string]any{"aud": "https://other.example"}),
		"two audiences":        good(map[string]any{"aud": []string{s.issuer, "https://other.example"}}),
		"no audience":          good(map[string]any{"aud": nil}),
		"expired":              good(map[string]any{"exp": soon(-time.Minute)}),
		"no end":               good(map[string]any{"exp": nil}),
		"good for a day":       good(map[string]any{"exp": soon(24 * time.Hour)}),
		"from the future":      good(map[string]any{"iat": soon(time.Hour)}),
		"not yet":              good(map[string]any{"nbf": soon(time.Hour)}),
		"no jti":               good(map[string]any{"jti": nil}),
		"another's iss":        good(map[string]any{"iss": "portal"}),
		"another's sub":        good(map[string]any{"iss": "portal", "sub": "portal"}),
		"another's key":        sign(t, jose.ES256, stranger, p.claimed(nil)),
		"secret for a key":     sign(t, jose.HS256, []byte("0123456789abcdef0123456789abcdef"), p.claimed(nil)),
		"nonsense":             "a.b.c",
		"unsigned":             "eyJhbGciOiJub25lIn0." + base64URL(t, p.claimed(nil)) + ".",
		"claims of wrong type": good(map[string]any{"jti": 7}),
	} {
		if status, answer := ask(token); status != 401 || answer["error"] != "invalid_client" {
			t.Errorf("%s: %d %v", name, status, answer)
		}
	}
	once := good(nil)
	var won atomic.Int32
	var all sync.WaitGroup
	for range 10 { // a check before a write would let several through
		all.Go(func() {
			if status, _ := ask(once); status == 200 {
				won.Add(1)
			}
		})
	}
	if all.Wait(); won.Load() != 1 {
		t.Errorf("one assertion counted %d times", won.Load())
	}
	burnt := p.claimed(map[string]any{"aud": "https://other.example"})
	ask(sign(t, jose.ES256, key, burnt))
	burnt["aud"] = s.issuer
	if status, answer := ask(sign(t, jose.ES256, key, burnt)); status != 200 {
		t.Errorf("an assertion for another server burned the jti: %d %v", status, answer)
	}
}

func TestAssertionAlgorithms(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	_, edKey, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for alg, key := range map[jose.SignatureAlgorithm]any{jose.ES256: clientKey(t, "").Key, jose.RS256: rsaKey, jose.PS256: rsaKey, jose.EdDSA: edKey} {
		p := s.newClient(t, func(c *oauth.Client) {
			c.Secret, c.AuthMethod, c.GrantTypes = "", oauth.AuthPrivateKeyJWT, []string{oauth.GrantCode, oauth.GrantClient}
			c.JWKS, c.AuthAlg = keySet(jose.JSONWebKey{Key: key}), string(alg)
		})
		form := url.Values{"grant_type": {"client_credentials"}}
		if status, answer := s.post(t, "/oauth2/token", assertion(form, sign(t, alg, key, p.claimed(nil)))); status != 200 {
			t.Errorf("%s: %d %v", alg, status, answer)
		}
		if alg == jose.RS256 { // the same key by another algorithm than the registered one
			if status, _ := s.post(t, "/oauth2/token", assertion(form, sign(t, jose.PS256, key, p.claimed(nil)))); status != 401 {
				t.Errorf("PS256 where RS256 is registered: %d", status)
			}
		}
	}
}

// The secret counts in the header and in the body, but not in two ways at once, and never in place of a key or of nothing.
func TestClientSecrets(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	secretly := s.newClient(t, func(c *oauth.Client) { c.GrantTypes = []string{oauth.GrantCode, oauth.GrantClient} })
	public := s.newClient(t, func(c *oauth.Client) { c.Secret = "" })
	id := secretly.config.ClientID
	ask := func(user, password string, more ...string) int {
		form := url.Values{"grant_type": {"client_credentials"}}
		for i := 0; i < len(more); i += 2 {
			form.Add(more[i], more[i+1])
		}
		header := http.Header{}
		if user != "" {
			r := &http.Request{Header: header}
			r.SetBasicAuth(user, password)
		}
		status, _ := s.send(t, "/oauth2/token", form, header)
		return status
	}
	for name, test := range map[string]struct{ want, got int }{
		"header":             {200, ask(id, "secret-of-a-client")},
		"encoded header":     {200, ask(url.QueryEscape(id), "secret%2Dof-a-client")},
		"body":               {200, ask("", "", "client_id", id, "client_secret", "secret-of-a-client")},
		"header and body":    {400, ask(id, "secret-of-a-client", "client_secret", "secret-of-a-client")},
		"two ids":            {400, ask(id, "secret-of-a-client", "client_id", "portal")},
		"wrong":              {401, ask(id, "secret")},
		"empty":              {401, ask(id, "")},
		"nothing":            {401, ask("", "", "client_id", id)},
		"nobody":             {401, ask("nobody", "x")},
		"a system of ESIA":   {401, ask("TAMGA_DEMO", "x")},
		"secret of a public": {401, ask("", "", "client_id", public.config.ClientID, "client_secret", "x")},
		"public in its name": {400, ask("", "", "client_id", public.config.ClientID)},
		"assertion and body": {400, ask("", "", "client_id", id, "client_secret", "secret-of-a-client", "client_assertion", "a.b.c", "client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")},
		"unknown assertion":  {400, ask("", "", "client_id", id, "client_assertion", "a.b.c", "client_assertion_type", "saml")},
		"repeated client_id": {400, ask("", "", "client_id", id, "client_id", id, "client_secret", "secret-of-a-client")},
		"secret in the query": {401, func() int {
			status, _ := s.post(t, "/oauth2/token?client_id="+id+"&client_secret=secret-of-a-client", url.Values{"grant_type": {"client_credentials"}})
			return status
		}()},
	} {
		if test.got != test.want {
			t.Errorf("%s: answered %d, want %d", name, test.got, test.want)
		}
	}
}

// A client's keys may be replaced at their address; its server is not called for each forgery, and answers of any size or kind end
// nothing.
func TestFetchedKeys(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	key := clientKey(t, "k")
	var asked atomic.Int32
	answer := func() []byte { asked.Add(1); return keySet(key) }
	address := serve(t, map[string]func() []byte{
		"/jwks": answer, "/long": func() []byte { return make([]byte, 1<<20) }, "/html": func() []byte { return []byte("<html>") },
	})
	try := func(p *party, signer jose.JSONWebKey) int {
		status, _ := s.post(t, "/oauth2/token", assertion(url.Values{"grant_type": {"client_credentials"}}, sign(t, jose.ES256, signer, p.claimed(nil))))
		return status
	}
	client := func(path string) *party {
		return s.newClient(t, func(c *oauth.Client) {
			c.Secret, c.AuthMethod, c.JWKSURI, c.GrantTypes = "", oauth.AuthPrivateKeyJWT, address+path, []string{oauth.GrantCode, oauth.GrantClient}
		})
	}
	good := client("/jwks")
	for range 5 {
		if status := try(good, key); status != 200 {
			t.Fatalf("answered %d", status)
		}
		if status := try(good, clientKey(t, "other")); status != 401 {
			t.Fatalf("a forgery is answered %d", status)
		}
	}
	if n := asked.Load(); n > 2 {
		t.Errorf("the keys were fetched %d times", n)
	}
	for _, path := range []string{"/long", "/html", "/absent"} {
		if status := try(client(path), key); status != 401 {
			t.Errorf("%s is answered %d", path, status)
		}
	}
}
