package idp

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"tamga/idp/oauth"
)

// coreos/go-oidc and x/oauth2 as an integrator uses them: one verifier, made once, is good for tokens of keys that come later.
func TestInteropGoOIDC(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p, b := s.party(t), s.browser(t)
	verifier := p.provider.Verifier(&oidc.Config{ClientID: p.config.ClientID, SupportedSigningAlgs: []string{"ES256"}})
	signIn := func() (*oidc.IDToken, string) {
		t.Helper()
		token, err := p.config.Exchange(t.Context(), p.code(b), oauth2.VerifierOption(p.verifier))
		if err != nil {
			t.Fatal(err)
		}
		raw, _ := token.Extra("id_token").(string)
		id, err := verifier.Verify(t.Context(), raw)
		if err != nil {
			t.Fatal(err)
		}
		if id.Nonce != "the-nonce" || id.Issuer != s.issuer || id.VerifyAccessToken(token.AccessToken) != nil {
			t.Errorf("nonce %q, issuer %q", id.Nonce, id.Issuer)
		}
		person, err := p.provider.UserInfo(t.Context(), p.config.TokenSource(t.Context(), token))
		if err != nil {
			t.Fatal(err)
		}
		var claims struct {
			Family string `json:"family_name"`
		}
		if err := person.Claims(&claims); err != nil || person.Subject != id.Subject || claims.Family != "Гарипова" {
			t.Errorf("userinfo %+v %+v, %v", person, claims, err)
		}
		token.Expiry = time.Now().Add(-time.Minute) // x/oauth2 refreshes by itself
		fresh, err := p.config.TokenSource(t.Context(), token).Token()
		if err == nil && token.RefreshToken != "" && fresh.AccessToken == token.AccessToken {
			t.Error("a refresh gave the old token")
		} else if err != nil && token.RefreshToken != "" {
			t.Error(err)
		}
		return id, raw
	}
	_, old := signIn()

	keys := &oauth.Keys{DB: s.db, Box: s.box, Now: time.Now}
	s.exec(t, `UPDATE oauth_key SET active_at = active_at - interval '1 hour'`)
	added, err := keys.Rotate(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	s.restart(t)
	_, fresh := signIn() // the verifier sees an unknown kid and asks for the keys again
	if kidOf(t, fresh) != added.KID || kidOf(t, old) == added.KID {
		t.Errorf("signed by %q, want %q", kidOf(t, fresh), added.KID)
	}
	if _, err := verifier.Verify(t.Context(), old); err != nil {
		t.Errorf("a token of the former key: %v", err)
	}
	other := p.provider.Verifier(&oidc.Config{ClientID: "somebody else"})
	if _, err := other.Verify(t.Context(), fresh); err == nil {
		t.Error("a token is good for another client")
	}
}

// apache is a web server with mod_auth_openidc in front of /private/, on a free port.
type apache struct{ Address, back string }

const apacheModules = "/usr/lib/apache2/modules"

// newApache starts Debian's Apache with a configuration of its own. client is registered for the address that it is told.
func newApache(t *testing.T, s *site) apache {
	t.Helper()
	program, err := exec.LookPath("apache2")
	if _, module := os.Stat(filepath.Join(apacheModules, "mod_auth_openidc.so")); err != nil || module != nil {
		t.Skip("libapache2-mod-auth-openidc is not installed, and CI does not demand it: apt-get install libapache2-mod-auth-openidc apache2-bin")
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	a := apache{Address: "http://" + listener.Addr().String()}
	a.back = a.Address + "/private/back"
	p := s.newClient(t, func(c *oauth.Client) {
		c.RedirectURIs, c.PostLogoutURIs = []string{a.back}, []string{a.Address + "/bye.html"}
		c.BackchannelLogoutURI, c.BackchannelLogoutSession = a.back+"?logout=backchannel", true
	})
	// Apache drops its rights when it is started by root: its folder is for everybody, unlike that of t.TempDir.
	folder, err := os.MkdirTemp("", "tamga-apache-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	conf := fmt.Sprintf(`
ServerName localhost
ServerRoot %[1]s
DefaultRuntimeDir %[1]s
PidFile %[1]s/pid
ErrorLog %[1]s/error.log
Listen %[2]s
%[3]s
<IfModule unixd_module>
User www-data
Group www-data
</IfModule>
DocumentRoot %[1]s/www
<Directory %[1]s/www>
Require all granted
</Directory>
OIDCProviderMetadataURL %[4]s/.well-known/openid-configuration
OIDCClientID %[5]s
OIDCClientSecret %[6]s
OIDCRedirectURI %[7]s
OIDCCryptoPassphrase only-for-this-test
OIDCScope "openid profile phone"
OIDCPKCEMethod S256
OIDCRemoteUserClaim sub
OIDCCookieSameSite Off
<Location /private/>
AuthType openid-connect
Require valid-user
Header set X-Person "%%{OIDC_CLAIM_phone_number}e"
Header set X-Subject "%%{OIDC_CLAIM_sub}e"
</Location>
`, folder, listener.Addr(), loadModules("mpm_event", "authn_core", "authz_core", "authz_user", "headers", "auth_openidc"),
		s.issuer, p.config.ClientID, p.config.ClientSecret, a.back)
	for name, text := range map[string]string{"httpd.conf": conf, "www/private/page.html": "private", "www/bye.html": "bye"} {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	_ = listener.Close()
	ctx, stop := context.WithCancel(context.Background())
	server := exec.CommandContext(ctx, program, "-D", "FOREGROUND", "-f", filepath.Join(folder, "httpd.conf"))
	server.Cancel = func() error { return server.Process.Signal(os.Interrupt) }
	server.WaitDelay = 10 * time.Second
	var said strings.Builder
	server.Stdout, server.Stderr = &said, &said
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stop()
		_ = server.Wait()
		if t.Failed() {
			told, _ := os.ReadFile(filepath.Join(folder, "error.log"))
			t.Logf("%s\n%s", said.String(), told)
		}
	})
	for deadline := time.Now().Add(15 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		got, err := http.Get(a.Address + "/bye.html")
		if err == nil {
			_ = got.Body.Close()
			return a
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
	}
}

// loadModules leaves out those that are a part of the program.
func loadModules(names ...string) string {
	if os.Getuid() == 0 {
		names = append(names, "unixd")
	}
	var lines strings.Builder
	for _, name := range names {
		path := filepath.Join(apacheModules, "mod_"+name+".so")
		if _, err := os.Stat(path); err == nil {
			fmt.Fprintf(&lines, "LoadModule %s_module %s\n", name, path)
		}
	}
	return lines.String()
}

// walkTo follows redirects between the two sites, signs Aliya in and agrees on the way.
func (a apache) walkTo(b *browser, address string) *browser {
	b.t.Helper()
	b.get(address)
	for range 12 {
		switch {
		case b.Status >= 300 && b.Status < 400:
			next, err := b.URL.Parse(b.Location)
			if err != nil {
				b.t.Fatal(err)
			}
			b.get(next.String())
		case b.URL.Path == "/login":
			b.want(200).fill("/login", "login", "+79172000001", "password", DemoPassword)
		case b.URL.Path == "/oauth2/consent":
			b.want(200).fill("/oauth2/consent")
		default:
			return b
		}
	}
	b.t.Fatalf("no end of redirects at %s", b.URL)
	return b
}

// pageReader says what browsers say: the module sends nobody else to sign in.
type pageReader struct{ http.RoundTripper }

// RoundTrip is http.RoundTripper.
func (p pageReader) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Accept", "text/html")
	return p.RoundTripper.RoundTrip(r)
}

// Debian's mod_auth_openidc signs a person in and out.
func TestInteropApache(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	a := newApache(t, s)
	b := s.browser(t)
	b.client.Transport = pageReader{b.client.Transport}
	private := a.Address + "/private/page.html"
	// out tells that the module sends the browser to the provider. Where it stops is a redirect to /login, followed.
	out := func() bool { b.get(private); return strings.HasPrefix(b.URL.String(), s.issuer) }
	a.walkTo(b, private).want(200, "private")
	if b.URL.String() != private || b.Header.Get("X-Person") != "+79172000001" || b.Header.Get("X-Subject") == "" {
		t.Fatalf("%s, headers %v", b.URL, b.Header)
	}
	if b.get(private); b.Status != 200 { // the session of the module
		t.Errorf("the second page answers %d", b.Status)
	}
	a.walkTo(b, a.back+"?logout="+url.QueryEscape(a.Address+"/bye.html")).want(200, "bye")
	if n := s.count(t, `SELECT count(*) FROM session WHERE ended_at IS NULL`); n != 0 {
		t.Errorf("%d sessions of the provider are left", n)
	}
	if !out() {
		t.Errorf("after the logout the page answers %d", b.Status)
	}

	// The provider tells the module by the back channel.
	a.walkTo(b, private).want(200, "private")
	b.get("/profile").fill("/oauth2/logout/confirm")
	for deadline := time.Now().Add(15 * time.Second); ; time.Sleep(100 * time.Millisecond) {
		if out() {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("the module was not told of the logout: %d", b.Status)
		}
	}
}
