package safety

import "testing"

func TestRoughAddress(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"91.144.10.77": "91.144.10.*", "10.0.0.5": "10.0.0.*", "::ffff:91.144.10.77": "91.144.10.*", "2a02:6b8:1:2::3": "2a02:6b8:1:*", "nonsense": "",
	} {
		if got := roughAddress(address); got != want {
			t.Errorf("%s: %q, want %q", address, got, want)
		}
	}
}
