package idp

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"tamga/idp/oauth"
)

// pushed sends a request beforehand and returns its name.
func (p *party) pushed(changes ...string) string {
	p.t.Helper()
	form := p.params(changes...)
	form.Set("client_secret", p.config.ClientSecret)
	status, answer := p.site.post(p.t, "/oauth2/par", form)
	if status != 201 || answer["expires_in"].(float64) > 600 {
		p.t.Fatalf("%d %v", status, answer)
	}
	return text(answer, "request_uri")
}

// by is the address with a name of a pushed request.
func (p *party) by(name string) string {
	return "/oauth2/auth?" + url.Values{"client_id": {p.config.ClientID}, "request_uri": {name}}.Encode()
}

// F12: a pushed request survives a reload of the page in mid-flow, and is answered once.
func TestF12_PushedRequest(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p, b := s.party(t), s.browser(t)
	name := p.pushed("claims", `{"userinfo":{"name":null}}`)
	b.get(p.by(name)).want(200)
	b.get(p.by(name)).want(200, "Портал государственных услуг") // reloaded
	b.fill("/login", "login", "+79172000001", "password", DemoPassword).want(200)
	b.get(p.by(name)).want(200).fill("/oauth2/consent") // the back button, now at the consent
	answer := p.answer(b)
	if answer.Get("state") != "the-state" {
		t.Errorf("answer %v", answer)
	}
	p.exchange(answer.Get("code"))
	wantRefusal(t, b.get(p.by(name)))
	wantRefusal(t, s.browser(t).get(p.by(name)))
	refused := p.pushed("prompt", "none") // an error is an answer, too
	stranger := s.browser(t)
	if p.answer(stranger.get(p.by(refused))).Get("error") != "login_required" {
		t.Errorf("%s", stranger.Location)
	}
	wantRefusal(t, stranger.get(p.by(refused)))
}

func TestPushedRequestErrors(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p, b := s.party(t), s.browser(t)
	old := p.pushed()
	s.exec(t, `UPDATE oauth_request SET expires_at = now() - interval '1 second'`)
	wantRefusal(t, b.get(p.by(old))) // nobody came in time
	other := s.newClient(t, nil)
	wantRefusal(t, b.get(other.by(p.pushed()))) // another's request
	for name, changes := range map[string][]string{
		"no PKCE":         {"code_challenge", ""},
		"wrong redirect":  {"redirect_uri", "https://evil.example/"},
		"another client":  {"client_id", "portal2"},
		"unknown scope":   {"scope", "openid everything"},
		"a name in there": {"request_uri", "urn:ietf:params:oauth:request_uri:x"},
		"bad claims":      {"claims", "["},
	} {
		form := p.params(changes...)
		form.Set("client_secret", p.config.ClientSecret)
		if status, answer := s.post(t, "/oauth2/par", form); status < 400 || status > 401 || answer["error"] == nil {
			t.Errorf("%s: %d %v", name, status, answer)
		}
	}
	if status, _ := s.post(t, "/oauth2/par", p.params()); status != 401 {
		t.Errorf("without a secret: %d", status)
	}
	strict := s.newClient(t, func(c *oauth.Client) { c.RequirePAR = true })
	if strict.answer(b.get(strict.address())).Get("error") != "invalid_request" {
		t.Errorf("not pushed: %s", b.Location)
	}
	b.get(strict.by(strict.pushed())).want(200, "Пробный сайт")
	if n := s.count(t, `SELECT count(*) FROM oauth_request WHERE form LIKE '%secret%'`); n != 0 {
		t.Error("a client's secret lies in the requests")
	}
}

