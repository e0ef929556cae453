package safety

import (
	"net/netip"
	"strings"
)

// roughAddress shows whose network it was and not whose computer: "91.144.10.*".
func roughAddress(text string) string {
	at, err := netip.ParseAddr(text)
	if err != nil {
		return ""
	}
	if at = at.Unmap(); at.Is4() {
		four := at.As4()
		four[3] = 0
		return strings.TrimSuffix(netip.AddrFrom4(four).String(), ".0") + ".*"
	}
	wide, err := at.Prefix(48)
	if err != nil {
		return ""
	}
	return strings.TrimSuffix(wide.Addr().String(), "::") + ":*"
}
