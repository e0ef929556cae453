package idp

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"tamga/idp/oauth"
)

// form posts to one of the endpoints that clients' servers call, as a client with a secret.
func (s *site) form(t *testing.T, path string, fields ...string) (int, map[string]any) {
	t.Helper()
	form := url.Values{"client_id": {"portal"}, "client_secret": {"portal-secret"}}
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
		if fields[i+1] == "" {
			form.Del(fields[i])
		}
	}
	return s.send(t, path, form, nil)
}

func (s *site) refresh(t *testing.T, token string) (int, map[string]any) {
	t.Helper()
	return s.form(t, "/oauth2/token", "grant_type", "refresh_token", "refresh_token", token)
}

func text(answer map[string]any, name string) string {
	value, _ := answer[name].(string)
	return value
}

// tokens signs Aliya in and returns what the portal gets.
func (s *site) tokens(t *testing.T, b *browser, scope string) map[string]any {
	t.Helper()
	p := s.party(t)
	status, answer := s.redeem(t, codeForm(p, p.code(b, "scope", scope)))
	if status != 200 {
		t.Fatalf("a code is answered %d %v", status, answer)
	}
	return answer
}

// introspect tells whether the portal's token is active.
func (s *site) active(t *testing.T, token string) bool {
	t.Helper()
	status, answer := s.form(t, "/oauth2/introspect", "token", token)
	active, ok := answer["active"].(bool)
	if status != 200 || !ok {
		t.Fatalf("introspection answered %d %v", status, answer)
	}
	return active
}

// F1: one code, redeemed a thousand times at once, brings one set of tokens. F3: each loser is told invalid_grant.
func TestF1OneCodeAThousandTimes(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.party(t)
	code := p.code(s.browser(t), "scope", "openid offline_access")
	var mu sync.Mutex
	won, wrong := 0, 0
	queue := make(chan struct{}, 1000)
	for range cap(queue) {
		queue <- struct{}{}
	}
	close(queue)
	var all sync.WaitGroup
	for range 64 {
		all.Go(func() {
			for range queue {
				status, answer := s.redeem(t, codeForm(p, code))
				mu.Lock()
				switch {
				case status == 200:
					won++
				case status != 400 || answer["error"] != "invalid_grant":
					wrong++
				}
				mu.Unlock()
			}
		})
	}
	all.Wait()
	for kind, want := range map[string]int{"code": 1, "access": 1, "refresh": 1} {
		if n := s.count(t, `SELECT count(*) FROM oauth_grant WHERE kind = $1`, kind); n != want {
			t.Errorf("%d rows of kind %s, want %d", n, kind, want)
		}
	}
	if won != 1 || wrong != 0 {
		t.Errorf("%d answers with tokens, %d wrong errors: want 1, 0", won, wrong)
	}
}

// F2: a code that comes twice takes back what it gave, though the answer is an error, and the journal tells the person.
func TestF2ReusedCodeRevokes(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.party(t)
	code := p.code(s.browser(t), "scope", "openid offline_access")
	token, _ := p.exchange(code)
	if status, _ := s.userinfo(t, token.AccessToken); status != 200 {
		t.Fatalf("a fresh token is answered %d", status)
	}
	if status, answer := s.redeem(t, codeForm(p, code)); status != 400 || answer["error"] != "invalid_grant" {
		t.Fatalf("reuse is answered %d %v", status, answer)
	}
	if status, _ := s.userinfo(t, token.AccessToken); status != 401 {
		t.Errorf("the token of a reused code is answered %d", status)
	}
	if status, _ := s.refresh(t, token.RefreshToken); status != 400 {
		t.Errorf("the refresh token of a reused code is answered %d", status)
	}
	if n := s.count(t, `SELECT count(*) FROM journal WHERE action = 'idp.token_replayed' AND subject = $1`, aliyaAccount); n != 1 {
		t.Errorf("%d entries in the journal, want 1", n)
	}
}

// aliyaAccount is Aliya's account.
const aliyaAccount = "01900000-0000-7000-8000-000000000001"

