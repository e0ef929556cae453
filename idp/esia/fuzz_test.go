package esia

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"tamga/internal/gost"
)

// FuzzScopes: what is read of a list of scopes is written back as something that is read alike.
func FuzzScopes(f *testing.F) {
	for _, seed := range []string{"openid fullname", "http://esia.gosuslugi.ru/usr_inf?oid=1", "http://esia.gosuslugi.ru/org_shortname?org_oid=1000000001", "?oid=", "a?oid=9223372036854775808"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, list string) {
		all, err := parseScopes(list)
		if err != nil {
			return
		}
		again, err := parseScopes(strings.Join(granted(all, 7), " "))
		if err != nil || !slices.Equal(names(all), names(again)) {
			t.Fatalf("%q is %v, and granted %v, %v", list, names(all), names(again), err)
		}
	})
}

// FuzzParams: the parameters of a request as they come. A bare plus and a broken escape are habits of clients; two values of a
// parameter never become one in silence.
func FuzzParams(f *testing.F) {
	f.Add("client_id=A&timestamp=2013.01.25+14:36:11++0400&redirect_uri=http%253A%252F%252Fa", "client_secret=a+b%2")
	f.Add("client_id=A&client_id=B", "")
	f.Add("", "client_id=A&client_id[]=B;c")
	f.Fuzz(func(t *testing.T, query, body string) {
		form := readParams(query, body)
		tidy(form)
		addBasic(form, "Basic "+base64.StdEncoding.EncodeToString([]byte(body)))
		for name, values := range form {
			if slices.Contains(single, name) && len(values) > 1 && repeated(form) == "" && values[0] != values[1] {
				t.Fatalf("%q, %q: %s has %q", query, body, name, values)
			}
		}
		_, _ = filterOf(form)
	})
}

// FuzzSecret: a client_secret comes from anybody. None is good that the client's key did not make.
func FuzzSecret(f *testing.F) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		f.Fatal(err)
	}
	cert, err := gost.Issue(rand.Reader, gost.Template{Holder: gost.Subject{CommonName: "S"}, NotBefore: time.Now().Add(-time.Hour),
		NotAfter: time.Now().Add(time.Hour)}, key.Public(), nil, key)
	if err != nil {
		f.Fatal(err)
	}
	c := &Client{Mnemonic: "A", Certificates: [][]byte{cert.Raw}, Redirects: []string{"a.example"}, Scopes: []string{"openid"}, Legacy: true}
	if err := c.fill(); err != nil {
		f.Fatal(err)
	}
	f.Add("openid", "MIIB", "AB")
	f.Add("openid", base64.StdEncoding.EncodeToString(cert.Raw), "")
	f.Add("", "-----BEGIN CMS-----\nMIAG\n-----END CMS-----", strings.Repeat("0", 64))
	f.Fuzz(func(t *testing.T, scope, secret, hash string) {
		form := url.Values{"client_id": {"A"}, "scope": {scope}, "client_secret": {secret}, "client_certificate_hash": {hash}, "timestamp": {"t"}, "state": {"s"}}
		for _, e := range []endpoint{ac1, ac2, te1, te3} {
			if v := judge(e, c, form, time.Now()); v.Accepted || v.Reason == "" || v.Problem == nil {
				t.Fatalf("%s: %q is judged %+v", e, secret, v)
			}
		}
	})
}

// FuzzCertificates: files that are uploaded as certificates.
func FuzzCertificates(f *testing.F) {
	f.Add([]byte("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"))
	f.Add([]byte{0x30, 0x82, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, file []byte) {
		read, err := readCertificates(file)
		if err != nil {
			return
		}
		for _, one := range read {
			if one.Public == nil || weak(&one) {
				t.Fatal("a certificate without a strong key is kept")
			}
		}
	})
}

// FuzzToken: access tokens come from anybody. Nothing that we did not sign opens anything.
func FuzzToken(f *testing.F) {
	k := &Keys{Now: time.Now, loaded: time.Now().Add(24 * time.Hour)}
	for _, seed := range []string{"", "a.b.c", "eyJhbGciOiJub25lIiwic2J0IjoiYWNjZXNzIn0.e30.", "eyJhbGciOiJSUzI1NiIsInNidCI6ImFjY2VzcyJ9.e30.AAAA"} {
		f.Add(seed)
	}
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		f.Fatal(err)
	}
	cert, err := gost.Issue(rand.Reader, gost.Template{Holder: gost.Subject{CommonName: "P"}, NotBefore: time.Now(), NotAfter: time.Now().Add(time.Hour)}, private.Public(), nil, private)
	if err != nil {
		f.Fatal(err)
	}
	k.all = append(k.all, key{Kind: RS256, Signer: private, Certificate: cert})
	f.Fuzz(func(t *testing.T, token string) {
		var claims accessClaims
		if k.verify(t.Context(), token, &claims) == nil {
			t.Fatalf("%q passes for a token of ours", token)
		}
	})
}
