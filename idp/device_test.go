package idp

import (
	"net/url"
	"regexp"
	"strings"
	"testing"

	"tamga/idp/oauth"
)

const deviceGrant = "urn:ietf:params:oauth:grant-type:device_code"

// kiosk registers a screen without a keyboard and begins its sign-in.
func (s *site) kiosk(t *testing.T) map[string]any {
	t.Helper()
	put(t, s, oauth.Client{ID: "kiosk", Name: "Киоск в МФЦ", Scopes: []string{"openid", "profile", "offline_access"},
		GrantTypes: []string{oauth.GrantDevice, oauth.GrantRefresh}})
	status, answer := s.form(t, "/oauth2/device_authorization", "client_id", "kiosk", "client_secret", "", "scope", "openid profile offline_access")
	if status != 200 || answer["interval"] != 5.0 || answer["expires_in"] != 600.0 || answer["verification_uri"] != s.issuer+"/device" {
		t.Fatalf("device authorization answered %d %v", status, answer)
	}
	return answer
}

// poll is the device's question.
func (s *site) poll(t *testing.T, device map[string]any) (int, map[string]any) {
	t.Helper()
	return s.form(t, "/oauth2/token", "client_id", "kiosk", "client_secret", "", "grant_type", deviceGrant, "device_code", text(device, "device_code"))
}

func (s *site) wantPoll(t *testing.T, device map[string]any, want string) {
	t.Helper()
	if status, answer := s.poll(t, device); status != 400 || answer["error"] != want {
		t.Errorf("the device is answered %d %v, want %s", status, answer, want)
	}
}

// rested lets the device's pause pass.
func (s *site) rested(t *testing.T) {
	s.exec(t, `UPDATE oauth_device SET polled_at = polled_at - interval '1 hour'`)
}

// TestDeviceFlow: a kiosk shows a code, a person types it on a phone and agrees (RFC 8628).
func TestDeviceFlow(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	device := s.kiosk(t)
	code := text(device, "user_code")
	if !regexp.MustCompile(`^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$`).MatchString(code) {
		t.Errorf("code %s", code)
	}
	s.wantPoll(t, device, "authorization_pending")
	s.wantPoll(t, device, "slow_down")
	if n := s.count(t, `SELECT pause FROM oauth_device`); n != 10 {
		t.Errorf("the pause is %d after one hurry", n)
	}
	b := s.browser(t).get("/device").want(200, "Код с экрана")
	typed := strings.NewReplacer("B", "в", "C", "с", "H", "н", "K", "К", "M", "м", "P", "р", "T", "т", "X", "х", "-", " ").Replace(strings.ToLower(code))
	typed = strings.NewReplacer("b", "В", "c", "С", "h", "Н", "k", "К", "m", "М", "p", "Р", "t", "Т", "x", "Х").Replace(typed)
	b.fill("/device", "user_code", typed).want(200, "Киоск в МФЦ") // the sign-in page names the client
	b.fill("/login", "login", "+79172000001", "password", DemoPassword).want(200, "Киоск в МФЦ")
	b.fill("/device/confirm", "user_code", "BBBB-BBBB").want(422, "Проверьте код")
	s.rested(t)
	s.wantPoll(t, device, "authorization_pending")
	b.fill("/device/confirm", "user_code", code).want(200, "Готово")
	s.rested(t)
	status, tokens := s.poll(t, device)
	if status != 200 || tokens["refresh_token"] == nil {
		t.Fatalf("the device gets %d %v", status, tokens)
	}
	if _, claims := jwtParts(t, text(tokens, "id_token")); claims["aud"] == nil || claims["sid"] == nil || claims["at_hash"] == nil {
		t.Errorf("ID token %v", claims)
	}
	if status, person := s.userinfo(t, text(tokens, "access_token")); status != 200 || person["given_name"] != "Алия" {
		t.Errorf("UserInfo %d %v", status, person)
	}
	s.rested(t)
	s.wantPoll(t, device, "invalid_grant") // once, and what it gave is void then
	if status, _ := s.userinfo(t, text(tokens, "access_token")); status != 401 {
		t.Errorf("a device code that came twice left its token: %d", status)
	}
	if n := s.count(t, `SELECT count(*) FROM journal WHERE action IN ('idp.device_allowed', 'idp.token_replayed') AND subject = $1`, aliyaAccount); n != 2 {
		t.Errorf("%d entries in the journal, want 2", n)
	}
}

// A screen that was let in stands among the consents, and goes with the one that is taken back: its offline access would outlive
// every session otherwise.
func TestDeviceIsAConsent(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	put(t, s, oauth.Client{ID: "kiosk", Name: "Киоск в МФЦ", Scopes: []string{"openid", "address", "organisation", "offline_access"},
		GrantTypes: []string{oauth.GrantDevice, oauth.GrantRefresh}})
	_, device := s.form(t, "/oauth2/device_authorization", "client_id", "kiosk", "client_secret", "", "scope", "openid address organisation offline_access")
	b := s.browser(t).signIn("+79172000001", DemoPassword)
	b.get("/device").fill("/device", "user_code", text(device, "user_code")).want(200)
	if strings.Contains(b.text(), "idp.scope_") {
		t.Errorf("a scope has no words:\n%s", b.text())
	}
	b.fill("/device/confirm", "user_code", text(device, "user_code")).want(200)
	_, tokens := s.poll(t, device)
	b.get("/profile/consents").want(200, "Киоск в МФЦ").fill("/profile/consents/revoke", "client", "kiosk").want(200, "Доступ отозван")
	status, answer := s.form(t, "/oauth2/token", "client_id", "kiosk", "client_secret", "", "grant_type", "refresh_token", "refresh_token", text(tokens, "refresh_token"))
	if status != 400 || answer["error"] != "invalid_grant" {
		t.Errorf("the screen still gets tokens: %d %v", status, answer)
	}
}

// The link behind the picture shows the code again, and only a click allows.
func TestDeviceLinkAsks(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	device := s.kiosk(t)
	b := s.browser(t).signIn("+79172000001", DemoPassword)
	b.get(text(device, "verification_uri_complete")).want(200, text(device, "user_code"), "Киоск в МФЦ")
	s.wantPoll(t, device, "authorization_pending")
	b.fill("/device/confirm", "refuse", "yes").want(200, "Вы отказались")
	s.rested(t)
	s.wantPoll(t, device, "access_denied")
	b.post("/device/confirm", url.Values{}).want(403) // no form of another site
}

func TestDeviceExpires(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	device := s.kiosk(t)
	s.exec(t, `UPDATE oauth_device SET created_at = now() - interval '1 hour', expires_at = now() - interval '1 second'`)
	s.wantPoll(t, device, "expired_token")
	b := s.browser(t).get("/device").fill("/device", "user_code", text(device, "user_code"))
	b.want(422, "устарел")
	if status, answer := s.form(t, "/oauth2/token", "grant_type", deviceGrant, "device_code", text(device, "device_code")); status != 400 {
		t.Errorf("another client's question is answered %d %v", status, answer)
	}
}

// Codes are short, so few may be tried.
func TestDeviceGuesses(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t).get("/device")
	for range 10 {
		b.fill("/device", "user_code", "BCDF-GHJK").want(422)
	}
	b.fill("/device", "user_code", "BCDF-GHJK").want(429, "Слишком много")
}
