package idp

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"tamga/idp/oauth"
)

func TestRegistrationNeedsToken(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	good := map[string]any{"redirect_uris": []string{"https://rp.example/cb"}}
	address := s.issuer + "/oauth2/register"
	expired, err := oauth.NewRegistrationToken(t.Context(), s.db, "late", 1, time.Now().Add(-time.Second))
	if err != nil {
		t.Fatal(err)
	}
	for name, token := range map[string]string{"none": "", "made up": "x", "expired": expired} {
		if status, _ := s.register(t, http.MethodPost, address, token, good); status != 401 {
			t.Errorf("%s: %d", name, status)
		}
	}
	token := s.initialToken(t, 2)
	if status, _ := s.register(t, http.MethodPost, address, token, map[string]any{}); status != 400 {
		t.Errorf("without addresses: %d", status)
	}
	for i, want := range []int{201, 201, 401} { // a mistake was not counted
		if status, answer := s.register(t, http.MethodPost, address, token, good); status != want {
			t.Errorf("registration %d: %d %v", i+1, status, answer)
		}
	}
	if n := s.count(t, `SELECT count(*) FROM oauth_registration_token WHERE note = $1`, token); n != 0 {
		t.Error("a token lies in the clear")
	}
	blocked := false
	for range 40 {
		status, _ := s.register(t, http.MethodPost, address, "guess", good)
		blocked = blocked || status == 429
	}
	if !blocked {
		t.Error("guesses are not limited")
	}
}

func TestRegistrationChecks(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	with := func(name string, value any) map[string]any {
		return map[string]any{"redirect_uris": []string{"https://rp.example/cb"}, name: value}
	}
	redirect := func(address string, more ...string) map[string]any {
		m := with("redirect_uris", []string{address})
		if len(more) > 0 {
			m["application_type"] = more[0]
		}
		return m
	}
	for name, test := range map[string]struct {
		metadata any
		code     string
	}{
		"http":                    {redirect("http://rp.example/cb"), "invalid_redirect_uri"},
		"wildcard":                {redirect("https://*.rp.example/cb"), "invalid_redirect_uri"},
		"fragment":                {redirect("https://rp.example/cb#x"), "invalid_redirect_uri"},
		"empty fragment":          {redirect("https://rp.example/cb#"), "invalid_redirect_uri"},
		"script":                  {redirect("javascript:alert(1)", "native"), "invalid_redirect_uri"},
		"own scheme without dot":  {redirect("myapp:/cb", "native"), "invalid_redirect_uri"},
		"own scheme of web":       {redirect("com.example.app:/cb"), "invalid_redirect_uri"},
		"http elsewhere, native":  {redirect("http://rp.example/cb", "native"), "invalid_redirect_uri"},
		"user":                    {redirect("https://user@rp.example/cb"), "invalid_redirect_uri"},
		"relative":                {redirect("/cb"), "invalid_redirect_uri"},
		"logout elsewhere":        {with("post_logout_redirect_uris", []string{"http://rp.example/"}), "invalid_redirect_uri"},
		"implicit":                {with("grant_types", []string{"implicit"}), "invalid_client_metadata"},
		"id_token":                {with("response_types", []string{"id_token"}), "invalid_client_metadata"},
		"tls":                     {with("token_endpoint_auth_method", "tls_client_auth"), "invalid_client_metadata"},
		"key without key":         {with("token_endpoint_auth_method", "private_key_jwt"), "invalid_client_metadata"},
		"private key":             {with("jwks", map[string]any{"keys": []any{clientKey(t, "p")}}), "invalid_client_metadata"},
		"encryption":              {with("id_token_encrypted_response_alg", "RSA-OAEP"), "invalid_client_metadata"},
		"statement":               {with("software_statement", "x"), "unapproved_software_statement"},
		"keys on a metadata host": {with("jwks_uri", "http://169.254.169.254/keys"), "invalid_client_metadata"},
		"frontchannel elsewhere":  {with("frontchannel_logout_uri", "https://other.example/out"), "invalid_client_metadata"},
		"negative age":            {with("default_max_age", -1), "invalid_client_metadata"},
		"wrong type":              {with("client_name", 7), "invalid_client_metadata"},
		"no object":               {[]byte(`["x"]`), "invalid_client_metadata"},
		"no JSON":                 {[]byte(`{`), "invalid_client_metadata"},
		"pairwise of two hosts": {map[string]any{"redirect_uris": []string{"https://a.example/", "https://b.example/"}, "subject_type": "pairwise"},
			"invalid_client_metadata"},
	} {
		s.redis.FlushAll() // the limit is another test's
		status, answer := s.register(t, http.MethodPost, s.issuer+"/oauth2/register", s.initialToken(t, 1), test.metadata)
		if status != 400 || answer["error"] != test.code {
			t.Errorf("%s: %d %v", name, status, answer)
		}
	}
	// What only an operator may say is not heard.
	_, made := s.register(t, http.MethodPost, s.issuer+"/oauth2/register", s.initialToken(t, 1), map[string]any{
		"redirect_uris": []string{"https://rp.example/cb"}, "client_id": "portal", "client_secret": "mine", "skip_consent": true, "pkce_off": true,
		"resource_server": true, "client_name": "Пор\u202eтал\u0000", "scope": "openid email everything"})
	if made["client_id"] == "portal" || made["client_secret"] == "mine" || made["skip_consent"] != nil || made["pkce_off"] != nil ||
		made["resource_server"] != nil || made["client_name"] != "Портал" || made["scope"] != "openid email" {
		t.Errorf("registered %v", made)
	}
}

