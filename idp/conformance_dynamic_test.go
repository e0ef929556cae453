package idp

import (
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"

	"tamga/idp/oauth"
)

// The modules of the OpenID Foundation's Config and Dynamic plans, by their names.

func TestOIDCC_Config(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	t.Run("DiscoveryEndpointVerification", func(t *testing.T) {
		_, about := s.getJSON(t, "/.well-known/openid-configuration")
		for name, want := range map[string]any{
			"issuer": s.issuer, "claims_parameter_supported": true, "request_parameter_supported": true, "request_uri_parameter_supported": false,
			"authorization_response_iss_parameter_supported": true,
		} {
			if about[name] != want {
				t.Errorf("%s is %v, want %v", name, about[name], want)
			}
		}
		for name, member := range map[string]string{
			"scopes_supported": "openid", "response_types_supported": "code", "subject_types_supported": "public",
			"id_token_signing_alg_values_supported": "RS256", "grant_types_supported": "authorization_code",
			"token_endpoint_auth_methods_supported": "private_key_jwt", "code_challenge_methods_supported": "S256",
			"claims_supported": "sub", "response_modes_supported": "form_post", "prompt_values_supported": "create",
		} {
			if list, _ := about[name].([]any); !slices.Contains(list, any(member)) {
				t.Errorf("%s is %v, without %s", name, about[name], member)
			}
		}
		for name, value := range about { // each endpoint is there
			address, _ := value.(string)
			if !strings.HasSuffix(name, "_endpoint") && name != "jwks_uri" {
				continue
			}
			got, err := http.Get(address)
			if err != nil || !strings.HasPrefix(address, s.issuer) || got.StatusCode == 404 {
				t.Errorf("%s: %s: %v %v", name, address, got, err)
			}
		}
	})
	t.Run("CacheHeaders", func(t *testing.T) {
		for _, path := range []string{"/.well-known/openid-configuration", "/jwks.json"} {
			got, err := http.Get(s.issuer + path)
			if err != nil {
				t.Fatal(err)
			}
			r, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, s.issuer+path, nil)
			r.Header.Set("If-None-Match", got.Header.Get("ETag"))
			second, err := http.DefaultClient.Do(r)
			if err != nil || second.StatusCode != 304 || !strings.Contains(got.Header.Get("Cache-Control"), "max-age") {
				t.Errorf("%s: %v %v, cache %q", path, second, err, got.Header.Get("Cache-Control"))
			}
		}
	})
}

// dynamic registers a client with a key and private_key_jwt, as the suite does.
func dynamic(t *testing.T, s *site, key jose.JSONWebKey, changes map[string]any) (*party, map[string]any) {
	t.Helper()
	metadata := map[string]any{
		"redirect_uris": []string{"https://rp.example/cb"}, "client_name": "Соискатель", "token_endpoint_auth_method": "private_key_jwt",
		"jwks": keySet(key), "scope": "openid profile email offline_access",
	}
	for name, value := range changes {
		metadata[name] = value
		if value == nil {
			delete(metadata, name)
		}
	}
	status, made := s.register(t, http.MethodPost, s.issuer+"/oauth2/register", s.initialToken(t, 1), metadata)
	if status != 201 {
		t.Fatalf("registration is answered %d %v", status, made)
	}
	p := s.party(t)
	p.config.ClientID, p.config.ClientSecret = text(made, "client_id"), text(made, "client_secret")
	p.config.RedirectURL = made["redirect_uris"].([]any)[0].(string)
	p.config.Scopes = []string{"openid", "profile"}
	return p, made
}

// tokenBy redeems a code with an assertion by the key.
func (p *party) tokenBy(key jose.JSONWebKey, code string) map[string]any {
	p.t.Helper()
	form := assertion(codeForm(p, code), sign(p.t, jose.ES256, key, p.claimed(nil)))
	status, answer := p.site.post(p.t, "/oauth2/token", form)
	if status != 200 {
		p.t.Fatalf("the code is answered %d %v", status, answer)
	}
	return answer
}