// F3: of two at once, the loser gets invalid_grant and no server_error, whoever it is.
func TestF3LoserOfARace(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p, b := s.party(t), s.browser(t)
	for range 10 {
		code := p.code(b)
		var all sync.WaitGroup
		for range 2 {
			all.Go(func() {
				if status, answer := s.redeem(t, codeForm(p, code)); status != 200 && (status != 400 || answer["error"] != "invalid_grant") {
					t.Errorf("answered %d %v", status, answer)
				}
			})
		}
		all.Wait()
	}
}

// F8: rotation. A lost answer is given again for a moment, the same to all who ask.
func TestF8LostAnswerIsGivenAgain(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	first := s.tokens(t, s.browser(t), "openid offline_access")
	status, second := s.refresh(t, text(first, "refresh_token"))
	if status != 200 || second["refresh_token"] == first["refresh_token"] || second["id_token"] == nil {
		t.Fatalf("refresh is answered %d %v", status, second)
	}
	if status, _ := s.userinfo(t, text(first, "access_token")); status != 401 {
		t.Errorf("the rotated access token is answered %d", status)
	}
	status, again := s.refresh(t, text(first, "refresh_token"))
	if status != 200 || again["refresh_token"] != second["refresh_token"] || again["access_token"] != second["access_token"] {
		t.Fatalf("a lost answer is answered %d %v", status, again)
	}
	if status, _ := s.userinfo(t, text(again, "access_token")); status != 200 {
		t.Errorf("its access token is answered %d", status)
	}
	put(t, s, oauth.Client{ID: "other", Name: "Другой", Secret: "other-secret", RedirectURIs: []string{"https://other.example/"}, Scopes: []string{"openid", "offline_access"}})
	status, _ = s.form(t, "/oauth2/token", "client_id", "other", "client_secret", "other-secret", "grant_type", "refresh_token",
		"refresh_token", text(first, "refresh_token"))
	if status != 400 {
		t.Errorf("another client gets the answer: %d", status)
	}
	if status, _ := s.refresh(t, text(second, "refresh_token")); status != 200 {
		t.Errorf("the successor is answered %d", status)
	}
	var sealed []byte
	if err := s.db.QueryRow(t.Context(), `SELECT answer FROM oauth_grant WHERE answer IS NOT NULL LIMIT 1`).Scan(&sealed); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(sealed), "token") {
		t.Error("an answer lies in the clear")
	}
}

// F8: reuse revokes the family, newest tokens included, and the revocation stays: after the grace, or as soon as the successor was used.
func TestF8ReuseRevokesTheFamily(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	for name, before := range map[string]func(second map[string]any) (newest string){
		"after the grace": func(second map[string]any) string {
			s.exec(t, `UPDATE oauth_grant SET used_at = used_at - interval '31 seconds' WHERE used_at IS NOT NULL`)
			return text(second, "refresh_token")
		},
		"successor used": func(second map[string]any) string {
			_, third := s.refresh(t, text(second, "refresh_token"))
			return text(third, "refresh_token")
		},
	} {
		first := s.tokens(t, b, "openid offline_access")
		_, second := s.refresh(t, text(first, "refresh_token"))
		newest := before(second)
		if status, answer := s.refresh(t, text(first, "refresh_token")); status != 400 || answer["error"] != "invalid_grant" {
			t.Errorf("%s: reuse is answered %d %v", name, status, answer)
		}
		if status, _ := s.refresh(t, newest); status != 400 {
			t.Errorf("%s: the newest refresh token outlived the reuse", name)
		}
		if s.active(t, text(second, "access_token")) {
			t.Errorf("%s: an access token outlived the reuse", name)
		}
	}
	if n := s.count(t, `SELECT count(*) FROM journal WHERE action = 'idp.token_replayed' AND subject = $1`, aliyaAccount); n != 2 {
		t.Errorf("%d entries in the journal, want 2", n)
	}
}

