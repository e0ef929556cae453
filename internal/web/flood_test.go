package web

import (
	"fmt"
	"net/netip"
	"testing"
	"time"
)

func TestFlood(t *testing.T) {
	t.Parallel()
	now := time.Now()
	f := &Flood{Rate: Rate{Burst: 3, Every: time.Second}, Now: func() time.Time { return now }}
	allowed := func(ip string, cost int) bool {
		t.Helper()
		network, ok := networkOf(ip)
		if !ok {
			t.Fatalf("%s is no address", ip)
		}
		return f.count(network, cost) == 0
	}
	for n, want := range []bool{true, true, true, false, false} {
		if allowed("203.0.113.7", 1) != want {
			t.Errorf("attempt %d: not %t", n+1, want)
		}
	}
	if !allowed("203.0.113.8", 1) || allowed("::ffff:203.0.113.7", 1) {
		t.Error("one network counts for another, or the same written otherwise does not")
	}
	if now = now.Add(1100 * time.Millisecond); !allowed("203.0.113.7", 1) || allowed("203.0.113.7", 1) {
		t.Error("not one more after a second")
	}
	if !allowed("2001:db8::1", 2) || allowed("2001:db8::2", 2) || !allowed("2001:db8::3", 1) || !allowed("2001:db8:0:1::1", 1) {
		t.Error("a network of IPv6 is not one caller, or a dear attempt costs too little")
	}
	if now = now.Add(2 * time.Minute); !allowed("203.0.113.9", 1) || len(f.due) != 1 {
		t.Errorf("%d networks are remembered", len(f.due))
	}
	for n := range floodMax + 10 {
		f.count(netip.MustParsePrefix(fmt.Sprintf("10.%d.%d.%d/32", n>>16, n>>8&255, n&255)), 1)
	}
	if len(f.due) > floodMax {
		t.Errorf("%d networks are remembered", len(f.due))
	}
	if _, ok := networkOf(""); ok {
		t.Error("nothing is a network")
	}
}
