package idp

import (
	"net/url"
	"strings"
	"testing"

	"tamga/idp/oauth"
)

// The parameter "claims": single claims in the ID token and at UserInfo, only those that were asked for and agreed to, and nothing of
// them is stored beside the token.
func TestClaimsParameter(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p, b := s.newClient(t, nil), s.in(t, "+79172000001")
	wanted := `{"id_token":{"email":null,"family_name":{"essential":true},"no_such":null},"userinfo":{"phone_number":{"essential":true},"snils":null}}`
	b.get(p.address("scope", "openid offline_access", "claims", wanted)).want(200, "номер телефона", "СНИЛС", "адрес электронной почты")
	answer := p.token(p.answer(b.fill("/oauth2/consent")).Get("code"))
	check := func(answer map[string]any) {
		t.Helper()
		_, id := jwtParts(t, text(answer, "id_token"))
		_, info := s.userinfo(t, text(answer, "access_token"))
		if id["email"] != "aliya@demo.tamga.example" || id["family_name"] != "Гарипова" || id["given_name"] != nil || id["snils"] != nil || id["no_such"] != nil {
			t.Errorf("ID token %v", id)
		}
		if info["phone_number"] != "+79172000001" || info["snils"] != DemoAliyaSNILS || info["email"] != nil || info["name"] != nil {
			t.Errorf("UserInfo %v", info)
		}
	}
	check(answer)
	status, answer := s.post(t, "/oauth2/token", url.Values{"grant_type": {"refresh_token"}, "refresh_token": {text(answer, "refresh_token")},
		"client_id": {p.config.ClientID}, "client_secret": {p.config.ClientSecret}})
	if status != 200 {
		t.Fatalf("%d %v", status, answer)
	}
	check(answer)
	if n := s.count(t, `SELECT count(*) FROM oauth_grant WHERE data::text LIKE '%Гарипова%' OR data::text LIKE '%aliya@%'`); n != 0 {
		t.Error("personal data lie in the grants")
	}
	few := s.newClient(t, func(c *oauth.Client) { c.Scopes = []string{"openid", "email"} })
	answer = few.token(few.code(b, "scope", "openid", "claims", wanted))
	if _, info := s.userinfo(t, text(answer, "access_token")); info["phone_number"] != nil || info["snils"] != nil {
		t.Errorf("a client hears what it is not registered for: %v", info)
	}
}

// An essential acr must be met or the client hears that it cannot; a wish is a wish. The value of sub must be the person's.
func TestEssentialACR(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p, b := s.newClient(t, nil), s.in(t, "+79172000001")
	p.code(b)
	acr := func(values string) string { return `{"id_token":{"acr":{"essential":true,"values":[` + values + `]}}}` }
	for values, want := range map[string]string{
		`"urn:tamga:level:simplified"`:                   "urn:tamga:level:simplified",
		`"urn:tamga:level:standard"`:                     "urn:tamga:level:standard",
		`"urn:mace:silver","urn:tamga:level:standard"`:   "urn:tamga:level:standard",
		`"urn:tamga:level:standard","urn:tamga:unheard"`: "urn:tamga:level:standard",
	} {
		if _, id := jwtParts(t, text(p.token(p.code(b, "claims", acr(values))), "id_token")); id["acr"] != want {
			t.Errorf("%s: acr is %v", values, id["acr"])
		}
	}
	if answer := p.answer(b.get(p.address("claims", acr(`"urn:mace:gold"`)))); answer.Get("error") != "unmet_authentication_requirements" {
		t.Errorf("an unknown essential value: %v", answer)
	}
	b.get(p.address("claims", acr(`"urn:tamga:level:confirmed"`))).want(200, "Нужен другой уровень")
	if answer := p.answer(b.get(p.address("claims", acr(`"urn:tamga:level:confirmed"`), "prompt", "none"))); answer.Get("error") != "interaction_required" {
		t.Errorf("silently: %v", answer)
	}
	_, id := jwtParts(t, text(p.token(p.code(b)), "id_token"))
	p.code(b, "prompt", "none", "claims", `{"id_token":{"sub":{"value":"`+text(id, "sub")+`"}}}`)
	if answer := p.answer(b.get(p.address("prompt", "none", "claims", `{"id_token":{"sub":{"value":"1"}}}`))); answer.Get("error") != "login_required" {
		t.Errorf("another's sub: %v", answer)
	}
	wish := s.newClient(t, func(c *oauth.Client) { c.DefaultACR = []string{"urn:tamga:level:confirmed"} })
	b.get(wish.address()).want(200, "Нужен другой уровень") // the client's default
}

