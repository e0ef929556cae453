package portal

import (
	"net/url"
	"strings"
)

// maxNext bounds a return address, which travels in other addresses.
const maxNext = 1000

// localPath returns an address that stays on this site, or "". It refuses whatever a browser may read as another host ("//evil",
// "/\evil", a tab in between), and the pages that would only lead back here.
func localPath(s string) string {
	if len(s) > maxNext || !strings.HasPrefix(s, "/") || strings.HasPrefix(s, "//") || strings.ContainsRune(s, '\\') {
		return ""
	}
	if strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return ""
	}
	u, err := url.Parse(s)
	if err != nil || u.IsAbs() || u.Host != "" || u.User != nil {
		return ""
	}
	for _, page := range []string{"/sign-in", "/sign-out", "/register", "/reset", "/esia/", "/welcome"} {
		if strings.HasPrefix(u.Path, page) {
			return ""
		}
	}
	u.Fragment = ""
	return u.String()
}

// nextOr returns a local address, or the cabinet.
func nextOr(s string) string {
	if next := localPath(s); next != "" {
		return next
	}
	return "/cabinet"
}

// withNext adds a return address to a path of ours, unless it is the one that is meant anyway.
func withNext(path, next string) string {
	if next = localPath(next); next == "" {
		return path
	}
	return path + "?" + url.Values{"next": {next}}.Encode()
}

// ThroughESIA is the address that signs in at ESIA and comes back to a page.
func ThroughESIA(page string) string { return withNext("/esia/start", page) }