// F8: refreshes at once have one successor.
func TestF8RefreshRace(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	first := s.tokens(t, s.browser(t), "openid offline_access")
	var mu sync.Mutex
	successors := map[string]int{}
	var all sync.WaitGroup
	for range 40 {
		all.Go(func() {
			status, answer := s.refresh(t, text(first, "refresh_token"))
			if status != 200 {
				t.Errorf("answered %d %v", status, answer)
			}
			mu.Lock()
			defer mu.Unlock()
			successors[text(answer, "refresh_token")]++
		})
	}
	all.Wait()
	if len(successors) != 1 {
		t.Errorf("%d successors of one token", len(successors))
	}
	if n := s.count(t, `SELECT count(*) FROM oauth_grant WHERE kind = 'refresh'`); n != 2 {
		t.Errorf("%d refresh tokens are stored, want 2", n)
	}
}

// F16: codes live a minute, access tokens a quarter of an hour, refresh tokens two weeks, and families no longer than 90 days.
func TestF16Lifetimes(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	first := s.tokens(t, s.browser(t), "openid offline_access")
	for kind, longest := range map[string]time.Duration{"code": time.Minute, "access": 15 * time.Minute, "refresh": 14 * 24 * time.Hour} {
		var left time.Duration
		if err := s.db.QueryRow(t.Context(), `SELECT expires_at - now() FROM oauth_grant WHERE kind = $1`, kind).Scan(&left); err != nil {
			t.Fatal(err)
		}
		if left > longest+time.Second || left < longest-time.Minute {
			t.Errorf("a %s lives for %s, want %s", kind, left, longest)
		}
	}
	s.exec(t, `UPDATE oauth_family SET created_at = now() - interval '89 days'`)
	if status, _ := s.refresh(t, text(first, "refresh_token")); status != 200 {
		t.Fatalf("a refresh on the 89th day is answered %d", status)
	}
	if n := s.count(t, `SELECT count(*) FROM oauth_grant WHERE kind = 'refresh' AND expires_at > now() + interval '25 hours'`); n != 1 { // the first
		t.Errorf("%d refresh tokens outlive the family's 90 days", n-1)
	}
	s.exec(t, `UPDATE oauth_grant SET data = jsonb_set(data, '{session,expires_at,refresh_token}', '"2020-01-01T00:00:00Z"') WHERE kind = 'refresh'`)
	third := s.count(t, `SELECT count(*) FROM oauth_grant WHERE kind = 'refresh' AND active`)
	if third != 1 {
		t.Fatalf("%d active refresh tokens", third)
	}
}

func (s *site) exec(t *testing.T, sql string, args ...any) {
	t.Helper()
	if _, err := s.db.Exec(t.Context(), sql, args...); err != nil {
		t.Fatal(err)
	}
}

func put(t *testing.T, s *site, c oauth.Client) {
	t.Helper()
	if err := oauth.PutClient(t.Context(), s.db, c); err != nil {
		t.Fatal(err)
	}
}

// TestIntrospection: who may ask, and what is told (RFC 7662).
func TestIntrospection(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	tokens := s.tokens(t, s.browser(t), "openid profile offline_access")
	status, about := s.form(t, "/oauth2/introspect", "token", text(tokens, "access_token"))
	if status != 200 || about["active"] != true || about["client_id"] != "portal" || about["scope"] != "openid profile offline_access" ||
		about["iss"] != s.issuer || about["token_type"] != "Bearer" || about["sid"] == nil || about["sub"] == nil {
		t.Errorf("own token: %d %v", status, about)
	}
	for _, personal := range []string{"name", "family_name", "phone_number", "username"} {
		if about[personal] != nil {
			t.Errorf("introspection tells %s", personal)
		}
	}
	if _, about = s.form(t, "/oauth2/introspect", "token", text(tokens, "refresh_token"), "token_type_hint", "refresh_token"); about["active"] != true {
		t.Errorf("own refresh token: %v", about)
	}
	redirect, scopes := []string{"https://other.example/"}, []string{"openid"}
	put(t, s, oauth.Client{ID: "other", Name: "Другой", Secret: "other-secret", RedirectURIs: redirect, Scopes: scopes})
	put(t, s, oauth.Client{ID: "api", Name: "Ведомство", Secret: "api-secret", RedirectURIs: redirect, Scopes: scopes, ResourceServer: true})
	put(t, s, oauth.Client{ID: "public", Name: "Приложение", RedirectURIs: redirect, Scopes: scopes})
	for _, test := range []struct {
		client, secret, token string
		status                int
		active                any
	}{
		{"other", "other-secret", text(tokens, "access_token"), 200, false},
		{"api", "api-secret", text(tokens, "access_token"), 200, true},
		{"api", "api-secret", "nonsense", 200, false},
		{"api", "api-secret", text(tokens, "access_token") + "x", 200, false},
		{"api", "wrong", text(tokens, "access_token"), 401, nil},
		{"public", "", text(tokens, "access_token"), 401, nil},
	} {
		status, about := s.form(t, "/oauth2/introspect", "client_id", test.client, "client_secret", test.secret, "token", test.token)
		if status != test.status || about["active"] != test.active || test.active == false && len(about) != 1 {
			t.Errorf("%s asks about %.10s…: %d %v", test.client, test.token, status, about)
		}
	}
}

