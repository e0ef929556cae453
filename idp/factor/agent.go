package factor

import (
	"net/netip"
	"strings"

	"tamga/internal/web"
)

// DeviceName is a User-Agent in words: "Chrome, Windows", or "" when it says nothing.
func DeviceName(agent string) string { return web.DeviceName(agent) }

// network is an address without its last part: enough to know one's own by, and no more than that goes into a message.
func network(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return ""
	}
	a = a.Unmap()
	bits, rest := 24, ".*"
	if a.Is6() {
		bits, rest = 48, "*"
	}
	p, err := a.Prefix(bits)
	if err != nil {
		return ""
	}
	if a.Is4() {
		return strings.TrimSuffix(p.Addr().String(), ".0") + rest
	}
	return p.Addr().String() + rest
}