// F11: a signed request: what it says counts, whatever stands outside; who signed it, for whom and until when is checked.
func TestF11_RequestObject(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	key := clientKey(t, "jar")
	p := s.newClient(t, func(c *oauth.Client) { c.JWKS, c.RequestAlg = keySet(key), "ES256" })
	object := func(changes map[string]any) map[string]any {
		claims := map[string]any{"iss": p.config.ClientID, "aud": s.issuer, "exp": time.Now().Add(time.Minute).Unix(), "jti": "x"}
		for name, values := range p.params() {
			claims[name] = values[0]
		}
		for name, value := range changes {
			claims[name] = value
		}
		return claims
	}
	ask := func(b *browser, token string, more ...string) *browser {
		query := url.Values{"client_id": {p.config.ClientID}, "request": {token}, "redirect_uri": {p.config.RedirectURL}, "state": {"outer"}}
		for i := 0; i < len(more); i += 2 {
			query.Set(more[i], more[i+1])
		}
		return b.get("/oauth2/auth?" + query.Encode())
	}
	b := s.browser(t)
	// max_age is a number and claims an object: fosite would flatten both. The scope outside is not signed and does not count.
	ask(b, sign(t, jose.ES256, key, object(map[string]any{
		"max_age": 0, "scope": "openid", "claims": map[string]any{"userinfo": map[string]any{"family_name": map[string]any{"essential": true}}},
	})), "scope", "openid snils", "prompt", "none")
	b.want(200).fill("/login", "login", "+79172000001", "password", DemoPassword)
	if b.URL.Path == "/oauth2/consent" {
		b.fill("/oauth2/consent")
	}
	answer := p.answer(b)
	if answer.Get("state") != "the-state" {
		t.Errorf("answer %v", answer)
	}
	_, info := s.userinfo(t, text(p.token(answer.Get("code")), "access_token"))
	if info["family_name"] != "Гарипова" || info["snils"] != nil || info["given_name"] != nil {
		t.Errorf("UserInfo %v", info)
	}
	if ask(b, sign(t, jose.ES256, key, object(map[string]any{"max_age": 0}))); b.URL.Path != "/login" {
		t.Errorf("max_age=0 in the object is lost: %s", b.URL)
	}
	for name, test := range map[string]struct{ token, code string }{
		"unsigned":       {"eyJhbGciOiJub25lIn0." + base64URL(t, object(nil)) + ".", "request_not_supported"},
		"another's key":  {sign(t, jose.ES256, clientKey(t, "jar"), object(nil)), "invalid_request_object"},
		"other alg":      {sign(t, jose.HS256, []byte("0123456789abcdef0123456789abcdef"), object(nil)), "invalid_request_object"},
		"iss":            {sign(t, jose.ES256, key, object(map[string]any{"iss": "portal"})), "invalid_request_object"},
		"sub":            {sign(t, jose.ES256, key, object(map[string]any{"sub": p.config.ClientID})), "invalid_request_object"},
		"no iss":         {sign(t, jose.ES256, key, object(map[string]any{"iss": nil})), "invalid_request_object"},
		"aud":            {sign(t, jose.ES256, key, object(map[string]any{"aud": "https://other.example"})), "invalid_request_object"},
		"no aud":         {sign(t, jose.ES256, key, object(map[string]any{"aud": nil})), "invalid_request_object"},
		"client_id":      {sign(t, jose.ES256, key, object(map[string]any{"client_id": "portal"})), "invalid_request_object"},
		"expired":        {sign(t, jose.ES256, key, object(map[string]any{"exp": 1})), "invalid_request_object"},
		"future":         {sign(t, jose.ES256, key, object(map[string]any{"nbf": time.Now().Add(time.Hour).Unix()})), "invalid_request_object"},
		"request inside": {sign(t, jose.ES256, key, object(map[string]any{"request_uri": "https://x.example"})), "invalid_request_object"},
		"nonsense":       {"a.b.c", "invalid_request_object"},
	} {
		if answer := p.answer(ask(s.browser(t), test.token)); answer.Get("error") != test.code || answer.Get("state") != "outer" {
			t.Errorf("%s: %v", name, answer)
		}
	}
	strict := s.newClient(t, func(c *oauth.Client) { c.JWKS, c.RequireJAR = keySet(key), true })
	if strict.answer(b.get(strict.address())).Get("error") != "invalid_request" {
		t.Errorf("unsigned where it must be signed: %s", b.Location)
	}
}

