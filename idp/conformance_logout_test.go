package idp

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"

	"tamga/idp/oauth"
)

// The modules of the OpenID Foundation's plans for logout, by their names.

// bye is a signed-in browser and the ID token that the portal has of it.
func bye(t *testing.T) (*site, *browser, string) {
	t.Helper()
	s := newSite(t)
	b, hint := s.signedIn(t)
	return s, b, hint
}

func TestOIDCC_RPInitiatedLogout(t *testing.T) {
	t.Parallel()
	t.Run("Discovery", func(t *testing.T) {
		t.Parallel()
		s := newSite(t)
		_, document := s.getJSON(t, "/.well-known/openid-configuration")
		if document["end_session_endpoint"] != s.issuer+"/oauth2/logout" {
			t.Errorf("end_session_endpoint is %v", document["end_session_endpoint"])
		}
	})
	t.Run("RPInitiatedLogout", func(t *testing.T) {
		t.Parallel()
		_, b, hint := bye(t)
		b.get(leaveWith("id_token_hint", hint, "post_logout_redirect_uri", portalURL+"/", "state", "bye"))
		wantLocation(t, b, portalURL+"/?state=bye")
		b.get("/profile").want(401)
	})
	t.Run("NoState", func(t *testing.T) {
		t.Parallel()
		_, b, hint := bye(t)
		b.get(leaveWith("id_token_hint", hint, "post_logout_redirect_uri", portalURL+"/"))
		wantLocation(t, b, portalURL+"/")
		b.get("/profile").want(401)
	})
	t.Run("NoPostLogoutRedirectUri", func(t *testing.T) {
		t.Parallel()
		_, b, hint := bye(t)
		b.get(leaveWith("id_token_hint", hint, "state", "bye")).want(200, "Вы вышли")
		b.get("/profile").want(401)
	})
	t.Run("NoIdTokenHint", func(t *testing.T) {
		t.Parallel()
		_, b, _ := bye(t)
		b.get(leaveWith("client_id", "portal", "post_logout_redirect_uri", portalURL+"/", "state", "bye")).want(200, "Выйти?")
		b.fill("/oauth2/logout/confirm")
		wantLocation(t, b, portalURL+"/?state=bye")
		b.get("/profile").want(401)
	})
	t.Run("NoParams", func(t *testing.T) { asksFirst(t, func(string) string { return leaveWith() }) })
	t.Run("OnlyState", func(t *testing.T) { asksFirst(t, func(string) string { return leaveWith("state", "bye") }) })
	t.Run("BadIdTokenHint", func(t *testing.T) {
		asksFirst(t, func(string) string {
			return leaveWith("id_token_hint", "nonsense", "post_logout_redirect_uri", portalURL+"/", "state", "bye")
		})
	})
	t.Run("ModifiedIdTokenHint", func(t *testing.T) {
		asksFirst(t, func(hint string) string {
			return leaveWith("id_token_hint", modified(hint), "post_logout_redirect_uri", portalURL+"/", "state", "bye")
		})
	})
	t.Run("BadLogoutRedirectUri", func(t *testing.T) { refusesAddress(t, "https://evil.example/") })
	t.Run("QueryAddedToLogoutRedirectUri", func(t *testing.T) { refusesAddress(t, portalURL+"/?x=1") })
}

// asksFirst: without a good ID token the person is asked, stays signed in meanwhile, and ends on a page of ours.
func asksFirst(t *testing.T, address func(hint string) string) {
	t.Parallel()
	_, b, hint := bye(t)
	b.get(address(hint)).want(200, "Выйти?")
	if b.value("after") != "" {
		t.Errorf("would go to %q", b.value("after"))
	}
	page := *b
	b.get("/profile").want(200)
	page.fill("/oauth2/logout/confirm").want(200, "Вы вышли")
	b.get("/profile").want(401)
}

func refusesAddress(t *testing.T, after string) {
	t.Parallel()
	_, b, hint := bye(t)
	b.get(leaveWith("id_token_hint", hint, "post_logout_redirect_uri", after, "state", "bye")).want(422)
	if b.Location != "" {
		t.Errorf("went to %q", b.Location)
	}
	b.get("/profile").want(200)
}

