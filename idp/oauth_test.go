package idp

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// party is a relying party: coreos/go-oidc and x/oauth2, as a stranger would use them.
type party struct {
	t        *testing.T
	site     *site
	config   oauth2.Config
	provider *oidc.Provider
	verifier string
}

func (s *site) party(t *testing.T) *party {
	t.Helper()
	provider, err := oidc.NewProvider(t.Context(), s.issuer)
	if err != nil {
		t.Fatal(err)
	}
	return &party{t: t, site: s, provider: provider, verifier: oauth2.GenerateVerifier(), config: oauth2.Config{
		ClientID: "portal", ClientSecret: "portal-secret", RedirectURL: portalURL + "/esia/callback",
		Endpoint: provider.Endpoint(), Scopes: []string{"openid", "profile", "email", "phone", "snils", "document"},
	}}
}

// address is where the party sends a browser. changes are name, value; an empty value removes a parameter.
func (p *party) address(changes ...string) string {
	u, _ := url.Parse(p.config.AuthCodeURL("the-state", oidc.Nonce("the-nonce"), oauth2.S256ChallengeOption(p.verifier)))
	query := u.Query()
	for i := 0; i < len(changes); i += 2 {
		query.Set(changes[i], changes[i+1])
		if changes[i+1] == "" {
			query.Del(changes[i])
		}
	}
	u.RawQuery = query.Encode()
	return u.String()
}

// answer is what the provider sent back to the party's address.
func (p *party) answer(b *browser) url.Values {
	p.t.Helper()
	if !strings.HasPrefix(b.Location, p.config.RedirectURL+"?") {
		p.t.Fatalf("%s answered %d, Location %q:\n%s", b.URL, b.Status, b.Location, b.text())
	}
	u, err := url.Parse(b.Location)
	if err != nil {
		p.t.Fatal(err)
	}
	if u.Query().Get("iss") != p.site.issuer {
		p.t.Errorf("the answer does not name its issuer (RFC 9207): %s", b.Location)
	}
	return u.Query()
}

// code signs Aliya in and agrees.
func (p *party) code(b *browser, changes ...string) string {
	p.t.Helper()
	b.get(p.address(changes...))
	if b.URL.Path == "/login" {
		b.want(200).fill("/login", "login", "+79172000001", "password", DemoPassword)
	}
	if b.URL.Path == "/oauth2/consent" && b.Location == "" { // else it was given before
		b.want(200).fill("/oauth2/consent")
	}
	code := p.answer(b).Get("code")
	if code == "" {
		p.t.Fatalf("no code: %s", b.Location)
	}
	return code
}

func (p *party) exchange(code string) (*oauth2.Token, *oidc.IDToken) {
	p.t.Helper()
	token, err := p.config.Exchange(p.t.Context(), code, oauth2.VerifierOption(p.verifier))
	if err != nil {
		p.t.Fatal(err)
	}
	raw, _ := token.Extra("id_token").(string)
	id, err := p.provider.VerifierContext(context.Background(), &oidc.Config{ClientID: "portal", SupportedSigningAlgs: []string{"ES256"}}).Verify(p.t.Context(), raw)
	if err != nil {
		p.t.Fatal(err)
	}
	return token, id
}

// A request is kept for a day, so nobody may have megabytes of theirs kept.
func TestLongRequestIsNotKept(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	u, err := url.Parse(s.party(t).address("state", strings.Repeat("a", 200<<10)))
	if err != nil {
		t.Fatal(err)
	}
	s.browser(t).post("/oauth2/auth", u.Query()).want(400)
	if n := s.count(t, `SELECT count(*) FROM oauth_request`); n != 0 {
		t.Errorf("%d requests are kept", n)
	}
}

// redeem posts to the token endpoint and returns the status and the JSON.
func (s *site) redeem(t *testing.T, form url.Values) (int, map[string]any) {
	t.Helper()
	if form.Get("client_id") == "" {
		form.Set("client_id", "portal")
		form.Set("client_secret", "portal-secret")
	}
	got, err := http.PostForm(s.issuer+"/oauth2/token", form)
	if err != nil {
		t.Error(err)
		return 0, nil
	}
	defer got.Body.Close()
	var answer map[string]any
	if err := json.NewDecoder(got.Body).Decode(&answer); err != nil {
		t.Errorf("token endpoint answered %d without JSON: %v", got.StatusCode, err)
	}
	return got.StatusCode, answer
}

