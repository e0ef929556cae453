package oauth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"tamga/internal/secret"
)

// Registration is a client in the words of RFC 7591, as the registration endpoint and the command line write it.
type Registration struct {
	Client
	Scope         string `json:"scope"`
	IssuedAt      int64  `json:"client_id_issued_at,omitempty"`
	SecretExpires *int64 `json:"client_secret_expires_at,omitempty"` // 0: never
	Token         string `json:"registration_access_token,omitempty"`
	URI           string `json:"registration_client_uri,omitempty"`
}

// Describe returns a client as it is registered. Its secret is there only in the moment in which it was made.
func Describe(c Client) Registration {
	r := Registration{Client: c, Scope: strings.Join(c.Scopes, " ")}
	if !c.CreatedAt.IsZero() {
		r.IssuedAt = c.CreatedAt.Unix()
	}
	if c.Secret != "" {
		r.SecretExpires = new(int64)
	}
	return r
}

// metadataError is a mistake in what a client registers (RFC 7591 section 3.2.2).
type metadataError struct{ code, text string }

// Error is part of error.
func (e *metadataError) Error() string { return e.text }

func wrongMetadata(format string, args ...any) error {
	return &metadataError{"invalid_client_metadata", fmt.Sprintf(format, args...)}
}

func wrongRedirect(format string, args ...any) error {
	return &metadataError{"invalid_redirect_uri", fmt.Sprintf(format, args...)}
}

// authMethods are the ways of client authentication that we take.
var authMethods = []string{AuthSecretBasic, AuthSecretPost, AuthPrivateKeyJWT, AuthNone}

// grantTypes are the grants that a client may register for.
var grantTypes = []string{GrantCode, GrantRefresh, GrantClient, GrantDevice}

// usualScopes are what a client gets that names none: not what a state register knows.
var usualScopes = []string{"openid", "profile", "email", "phone", "address", "offline_access"}

const (
	addressesMost = 30
	contactsMost  = 10
	nameMax       = 120
)

// policy is what a client may register. The zero value is for strangers.
type policy struct {
	local bool // also http on loopback for web applications: registered by an operator, or at a demo
	keys  *clientKeys
}

// check puts the standards' defaults in place and finds mistakes. Whatever a client leaves out it must not use later.
func (p policy) check(ctx context.Context, c *Client) error {
	if c.AuthMethod == "" {
		c.AuthMethod = AuthSecretBasic
	}
	c.fill()
	for _, part := range []func(*Client) error{p.checkName, p.checkGrants, p.checkRedirects, p.checkKeys, p.checkAlgs, p.checkPages} {
		if err := part(c); err != nil {
			return err
		}
	}
	return p.checkSector(ctx, c)
}

// checkName keeps signs out of a name that make it read as something else on the consent page.
func (p policy) checkName(c *Client) error {
	c.Name = strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == unicode.ReplacementChar {
			return -1
		}
		return r
	}, c.Name))
	if c.Name == "" && len(c.RedirectURIs) > 0 {
		c.Name = hostOf(c.RedirectURIs[0])
	}
	if c.Name == "" {
		c.Name = c.ID
	}
	if len([]rune(c.Name)) > nameMax {
		return wrongMetadata("client_name is longer than %d characters", nameMax)
	}
	if len(c.Contacts) > contactsMost || len(strings.Join(c.Contacts, "")) > addressMax {
		return wrongMetadata("contacts are too many")
	}
	return nil
}

func (p policy) checkGrants(c *Client) error {
	known := func(list, all []string, name string) error {
		for _, one := range list {
			if !slices.Contains(all, one) {
				return wrongMetadata("%s: %q is not supported", name, one)
			}
		}
		return nil
	}
	if c.Protocol == ProtocolOIDC {
		if len(c.Scopes) == 0 {
			c.Scopes = slices.Clone(usualScopes)
		}
		c.Scopes = slices.DeleteFunc(c.Scopes, func(s string) bool { return !slices.Contains(Scopes, s) })
	}
	return errors.Join(
		known([]string{c.AuthMethod}, authMethods, "token_endpoint_auth_method"),
		known([]string{c.ApplicationType}, []string{"web", "native"}, "application_type"),
		known([]string{c.SubjectType}, []string{"public", "pairwise"}, "subject_type"),
		known(c.GrantTypes, grantTypes, "grant_types"),
		known(c.ResponseTypes, []string{"code"}, "response_types"),
		oneOf(len(c.ResponseTypes) > 0 == c.May(GrantCode), "response_types and grant_types contradict each other"),
		oneOf(!c.May(GrantClient) || !c.Public(), "client_credentials are for clients that can prove themselves"),
		oneOf(!c.May(GrantRefresh) || c.May(GrantCode) || c.May(GrantDevice), "refresh_token needs a grant before it"),
		oneOf(!c.PKCEOff || !c.Public(), "a public client uses PKCE"),
		oneOf(c.DefaultMaxAge == nil || *c.DefaultMaxAge >= 0, "default_max_age is negative"),
	)
}

func oneOf(ok bool, text string) error {
	if ok {
		return nil
	}
	return wrongMetadata("%s", text)
}

func (p policy) checkRedirects(c *Client) error {
	if len(c.RedirectURIs) == 0 && c.May(GrantCode) {
		return wrongRedirect("redirect_uris is missing")
	}
	if len(c.RedirectURIs)+len(c.PostLogoutURIs) > addressesMost {
		return wrongRedirect("more than %d addresses", addressesMost)
	}
	for _, address := range slices.Concat(c.RedirectURIs, c.PostLogoutURIs) {
		if err := p.checkRedirect(address, c.ApplicationType == "native"); err != nil {
			return err
		}
	}
	return nil
}