// RFC 7592: a client reads, changes and removes what it has registered, by its own token only.
func TestRegistrationManagement(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	metadata := map[string]any{"redirect_uris": []string{"https://rp.example/cb"}, "client_name": "До"}
	_, made := s.register(t, http.MethodPost, s.issuer+"/oauth2/register", s.initialToken(t, 1), metadata)
	token, address, secret := text(made, "registration_access_token"), text(made, "registration_client_uri"), text(made, "client_secret")
	if secret == "" || made["client_secret_expires_at"] != 0.0 || made["client_id_issued_at"] == nil {
		t.Fatalf("registered %v", made)
	}
	status, read := s.register(t, http.MethodGet, address, token, metadata)
	if status != 200 || read["client_name"] != "До" || read["registration_access_token"] != token || read["client_secret"] != nil {
		t.Errorf("read %d %v", status, read)
	}
	for name, wrong := range map[string]string{"no token": "", "another's": s.initialToken(t, 1)} {
		for _, method := range []string{http.MethodGet, http.MethodPut, http.MethodDelete} {
			if status, _ := s.register(t, method, address, wrong, metadata); status != 401 {
				t.Errorf("%s by %s: %d", name, method, status)
			}
		}
	}
	if status, _ := s.register(t, http.MethodGet, s.issuer+"/oauth2/register/portal", token, metadata); status != 401 {
		t.Errorf("another client: %d", status)
	}
	metadata["client_id"], metadata["client_name"], metadata["client_secret"] = made["client_id"], "После", secret
	if status, changed := s.register(t, http.MethodPut, address, token, metadata); status != 200 || changed["client_name"] != "После" {
		t.Errorf("changed %d %v", status, changed)
	}
	metadata["client_secret"] = "chosen"
	if status, _ := s.register(t, http.MethodPut, address, token, metadata); status != 400 {
		t.Errorf("a chosen secret: %d", status)
	}
	delete(metadata, "client_secret")
	metadata["registration_access_token"] = token
	if status, _ := s.register(t, http.MethodPut, address, token, metadata); status != 400 {
		t.Errorf("with our own words: %d", status)
	}
	form := url.Values{"grant_type": {"authorization_code"}, "code": {"x"}, "client_id": {text(made, "client_id")}, "client_secret": {secret}}
	if status, answer := s.post(t, "/oauth2/token", form); status != 400 || answer["error"] != "invalid_grant" {
		t.Errorf("the secret was lost by the change: %d %v", status, answer)
	}
	if status, _ := s.register(t, http.MethodDelete, address, token, nil); status != 204 {
		t.Errorf("removed: %d", status)
	}
	if status, _ := s.register(t, http.MethodGet, address, token, nil); status != 401 {
		t.Errorf("after its removal: %d", status)
	}
	if status, _ := s.post(t, "/oauth2/token", form); status != 401 {
		t.Errorf("a removed client: %d", status)
	}
}