func codeForm(p *party, code string) url.Values {
	return url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {p.config.RedirectURL},
		"code_verifier": {p.verifier}}
}

func (s *site) userinfo(t *testing.T, token string) (int, map[string]any) {
	t.Helper()
	r, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, s.issuer+"/oauth2/userinfo", nil)
	r.Header.Set("Authorization", "Bearer "+token)
	got, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	var claims map[string]any
	_ = json.NewDecoder(got.Body).Decode(&claims)
	return got.StatusCode, claims
}

// TestServer is the Basic plan's oidcc-server: the whole flow, by a real relying party.
func TestServer(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p, b := s.party(t), s.browser(t)
	b.get(p.address()).want(200, "Портал государственных услуг").fill("/login", "login", "+79172000001", "password", DemoPassword)
	b.want(200, "Вход на сайт", "паспортные данные")
	if !b.has("grantAuthorization") {
		t.Error("the consent button has lost its id")
	}
	if csp := b.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "form-action 'self'  "+portalURL) && !strings.Contains(csp, portalURL) {
		t.Errorf("the browser would not follow the form to the client: %s", csp)
	}
	b.fill("/oauth2/consent")
	answer := p.answer(b)
	if answer.Get("state") != "the-state" || answer.Get("scope") != "" {
		t.Errorf("answer %v", answer)
	}
	token, id := p.exchange(answer.Get("code"))
	var claims struct {
		ACR, Level, Nonce string
		AMR               []string
		AuthTime          int64 `json:"auth_time"`
	}
	if err := id.Claims(&claims); err != nil {
		t.Fatal(err)
	}
	if claims.ACR != "urn:tamga:level:standard" || claims.Level != "standard" || claims.Nonce != "the-nonce" ||
		time.Since(time.Unix(claims.AuthTime, 0)) > time.Minute || len(claims.AMR) != 1 {
		t.Errorf("ID token %+v", claims)
	}
	info, err := p.provider.UserInfo(t.Context(), oauth2.StaticTokenSource(token))
	if err != nil {
		t.Fatal(err)
	}
	var person map[string]any
	if err := info.Claims(&person); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]any{"sub": id.Subject, "family_name": "Гарипова", "given_name": "Алия", "middle_name": "Маратовна",
		"birthdate": "1998-04-12", "gender": "female", "snils": DemoAliyaSNILS, "email_verified": true, "level": "standard",
		"phone_number": "+79172000001", "citizenship": "RUS"} {
		if person[name] != want {
			t.Errorf("%s is %v, want %v", name, person[name], want)
		}
	}
	if d, _ := person["document"].(map[string]any); d["number"] != "120001" || d["issued_on"] != "2018-06-15" {
		t.Errorf("document %v", person["document"])
	}
	again := b.get(p.address()) // consent is remembered, and so is the session
	p.answer(again)
	if n := s.count(t, `SELECT count(*) FROM oauth_grant WHERE data::text LIKE '%120001%' OR data::text LIKE '%' || $1 || '%'`, DemoAliyaSNILS); n != 0 {
		t.Error("personal data lie in the grants")
	}
}