// TestRevocation: an access token alone, a refresh token with its family (RFC 7009), and nobody else's.
func TestRevocation(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	tokens := s.tokens(t, b, "openid offline_access")
	put(t, s, oauth.Client{ID: "other", Name: "Другой", Secret: "other-secret", RedirectURIs: []string{"https://other.example/"}, Scopes: []string{"openid"}})
	revoke := func(want int, fields ...string) {
		t.Helper()
		if status, answer := s.form(t, "/oauth2/revoke", fields...); status != want {
			t.Errorf("revocation of %v answered %d %v", fields, status, answer)
		}
	}
	revoke(200, "client_id", "other", "client_secret", "other-secret", "token", text(tokens, "refresh_token"))
	if !s.active(t, text(tokens, "refresh_token")) {
		t.Error("a stranger revoked a token")
	}
	revoke(200, "token", "nonsense")
	revoke(400)
	revoke(401, "client_secret", "wrong", "token", text(tokens, "access_token"))
	revoke(200, "token", text(tokens, "access_token"))
	if s.active(t, text(tokens, "access_token")) || !s.active(t, text(tokens, "refresh_token")) {
		t.Error("revoking an access token ends it, and only it")
	}
	_, fresh := s.refresh(t, text(tokens, "refresh_token"))
	revoke(200, "token", text(fresh, "refresh_token"))
	for _, name := range []string{"access_token", "refresh_token"} {
		if s.active(t, text(fresh, name)) {
			t.Errorf("%s outlived its family", name)
		}
	}
	if n := s.count(t, `SELECT count(*) FROM journal WHERE action = 'idp.token_revoked' AND subject = $1`, aliyaAccount); n != 1 {
		t.Errorf("%d entries in the journal", n)
	}
}

// TestClientCredentials: a client in its own name gets a token that is about nobody.
func TestClientCredentials(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	put(t, s, oauth.Client{ID: "robot", Name: "Робот", Secret: "robot-secret", Scopes: []string{"openid", "reports"}, GrantTypes: []string{oauth.GrantClient}})
	ask := func(fields ...string) (int, map[string]any) {
		return s.form(t, "/oauth2/token", append([]string{"client_id", "robot", "client_secret", "robot-secret", "grant_type", "client_credentials"}, fields...)...)
	}
	status, answer := ask("scope", "reports")
	if status != 200 || answer["refresh_token"] != nil || answer["id_token"] != nil || answer["token_type"] != "Bearer" {
		t.Fatalf("answered %d %v", status, answer)
	}
	_, about := s.form(t, "/oauth2/introspect", "client_id", "robot", "client_secret", "robot-secret", "token", text(answer, "access_token"))
	if about["active"] != true || about["sub"] != "robot" || about["sid"] != nil || about["scope"] != "reports" {
		t.Errorf("introspection: %v", about)
	}
	if status, _ := s.userinfo(t, text(answer, "access_token")); status == 200 {
		t.Error("UserInfo tells a robot about somebody")
	}
	for _, scope := range []string{"openid", "everything"} {
		if status, answer := ask("scope", scope); status != 400 || answer["error"] != "invalid_scope" {
			t.Errorf("scope %s: %d %v", scope, status, answer)
		}
	}
	if status, answer := s.form(t, "/oauth2/token", "grant_type", "client_credentials"); status != 400 || answer["error"] != "unauthorized_client" {
		t.Errorf("a client without the grant: %d %v", status, answer)
	}
}

