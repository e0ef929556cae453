package factor

import (
	"net/url"
	"testing"
	"time"
)

// The vectors of RFC 6238, appendix B (SHA-1), cut to six digits.
func TestTOTPVectors(t *testing.T) {
	t.Parallel()
	secret := []byte("12345678901234567890")
	for unix, code := range map[int64]string{
		59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130",
	} {
		if got := totpAt(secret, stepOf(time.Unix(unix, 0))); got != code {
			t.Errorf("at %d: %s, want %s", unix, got, code)
		}
	}
}

// A clock half a minute off still fits; one that is a minute off does not.
func TestTOTPDrift(t *testing.T) {
	t.Parallel()
	secret, now := newTOTPSecret(), time.Unix(1234567890, 0)
	for shift, fits := range map[time.Duration]bool{-60 * time.Second: false, -30 * time.Second: true, 0: true, 30 * time.Second: true, 60 * time.Second: false} {
		step := stepOf(now.Add(shift))
		if got := matchTOTP(secret, totpAt(secret, step), now); (got == step) != fits {
			t.Errorf("a code %s off: step %d, want a fit: %t", shift, got, fits)
		}
	}
	if matchTOTP(secret, "", now) != 0 {
		t.Error("an empty code fits")
	}
}

func TestTOTPAddress(t *testing.T) {
	t.Parallel()
	u, err := url.Parse(totpAddress("Тамга вход", "+7 917", []byte("12345678901234567890")))
	if err != nil {
		t.Fatal(err)
	}
	if u.Scheme != "otpauth" || u.Host != "totp" || u.Path != "/Тамга вход:+7 917" || u.Query().Get("issuer") != "Тамга вход" ||
		u.Query().Get("secret") != "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" {
		t.Errorf("address %s", u)
	}
}

func TestOwnPage(t *testing.T) {
	t.Parallel()
	for next, want := range map[string]string{
		"/profile/security/totp": "/profile/security/totp", "": securityPath, "https://evil.example/profile": securityPath, "//evil.example/profile": securityPath,
		"/\\evil.example": securityPath, "/profile\\..": securityPath, "/login": securityPath, "/profile?x=1": "/profile?x=1",
	} {
		if got := ownPage(next); got != want {
			t.Errorf("%q leads to %q, want %q", next, got, want)
		}
	}
}

func TestDeviceName(t *testing.T) {
	t.Parallel()
	for agent, want := range map[string]string{
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 YaBrowser/24.7.0 Safari/537.36":        "Яндекс Браузер, Windows",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1": "Safari, iPhone",
		"Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0":                                                                  "Firefox, Linux", "curl/8": "", "": "",
	} {
		if got := DeviceName(agent); got != want {
			t.Errorf("%q is %q, want %q", agent, got, want)
		}
	}
	for address, want := range map[string]string{"95.31.18.7": "95.31.18.*", "::ffff:10.1.2.3": "10.1.2.*", "2a00:1:2:3::4": "2a00:1:2::*", "": ""} {
		if got := network(address); got != want {
			t.Errorf("%q is of %q, want %q", address, got, want)
		}
	}
}
