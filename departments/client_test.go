package departments_test

import (
	"testing"

	"tamga/departments"
)

// The guard sees through what leads elsewhere: an IPv6 address that a gateway turns into an inner IPv4 one, and the places where clouds tell
// their machines secrets, also in private networks.
func TestGuardedAddresses(t *testing.T) {
	t.Parallel()
	const never, inner, outer = 0, 1, 2
	strict, private := departments.NewClient(departments.ClientConfig{}), departments.NewClient(departments.ClientConfig{Private: true})
	for address, want := range map[string]int{
		"93.184.216.34": outer, "2606:2800:220:1::1": outer, "64:ff9b::5db8:d822": outer, "2002:5db8:d822::1": outer, "::ffff:93.184.216.34": outer,
		"127.0.0.1": inner, "::1": inner, "10.1.2.3": inner, "192.168.0.1": inner, "fd12::1": inner, "100.64.0.1": inner,
		"64:ff9b::10.0.0.1": inner, "2002:7f00:1::": inner, "::10.0.0.1": inner, "::ffff:10.0.0.1": inner,
		"169.254.169.254": never, "64:ff9b::169.254.169.254": never, "2002:a9fe:a9fe::": never, "::ffff:169.254.169.254": never,
		"fd00:ec2::254": never, "100.100.100.200": never, "168.63.129.16": never, "192.0.0.192": never, "64:ff9b::168.63.129.16": never,
		"0.0.0.0": never, "0.1.2.3": never, "::": never, "255.255.255.255": never, "240.0.0.1": never, "198.18.0.1": never,
		"224.0.0.1": never, "ff02::1": never, "fe80::1": never, "fec0::1": never, "64:ff9b:1::a00:1": never, "2001::1": never,
	} {
		if got := strict.MayCall(address); got != (want == outer) {
			t.Errorf("%s: strict says %v", address, got)
		}
		if got := private.MayCall(address); got != (want != never) {
			t.Errorf("%s: with private networks it says %v", address, got)
		}
	}
}