func wantLocation(t *testing.T, b *browser, want string) {
	t.Helper()
	if b.Location != want {
		t.Errorf("answered %d, Location %q, want %q", b.Status, b.Location, want)
	}
}

// modified spoils the signature of a token.
func modified(token string) string {
	last := byte('A')
	if token[len(token)-4] == last {
		last = 'B'
	}
	return token[:len(token)-4] + string(last) + token[len(token)-3:]
}

// listener is a client's server: it takes logout tokens, and counts.
type listener struct {
	*httptest.Server
	tokens chan string
	refuse atomic.Int32 // so many requests are answered 503
}

func newListener(t *testing.T) *listener {
	t.Helper()
	l := &listener{tokens: make(chan string, 20)}
	l.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if l.refuse.Add(-1) >= 0 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		if r.Method != http.MethodPost || r.URL.Path != "/backchannel" {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		l.tokens <- r.FormValue("logout_token")
	}))
	t.Cleanup(l.Close)
	return l
}

func (l *listener) wait(t *testing.T) string {
	t.Helper()
	select {
	case token := <-l.tokens:
		return token
	case <-time.After(20 * time.Second):
		t.Fatal("no logout token came")
		return ""
	}
}

// withChannels registers the portal with both channels.
func (s *site) withChannels(t *testing.T, backchannel, frontchannel string) {
	t.Helper()
	portal := PortalClient(portalURL, "portal-secret")
	portal.BackchannelLogoutURI, portal.BackchannelLogoutSession = backchannel, true
	portal.FrontchannelLogoutURI, portal.FrontchannelLogoutSession = frontchannel, true
	if err := oauth.PutClient(t.Context(), s.db, portal); err != nil {
		t.Fatal(err)
	}
}

func TestOIDCC_BackChannelRPInitiatedLogout(t *testing.T) {
	t.Parallel()
	t.Run("Discovery", func(t *testing.T) {
		t.Parallel()
		s := newSite(t)
		_, document := s.getJSON(t, "/.well-known/openid-configuration")
		if document["backchannel_logout_supported"] != true || document["backchannel_logout_session_supported"] != true {
			t.Errorf("document %v", document)
		}
	})
	t.Run("RPInitiatedLogout", func(t *testing.T) {
		t.Parallel()
		s := newSite(t)
		l := newListener(t)
		s.withChannels(t, l.URL+"/backchannel", "")
		p, b := s.party(t), s.browser(t)
		token, id := p.exchange(p.code(b))
		hint, _ := token.Extra("id_token").(string)
		b.get(leaveWith("id_token_hint", hint, "post_logout_redirect_uri", portalURL+"/", "state", "bye"))
		wantLocation(t, b, portalURL+"/?state=bye")
		s.checkLogoutToken(t, p, l.wait(t), hint, id.Subject)
		s.eventually(t, 1, `SELECT count(*) FROM oauth_logout_notice WHERE delivered_at IS NOT NULL AND attempts = 1 AND last_error IS NULL`)
	})
	t.Run("Retry", func(t *testing.T) {
		t.Parallel()
		s := newSite(t)
		l := newListener(t)
		l.refuse.Store(1)
		s.withChannels(t, l.URL+"/backchannel", "")
		b, _ := s.signedIn(t)
		b.get("/oauth2/logout").fill("/oauth2/logout/confirm").want(200)
		s.eventually(t, 1, `SELECT count(*) FROM oauth_logout_notice WHERE attempts = 1 AND last_error LIKE '%503' AND delivered_at IS NULL`)
		l.wait(t)
		s.eventually(t, 1, `SELECT count(*) FROM oauth_logout_notice WHERE attempts = 2 AND last_error IS NULL AND delivered_at IS NOT NULL`)
	})
}

