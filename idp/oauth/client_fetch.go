package oauth

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"syscall"
	"time"
)

// fetchMax bounds what is read of a client's document.
const fetchMax = 256 << 10

// guarded is an HTTP client for addresses that clients name. Whoever registers may name any, so it speaks only https to public
// networks, follows no redirect, ignores the environment's proxies, bounds time, and looks at the address that a name leads to:
// a second answer of the DNS does not help. inner also allows private networks, and http on loopback: the demo and tests.
func guarded(inner bool) *http.Client {
	dialer := &net.Dialer{Timeout: 3 * time.Second, ControlContext: func(_ context.Context, network, address string, _ syscall.RawConn) error {
		return checkDial(network, address, inner)
	}}
	return &http.Client{
		Timeout: 5 * time.Second,
		Transport: &http.Transport{
			Proxy: nil, DialContext: dialer.DialContext, TLSHandshakeTimeout: 3 * time.Second, MaxIdleConnsPerHost: 2,
			IdleConnTimeout: time.Minute, MaxResponseHeaderBytes: 32 << 10, ForceAttemptHTTP2: true,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

var errForbiddenAddress = errors.New("oauth: this network address may not be called")

// sharedNet is the carriers' private network, which IsPrivate does not know (RFC 6598).
var sharedNet = netip.MustParsePrefix("100.64.0.0/10")

func checkDial(network, address string, inner bool) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	ip := at.Addr().Unmap()
	private := ip.IsLoopback() || ip.IsPrivate() || sharedNet.Contains(ip)
	if network != "tcp4" && network != "tcp6" || private && !inner || !private && !ip.IsGlobalUnicast() {
		return fmt.Errorf("%w: %s", errForbiddenAddress, ip)
	}
	return nil
}

// checkFetchURL tells whether a client may name this address for us to call.
func checkFetchURL(address string, inner bool) error {
	u, err := url.Parse(address)
	switch {
	case err != nil:
		return err
	case u.Hostname() == "" || !plainHost.MatchString(u.Host) || u.User != nil || u.Fragment != "" || len(address) > addressMax:
		return fmt.Errorf("address %q: want scheme, host and path", address)
	case u.Scheme == "https" || inner && u.Scheme == "http" && isLoopback(u):
		return nil
	}
	return fmt.Errorf("address %q: scheme must be https", address)
}

func isLoopback(u *url.URL) bool {
	if u.Hostname() == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(u.Hostname())
	return err == nil && ip.IsLoopback()
}

// fetch reads a document of a client.
func fetch(ctx context.Context, with *http.Client, address string) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Accept", "application/json")
	r.Header.Set("User-Agent", "Tamga")
	got, err := with.Do(r)
	if err != nil {
		return nil, err
	}
	defer func() { _ = got.Body.Close() }()
	if got.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answered %d", address, got.StatusCode)
	}
	raw, err := io.ReadAll(io.LimitReader(got.Body, fetchMax+1))
	if err == nil && len(raw) > fetchMax {
		err = fmt.Errorf("%s answered with more than %d bytes", address, fetchMax)
	}
	return raw, err
}
