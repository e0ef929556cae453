package esia

import (
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"tamga/internal/gost/gosttest"
)

// sealer signs as a client does, by OpenSSL.
type sealer struct {
	*gosttest.OpenSSL
	t    *testing.T
	kind string
}

func newSealer(t *testing.T, kind string) (*sealer, *Client) {
	t.Helper()
	s := &sealer{gosttest.New(t), t, kind}
	s.Key(kind)
	c := &Client{Mnemonic: "SYS", Redirects: []string{"localhost"}, Scopes: []string{"openid"}, Certificates: [][]byte{s.Read("cert.pem")}, Legacy: true}
	if err := c.fill(); err != nil {
		t.Fatal(err)
	}
	return s, c
}

// sign makes a client_secret by one of OpenSSL's commands.
func (s *sealer) sign(how, message string) []byte {
	s.t.Helper()
	s.Write("message", []byte(message))
	digest := gosttest.Digest(s.kind)
	switch how {
	case "raw":
		return s.Run("dgst", "-"+digest, "-sign", "key.pem", "message")
	case "smime":
		return s.Run("smime", "-sign", "-md", digest, "-in", "message", "-signer", "cert.pem", "-inkey", "key.pem", "-outform", "DER", "-binary")
	case "noattr":
		return s.Run("smime", "-sign", "-md", digest, "-in", "message", "-signer", "cert.pem", "-inkey", "key.pem", "-outform", "DER", "-binary", "-noattr")
	case "attached":
		return s.Run("cms", "-sign", "-md", digest, "-in", "message", "-signer", "cert.pem", "-inkey", "key.pem", "-outform", "DER", "-binary", "-nodetach", "-noattr")
	case "ber":
		return s.Run("cms", "-sign", "-md", digest, "-in", "message", "-signer", "cert.pem", "-inkey", "key.pem", "-outform", "DER", "-binary", "-nodetach", "-stream", "-indef")
	case "sha1":
		return s.Run("smime", "-sign", "-md", "sha1", "-in", "message", "-signer", "cert.pem", "-inkey", "key.pem", "-outform", "DER", "-binary")
	}
	s.t.Fatalf("how to sign %q?", how)
	return nil
}

func asked(c *Client) url.Values {
	sum := hex.EncodeToString(c.certificates[0].Streebog256)
	return url.Values{
		"client_id": {"SYS"}, "scope": {"openid fullname"}, "timestamp": {"2026.11.22 10:00:00 +0300"}, "state": {"6e1d-Ж"},
		"redirect_uri": {"https://site.example/a?b=c"}, "client_certificate_hash": {sum}, "grant_type": {"authorization_code"}, "code": {"the-code"},
	}
}

const (
	stringV1 = "openid fullname2026.11.22 10:00:00 +0300SYS6e1d-Ж"
	stringV2 = "SYSopenid fullname2026.11.22 10:00:00 +03006e1d-Жhttps://site.example/a?b=c"
)

// Every way of signing that a library is known to use, with every kind of key.
func TestSecretsOfAllDialects(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"rsa", "256-A", "256-B", "256-TCA", "512-A"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			s, c := newSealer(t, kind)
			now := time.Now()
			for _, d := range []struct {
				at       endpoint
				how      string
				message  string
				variant  string
				accepted bool // also by a client without legacy
			}{
				{ac1, "smime", stringV1, "cms v1", true}, {ac1, "noattr", stringV1, "cms v1", true},
				{te1, "attached", stringV1, "cms-attached v1", true}, {te1, "ber", stringV1, "cms-attached v1", true},
				{ac1, "raw", stringV1, "raw v1", false}, {ac2, "raw", stringV2, "raw v2", true}, {te3, "raw", stringV2 + "the-code", "raw v3", true},
				{ac2, "raw", stringV1, "raw v1", false}, {te3, "smime", stringV1, "cms v1", false}, {te3, "raw", stringV2, "raw v2", false},
				{te1, "smime", stringV2, "cms v2", false}, {ac2, "smime", stringV2, "cms v2", false},
			} {
				form := asked(c)
				form.Set("client_secret", base64.RawURLEncoding.EncodeToString(s.sign(d.how, d.message)))
				c.Legacy = true
				if v := judge(d.at, c, form, now); !v.Accepted || v.Variant != d.variant || len(v.Hash) != 32 {
					t.Errorf("%s %s %s: %+v", d.at, d.how, d.variant, v)
				}
				c.Legacy = false
				if v := judge(d.at, c, form, now); v.Accepted != d.accepted || !d.accepted && v.Reason != "legacy_off" {
					t.Errorf("without legacy, %s %s %s: %+v", d.at, d.how, d.variant, v)
				}
				c.Legacy = true
				for name, spoil := range map[string]func(){
					"another state": func() { form.Set("state", "another") },
					"another scope": func() { form.Set("scope", "openid snils") },
					"another time":  func() { form.Set("timestamp", "2026.11.22 10:00:01 +0300") },
				} {
					form = asked(c)
					form.Set("client_secret", base64.RawURLEncoding.EncodeToString(s.sign(d.how, d.message)))
					spoil()
					if v := judge(d.at, c, form, now); v.Accepted || v.Problem != d.at.refusal() {
						t.Errorf("%s %s with %s is taken: %+v", d.at, d.how, name, v)
					}
				}
			}
		})
	}
}