func TestOIDCC_DynamicRegistration(t *testing.T) {
	t.Parallel()
	s, key := newSite(t), clientKey(t, "first")
	t.Run("ServerTest", func(t *testing.T) {
		p, made := dynamic(t, s, key, nil)
		if made["client_secret"] != nil || made["registration_access_token"] == nil || made["jwks"] == nil {
			t.Errorf("registered %v", made)
		}
		p.tokenBy(key, p.code(s.browser(t)))
	})
	for name, field := range map[string]string{
		"RegistrationLogoUri": "logo_uri", "RegistrationPolicyUri": "policy_uri", "RegistrationTosUri": "tos_uri",
	} {
		t.Run(name, func(t *testing.T) {
			p, made := dynamic(t, s, key, map[string]any{field: "https://rp.example/" + field})
			if made[field] != "https://rp.example/"+field {
				t.Errorf("registered %v", made)
			}
			b := s.in(t, "+79172000001").get(p.address())
			if b.want(200); field != "logo_uri" && !strings.Contains(b.Body, "https://rp.example/"+field) {
				t.Errorf("the consent page does not lead there:\n%s", b.text())
			}
		})
	}
	t.Run("RegistrationJwksUri", func(t *testing.T) {
		address := serve(t, map[string]func() []byte{"/jwks": func() []byte { return keySet(key) }})
		p, _ := dynamic(t, s, key, map[string]any{"jwks": nil, "jwks_uri": address + "/jwks"})
		p.tokenBy(key, p.code(s.browser(t)))
	})
	list := []byte(`["https://rp.example/cb", "https://other.example/cb"]`)
	address := serve(t, map[string]func() []byte{"/sector": func() []byte { return list }})
	t.Run("RegistrationSectorUri", func(t *testing.T) {
		p, _ := dynamic(t, s, key, map[string]any{"sector_identifier_uri": address + "/sector", "subject_type": "pairwise"})
		p.tokenBy(key, p.code(s.browser(t)))
	})
	t.Run("RegistrationSectorBad", func(t *testing.T) {
		status, answer := s.register(t, http.MethodPost, s.issuer+"/oauth2/register", s.initialToken(t, 1), map[string]any{
			"redirect_uris": []string{"https://stranger.example/cb"}, "sector_identifier_uri": address + "/sector"})
		if status != 400 || answer["error"] != "invalid_client_metadata" {
			t.Errorf("%d %v", status, answer)
		}
	})
	t.Run("RefreshTokenRPKeyRotation", func(t *testing.T) {
		now := key
		address := serve(t, map[string]func() []byte{"/jwks": func() []byte { return keySet(now) }})
		p, _ := dynamic(t, s, key, map[string]any{"jwks": nil, "jwks_uri": address + "/jwks"})
		answer := p.tokenBy(key, p.code(s.browser(t), "scope", "openid offline_access"))
		now = clientKey(t, "second")
		s.restart(t)                              // another server, which has not fetched the keys a moment ago
		http.DefaultClient.CloseIdleConnections() // those to the server that is gone
		status, answer := s.post(t, "/oauth2/token", assertion(url.Values{"grant_type": {"refresh_token"},
			"refresh_token": {text(answer, "refresh_token")}}, sign(t, jose.ES256, now, p.claimed(nil))))
		if status != 200 {
			t.Errorf("%d %v", status, answer)
		}
	})
}

func TestOIDCC_DynamicRedirects(t *testing.T) {
	t.Parallel()
	s, key := newSite(t), clientKey(t, "k")
	with := map[string]any{"redirect_uris": []string{"https://rp.example/cb?foo=bar"}}
	p, _ := dynamic(t, s, key, with)
	b := s.in(t, "+79172000001")
	t.Run("RedirectUriQueryOK", func(t *testing.T) {
		if b.get(p.address()).want(200).fill("/oauth2/consent"); !strings.HasPrefix(b.Location, "https://rp.example/cb?") ||
			!strings.Contains(b.Location, "foo=bar") || !strings.Contains(b.Location, "code=") {
			t.Errorf("Location %q", b.Location)
		}
	})
	for name, redirect := range map[string]string{
		"RedirectUriQueryMismatch":                  "https://rp.example/cb?foo=baz",
		"RedirectUriQueryAdded":                     "https://rp.example/cb?foo=bar&extra=1",
		"EnsureRedirectUriInAuthorizationRequest":   "",
		"EnsureRedirectUriInAuthorizationRequest_2": "https://rp.example/",
	} {
		t.Run(name, func(t *testing.T) { wantRefusal(t, b.get(p.address("redirect_uri", redirect))) })
	}
	t.Run("RedirectUriRegFrag", func(t *testing.T) {
		status, answer := s.register(t, http.MethodPost, s.issuer+"/oauth2/register", s.initialToken(t, 1),
			map[string]any{"redirect_uris": []string{"https://rp.example/cb#foobar"}})
		if status != 400 || answer["error"] != "invalid_redirect_uri" {
			t.Errorf("%d %v", status, answer)
		}
	})
}

