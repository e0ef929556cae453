package idp

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"tamga/idp/oauth"
)

// The modules of the OpenID Foundation's Basic OP plan, by their names. They run as the suite does it: a confidential client
// without PKCE, by the authorization code flow.

// basic is a site with such a client, and a browser in which Aliya has signed in and agreed to everything.
func basic(t *testing.T) (*site, *party, *browser) {
	t.Helper()
	s := newSite(t)
	p := s.newClient(t, func(c *oauth.Client) { c.PKCEOff = true })
	p.verifier = ""
	b := s.browser(t)
	p.code(b, append(plain, "scope", "openid profile email phone address offline_access")...)
	return s, p, b
}

// plain leaves PKCE out.
var plain = []string{"code_challenge", "", "code_challenge_method", ""}

// flow goes through a request with changes, and returns the claims of the ID token and of UserInfo.
func (p *party) flow(b *browser, changes ...string) (id, info map[string]any) {
	p.t.Helper()
	answer := p.token(p.code(b, append(plain, changes...)...))
	_, id = jwtParts(p.t, text(answer, "id_token"))
	_, info = p.site.userinfo(p.t, text(answer, "access_token"))
	if info["sub"] != id["sub"] || id["iss"] != p.site.issuer || id["sub"] == nil {
		p.t.Errorf("ID token %v, UserInfo %v", id, info)
	}
	return id, info
}

func TestOIDCC_Basic(t *testing.T) {
	t.Parallel()
	s, p, b := basic(t)
	t.Run("ServerTest", func(t *testing.T) {
		if id, _ := p.flow(b); id["nonce"] != "the-nonce" {
			t.Errorf("ID token %v", id)
		}
	})
	t.Run("AlternateHappyFlow", func(t *testing.T) { // without state and nonce, with unknown parameters between
		id, _ := p.flow(b, "state", "", "nonce", "", "resource_hint", "x")
		if _, there := id["nonce"]; there || p.answer(b).Has("state") {
			t.Errorf("ID token %v, answer %s", id, b.Location)
		}
	})
	t.Run("ServerTestClientSecretPost", func(t *testing.T) {
		post := s.newClient(t, func(c *oauth.Client) { c.PKCEOff, c.AuthMethod = true, oauth.AuthSecretPost })
		post.verifier = ""
		post.flow(s.in(t, "+79172000001"))
	})
	t.Run("IdTokenSignature", func(t *testing.T) {
		raw := text(p.token(p.code(b, plain...)), "id_token")
		if _, err := p.provider.Verifier(&oidc.Config{ClientID: p.config.ClientID, SupportedSigningAlgs: []string{"ES256"}}).Verify(t.Context(), raw); err != nil {
			t.Error(err)
		}
	})
	t.Run("IdTokenUnsigned", func(t *testing.T) { // not supported: a client cannot even register for it
		status, answer := s.register(t, http.MethodPost, s.issuer+"/oauth2/register", s.initialToken(t, 1), map[string]any{
			"redirect_uris": []string{"https://rp.example/cb"}, "id_token_signed_response_alg": "none"})
		if status != 400 || answer["error"] != "invalid_client_metadata" {
			t.Errorf("%d %v", status, answer)
		}
	})
	t.Run("UserInfoGet", func(t *testing.T) { p.flow(b) })
	t.Run("UserInfoPostHeader", func(t *testing.T) {
		token := text(p.token(p.code(b, plain...)), "access_token")
		if status, info := s.send(t, "/oauth2/userinfo", nil, http.Header{"Authorization": {"Bearer " + token}}); status != 200 || info["sub"] == nil {
			t.Errorf("%d %v", status, info)
		}
	})
	t.Run("UserInfoPostBody", func(t *testing.T) {
		token := text(p.token(p.code(b, plain...)), "access_token")
		if status, info := s.post(t, "/oauth2/userinfo", url.Values{"access_token": {token}}); status != 200 || info["sub"] == nil {
			t.Errorf("%d %v", status, info)
		}
	})
	for name, changes := range map[string][]string{
		"EnsureRequestWithoutNonceSucceedsForCodeFlow": {"nonce", ""},
		"EnsureRequestWithUnknownParameterSucceeds":    {"extra", "foobar"},
		"EnsureRequestWithAcrValuesSucceeds":           {"acr_values", "1 2"},
		"DisplayPage":                                  {"display", "page"},
		"DisplayPopup":                                 {"display", "popup"},
		"UiLocales":                                    {"ui_locales", "se"},
		"ClaimsLocales":                                {"claims_locales", "se"},
		"LoginHint":                                    {"login_hint", "buffy@rp.example"},
		"MaxAge10000":                                  {"max_age", "10000"},
		"EnsureOtherScopeOrderSucceeds":                {"scope", "email openid"},
	} {
		t.Run(name, func(t *testing.T) {
			id, _ := p.flow(b, changes...)
			if name == "MaxAge10000" && id["auth_time"] == nil {
				t.Errorf("no auth_time: %v", id)
			}
		})
	}
	t.Run("EnsurePostRequestSucceeds", func(t *testing.T) {
		if p.token(p.answer(b.post("/oauth2/auth", p.params(plain...))).Get("code"))["id_token"] == nil {
			t.Error("no ID token")
		}
	})
	t.Run("EnsureRequestWithValidPkceSucceeds", func(t *testing.T) {
		with := *p
		with.verifier = oauth2.GenerateVerifier()
		if with.token(with.code(b))["id_token"] == nil {
			t.Error("no ID token")
		}
	})
	t.Run("EnsureRegisteredRedirectUri", func(t *testing.T) {
		wantRefusal(t, b.get(p.address(append(plain, "redirect_uri", "http://localhost:8080/made-up")...)))
	})
	t.Run("ResponseTypeMissing", func(t *testing.T) {
		b.get(p.address(append(plain, "response_type", "")...))
		if answer := p.answer(b); answer.Get("error") == "" || answer.Get("state") != "the-state" {
			t.Errorf("%s", b.Location)
		}
	})
}

