package web

import (
	"io"
	"net/http/httptest"
	"net/netip"
	"testing"

	"github.com/gofiber/fiber/v2"
)

// TestAddress asks an app for the address it would count attempts by. app.Test's connection comes from 0.0.0.0.
func TestAddress(t *testing.T) {
	t.Parallel()
	near, inner := netip.MustParsePrefix("0.0.0.0/32"), netip.MustParsePrefix("10.0.5.0/24")
	for name, c := range map[string]struct {
		proxies []netip.Prefix
		header  []string
		want    string
	}{
		"no proxy, a made-up header":         {nil, []string{"203.0.113.7"}, "0.0.0.0"},
		"a stranger's header":                {[]netip.Prefix{inner}, []string{"203.0.113.7"}, "0.0.0.0"},
		"a proxy":                            {[]netip.Prefix{near}, []string{"203.0.113.7"}, "203.0.113.7"},
		"a proxy that adds to the client's":  {[]netip.Prefix{near}, []string{"198.51.100.1, 203.0.113.7"}, "203.0.113.7"},
		"two proxies":                        {[]netip.Prefix{near, inner}, []string{"198.51.100.1, 203.0.113.7, 10.0.5.2"}, "203.0.113.7"},
		"two headers":                        {[]netip.Prefix{near}, []string{"198.51.100.1", "203.0.113.7"}, "203.0.113.7"},
		"a proxy that says nothing":          {[]netip.Prefix{near}, nil, "0.0.0.0"},
		"a proxy that says something else":   {[]netip.Prefix{near}, []string{"unknown"}, "0.0.0.0"},
		"a reader inside the proxies' net":   {[]netip.Prefix{near, inner}, []string{"10.0.5.77"}, "10.0.5.77"},
		"the sixth version":                  {[]netip.Prefix{near}, []string{"2001:db8::7"}, "2001:db8::7"},
		"the fourth in the sixth's clothing": {[]netip.Prefix{near}, []string{"::ffff:203.0.113.7"}, "203.0.113.7"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			app := New(Config{Role: "test", Proxies: c.proxies})
			app.Get("/", func(c *fiber.Ctx) error { return c.SendString(c.IP()) })
			r := httptest.NewRequest("GET", "/", nil)
			for _, line := range c.header {
				r.Header.Add("X-Forwarded-For", line)
			}
			got, err := app.Test(r, -1)
			if err != nil {
				t.Fatal(err)
			}
			defer got.Body.Close()
			if body, _ := io.ReadAll(got.Body); string(body) != c.want {
				t.Errorf("address %s, want %s", body, c.want)
			}
		})
	}
}
