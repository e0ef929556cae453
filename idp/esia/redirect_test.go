package esia

import (
	"net/url"
	"strings"
	"testing"
)

var registered = []string{"https://site.example/esia", "gov.example", "http://localhost:3000/callback", "https://xn--e1afmkfd.example:8443"}

func TestRedirectIsMatched(t *testing.T) {
	t.Parallel()
	for _, good := range []string{
		"https://site.example/esia", "https://site.example/esia/", "https://site.example/esia?data=abc%2B", "https://site.example/esia/back/1",
		"https://SITE.example/esia", "https://site.example:443/esia", "https://gov.example/any/thing?x=1", "https://gov.example",
		"http://localhost:3000/callback?code=old", "https://xn--e1afmkfd.example:8443/x",
	} {
		if !matchRedirect(registered, good) {
			t.Errorf("%s is refused", good)
		}
	}
	for _, bad := range []string{
		"", "https://site.example/", "https://site.example/esiaevil", "https://site.example/esia/../admin", "https://site.example/esia/%2e%2e/admin",
		"http://site.example/esia", "https://site.example:444/esia", "https://site.example.evil.example/esia", "https://evil.example/site.example/esia",
		"https://site.example@evil.example/esia", "https://site.example:x@evil.example/esia", `https://evil.example\@site.example/esia`,
		`https://site.example\.evil.example/esia`, "https://site.example/esia#x", "https://site.example/esia#", "//site.example/esia", "/esia",
		"javascript://site.example/esia%0aalert(1)", "data:text/html,x", "https:site.example/esia", "https:///site.example/esia",
		"https://site.example%2eevil.example/esia", "https://site.example/esia\r\nSet-Cookie: x=1", " https://site.example/esia",
		"https://site.example\t/esia", "http://gov.example/x", "https://sub.gov.example/", "https://gov.example.evil/", "https://gov.example:8443/",
		"http://localhost:3001/callback", "https://localhost:3000/callback", "https://site.example./esia", "https://site.example/es\\ia",
		"https://site.example/esia%5c..%5cadmin", "https://" + strings.Repeat("a", 9000),
	} {
		if matchRedirect(registered, bad) {
			t.Errorf("%s is taken", bad)
		}
	}
}

func TestLogoutLandsAtARegisteredHost(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{
		"https://site.example/": true, "https://site.example/bye?x=1": true, "https://gov.example/": true,
		"http://site.example/": false, "https://evil.example/": false, "https://site.example@evil.example/": false, `https://evil.example\site.example`: false,
	} {
		if got := matchOrigin(registered, address); got != want {
			t.Errorf("%s: %t", address, got)
		}
	}
}

func TestQueryIsAppended(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"https://a.example/": "https://a.example/?code=1", "https://a.example/?x=%D0%B0+b": "https://a.example/?x=%D0%B0+b&code=1",
		"https://a.example/?": "https://a.example/?code=1", "https://a.example/?x=1&": "https://a.example/?x=1&code=1",
	} {
		if got := withQuery(address, "code=1"); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// Whatever is taken leads, as Go and browsers read it, to a registered host.
func FuzzRedirect(f *testing.F) {
	for _, seed := range []string{"https://site.example/esia", `https://evil\@site.example/esia`, "https://gov.example/%2e%2e/", "https://site.example@evil/esia"} {
		f.Add(seed)
	}
	hosts := map[string]bool{"site.example": true, "gov.example": true, "localhost": true, "xn--e1afmkfd.example": true}
	f.Fuzz(func(t *testing.T, address string) {
		if !matchRedirect(registered, address) {
			return
		}
		if strings.ContainsAny(address, "\\\r\n\t @") && !strings.Contains(address, "?") {
			t.Errorf("%q is taken", address)
		}
		u, err := url.Parse(withQuery(address, "code=1"))
		if err != nil || !hosts[strings.ToLower(u.Hostname())] {
			t.Errorf("%q leads to %v", address, u)
		}
	})
}