// wantRefusal fails unless the page says that the request is wrong, and leads nowhere.
func wantRefusal(t *testing.T, b *browser) {
	t.Helper()
	b.want(400)
	if b.Location != "" || !b.has("oauth-error") {
		t.Errorf("Location %q:\n%s", b.Location, b.text())
	}
}

func TestOIDCC_BasicScopes(t *testing.T) {
	t.Parallel()
	s, p, b := basic(t)
	s.exec(t, `UPDATE account SET language = 'tt' WHERE phone = '+79172000001'`)
	for name, test := range map[string]struct{ scope, has, hasNot string }{
		"ScopeProfile": {"openid profile", "name family_name given_name middle_name birthdate gender zoneinfo locale updated_at", "email phone_number address snils"},
		"ScopeEmail":   {"openid email", "email email_verified", "name phone_number"},
		"ScopePhone":   {"openid phone", "phone_number phone_number_verified", "name email"},
		"ScopeAddress": {"openid address", "", "name email"},
		"ScopeAll":     {"openid profile email phone address", "name email phone_number", "snils document"},
	} {
		t.Run(name, func(t *testing.T) {
			_, info := p.flow(b, "scope", test.scope)
			for _, claim := range strings.Fields(test.has) {
				if info[claim] == nil {
					t.Errorf("no %s in %v", claim, info)
				}
			}
			for _, claim := range strings.Fields(test.hasNot) {
				if info[claim] != nil {
					t.Errorf("%s in %v", claim, info)
				}
			}
			if at, ok := info["updated_at"]; ok && at.(float64) < 1e9 {
				t.Errorf("updated_at is %v", at)
			}
		})
	}
}

func TestOIDCC_BasicSessions(t *testing.T) {
	t.Parallel()
	s, p, b := basic(t)
	t.Run("PromptNoneNotLoggedIn", func(t *testing.T) {
		if stranger := s.browser(t).get(p.address(append(plain, "prompt", "none")...)); p.answer(stranger).Get("error") != "login_required" {
			t.Errorf("%s", stranger.Location)
		}
	})
	t.Run("PromptNoneLoggedIn", func(t *testing.T) {
		first, _ := p.flow(b)
		second, _ := p.flow(b, "prompt", "none")
		if first["sub"] != second["sub"] || first["auth_time"] != second["auth_time"] {
			t.Errorf("%v, then %v", first, second)
		}
	})
	t.Run("IdTokenHint", func(t *testing.T) {
		hint := text(p.token(p.code(b, plain...)), "id_token")
		p.flow(b, "prompt", "none", "id_token_hint", hint)
		other := s.in(t, "+79172000002").get(p.address(append(plain, "prompt", "none", "id_token_hint", hint)...))
		if p.answer(other).Get("error") != "login_required" {
			t.Errorf("another's hint: %s", other.Location)
		}
	})
	t.Run("PromptLogin", func(t *testing.T) { again(t, p, b, "prompt", "login") })
	t.Run("MaxAge1", func(t *testing.T) { again(t, p, b, "max_age", "1") })
	t.Run("F13_MaxAge0", func(t *testing.T) { again(t, p, b, "max_age", "0") })
}