// checkRedirect takes https; http only where it does not leave the machine; and for applications on a device a scheme of their
// own, which is a domain name turned round, so that two of them do not meet (RFC 8252 section 7.1).
func (p policy) checkRedirect(address string, native bool) error {
	u, err := url.Parse(address)
	switch {
	case err != nil || !u.IsAbs() || len(address) > addressMax:
		return wrongRedirect("%q is no absolute address", address)
	case u.Fragment != "" || strings.Contains(address, "#"):
		return wrongRedirect("%q has a fragment", address)
	case strings.ContainsAny(address, "*\\ ") || strings.IndexFunc(address, unicode.IsControl) >= 0:
		return wrongRedirect("%q has a sign that no address has", address)
	case u.User != nil:
		return wrongRedirect("%q has a user", address)
	case u.Host != "" && !plainHost.MatchString(u.Host):
		return wrongRedirect("%q has a sign that no host has", address)
	case u.Scheme == "https" && u.Hostname() != "":
		return nil
	case u.Scheme == "http" && isLoopback(u) && (native || p.local):
		return nil
	case native && u.Opaque == "" && strings.Contains(u.Scheme, "."):
		return nil
	}
	return wrongRedirect("%q: web applications use https; native ones http on loopback or a scheme with a dot", address)
}

func (p policy) checkKeys(c *Client) error {
	if c.JWKS != nil && c.JWKSURI != "" {
		return wrongMetadata("jwks and jwks_uri exclude each other")
	}
	if c.JWKS != nil {
		if _, err := parseKeys(c.JWKS); err != nil {
			return wrongMetadata("jwks: %s", err)
		}
	}
	if c.JWKSURI != "" {
		if err := checkFetchURL(c.JWKSURI, p.local); err != nil {
			return wrongMetadata("jwks_uri: %s", err)
		}
	}
	if (c.AuthMethod == AuthPrivateKeyJWT || c.RequireJAR) && c.JWKS == nil && c.JWKSURI == "" {
		return wrongMetadata("private_key_jwt and signed requests need jwks or jwks_uri")
	}
	return nil
}

func (p policy) checkAlgs(c *Client) error {
	for name, test := range map[string]struct {
		alg   string
		among []string
	}{
		"id_token_signed_response_alg":    {c.IDTokenAlg, signingAlgs},
		"userinfo_signed_response_alg":    {c.UserinfoAlg, append([]string{""}, signingAlgs...)},
		"request_object_signing_alg":      {c.RequestAlg, append([]string{""}, algNames(clientAlgs)...)},
		"token_endpoint_auth_signing_alg": {c.AuthAlg, append([]string{""}, algNames(clientAlgs)...)},
	} {
		if !slices.Contains(test.among, test.alg) {
			return wrongMetadata("%s: %q is not supported", name, test.alg)
		}
	}
	return nil
}

// checkPages looks at the addresses that people or we are sent to.
func (p policy) checkPages(c *Client) error {
	for name, address := range map[string]string{
		"client_uri": c.ClientURI, "logo_uri": c.LogoURI, "policy_uri": c.PolicyURI, "tos_uri": c.TermsURI,
		"initiate_login_uri": c.InitiateLoginURI, "backchannel_logout_uri": c.BackchannelLogoutURI,
		"frontchannel_logout_uri": c.FrontchannelLogoutURI, "sector_identifier_uri": c.SectorURI,
	} {
		if address == "" {
			continue
		}
		if err := checkFetchURL(address, p.local); err != nil {
			return wrongMetadata("%s: %s", name, err)
		}
	}
	// Front-Channel Logout 1.0, section 2: the page that a browser loads is where the client lives.
	own := func(redirect string) bool { return originOf(redirect) == originOf(c.FrontchannelLogoutURI) }
	if c.FrontchannelLogoutURI != "" && !slices.ContainsFunc(c.RedirectURIs, own) {
		return wrongMetadata("frontchannel_logout_uri is on another site than redirect_uris")
	}
	return nil
}

// checkSector holds a sector to the list that it publishes: nobody joins a sector that does not name them (Registration 1.0,
// section 5).
func (p policy) checkSector(ctx context.Context, c *Client) error {
	c.Sector = sectorOf(c)
	if c.SectorURI != "" {
		raw, err := fetch(ctx, p.keys.http, c.SectorURI)
		if err != nil {
			return wrongMetadata("sector_identifier_uri cannot be read")
		}
		var listed []string
		if err := json.Unmarshal(raw, &listed); err != nil {
			return wrongMetadata("sector_identifier_uri is no JSON list of addresses")
		}
		for _, redirect := range c.RedirectURIs {
			if !slices.Contains(listed, redirect) {
				return wrongMetadata("sector_identifier_uri does not list %q", redirect)
			}
		}
	}
	if c.SubjectType == "pairwise" && c.Sector == "" {
		return wrongMetadata("pairwise subjects of clients with several hosts need sector_identifier_uri")
	}
	return nil
}

// newSecret gives a client a secret if its method needs one and it has none.
func (c *Client) newSecret() {
	if c.AuthMethod != AuthSecretBasic && c.AuthMethod != AuthSecretPost {
		c.SecretHash = nil
		return
	}
	if c.SecretHash == nil {
		c.Secret = secret.Token(32)
	}
}