// Step-up: urn:tamga:mfa sends to the second proof, and the answer says that there were two.
func TestStepUpForClients(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p, b := s.newClient(t, nil), s.in(t, "+79172000001")
	p.code(b)
	if b.get(p.address("acr_values", "urn:tamga:mfa")); b.URL.Path != "/login/second" {
		t.Fatalf("no second proof, but %s:\n%s", b.URL, b.text())
	}
	if answer := p.answer(b.get(p.address("acr_values", "urn:tamga:mfa", "prompt", "none"))); answer.Get("error") != "interaction_required" {
		t.Errorf("silently: %v", answer)
	}
	s.exec(t, `UPDATE session SET methods = ARRAY['pwd', 'otp'], authenticated_at = now() WHERE ended_at IS NULL`)
	_, id := jwtParts(t, text(p.token(p.code(b, "acr_values", "urn:tamga:mfa")), "id_token"))
	if amr, _ := id["amr"].([]any); id["acr"] != "urn:tamga:mfa" || len(amr) != 3 || id["level"] != "standard" {
		t.Errorf("ID token %v", id)
	}
}

// prompt=create leads to registration, and from there back to the client; default_max_age counts where the request says nothing.
func TestPromptCreateAndDefaultAge(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p, b := s.newClient(t, nil), s.in(t, "+79172000001")
	if b.get(p.address("prompt", "create")).want(200); b.URL.Path != "/registration" {
		t.Errorf("no registration, but %s", b.URL)
	}
	age := 0
	strict := s.newClient(t, func(c *oauth.Client) { c.DefaultMaxAge = &age })
	if b.get(strict.address()); b.URL.Path != "/login" {
		t.Errorf("default_max_age is not heeded: %s", b.URL)
	}
	b.get(p.address("login_hint", "+79172000002", "prompt", "login", "ui_locales", "fr tt-RU ru")).want(200)
	if b.value("login") != "+79172000002" || b.URL.Query().Get("lang") != "tt" {
		t.Errorf("login_hint %q, language %q", b.value("login"), b.URL.Query().Get("lang"))
	}
}

// A client of pairwise subjects knows a person by another number than others do, the same each time; clients of one sector share it.
func TestPairwiseSubjects(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.in(t, "+79172000001")
	pairwise := func(redirect string) *party {
		return s.newClient(t, func(c *oauth.Client) { c.SubjectType, c.RedirectURIs = "pairwise", []string{redirect} })
	}
	sub := func(p *party, changes ...string) string {
		t.Helper()
		answer := p.token(p.code(b, changes...))
		_, id := jwtParts(t, text(answer, "id_token"))
		if _, info := s.userinfo(t, text(answer, "access_token")); info["sub"] != id["sub"] {
			t.Errorf("ID token has %v, UserInfo %v", id["sub"], info["sub"])
		}
		return text(id, "sub")
	}
	one, same, other := pairwise("https://one.example/a"), pairwise("https://one.example/b"), pairwise("https://two.example/a")
	public := sub(s.newClient(t, nil))
	first := sub(one)
	if first == public || len(first) < 20 || sub(one) != first || sub(same) != first || sub(other) == first || strings.Contains(first, public) {
		t.Errorf("public %s, one sector %s, another %s", public, first, sub(other))
	}
	hint := text(one.token(one.code(b)), "id_token")
	sub(one, "prompt", "none", "id_token_hint", hint)
	sub(other, "prompt", "none", "id_token_hint", hint) // another client's token of the same person
	stranger := s.in(t, "+79172000002")
	if one.answer(stranger.get(one.address("prompt", "none", "id_token_hint", hint))).Get("error") != "login_required" {
		t.Errorf("another's hint: %s", stranger.Location)
	}
	s.restart(t)
	if sub(one) != first {
		t.Error("a restart has changed the subject")
	}
}
