package idp

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"tamga/idp/esia"
	"tamga/idp/oauth"
	"tamga/internal/web"
)

// ask sends a request without cookies, as from an address, and returns the status. It follows no redirect.
func (s *site) ask(t *testing.T, address, method, path string, form url.Values) int {
	t.Helper()
	r, err := http.NewRequest(method, s.issuer+path, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Forwarded-For", address)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	return answer.StatusCode
}

// A stranger leaves so many requests waiting and no more, by whatever way; somebody at another address is not held up by that, and
// neither is somebody who need not wait.
func TestFloodOfRequests(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.cfg.Proxies = append(s.cfg.Proxies, loopback)
	s.cfg.Requests = web.Rate{Burst: 30, Every: time.Hour}
	s.restart(t)
	public := s.newClient(t, func(c *oauth.Client) {
		c.AuthMethod, c.Secret, c.GrantTypes = oauth.AuthNone, "", []string{oauth.GrantCode, oauth.GrantDevice}
	})
	y := s.newSystem(t, esia.RS256, nil)
	long := public.params("nonce", strings.Repeat("n", 4000))
	page := strings.TrimPrefix(public.address("nonce", long.Get("nonce")), s.issuer)
	signed := "/aas/oauth2/ac?" + y.v1().Encode()
	for _, way := range []struct {
		name, address, method, path string
		form                        url.Values
		begins                      int
	}{
		{"OpenID Connect", "203.0.113.1", http.MethodGet, page, nil, 303},
		{"pushed", "203.0.113.2", http.MethodPost, "/oauth2/par", long, 201},
		{"device", "203.0.113.3", http.MethodPost, "/oauth2/device_authorization", url.Values{"client_id": {public.config.ClientID}, "scope": {"openid"}}, 200},
		{"ESIA", "203.0.113.4", http.MethodGet, signed, nil, 302},
	} {
		before := s.count(t, `SELECT (SELECT count(*) FROM oauth_request) + (SELECT count(*) FROM oauth_device) + (SELECT count(*) FROM esia_request)`)
		passed, status := 0, 0
		for ; passed < 40; passed++ {
			if status = s.ask(t, way.address, way.method, way.path, way.form); status != way.begins {
				break
			}
		}
		rows := s.count(t, `SELECT (SELECT count(*) FROM oauth_request) + (SELECT count(*) FROM oauth_device) + (SELECT count(*) FROM esia_request)`) - before
		if status != http.StatusTooManyRequests || passed < 9 || rows != passed {
			t.Errorf("%s: %d passed and left %d rows, then %d", way.name, passed, rows, status)
		}
		if got := s.ask(t, "203.0.113.99", way.method, way.path, way.form); got != way.begins {
			t.Errorf("%s: somebody else got %d", way.name, got)
		}
	}
}

// A request waits three hours for somebody to sign in, and a day for somebody who is to be checked first.
func TestRequestsWaitNoLongerThanNeeded(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.newClient(t, nil)
	wait := func() time.Duration {
		t.Helper()
		var seconds float64
		err := s.db.QueryRow(t.Context(), `SELECT extract(epoch FROM expires_at - created_at)::float8 FROM oauth_request ORDER BY created_at DESC LIMIT 1`).Scan(&seconds)
		if err != nil {
			t.Fatal(err)
		}
		return time.Duration(seconds) * time.Second
	}
	b := s.browser(t)
	b.get(p.address("acr_values", "urn:tamga:level:confirmed")).want(200)
	if got := wait(); got != 3*time.Hour {
		t.Errorf("before the sign-in it waits %s", got)
	}
	b.fill("/login", "login", "+79172000001", "password", DemoPassword).want(200)
	if b.URL.Path != "/oauth2/level" || wait() != 24*time.Hour {
		t.Errorf("at %s it waits %s", b.URL, wait())
	}
	b.get("/oauth2/continue?request=" + uuid.NewString()).want(404)
}

// Whoever clicks twice, or comes back by the browser's button, finds the way back to the site.
func TestAnsweredRequestLeadsBack(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	b.signIn("+79172000001", DemoPassword)
	p := s.newClient(t, nil)
	y := s.newSystem(t, esia.RS256, nil)
	for _, way := range []struct{ name, address, consent, origin string }{
		{"Пробный сайт", p.address("prompt", "consent"), "/oauth2/consent", portalURL},
		{"Проверочная система", s.issuer + "/aas/oauth2/ac?" + y.v1("scope", "openid inn").Encode(), "/aas/consent", "https://site.example"},
	} {
		b.get(way.address).want(200, way.name)
		page, form := b.URL.String(), url.Values{"_csrf": {b.value("_csrf")}, "request": {b.value("request")}}
		b.post(way.consent, form)
		if !strings.HasPrefix(b.Location, way.origin) {
			t.Errorf("%s: the consent led to %s", way.name, b.Location)
		}
		if b.post(way.consent, form).want(409, way.name); !strings.Contains(b.Body, `href="`+way.origin+`/"`) {
			t.Errorf("%s: no way back", way.name)
		}
		b.get(page).want(409, way.name, "Вернуться на сайт")
	}
}