// checkLogoutToken holds a logout token to section 2.4.
func (s *site) checkLogoutToken(t *testing.T, p *party, token, hint, subject string) {
	t.Helper()
	verified, err := p.provider.Verifier(&oidc.Config{ClientID: "portal", SupportedSigningAlgs: []string{"ES256"}}).Verify(t.Context(), token)
	if err != nil {
		t.Fatal(err)
	}
	head, claims := jwtParts(t, token)
	_, known := jwtParts(t, hint)
	events, _ := claims["events"].(map[string]any)
	if _, ok := events["http://schemas.openid.net/event/backchannel-logout"].(map[string]any); !ok || len(events) != 1 {
		t.Errorf("events %v", claims["events"])
	}
	if head["typ"] != "logout+jwt" || verified.Subject != subject || claims["sid"] != known["sid"] || claims["sid"] == nil ||
		claims["jti"] == nil || claims["iat"] == nil || claims["exp"] == nil || claims["nonce"] != nil {
		t.Errorf("header %v, claims %v", head, claims)
	}
}

// eventually waits until a count is what it should be.
func (s *site) eventually(t *testing.T, want int, sql string) {
	t.Helper()
	got := -1
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if got = s.count(t, sql); got == want {
			return
		}
	}
	t.Fatalf("%d, want %d: %s", got, want, sql)
}

func TestOIDCC_FrontChannelRPInitiatedLogout(t *testing.T) {
	t.Parallel()
	t.Run("Discovery", func(t *testing.T) {
		t.Parallel()
		s := newSite(t)
		_, document := s.getJSON(t, "/.well-known/openid-configuration")
		if document["frontchannel_logout_supported"] != true || document["frontchannel_logout_session_supported"] != true {
			t.Errorf("document %v", document)
		}
	})
	t.Run("RPInitiatedLogout", func(t *testing.T) {
		t.Parallel()
		s := newSite(t)
		s.withChannels(t, "", "https://portal.example/frontchannel?x=1")
		b, hint := s.signedIn(t)
		_, known := jwtParts(t, hint)
		b.get(leaveWith("id_token_hint", hint, "post_logout_redirect_uri", portalURL+"/", "state", "bye")).want(200, "Вы вышли")
		frame, err := url.Parse(b.source("iframe"))
		if err != nil {
			t.Fatal(err)
		}
		if q := frame.Query(); frame.Host != "portal.example" || q.Get("iss") != s.issuer || q.Get("sid") != known["sid"] || q.Get("x") != "1" {
			t.Errorf("the frame loads %s", frame)
		}
		policy := strings.Split(b.Header.Get("Content-Security-Policy"), "; ")
		if !slices.Contains(policy, "frame-src https://portal.example") {
			t.Errorf("the browser would not load the frame: %v", policy)
		}
		if !strings.Contains(b.Body, `content="3;url=`+portalURL+`/?state=bye"`) || b.link("Продолжить") != portalURL+"/?state=bye" {
			t.Errorf("the page does not go on:\n%s", b.Body)
		}
		page := b.URL.String()
		b.get("/profile").want(401)
		b.get(page).want(200, "Вы вышли") // loaded again
		b.get("/oauth2/logged_out?farewell=nonsense").want(200, "Вы вышли")
		if b.source("iframe") != "" {
			t.Error("nonsense has frames")
		}
	})
}

// A client that took no part in the session hears nothing; a session that somebody else ends is told, too.
func TestLogoutTellsOnlyThoseWhoTookPart(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	l, quiet := newListener(t), newListener(t)
	s.withChannels(t, l.URL+"/backchannel", "")
	put(t, s, oauth.Client{ID: "other", Name: "Другой", Secret: "x", RedirectURIs: []string{"https://other.example/"}, Scopes: []string{"openid"},
		BackchannelLogoutURI: quiet.URL + "/backchannel"})
	b, _ := s.signedIn(t)
	s.signedIn(t)                                              // another session, which lives on
	b.get("/profile").fill("/oauth2/logout/confirm").want(200) // the button in the header
	l.wait(t)
	if n := s.count(t, `SELECT count(*) FROM oauth_logout_notice`); n != 1 || len(quiet.tokens) != 0 {
		t.Errorf("%d notices", n)
	}
}