// F7, F5, F13 and the rest of what a request may get wrong, before anybody has typed a password.
func TestAuthorizationRequestErrors(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.party(t)
	for name, test := range map[string]struct {
		changes []string
		code    string
	}{
		"no PKCE":                 {[]string{"code_challenge", "", "code_challenge_method", ""}, "invalid_request"},
		"plain PKCE":              {[]string{"code_challenge_method", "plain"}, "invalid_request"},
		"plain PKCE by default":   {[]string{"code_challenge_method", ""}, "invalid_request"},
		"unknown scope":           {[]string{"scope", "openid everything"}, "invalid_scope"},
		"no openid":               {[]string{"scope", "profile"}, "invalid_scope"},
		"ResponseTypeMissing":     {[]string{"response_type", ""}, "unsupported_response_type"},
		"implicit":                {[]string{"response_type", "token"}, "unsupported_response_type"},
		"unknown prompt":          {[]string{"prompt", "dance"}, "invalid_request"},
		"prompt none with others": {[]string{"prompt", "none login"}, "invalid_request"},
		"max_age of words":        {[]string{"max_age", "-1"}, "invalid_request"},
		"PromptNoneNotLoggedIn":   {[]string{"prompt", "none"}, "login_required"},
		"unsigned request object": {[]string{"request", "eyJhbGciOiJub25lIn0.e30."}, "request_not_supported"},
		"request by reference":    {[]string{"request_uri", "https://example.com/r"}, "request_uri_not_supported"},
		"made-up pushed request":  {[]string{"request_uri", "urn:ietf:params:oauth:request_uri:x"}, "invalid_request_uri"},
		"fragment":                {[]string{"response_mode", "fragment"}, "unsupported_response_mode"},
		"claims that are no JSON": {[]string{"claims", "{"}, "invalid_request"},
		"unknown display":         {[]string{"display", "hologram"}, "invalid_request"},
		"registration":            {[]string{"registration", "{}"}, "registration_not_supported"},
	} {
		answer := p.answer(s.browser(t).get(p.address(test.changes...)))
		if answer.Get("error") != test.code || answer.Get("state") != "the-state" {
			t.Errorf("%s: %v", name, answer)
		}
	}
	for name, changes := range map[string][]string{
		"EnsureRegisteredRedirectUri": {"redirect_uri", "http://localhost:8080/other"},
		"unknown client":              {"client_id", "nobody"},
	} {
		b := s.browser(t).get(p.address(changes...)).want(400)
		if b.Location != "" || !b.has("oauth-error") {
			t.Errorf("%s: Location %q", name, b.Location)
		}
	}
	b := s.browser(t).get(p.address() + "&nonce=second")
	if answer := p.answer(b); answer.Get("error") != "invalid_request" {
		t.Errorf("a repeated parameter: %v", answer)
	}
}

func TestRequestsThatSucceed(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p, b := s.party(t), s.browser(t)
	p.code(b)
	for name, changes := range map[string][]string{
		"EnsureRequestWithUnknownParameterSucceeds": {"extra", "foobar"},
		"EnsureRequestWithoutNonceSucceeds":         {"nonce", ""},
		"short nonce":                               {"nonce", "1"},
		"DisplayPopup":                              {"display", "popup"},
		"ClaimsLocales":                             {"claims_locales", "se"},
		"EnsureRequestWithAcrValuesSucceeds":        {"acr_values", "1 2"},
		"MaxAge10000":                               {"max_age", "10000"},
		"PromptNoneLoggedIn":                        {"prompt", "none"},
		"response_mode":                             {"response_mode", "query"},
		"short state":                               {"state", "x"},
	} {
		b.get(p.address(changes...))
		if code := p.answer(b).Get("code"); code == "" {
			t.Errorf("%s: %s", name, b.Location)
		} else {
			p.exchange(code)
		}
	}
	b.get(p.address("state", "")) // F5
	if _, there := p.answer(b)["state"]; there || p.answer(b).Get("code") == "" {
		t.Errorf("without state: %s", b.Location)
	}
	u, _ := url.Parse(p.address())
	if p.answer(b.post("/oauth2/auth", u.Query())).Get("code") == "" { // EnsurePostRequestSucceeds
		t.Errorf("by POST: %s", b.Location)
	}
}

// TestMaxAge: prompt=login and max_age ask for the password again, max_age=0 too (F13), and auth_time moves.
func TestMaxAge(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p, b := s.party(t), s.browser(t)
	_, first := p.exchange(p.code(b))
	time.Sleep(1100 * time.Millisecond)
	for _, changes := range [][]string{{"max_age", "0"}, {"max_age", "1"}, {"prompt", "login"}, {"prompt", "select_account"}} {
		b.get(p.address(changes...)).want(200)
		if b.URL.Path != "/login" {
			t.Fatalf("%v: no sign-in, but %s", changes, b.URL)
		}
		b.fill("/login", "login", "+79172000001", "password", DemoPassword)
		_, id := p.exchange(p.answer(b).Get("code"))
		if authTime(t, id) <= authTime(t, first) {
			t.Errorf("%v: auth_time did not move", changes)
		}
		time.Sleep(1100 * time.Millisecond)
	}
	b.get(p.address("max_age", "0", "prompt", "none"))
	if p.answer(b).Get("error") != "login_required" {
		t.Errorf("max_age=0 with prompt=none: %s", b.Location)
	}
}