// The third version's refresh is signed in two ways, by two libraries.
func TestSecretOfRefresh(t *testing.T) {
	t.Parallel()
	s, c := newSealer(t, "rsa")
	form := asked(c)
	form.Set("grant_type", "refresh_token")
	form.Set("refresh_token", "old-token")
	form.Del("code")
	for _, message := range []string{stringV2, strings.TrimSuffix(stringV2, "https://site.example/a?b=c") + "old-token"} {
		form.Set("client_secret", base64.StdEncoding.EncodeToString(s.sign("raw", message)))
		if v := judge(te3, c, form, time.Now()); !v.Accepted {
			t.Errorf("%q: %+v", message, v)
		} else if strings.Contains(strings.Join(v.Expected, " "), "old-token") {
			t.Errorf("the journal holds the token: %v", v.Expected)
		}
	}
	form.Set("scope_org", "org_inn?org_oid=7")
	form.Set("client_secret", base64.StdEncoding.EncodeToString(s.sign("raw", "SYSopenid fullnameorg_inn?org_oid=72026.11.22 10:00:00 +03006e1d-Жhttps://site.example/a?b=c")))
	if v := judge(te3, c, form, time.Now()); !v.Accepted {
		t.Errorf("with scope_org: %+v", v)
	}
}

// A refusal says what is wrong, so that an integrator can mend it.
func TestRefusalSaysWhy(t *testing.T) {
	t.Parallel()
	s, c := newSealer(t, "256-A")
	other, stranger := newSealer(t, "256-A")
	encode := base64.RawURLEncoding.EncodeToString
	reversed := s.sign("raw", stringV2)
	slices.Reverse(reversed)
	for reason, change := range map[string]func(url.Values){
		"not_base64":      func(f url.Values) { f.Set("client_secret", "!") },
		"not_signature":   func(f url.Values) { f.Set("client_secret", encode(make([]byte, 2000))) },
		"mismatch":        func(f url.Values) { f.Set("client_secret", encode(other.sign("raw", stringV2))) },
		"reversed":        func(f url.Values) { f.Set("client_secret", encode(reversed)) },
		"other_string":    func(f url.Values) { f.Set("client_secret", encode(s.sign("raw", stringV2+"the-code"))) },
		"content_differs": func(f url.Values) { f.Set("client_secret", encode(s.sign("smime", "quite another"))) },
		"hash_malformed":  func(f url.Values) { f.Set("client_certificate_hash", strings.Repeat("ab", 20)) },
		"hash_unknown": func(f url.Values) {
			f.Set("client_certificate_hash", hex.EncodeToString(stranger.certificates[0].Streebog256))
		},
	} {
		form := asked(c)
		form.Set("client_secret", encode(s.sign("raw", stringV2)))
		change(form)
		v := judge(ac2, c, form, time.Now())
		if v.Accepted || v.Reason != reason || v.Problem != errSecret || len(v.Expected) != 1 || v.Expected[0] != stringV2 {
			t.Errorf("%s: %+v", reason, v)
		}
	}
	form := asked(c)
	form.Set("client_secret", encode(s.sign("raw", stringV2)))
	if v := judge(ac2, c, form, time.Now().AddDate(100, 0, 0)); v.Reason != "certificate_expired" {
		t.Errorf("after a hundred years: %+v", v)
	}
	c.certificates = nil
	if v := judge(ac2, c, form, time.Now()); v.Reason != "no_certificate" || v.Problem != errNoCertificate {
		t.Errorf("without certificates: %+v", v)
	}
}

// The certificate inside a message is not believed: anybody can put any there.
func TestCertificateInsideIsNotBelieved(t *testing.T) {
	t.Parallel()
	_, c := newSealer(t, "rsa")
	other, _ := newSealer(t, "rsa")
	form := asked(c)
	form.Set("client_secret", base64.RawURLEncoding.EncodeToString(other.sign("attached", stringV1)))
	if v := judge(ac1, c, form, time.Now()); v.Accepted {
		t.Errorf("taken: %+v", v)
	}
}

// One of a client's certificates is found by any of the hashes that libraries make, or by trying all.
func TestCertificateIsFoundByHash(t *testing.T) {
	t.Parallel()
	first, c := newSealer(t, "rsa")
	second, other := newSealer(t, "256-A")
	c.certificates = append(c.certificates, other.certificates...)
	one := other.certificates[0]
	second.Run("x509", "-in", "cert.pem", "-outform", "DER", "-out", "cert.der")
	gostHash := string(second.Run("dgst", "-md_gost12_256", "-r", "cert.der"))[:64]
	for name, hash := range map[string]string{
		"by OpenSSL": gostHash, "upper case": strings.ToUpper(gostHash), "SHA-256": hex.EncodeToString(one.SHA256),
		"Streebog-512": hex.EncodeToString(one.Streebog512), "none": "",
	} {
		form := asked(c)
		form.Set("client_certificate_hash", hash)
		form.Set("client_secret", base64.RawURLEncoding.EncodeToString(second.sign("raw", stringV2)))
		if v := judge(ac2, c, form, time.Now()); !v.Accepted {
			t.Errorf("%s: %+v", name, v)
		}
		form.Set("client_secret", base64.RawURLEncoding.EncodeToString(first.sign("raw", stringV2)))
		if v := judge(ac2, c, form, time.Now()); v.Accepted != (name == "none") {
			t.Errorf("%s, signed by the other key: %+v", name, v)
		}
	}
}

func TestSHA1IsLegacy(t *testing.T) {
	t.Parallel()
	s, c := newSealer(t, "rsa")
	form := asked(c)
	form.Set("client_secret", base64.RawURLEncoding.EncodeToString(s.sign("sha1", stringV1)))
	if v := judge(te1, c, form, time.Now()); !v.Accepted {
		t.Errorf("refused: %+v", v)
	}
	c.Legacy = false
	if v := judge(te1, c, form, time.Now()); v.Accepted {
		t.Errorf("taken without legacy: %+v", v)
	}
}