// TestJWTAccessToken: RFC 9068, for clients that are registered for it.
func TestJWTAccessToken(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	portal := PortalClient(portalURL, "portal-secret")
	portal.AccessTokenJWT = true
	put(t, s, portal)
	p, b := s.party(t), s.browser(t)
	token, id := p.exchange(p.code(b))
	head, claims := jwtParts(t, token.AccessToken)
	if head["typ"] != "at+jwt" || head["alg"] != "ES256" || head["kid"] == nil {
		t.Errorf("header %v", head)
	}
	for name, want := range map[string]any{"iss": s.issuer, "aud": s.issuer, "client_id": "portal", "sub": id.Subject, "acr": "urn:tamga:level:standard"} {
		if claims[name] != want {
			t.Errorf("%s is %v, want %v", name, claims[name], want)
		}
	}
	for _, name := range []string{"exp", "iat", "jti", "auth_time", "scope", "sid"} {
		if claims[name] == nil {
			t.Errorf("there is no %s", name)
		}
	}
	if status, _ := s.userinfo(t, token.AccessToken); status != 200 {
		t.Errorf("UserInfo answers %d", status)
	}
	raw, _ := token.Extra("id_token").(string)
	if status, _ := s.userinfo(t, raw); status != 401 {
		t.Errorf("an ID token is taken for an access token: %d", status)
	}
	b.get(leaveWith("id_token_hint", token.AccessToken)).want(200, "Выйти?") // and the other way round
	s.form(t, "/oauth2/revoke", "token", token.AccessToken)
	if status, _ := s.userinfo(t, token.AccessToken); status != 401 || s.active(t, token.AccessToken) {
		t.Errorf("a revoked JWT is answered %d", status)
	}
}

// TestTokensEndWithTheSession: an ordinary logout ends what is not offline; Revoke ends all.
func TestTokensEndWithTheSession(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	p := s.party(t)
	code := p.code(b)
	online, offline := s.tokens(t, b, "openid"), s.tokens(t, b, "openid offline_access")
	elsewhere := s.tokens(t, s.browser(t), "openid")
	b.get("/oauth2/logout").want(200).fill("/oauth2/logout/confirm").want(200)
	if s.active(t, text(online, "access_token")) {
		t.Error("an access token outlived its session")
	}
	if status, _ := s.redeem(t, codeForm(p, code)); status != 400 {
		t.Errorf("a code of a session that is over is answered %d", status)
	}
	if !s.active(t, text(offline, "refresh_token")) || !s.active(t, text(elsewhere, "access_token")) {
		t.Error("a logout ended offline access, or another session's token")
	}
	if err := oauth.Revoke(t.Context(), s.db, uuid.MustParse(aliyaAccount), ""); err != nil {
		t.Fatal(err)
	}
	if s.active(t, text(offline, "refresh_token")) || s.active(t, text(elsewhere, "access_token")) {
		t.Error("Revoke left a token")
	}
}

// Answers with tokens are in no cache.
func TestTokenAnswersAreNotCached(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, path := range []string{"/oauth2/token", "/oauth2/introspect", "/oauth2/revoke", "/oauth2/device_authorization"} {
		got, err := http.PostForm(s.issuer+path, url.Values{"client_id": {"portal"}, "client_secret": {"portal-secret"}, "grant_type": {"x"}})
		if err != nil {
			t.Fatal(err)
		}
		got.Body.Close()
		if got.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s may be cached", path)
		}
	}
}
