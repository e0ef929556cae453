package factor

import (
	"net/netip"
	"strings"
)

// agents are the marks by which browsers and systems name themselves, the telling ones first: each copies its forerunners.
var (
	browsers = [][2]string{{"YaBrowser/", "Яндекс Браузер"}, {"Edg/", "Edge"}, {"OPR/", "Opera"}, {"SamsungBrowser/", "Samsung Internet"},
		{"Firefox/", "Firefox"}, {"FxiOS/", "Firefox"}, {"CriOS/", "Chrome"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"}}
	systems = [][2]string{{"Windows", "Windows"}, {"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"Mac OS X", "macOS"},
		{"CrOS", "ChromeOS"}, {"Linux", "Linux"}}
)

// DeviceName is a User-Agent in words: "Chrome, Windows", or "" when it says nothing.
func DeviceName(agent string) string {
	browser, system := named(browsers, agent), named(systems, agent)
	return strings.Trim(browser+", "+system, ", ")
}

func named(marks [][2]string, agent string) string {
	for _, m := range marks {
		if strings.Contains(agent, m[0]) {
			return m[1]
		}
	}
	return ""
}

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
