package departments

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"syscall"
	"time"
)

// Client speaks HTTP with departments. Addresses come from the endpoints of our configuration, never from a message; still it
// follows no redirect, ignores the environment's proxies, bounds time and size, and checks the address that a name leads to,
// so that neither a mistyped endpoint nor a department's DNS makes us call a cloud's metadata service.
type Client struct {
	allow ClientConfig
	http  *http.Client
}

// ClientConfig loosens the guard. The zero value speaks only https to public addresses.
type ClientConfig struct {
	Private bool          // also loopback and private networks: departments often live in one, and the demo's stands do
	Plain   bool          // also http without TLS: the demo
	Timeout time.Duration // of a whole exchange, 10 s when 0
}

// maxAnswer bounds what we read of an answer.
const maxAnswer = 64 << 10

// NewClient returns a client that keeps connections to departments open.
func NewClient(cfg ClientConfig) *Client {
	if cfg.Timeout == 0 {
		cfg.Timeout = 10 * time.Second
	}
	c := &Client{allow: cfg}
	dialer := &net.Dialer{Timeout: min(5*time.Second, cfg.Timeout), ControlContext: c.checkDial}
	c.http = &http.Client{
		Timeout: cfg.Timeout,
		Transport: &http.Transport{
			Proxy:                  nil,
			DialContext:            dialer.DialContext,
			TLSHandshakeTimeout:    5 * time.Second,
			MaxIdleConnsPerHost:    16,
			IdleConnTimeout:        60 * time.Second,
			MaxResponseHeaderBytes: 32 << 10,
			ForceAttemptHTTP2:      true,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return c
}

// Guarded is for whoever calls departments by other means: it follows no redirect, and calls only what may be called.
func (c *Client) Guarded() *http.Client { return c.http }

// CheckURL tells whether an endpoint's address may be used at all.
func (c *Client) CheckURL(address string) error {
	u, err := url.Parse(address)
	switch {
	case err != nil:
		return err
	case u.Scheme != "https" && !(c.allow.Plain && u.Scheme == "http"):
		return fmt.Errorf("address %q: scheme must be https", address)
	case u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return fmt.Errorf("address %q: want scheme, host and path only", address)
	}
	return nil
}

var errForbiddenAddress = errors.New("departments: this network address may not be called")

// checkDial sees the address after the name is resolved, so a second answer of the DNS does not help.
func (c *Client) checkDial(_ context.Context, network, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	if network != "tcp4" && network != "tcp6" {
		return errForbiddenAddress
	}
	if !c.mayCall(at.Addr()) {
		return fmt.Errorf("%w: %s", errForbiddenAddress, at.Addr())
	}
	return nil
}

// mayCall tells whether an address may be called. An IPv6 address that a gateway turns into an IPv4 one is that one.
func (c *Client) mayCall(ip netip.Addr) bool {
	ip = ip.WithZone("").Unmap()
	if inside, ok := inside4(ip); ok {
		ip = inside
	}
	switch {
	case slices.ContainsFunc(neverNets, func(n netip.Prefix) bool { return n.Contains(ip) }):
		return false
	case ip.IsLoopback() || ip.IsPrivate() || sharedNet.Contains(ip):
		return c.allow.Private
	}
	return ip.IsGlobalUnicast()
}

// inside4 returns the IPv4 address that lies in one of NAT64 (RFC 6052), 6to4 (RFC 3056), or in an old IPv4-compatible one.
func inside4(ip netip.Addr) (netip.Addr, bool) {
	if ip.Is4() || ip == netip.IPv6Loopback() {
		return ip, false
	}
	raw := ip.As16()
	switch {
	case nat64.Contains(ip), compatible.Contains(ip):
		return netip.AddrFrom4([4]byte(raw[12:])), true
	case sixToFour.Contains(ip):
		return netip.AddrFrom4([4]byte(raw[2:6])), true
	}
	return ip, false
}

// sharedNet is the carriers' private network, which IsPrivate does not know (RFC 6598).
var sharedNet = netip.MustParsePrefix("100.64.0.0/10")

var (
	nat64      = netip.MustParsePrefix("64:ff9b::/96")
	sixToFour  = netip.MustParsePrefix("2002::/16")
	compatible = netip.MustParsePrefix("::/96")
)

// neverNets are called by nobody: where clouds tell their machines secrets outside of 169.254.0.0/16, and nets of no host (RFC 6890).
var neverNets = []netip.Prefix{
	netip.MustParsePrefix("fd00:ec2::254/128"),  // Amazon
	netip.MustParsePrefix("100.100.100.200/32"), // Alibaba
	netip.MustParsePrefix("168.63.129.16/32"),   // Azure
	netip.MustParsePrefix("192.0.0.0/24"),       // Oracle, and the IETF's own
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("240.0.0.0/4"), netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix("64:ff9b:1::/48"), netip.MustParsePrefix("fec0::/10"), netip.MustParsePrefix("100::/64"), netip.MustParsePrefix("2001::/32"),
}

// Answer is what a department said.
type Answer struct {
	Status     int
	Body       []byte // cut at maxAnswer
	RetryAfter string
	MediaType  string // Content-Type
	Signature  string // SignatureHeader or CMSHeader

	checked bool  // the carrier has looked at the signature,
	problem error // and this is what it found
}

// Get fetches a document.
func (c *Client) Get(ctx context.Context, address string) (*Answer, error) {
	return c.do(ctx, http.MethodGet, address, nil, http.Header{"Accept": {"application/json"}})
}

// PostEvent sends a signed message.
func (c *Client) PostEvent(ctx context.Context, address, signature string, body []byte) (*Answer, error) {
	return c.do(ctx, http.MethodPost, address, body, http.Header{
		"Content-Type": {MediaType + "; charset=utf-8"}, "Accept": {"application/json"}, HeaderOf(signature): {signature}})
}

// fetch gets a document of at most size bytes: one more is read, so that a longer one is seen.
func (c *Client) fetch(ctx context.Context, address, signature string, size int64) (*Answer, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	base := url.URL{Scheme: u.Scheme, Host: u.Host}
	if err := c.CheckURL(base.String()); err != nil {
		return nil, err
	}
	return c.exchange(ctx, http.MethodGet, address, nil, size+1, http.Header{"Accept": {"*/*"}, HeaderOf(signature): {signature}})
}

func (c *Client) do(ctx context.Context, method, address string, body []byte, header http.Header) (*Answer, error) {
	if err := c.CheckURL(address); err != nil {
		return nil, err
	}
	return c.exchange(ctx, method, address, body, maxAnswer, header)
}

func (c *Client) exchange(ctx context.Context, method, address string, body []byte, limit int64, header http.Header) (*Answer, error) {
	request, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header = header
	request.Header.Set("User-Agent", "Tamga")
	response, err := c.http.Do(request)
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }()
	raw, err := io.ReadAll(io.LimitReader(response.Body, limit))
	if err != nil {
		return nil, err
	}
	return &Answer{Status: response.StatusCode, Body: raw, RetryAfter: response.Header.Get("Retry-After"),
		MediaType: response.Header.Get("Content-Type"), Signature: cmp.Or(response.Header.Get(SignatureHeader), response.Header.Get(CMSHeader))}, nil
}
