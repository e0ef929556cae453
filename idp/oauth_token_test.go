package idp

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"tamga/idp/oauth"
)

// F10: a token of the previous key still counts after a rotation, and the new key signs.
func TestKeyRotation(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p, b := s.party(t), s.browser(t)
	token, _ := p.exchange(p.code(b))
	old, _ := token.Extra("id_token").(string)
	if _, err := (&oauth.Keys{DB: s.db, Box: s.box, Now: time.Now}).Rotate(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	s.restart(t)
	p = s.party(t)
	token, _ = p.exchange(p.code(b))
	fresh, _ := token.Extra("id_token").(string)
	if kidOf(t, old) == kidOf(t, fresh) || kidOf(t, old) == "" {
		t.Errorf("kid %q and %q", kidOf(t, old), kidOf(t, fresh))
	}
	b.get(p.address("prompt", "none", "id_token_hint", old))
	p.exchange(p.answer(b).Get("code"))
	var sealed []byte
	if err := s.db.QueryRow(t.Context(), `SELECT private FROM oauth_key LIMIT 1`).Scan(&sealed); err != nil {
		t.Fatal(err)
	}
	if _, err := x509.ParsePKCS8PrivateKey(sealed); err == nil {
		t.Error("a signing key lies in the clear")
	}
}

// A restart between any two steps of a sign-in loses nothing.
func TestRestartInMidFlow(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p, b := s.party(t), s.browser(t)
	b.get(p.address()).want(200)
	s.restart(t)
	b.fill("/login", "login", "+79172000001", "password", DemoPassword).want(200)
	s.restart(t)
	b.fill("/oauth2/consent")
	code := p.answer(b).Get("code")
	s.restart(t)
	p.exchange(code)
}

func kidOf(t *testing.T, token string) string {
	t.Helper()
	raw, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[0])
	if err != nil {
		t.Fatal(err)
	}
	var header struct{ Kid string }
	if err := json.Unmarshal(raw, &header); err != nil {
		t.Fatal(err)
	}
	return header.Kid
}

func TestTokenRequestErrors(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p, b := s.party(t), s.browser(t)
	change := func(name, value string) url.Values {
		form := codeForm(p, p.code(b))
		form.Set(name, value)
		return form
	}
	for name, test := range map[string]struct {
		form   url.Values
		status int
		code   string
	}{
		"wrong verifier":     {change("code_verifier", strings.Repeat("x", 43)), 400, "invalid_grant"},
		"no verifier":        {change("code_verifier", ""), 400, "invalid_grant"},
		"other redirect":     {change("redirect_uri", portalURL+"/"), 400, "invalid_grant"},
		"made-up code":       {change("code", "abc.def"), 400, "invalid_grant"},
		"password grant":     {url.Values{"grant_type": {"password"}, "username": {"a"}, "password": {"b"}}, 400, ""},
		"client_credentials": {url.Values{"grant_type": {"client_credentials"}}, 400, ""},
		"wrong secret":       {url.Values{"grant_type": {"authorization_code"}, "client_id": {"portal"}, "client_secret": {"no"}}, 401, "invalid_client"},
	} {
		status, answer := s.redeem(t, test.form)
		if status != test.status || test.code != "" && answer["error"] != test.code {
			t.Errorf("%s: %d %v", name, status, answer)
		}
	}
}

// F6: a random secret is hashed fast. Bcrypt would cost 280 ms in each token request.
func TestClientSecretHash(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	sum := sha256.Sum256([]byte("portal-secret"))
	if n := s.count(t, `SELECT count(*) FROM oauth_client WHERE id = 'portal' AND secret_hash = $1`, sum[:]); n != 1 {
		t.Error("the secret is not stored as its SHA-256")
	}
}

// TestUserInfo is oidcc-userinfo-get, -post-header and -post-body.
func TestUserInfo(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.party(t)
	token, _ := p.exchange(p.code(s.browser(t)))
	got, err := http.PostForm(s.issuer+"/oauth2/userinfo", url.Values{"access_token": {token.AccessToken}})
	if err != nil || got.StatusCode != 200 {
		t.Errorf("in the body: %v %v", got, err)
	}
	r, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, s.issuer+"/oauth2/userinfo", nil)
	r.Header.Set("Authorization", "Bearer "+token.AccessToken)
	if got, err = http.DefaultClient.Do(r); err != nil || got.StatusCode != 200 {
		t.Errorf("POST with a header: %v %v", got, err)
	}
	if got, err = http.Get(s.issuer + "/oauth2/userinfo?access_token=" + url.QueryEscape(token.AccessToken)); err != nil || got.StatusCode != 401 {
		t.Errorf("a token in the URL was taken: %v %v", got, err)
	}
	if status, _ := s.userinfo(t, "nonsense.token"); status != 401 {
		t.Errorf("nonsense is answered %d", status)
	}
	if status, _ := s.userinfo(t, token.AccessToken+"x"); status != 401 {
		t.Errorf("a changed token is answered %d", status)
	}
	_, _ = io.Copy(io.Discard, got.Body)
}
