package oauth

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"net/url"
	"regexp"
	"slices"

	"github.com/ory/fosite"
)

// client is a Client as fosite sees it. It is no fosite.OpenIDConnectClient on purpose: without that, fosite refuses request
// objects and client assertions, whose checks have holes (F11, F14); ours stand in request_object.go and client_auth.go.
type client struct {
	Client
}

var (
	_ fosite.Client             = (*client)(nil)
	_ fosite.ResponseModeClient = (*client)(nil)
)

// GetID is part of fosite.Client.
func (c *client) GetID() string { return c.ID }

// GetHashedSecret is part of fosite.Client.
func (c *client) GetHashedSecret() []byte { return c.SecretHash }

// GetRedirectURIs is part of fosite.Client.
func (c *client) GetRedirectURIs() []string { return c.RedirectURIs }

// GetGrantTypes is part of fosite.Client.
func (c *client) GetGrantTypes() fosite.Arguments { return c.GrantTypes }

// GetResponseTypes is part of fosite.Client.
func (c *client) GetResponseTypes() fosite.Arguments { return c.ResponseTypes }

// GetScopes is part of fosite.Client.
func (c *client) GetScopes() fosite.Arguments { return c.Scopes }

// IsPublic is part of fosite.Client.
func (c *client) IsPublic() bool { return c.Public() }

// GetAudience is part of fosite.Client.
func (c *client) GetAudience() fosite.Arguments { return nil }

// at returns the client as a request to a redirect address sees it. An application on the person's own machine listens where the
// system lets it, so the port of a loopback address is free (RFC 8252 section 7.3): by the number fosite knows that, by the name
// localhost it does not (F9).
func (c *client) at(redirect string) *client {
	asked, err := url.Parse(redirect)
	if err != nil || c.ApplicationType != "native" || asked.Scheme != "http" || asked.Hostname() != "localhost" {
		return c
	}
	for _, one := range c.RedirectURIs {
		known, err := url.Parse(one)
		if err != nil || known.Scheme != "http" || known.Hostname() != "localhost" {
			continue
		}
		if known.Host = asked.Host; known.String() == redirect {
			with := *c
			with.RedirectURIs = append(slices.Clone(c.RedirectURIs), redirect)
			return &with
		}
	}
	return c
}

// GetResponseModes allows the parameters in the query, asked for by name or by default, and in a form.
func (c *client) GetResponseModes() []fosite.ResponseModeType {
	return []fosite.ResponseModeType{fosite.ResponseModeDefault, fosite.ResponseModeQuery, fosite.ResponseModeFormPost}
}

// secretHash hashes client secrets. They are random, so one round of SHA-256 hides them as well as bcrypt, which costs 280 ms
// in each token request (F6).
type secretHash struct{}

func (secretHash) Hash(_ context.Context, secret []byte) ([]byte, error) {
	sum := sha256.Sum256(secret)
	return sum[:], nil
}

func (secretHash) Compare(_ context.Context, hash, secret []byte) error {
	sum := sha256.Sum256(secret)
	if subtle.ConstantTimeCompare(hash, sum[:]) != 1 {
		return errors.New("wrong client secret")
	}
	return nil
}

// plainHost is a host, perhaps with a port, that can stand in a header: Go reads hosts with a semicolon, which in a content security
// policy would begin another directive.
var plainHost = regexp.MustCompile(`^[A-Za-z0-9.:\[\]_-]+$`)

// originOf returns "https://host:port" of an address, for the content security policy.
func originOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || !plainHost.MatchString(u.Host) {
		return ""
	}
	return u.Scheme + "://" + u.Host
}