// F5: a client need not send a state, and gets none.
func TestF05_WithoutState(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p, b := s.party(t), s.browser(t)
	p.code(b)
	for _, state := range []string{"", "x"} {
		answer := p.answer(b.get(p.address("state", state)))
		if answer.Get("code") == "" || answer.Get("state") != state || answer.Has("state") != (state != "") {
			t.Errorf("state %q: %v", state, answer)
		}
	}
	if answer := p.answer(b.get(p.address("state", "", "prompt", "dance"))); answer.Get("error") == "" || answer.Has("state") {
		t.Errorf("an error: %v", answer)
	}
}

// F6: a random secret is hashed fast: bcrypt would cost 280 ms in each token request.
func TestF06_SecretsAreHashedFast(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.newClient(t, func(c *oauth.Client) { c.GrantTypes = []string{oauth.GrantCode, oauth.GrantClient} })
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {p.config.ClientID}, "client_secret": {p.config.ClientSecret}}
	s.post(t, "/oauth2/token", form)
	best := time.Hour
	for range 10 {
		began := time.Now()
		if status, answer := s.post(t, "/oauth2/token", form); status != 200 {
			t.Fatalf("%d %v", status, answer)
		}
		best = min(best, time.Since(began))
	}
	if best > 150*time.Millisecond {
		t.Errorf("the quickest token request took %v", best)
	}
	if n := s.count(t, `SELECT count(*) FROM oauth_client WHERE length(secret_hash) <> 32`); n != 0 {
		t.Error("a secret is not kept as its SHA-256")
	}
}

// F7: PKCE is demanded of all, S256 only; a registered exception is never for a public client.
func TestF07_PKCE(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	public := s.newClient(t, func(c *oauth.Client) { c.Secret = "" })
	for _, p := range []*party{s.party(t), public} {
		for _, changes := range [][]string{plain, {"code_challenge_method", "plain"}, {"code_challenge_method", ""}, {"code_challenge", "short"}} {
			if answer := p.answer(b.get(p.address(changes...))); answer.Get("error") != "invalid_request" {
				t.Errorf("%s %v: %v", p.config.ClientID, changes, answer)
			}
		}
	}
	err := oauth.PutClient(t.Context(), s.db, oauth.Client{ID: "x", Name: "x", RedirectURIs: []string{portalURL}, Scopes: oauth.Scopes, PKCEOff: true})
	if err == nil {
		t.Error("a public client was registered without PKCE")
	}
	loose := s.newClient(t, func(c *oauth.Client) { c.PKCEOff = true })
	form := codeForm(loose, loose.code(b)) // who sends a challenge is held to it
	form.Set("client_id", loose.config.ClientID)
	form.Set("client_secret", loose.config.ClientSecret)
	form.Del("code_verifier")
	if status, answer := s.post(t, "/oauth2/token", form); status != 400 {
		t.Errorf("a challenge was forgotten: %d %v", status, answer)
	}
}

// F9: an application on the person's machine listens at any port of loopback, by number and by name.
func TestF09_LoopbackPorts(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	native := s.newClient(t, func(c *oauth.Client) {
		c.Secret, c.ApplicationType = "", "native"
		c.RedirectURIs = []string{"http://localhost/cb", "http://127.0.0.1/cb", "http://[::1]/cb", "com.example.app:/cb"}
	})
	b := s.in(t, "+79172000001")
	for _, redirect := range []string{"http://localhost:51234/cb", "http://127.0.0.1:40000/cb", "http://[::1]:7777/cb", "com.example.app:/cb"} {
		p := *native
		p.config.RedirectURL, p.verifier = redirect, "v"+strings.Repeat("x", 50)
		b.get(p.address())
		if b.URL.Path == "/oauth2/consent" {
			b.fill("/oauth2/consent")
		}
		u, err := url.Parse(b.Location)
		if err != nil || !strings.HasPrefix(b.Location, redirect+"?") {
			t.Fatalf("%s: Location %q:\n%s", redirect, b.Location, b.text())
		}
		form := codeForm(&p, u.Query().Get("code"))
		form.Set("client_id", p.config.ClientID)
		if status, answer := s.post(t, "/oauth2/token", form); status != 200 {
			t.Errorf("%s: %d %v", redirect, status, answer)
		}
	}
	for _, redirect := range []string{
		"http://localhost:51234/other", "https://localhost:51234/cb", "http://localhost.evil.example:80/cb", "http://evil.example:51234/cb",
		"http://localhost:51234@evil.example/cb", "com.example.app:/other",
	} {
		wantRefusal(t, b.get(native.address("redirect_uri", redirect)))
	}
	web := s.newClient(t, func(c *oauth.Client) { c.RedirectURIs = []string{"http://localhost:8080/cb"} })
	wantRefusal(t, b.get(web.address("redirect_uri", "http://localhost:9090/cb")))
}