// again expects that a request asks for the password although somebody is signed in.
func again(t *testing.T, p *party, b *browser, changes ...string) {
	t.Helper()
	first, _ := p.flow(b)
	time.Sleep(1100 * time.Millisecond)
	if b.get(p.address(append(plain, changes...)...)); b.URL.Path != "/login" {
		t.Fatalf("no sign-in, but %s", b.URL)
	}
	second, _ := p.flow(b, changes...)
	if second["auth_time"].(float64) <= first["auth_time"].(float64) {
		t.Errorf("auth_time did not move: %v, %v", first["auth_time"], second["auth_time"])
	}
	if first["sid"] != second["sid"] { // or the other clients of the session would be told that it has ended
		t.Errorf("another session: %v, %v", first["sid"], second["sid"])
	}
}

func TestOIDCC_BasicTokens(t *testing.T) {
	t.Parallel()
	s, p, b := basic(t)
	t.Run("AuthCodeReuse", func(t *testing.T) { reuse(t, s, p, b, 0) })
	t.Run("AuthCodeReuseAfter30Seconds", func(t *testing.T) { reuse(t, s, p, b, 31*time.Second) })
	t.Run("RefreshToken", func(t *testing.T) {
		answer := p.token(p.code(b, append(plain, "scope", "openid offline_access")...))
		_, first := jwtParts(t, text(answer, "id_token"))
		status, second := s.post(t, "/oauth2/token", url.Values{"grant_type": {"refresh_token"}, "refresh_token": {text(answer, "refresh_token")},
			"client_id": {p.config.ClientID}, "client_secret": {p.config.ClientSecret}})
		if status != 200 {
			t.Fatalf("%d %v", status, second)
		}
		if _, id := jwtParts(t, text(second, "id_token")); id["sub"] != first["sub"] || id["iss"] != first["iss"] || id["auth_time"] != first["auth_time"] {
			t.Errorf("ID tokens %v and %v", first, id)
		}
	})
}

// reuse redeems a code a second time, after a while.
func reuse(t *testing.T, s *site, p *party, b *browser, after time.Duration) {
	t.Helper()
	code := p.code(b, plain...)
	token := text(p.token(code), "access_token")
	s.exec(t, `UPDATE oauth_grant SET requested_at = requested_at - $1::interval, used_at = used_at - $1::interval`, after)
	form := codeForm(p, code)
	form.Del("code_verifier")
	form.Set("client_id", p.config.ClientID)
	form.Set("client_secret", p.config.ClientSecret)
	if status, answer := s.post(t, "/oauth2/token", form); status != 400 || answer["error"] != "invalid_grant" {
		t.Errorf("reuse is answered %d %v", status, answer)
	}
	if status, _ := s.userinfo(t, token); status != 401 {
		t.Errorf("the token of a reused code is answered %d", status)
	}
}

func TestOIDCC_BasicClaimsAndObjects(t *testing.T) {
	t.Parallel()
	_, p, b := basic(t)
	t.Run("ClaimsEssential", func(t *testing.T) {
		_, info := p.flow(b, "scope", "openid", "claims", `{"userinfo":{"name":{"essential":true}}}`)
		if info["name"] == nil || info["given_name"] != nil {
			t.Errorf("UserInfo %v", info)
		}
	})
	unsigned := "eyJhbGciOiJub25lIn0." + base64URL(t, map[string]any{"redirect_uri": "https://rp.example/elsewhere"}) + "."
	for name, changes := range map[string][]string{
		"UnsignedRequestObjectSupportedCorrectlyOrRejectedAsUnsupported": {"request", unsigned},
		"EnsureRequestObjectWithRedirectUri":                             {"request", unsigned},
		"RequestUriUnsignedSupportedCorrectlyOrRejectedAsUnsupported":    {"request_uri", "https://rp.example/object"},
	} {
		t.Run(name, func(t *testing.T) {
			answer := p.answer(b.get(p.address(append(plain, changes...)...)))
			if code := answer.Get("error"); code != changes[0]+"_not_supported" || answer.Get("state") != "the-state" {
				t.Errorf("%v", answer)
			}
		})
	}
}

func base64URL(t *testing.T, v any) string {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return base64.RawURLEncoding.EncodeToString(raw)
}
