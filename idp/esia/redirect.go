package esia

import (
	"errors"
	"net"
	"net/url"
	"regexp"
	"strings"
)

var errAddress = errors.New("not an address to redirect to")

// plainHost is a host, perhaps with a port. Go reads many more signs: a semicolon would begin another directive of the content
// security policy that names the host.
var plainHost = regexp.MustCompile(`^[\p{L}\p{N}.:\[\]_-]+$`)

// parseAddress reads an absolute address that browsers and we understand alike: whatever could be read in two ways is refused.
func parseAddress(s string) (*url.URL, error) {
	if s == "" || len(s) > maxText || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == '\\' || r == 0x7f }) {
		return nil, errAddress
	}
	u, err := url.Parse(s)
	if err != nil || u.Opaque != "" || u.User != nil || u.Fragment != "" || strings.Contains(s, "#") {
		return nil, errAddress
	}
	if u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" || !plainHost.MatchString(u.Host) {
		return nil, errAddress
	}
	for part := range strings.SplitSeq(u.Path, "/") { // the path without its escapes
		if part == "." || part == ".." || strings.ContainsAny(part, "\\\x00") {
			return nil, errAddress
		}
	}
	return u, nil
}

// isDomain tells whether a registered entry is a bare domain: "example.ru", "localhost:3000".
func isDomain(entry string) bool { return !strings.Contains(entry, "/") }

// checkRegistered tells whether an entry may stand in a system's list: a domain, or an address whose path is a prefix.
func checkRegistered(entry string) error {
	word := isDomain(entry)
	if word {
		entry = "https://" + entry
	}
	u, err := parseAddress(entry)
	if err != nil {
		return err
	}
	host := u.Hostname()
	if strings.Contains(host, "*") || word && !strings.Contains(host, ".") && !loopback(host) {
		return errAddress // a bare word is a slip
	}
	return nil
}

// matchRedirect tells whether an address may be redirected to: a registered domain, or a registered address's scheme, host and
// port exactly, with a path that begins with the registered one at a whole segment. The query is the client's own business.
func matchRedirect(registered []string, address string) bool {
	u, err := parseAddress(address)
	if err != nil {
		return false
	}
	for _, entry := range registered {
		if isDomain(entry) {
			if sameHost("https://"+entry, u) && (u.Scheme == "https" || loopback(u.Hostname())) {
				return true
			}
			continue
		}
		prefix, err := parseAddress(entry)
		if err == nil && sameOrigin(prefix, u) && underPath(prefix.EscapedPath(), u.EscapedPath()) {
			return true
		}
	}
	return false
}

// matchOrigin is matchRedirect without the path: where a person may land after signing out.
func matchOrigin(registered []string, address string) bool {
	u, err := parseAddress(address)
	if err != nil {
		return false
	}
	for _, entry := range registered {
		if !isDomain(entry) {
			if prefix, err := parseAddress(entry); err == nil && sameOrigin(prefix, u) {
				return true
			}
		} else if matchRedirect([]string{entry}, address) {
			return true
		}
	}
	return false
}

func sameOrigin(a, b *url.URL) bool {
	return a.Scheme == b.Scheme && strings.EqualFold(a.Hostname(), b.Hostname()) && portOf(a) == portOf(b)
}

func sameHost(domain string, u *url.URL) bool {
	d, err := parseAddress(domain)
	if err != nil || !strings.EqualFold(d.Hostname(), u.Hostname()) {
		return false
	}
	if d.Port() == "" && loopback(d.Hostname()) {
		return true // a developer's own machine: its ports come and go
	}
	if d.Port() == "" {
		return portOf(u) == map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return d.Port() == portOf(u)
}

func portOf(u *url.URL) string {
	if p := u.Port(); p != "" {
		return p
	}
	return map[string]string{"http": "80", "https": "443"}[u.Scheme]
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// underPath tells whether path is prefix or below it. Escaped forms are compared: "%2F" is no slash.
func underPath(prefix, path string) bool {
	prefix = strings.TrimSuffix(prefix, "/")
	rest, under := strings.CutPrefix(path, prefix)
	return under && (rest == "" || rest[0] == '/')
}

// withQuery appends parameters to an address as it stands: the client compares the rest with what it sent.
func withQuery(address, query string) string {
	switch {
	case !strings.Contains(address, "?"):
		return address + "?" + query
	case strings.HasSuffix(address, "?"), strings.HasSuffix(address, "&"):
		return address + query
	}
	return address + "&" + query
}

// withoutQuery is what a code is bound to: one library seals fresh data into the query each time.
func withoutQuery(address string) string {
	address, _, _ = strings.Cut(address, "?")
	return address
}

// originOf returns "https://host:port" of an address, for the content security policy.
func originOf(address string) string {
	u, err := parseAddress(address)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + u.Host
}
