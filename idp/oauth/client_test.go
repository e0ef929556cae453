package oauth

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// Whoever registers may name any address: none on our own networks is called.
func TestGuardedClient(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{
		"8.8.8.8:443": true, "[2a00:1450::1]:443": true, "127.0.0.1:443": false, "[::1]:443": false, "10.1.2.3:443": false,
		"192.168.0.1:443": false, "169.254.169.254:80": false, "100.64.0.1:443": false, "[fd00::1]:443": false, "[fe80::1]:443": false,
		"[::ffff:127.0.0.1]:443": false, "0.0.0.0:443": false, "224.0.0.1:443": false,
	} {
		if err := checkDial("tcp4", address, false); (err == nil) != want {
			t.Errorf("%s: %v", address, err)
		}
	}
	if checkDial("tcp4", "169.254.169.254:80", true) == nil {
		t.Error("a demo may call a cloud's metadata service")
	}
	server := httptest.NewServer(http.RedirectHandler("https://example.com/", http.StatusFound))
	defer server.Close()
	if _, err := fetch(t.Context(), guarded(false), server.URL); !errors.Is(err, errForbiddenAddress) {
		t.Errorf("loopback was called: %v", err)
	}
	if _, err := fetch(t.Context(), guarded(true), server.URL); err == nil || !strings.Contains(err.Error(), "302") {
		t.Errorf("a redirect was followed: %v", err)
	}
	for _, address := range []string{"http://rp.example/k", "file:///etc/passwd", "https://u@rp.example/", "https://rp.example/#x", "http://localhost/k", "//x"} {
		if checkFetchURL(address, false) == nil {
			t.Errorf("%s may be named", address)
		}
	}
}

func FuzzRequestObject(f *testing.F) {
	f.Add(`{"iss":"c","aud":"x","max_age":0,"claims":{"userinfo":{"name":null}},"scope":"openid"}`)
	f.Add(`{"request":"x"}`)
	f.Add(`[]`)
	f.Fuzz(func(t *testing.T, payload string) {
		form, err := objectForm([]byte(payload))
		if err != nil {
			return
		}
		var head requestObject
		_ = json.Unmarshal([]byte(payload), &head)
		for name, values := range form {
			if len(values) != 1 || objectHead[name] || name == "request" || name == "request_uri" {
				t.Errorf("%q became %q %q", payload, name, values)
			}
		}
	})
}

func FuzzWantedClaims(f *testing.F) {
	f.Add(`{"userinfo":{"given_name":{"essential":true},"nickname":null},"id_token":{"acr":{"values":["a"]},"sub":{"value":"1"}}}`)
	f.Add(`{"id_token":{"acr":{"essential":true,"value":"urn:tamga:mfa"}}}`)
	f.Add(`null`)
	of := &client{Client{Scopes: []string{"openid", "email"}}}
	f.Fuzz(func(t *testing.T, text string) {
		form := url.Values{"claims": {text}}
		w, err := readWanted(form)
		if err != nil {
			return
		}
		for _, scope := range w.scopes(of) {
			if !slices.Contains(of.Scopes, scope) {
				t.Errorf("%q asks about %q, which the client may not have", text, scope)
			}
		}
		_ = w.subject()
		_, _, _ = askedACR(of, form)
	})
}

func FuzzClientMetadata(f *testing.F) {
	f.Add([]byte(`{"redirect_uris":["https://rp.example/cb"],"client_name":"a","jwks":{"keys":[]}}`))
	f.Add([]byte(`{"redirect_uris":["http://[::1"],"application_type":"native"}`))
	f.Add([]byte(`{"jwks":null,"grant_types":["client_credentials"],"pkce_off":true,"skip_consent":true}`))
	strangers := policy{keys: newClientKeys(false)}
	f.Fuzz(func(t *testing.T, body []byte) {
		r, err := readRegistration(body)
		if err != nil {
			return
		}
		r.SectorURI = "" // nothing is fetched here
		if strangers.check(t.Context(), &r.Client) != nil {
			return
		}
		if r.PKCEOff || r.SkipConsent || r.ResourceServer || r.Protocol != ProtocolOIDC {
			t.Errorf("%q gave itself what is the operator's", body)
		}
		for _, redirect := range r.RedirectURIs {
			u, err := url.Parse(redirect)
			if err != nil || u.Fragment != "" || u.User != nil || strings.Contains(redirect, "*") || u.Scheme == "javascript" || u.Scheme == "data" {
				t.Errorf("%q is registered", redirect)
			}
		}
	})
}

func FuzzAssertion(f *testing.F) {
	f.Add(`{"iss":"c","sub":"c","aud":["x"],"exp":1,"jti":"1"}`)
	f.Add(`{"aud":[],"exp":1e400}`)
	f.Fuzz(func(t *testing.T, payload string) {
		var a assertion
		if json.Unmarshal([]byte(payload), &a) != nil {
			return
		}
		check := &clientCheck{issuer: "https://id.example"}
		if check.wrong(&a, a.Expires.time()) == "" && !strings.HasPrefix(string(a.Audience), "https://id.example") {
			t.Errorf("%q is taken", payload)
		}
	})
}
