package oauth

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"net/url"

	"github.com/ory/fosite"
)

// Client is a site that may ask who somebody is.
type Client struct {
	ID             string
	Name           string
	Secret         string // random, 256 bits or more; "" makes a public client. Only its SHA-256 is stored
	RedirectURIs   []string
	PostLogoutURIs []string
	Scopes         []string
	SkipConsent    bool
}

// Scopes are what a client may ask for, in the order in which the consent page lists them.
var Scopes = []string{"openid", "profile", "email", "phone", "snils", "document", "offline_access"}

// client is a row as fosite sees it. It is no fosite.OpenIDConnectClient on purpose: without that, fosite refuses request
// objects and client assertions, whose checks have holes (F11, F14), and takes the secret in the header and in the body.
type client struct {
	fosite.DefaultClient
	Name           string
	PostLogoutURIs []string
	SkipConsent    bool
}

var _ fosite.ResponseModeClient = (*client)(nil)

// GetResponseModes allows the parameters in the query, asked for by name or by default.
func (c *client) GetResponseModes() []fosite.ResponseModeType {
	return []fosite.ResponseModeType{fosite.ResponseModeDefault, fosite.ResponseModeQuery}
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

// originOf returns "https://host:port" of an address, for the content security policy.
func originOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return ""
	}
	return u.Scheme + "://" + u.Host
}
