package oauth

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// FuzzRegistration: whoever has a token for one registration sends any JSON. Nobody raises themselves: what is ours to give is not
// taken from it, and every address that is kept may stand in a redirect and in a header.
func FuzzRegistration(f *testing.F) {
	for _, seed := range []string{
		`{"redirect_uris":["https://a.example/back"],"scope":"openid snils","token_endpoint_auth_method":"none"}`,
		`{"redirect_uris":["https://a;b/"],"skip_consent":true,"resource_server":true,"pkce_off":true,"protocol":"esia"}`,
		`{"redirect_uris":["com.example.app:/back"],"application_type":"native","jwks":{"keys":[]}}`, `[]`, `{"client_name":"\u202eevil"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		r, err := readRegistration(body)
		if err != nil {
			return
		}
		c := r.Client
		if c.SkipConsent || c.ResourceServer || c.PKCEOff || c.Protocol != ProtocolOIDC || c.RegistrationHash != nil || c.SecretHash != nil {
			t.Fatalf("%s raises itself: %+v", body, c)
		}
		if c.SectorURI != "" || (policy{}).check(t.Context(), &c) != nil {
			return
		}
		for _, address := range append(c.RedirectURIs, c.PostLogoutURIs...) {
			u, err := url.Parse(address)
			if err != nil || strings.ContainsAny(u.Host, ";, '\"*") || u.Scheme == "javascript" || u.Scheme == "data" || u.Fragment != "" {
				t.Fatalf("%q can be registered", address)
			}
		}
	})
}

// FuzzKeys: the JWK sets of clients, sent or fetched. No private and no symmetric key is kept.
func FuzzKeys(f *testing.F) {
	for _, seed := range []string{
		`{"keys":[{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]}`,
		`{"keys":[{"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"}]}`, `{"keys":[{"kty":"RSA","n":"AQ","e":"AQAB"}]}`, `{}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		set, err := parseKeys(raw)
		if err != nil {
			return
		}
		for _, key := range set.Keys {
			if !key.IsPublic() || !key.Valid() {
				t.Fatalf("%s is kept", raw)
			}
		}
	})
}

// FuzzCredentials: the Authorization header of a client.
func FuzzCredentials(f *testing.F) {
	f.Add("Basic Yzpz", "c", "")
	f.Add("Basic YyUyNTpz", "", "s")
	f.Add("Basic %%%", "c", "")
	f.Fuzz(func(t *testing.T, header, id, key string) {
		r := &http.Request{Header: http.Header{"Authorization": {header}}}
		form := url.Values{"client_id": {id}, "client_secret": {key}}
		shown, err := readCredentials(r, form)
		if err == nil && id != "" && shown.id != id {
			t.Fatalf("%q and %q name two clients", header, id)
		}
	})
}
