package oauth

import "testing"

// Hosts stand in content security policies. A semicolon would begin another directive, and the first of a kind counts: a client
// could let its scripts into our pages.
func TestHostsInPolicies(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"https://a;script-src/", "https://a,b/", "https://'unsafe-inline'/", "https://a*b/", "https://a\"b/"} {
		if got := originOf(address); got != "" {
			t.Errorf("%s gets into a policy as %s", address, got)
		}
		if (policy{}).checkRedirect(address, false) == nil || checkFetchURL(address, false) == nil {
			t.Errorf("%s can be registered", address)
		}
	}
	for address, want := range map[string]string{"https://a.example:8443/x?y": "https://a.example:8443", "http://[::1]:3000/": "http://[::1]:3000", "com.example.app:/back": ""} {
		if got := originOf(address); got != want {
			t.Errorf("the origin of %s is %q, want %q", address, got, want)
		}
	}
}
