package web

import (
	"net"
	"net/netip"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"
)

// address makes c.IP the reader's address behind our own proxies. Without it all readers have the proxy's address there, and
// share one limit of attempts: a stranger's guesses would shut everybody out. Only the part of the header that our proxies wrote
// is believed: whatever stands to the left of the first foreign address, the client may have made up.
func address(proxies []netip.Prefix) fiber.Handler {
	ours := func(a netip.Addr) bool {
		return slices.ContainsFunc(proxies, func(p netip.Prefix) bool { return p.Contains(a) })
	}
	return func(c *fiber.Ctx) error {
		c.Context().SetRemoteAddr(nil) // what an earlier request on this connection found
		if at, ok := netip.AddrFromSlice(c.Context().RemoteIP()); ok {
			if client := behind(at.Unmap(), forwarded(c), ours); client != at.Unmap() {
				c.Context().SetRemoteAddr(net.TCPAddrFromAddrPort(netip.AddrPortFrom(client, 0)))
			}
		}
		return c.Next()
	}
}

// behind follows a chain of proxies from the nearest to the first that is not ours.
func behind(at netip.Addr, chain []string, ours func(netip.Addr) bool) netip.Addr {
	for _, text := range slices.Backward(chain) {
		next, err := netip.ParseAddr(strings.TrimSpace(text))
		if err != nil || !ours(at) {
			break
		}
		at = next.Unmap()
	}
	return at
}

func forwarded(c *fiber.Ctx) []string {
	var chain []string
	for _, line := range c.Request().Header.PeekAll(fiber.HeaderXForwardedFor) {
		chain = append(chain, strings.Split(string(line), ",")...)
	}
	return chain
}