func authTime(t *testing.T, id *oidc.IDToken) int64 {
	t.Helper()
	var claims struct {
		AuthTime int64 `json:"auth_time"`
	}
	if err := id.Claims(&claims); err != nil {
		t.Fatal(err)
	}
	return claims.AuthTime
}

// TestIDTokenHint: the hint of the same person goes through silently, another's asks for a sign-in.
func TestIDTokenHint(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p, b := s.party(t), s.browser(t)
	token, _ := p.exchange(p.code(b))
	hint, _ := token.Extra("id_token").(string)
	b.get(p.address("prompt", "none", "id_token_hint", hint))
	if p.answer(b).Get("code") == "" {
		t.Errorf("own hint: %s", b.Location)
	}
	p.exchange(p.answer(b).Get("code"))
	other := s.browser(t).signIn("+79172000002", DemoPassword)
	other.get(p.address("prompt", "none", "id_token_hint", hint))
	if p.answer(other).Get("error") != "login_required" {
		t.Errorf("another's hint: %s", other.Location)
	}
}

func TestConsentRefused(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p, b := s.party(t), s.browser(t)
	b.get(p.address("prompt", "")).fill("/login", "login", "+79172000001", "password", DemoPassword)
	b.fill("/oauth2/cancel")
	if p.answer(b).Get("error") != "access_denied" {
		t.Errorf("refused: %s", b.Location)
	}
	b.get(p.address("prompt", "none"))
	if p.answer(b).Get("error") != "consent_required" {
		t.Errorf("without consent: %s", b.Location)
	}
	p.code(b)
	b.get(p.address("prompt", "consent")).want(200, "узнает о вас")
}

// The client asks for a level in mid-flow: the request waits through the checks and then goes on to the client.
func TestLevelInMidFlow(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p, b := s.party(t), s.browser(t)
	b.get(p.address("acr_values", "urn:tamga:level:standard")).want(200)
	b.get(b.link("Зарегистрироваться")).want(200)
	b.fill("/registration", "last_name", "Галиев", "first_name", "Искәндәр", "phone", newPhone, "email", newEmail, "consent", "yes")
	b.fill("/registration/code", "code", sixDigits.FindString(s.outbox.wait(t, newPhone, 1).Body))
	b.fill("/registration/password", "password", goodPassword, "repeat", goodPassword).want(200)
	b.get(b.link("Продолжить")).want(200, "Нужен другой уровень")
	b.get(b.link("Повысить уровень")).want(200, "вернётесь на сайт")
	b.fill("/profile/data", "last_name", "Галиев", "first_name", "Искәндәр", "no_middle", "yes", "sex", "M", "birth-day", "1",
		"birth-month", "5", "birth-year", "1990", "birth_place", "г. Казань", "snils", "112-233-445 95", "citizenship", "RUS",
		"passport", "9210 123456", "issued-day", "2", "issued-month", "6", "issued-year", "2010", "issued_by", "ОВД", "code", "160-001")
	b.settled().want(200, "Вернуться на сайт")
	b.get(b.link("Вернуться на сайт")).want(200).fill("/oauth2/consent")
	_, id := p.exchange(p.answer(b).Get("code"))
	var claims struct{ ACR string }
	if err := id.Claims(&claims); err != nil || claims.ACR != "urn:tamga:level:standard" {
		t.Errorf("acr %q, %v", claims.ACR, err)
	}
	confirmed := p.address("acr_values", "urn:tamga:level:confirmed")
	b.get(confirmed).want(200, "уровень «Подтверждённый»").fill("/oauth2/cancel")
	if p.answer(b).Get("error") != "access_denied" {
		t.Errorf("cancelled: %s", b.Location)
	}
}

// A simplified account tells no data that nobody has checked.
func TestSimplifiedAccountClaims(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p, b := s.party(t), s.browser(t)
	b.signIn("+79172000003", DemoPassword)
	token, _ := p.exchange(p.code(b))
	_, claims := s.userinfo(t, token.AccessToken)
	if claims["level"] != "simplified" || claims["family_name"] != "Смирнов" || claims["snils"] != nil || claims["birthdate"] != nil {
		t.Errorf("claims %v", claims)
	}
}