func TestOIDCC_DynamicSignatures(t *testing.T) {
	t.Parallel()
	s, key := newSite(t), clientKey(t, "k")
	t.Run("IdTokenRS256", func(t *testing.T) {
		p, _ := dynamic(t, s, key, map[string]any{"id_token_signed_response_alg": "RS256"})
		raw := text(p.tokenBy(key, p.code(s.browser(t))), "id_token")
		if head, _ := jwtParts(t, raw); head["alg"] != "RS256" {
			t.Errorf("header %v", head)
		}
		fresh := s.party(t) // its keys are those that are published now
		if _, err := fresh.provider.Verifier(&oidc.Config{ClientID: p.config.ClientID, SupportedSigningAlgs: []string{"RS256"}}).Verify(t.Context(), raw); err != nil {
			t.Error(err)
		}
	})
	t.Run("UserInfoRS256", func(t *testing.T) {
		p, _ := dynamic(t, s, key, map[string]any{"userinfo_signed_response_alg": "RS256"})
		token := text(p.tokenBy(key, p.code(s.browser(t))), "access_token")
		r, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, s.issuer+"/oauth2/userinfo", nil)
		r.Header.Set("Authorization", "Bearer "+token)
		got, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer got.Body.Close()
		raw, _ := io.ReadAll(got.Body)
		if !strings.HasPrefix(got.Header.Get("Content-Type"), "application/jwt") {
			t.Fatalf("%s: %s", got.Header.Get("Content-Type"), raw)
		}
		verifier := s.party(t).provider.Verifier(&oidc.Config{ClientID: p.config.ClientID, SupportedSigningAlgs: []string{"RS256"}, SkipExpiryCheck: true})
		info, err := verifier.Verify(t.Context(), string(raw))
		if err != nil {
			t.Fatal(err)
		}
		var claims map[string]any
		if err := info.Claims(&claims); err != nil || claims["family_name"] != "Гарипова" {
			t.Errorf("claims %v, %v", claims, err)
		}
	})
	t.Run("IdTokenUnsigned", func(t *testing.T) {
		for _, field := range []string{"id_token_signed_response_alg", "userinfo_signed_response_alg", "request_object_signing_alg"} {
			status, answer := s.register(t, http.MethodPost, s.issuer+"/oauth2/register", s.initialToken(t, 1),
				map[string]any{"redirect_uris": []string{"https://rp.example/cb"}, field: "none"})
			if status != 400 || answer["error"] != "invalid_client_metadata" {
				t.Errorf("%s: %d %v", field, status, answer)
			}
		}
	})
	t.Run("ServerRotateKeys", func(*testing.T) {
		p, _ := dynamic(t, s, key, nil)
		b := s.browser(t)
		old := text(p.tokenBy(key, p.code(b)), "id_token")
		keys := &oauth.Keys{DB: s.db, Box: s.box, Now: time.Now}
		if _, err := keys.Rotate(t.Context(), 0); err != nil {
			t.Fatal(err)
		}
		s.restart(t)
		if fresh := text(p.tokenBy(key, p.code(b)), "id_token"); kidOf(t, fresh) == kidOf(t, old) || !published(t, s)[kidOf(t, old)] {
			t.Error("the keys were not rotated")
		}
	})
	t.Run("EnsureClientAssertionWithIssAudSucceeds", func(t *testing.T) {
		p, _ := dynamic(t, s, key, nil)
		p.tokenBy(key, p.code(s.browser(t))) // claimed has the issuer as aud
	})
	t.Run("RequestUriSignedRS256_RequestUriUnsigned_RefusedByReference", func(t *testing.T) {
		p, _ := dynamic(t, s, key, nil)
		b := s.browser(t).get(p.address("request_uri", "https://rp.example/object.jwt"))
		if p.answer(b).Get("error") != "request_uri_not_supported" {
			t.Errorf("%s", b.Location)
		}
	})
}
