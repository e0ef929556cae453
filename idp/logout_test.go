package idp

import (
	"net/url"
	"strings"
	"testing"
)

// signedIn is a browser with a session, and the ID token that the portal got.
func (s *site) signedIn(t *testing.T) (*browser, string) {
	t.Helper()
	p, b := s.party(t), s.browser(t)
	token, _ := p.exchange(p.code(b))
	hint, _ := token.Extra("id_token").(string)
	return b, hint
}

func leaveWith(changes ...string) string {
	query := url.Values{}
	for i := 0; i < len(changes); i += 2 {
		query.Set(changes[i], changes[i+1])
	}
	return "/oauth2/logout?" + query.Encode()
}

// TestRPInitiatedLogout is the plan of that name: with a valid ID token the person is out at once and back at the client.
func TestRPInitiatedLogout(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b, hint := s.signedIn(t)
	b.get(leaveWith("id_token_hint", hint, "post_logout_redirect_uri", portalURL+"/", "state", "bye"))
	if b.Location != portalURL+"/?state=bye" {
		t.Errorf("answered %d, Location %q", b.Status, b.Location)
	}
	b.get("/profile").want(401)

	b, hint = s.signedIn(t) // NoState
	if b.get(leaveWith("id_token_hint", hint, "post_logout_redirect_uri", portalURL+"/")); b.Location != portalURL+"/" {
		t.Errorf("NoState: Location %q", b.Location)
	}
	b, hint = s.signedIn(t) // NoPostLogoutRedirectUri
	b.get(leaveWith("id_token_hint", hint)).want(200, "Вы вышли")

	b, hint = s.signedIn(t) // by POST, as the standard allows
	b.post("/oauth2/logout", url.Values{"id_token_hint": {hint}}).want(200, "Вы вышли")
	b.get("/profile").want(401)
}

// Without proof that the client knows the person, nobody is signed out without being asked.
func TestLogoutAsks(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b, hint := s.signedIn(t)
	tampered := hint[:len(hint)-4] + strings.Map(func(r rune) rune {
		if r == 'A' {
			return 'B'
		}
		return 'A'
	}, hint[len(hint)-4:])
	other := s.browser(t).signIn("+79172000002", DemoPassword)
	for name, address := range map[string]string{
		"NoParams":            leaveWith(),
		"OnlyState":           leaveWith("state", "bye"),
		"NoIdTokenHint":       leaveWith("client_id", "portal", "post_logout_redirect_uri", portalURL+"/"),
		"BadIdTokenHint":      leaveWith("id_token_hint", "nonsense", "post_logout_redirect_uri", portalURL+"/"),
		"ModifiedIdTokenHint": leaveWith("id_token_hint", tampered, "post_logout_redirect_uri", portalURL+"/"),
	} {
		b.get(address).want(200, "Выйти?")
		b.get("/profile").want(200)
		if name == "ModifiedIdTokenHint" && strings.Contains(b.get(address).Body, portalURL+"/\"") && b.value("after") != "" {
			t.Error("a modified hint is good for a redirect")
		}
	}
	other.get(leaveWith("id_token_hint", hint)).want(200, "Выйти?") // another person's token
	for name, after := range map[string]string{
		"BadLogoutRedirectUri":          "https://evil.example/",
		"QueryAddedToLogoutRedirectUri": portalURL + "/?x=1",
	} {
		b.get(leaveWith("id_token_hint", hint, "post_logout_redirect_uri", after)).want(422)
		if b.Location != "" {
			t.Errorf("%s: went to %q", name, b.Location)
		}
		b.get("/profile").want(200)
	}
	b.get(leaveWith("client_id", "portal", "post_logout_redirect_uri", portalURL+"/", "state", "bye"))
	if b.fill("/oauth2/logout/confirm"); b.Location != portalURL+"/?state=bye" {
		t.Errorf("confirmed: answered %d, Location %q", b.Status, b.Location)
	}
	b.get("/profile").want(401)
}

// TestForeignForms: a form without our token changes nothing.
func TestForeignForms(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b, _ := s.signedIn(t)
	for _, path := range []string{"/oauth2/logout/confirm", "/oauth2/consent", "/profile/data", "/login", "/registration"} {
		b.post(path, url.Values{}).want(403)
	}
	b.get("/profile").want(200)
}