// F15: every answer names its issuer, errors too, and tells no scope.
func TestF15_IssuerInAnswers(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.newClient(t, func(c *oauth.Client) {
		c.RedirectURIs = []string{"https://rp.example/cb?iss=https://evil.example&state=evil"}
	})
	b := s.in(t, "+79172000001")
	for _, changes := range [][]string{{}, {"prompt", "none", "acr_values", "urn:tamga:level:confirmed"}, {"scope", "openid nonsense"}} {
		b.get(p.address(append([]string{"redirect_uri", p.config.RedirectURL}, changes...)...))
		if b.URL.Path == "/oauth2/consent" {
			b.fill("/oauth2/consent")
		}
		u, err := url.Parse(b.Location)
		if err != nil || u.Query().Get("iss") != s.issuer || len(u.Query()["iss"]) != 1 || u.Query().Get("state") != "the-state" || u.Query().Has("scope") {
			t.Errorf("%v: Location %q", changes, b.Location)
		}
	}
}

// The answer as a form: with a script of ours, a button without it, and a policy that lets the form go to the client only.
func TestFormPost(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.newClient(t, func(c *oauth.Client) { c.RedirectURIs = []string{"https://rp.example/cb"} })
	b := s.in(t, "+79172000001")
	if b.get(p.address("response_mode", "form_post")); b.URL.Path == "/oauth2/consent" {
		b.fill("/oauth2/consent")
	}
	b.want(200, "Продолжить")
	if b.value("state") != "the-state" || b.value("iss") != s.issuer || b.value("code") == "" {
		t.Errorf("the form has %q %q %q", b.value("state"), b.value("iss"), b.value("code"))
	}
	policy := b.Header.Get("Content-Security-Policy")
	if !strings.Contains(policy, "form-action 'self'") || !strings.HasSuffix(policy, "https://rp.example") || strings.Contains(policy, "unsafe") {
		t.Errorf("policy %s", policy)
	}
	_, form, _ := strings.Cut(b.Body, `id="form-post"`)
	form, _, _ = strings.Cut(form, "</form>")
	if !strings.Contains(b.Body, "/assets/form-post.") || strings.Contains(b.Body, "<script>") || strings.Contains(form, "_csrf") {
		t.Errorf("the page has no script of its own, or an inline one, or tells our form token:\n%s", b.Body)
	}
	p.token(b.value("code"))
	b.get(p.address("response_mode", "form_post", "prompt", "dance")).want(200)
	if b.value("error") != "invalid_request" || b.value("iss") != s.issuer {
		t.Errorf("the form has %q", b.value("error"))
	}
	if answer := p.answer(b.get(p.address("response_mode", "fragment"))); answer.Get("error") != "unsupported_response_mode" {
		t.Errorf("fragment: %v", answer)
	}
}

// Two tabs and a double click: each request is answered once.
func TestTwoTabs(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p, b := s.party(t), s.in(t, "+79172000001")
	first := b.get(p.address("state", "first")).want(200).value("request")
	second := b.get(p.address("state", "second")).want(200).value("request")
	b.fill("/oauth2/consent", "request", first)
	if p.answer(b).Get("state") != "first" {
		t.Errorf("%s", b.Location)
	}
	b.get("/oauth2/continue?request=" + second)
	if p.answer(b).Get("state") != "second" {
		t.Errorf("%s", b.Location)
	}
	b.get("/oauth2/continue?request=" + first).want(409)
}
