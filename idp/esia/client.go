package esia

import (
	"bytes"
	"crypto/rsa"
	"crypto/sha256"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"time"

	"tamga/idp/account"
	"tamga/internal/fault"
	"tamga/internal/gost"
)

// The algorithms by which a system's tokens are signed.
const (
	RS256 = "RS256"
	GOST  = "GOST3410_2012_256"
)

// Client is an information system that speaks ESIA's protocol.
type Client struct {
	Mnemonic      string
	Name          string   // what people read; the mnemonic when empty
	Certificates  [][]byte // DER; PEM is read, too
	Redirects     []string // domains, or addresses whose path is a prefix
	Scopes        []string // bare names
	Issuer        string   // iss of its tokens; the provider's address with a slash when empty
	Alg           string   // RS256 when empty
	Legacy        bool     // takes signatures of another shape or string than the endpoint's own, too
	StringSubject bool     // sub of ID tokens as a string
	SkipConsent   bool

	certificates []certificate
}

// certificate is one of a client's, read.
type certificate struct {
	*gost.Certificate
	DER         []byte
	SHA256      []byte
	Streebog256 []byte
	Streebog512 []byte
	AddedAt     time.Time
}

var mnemonic = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,64}$`)

// Bounds of what a client may register.
const (
	maxCertificates = 20
	maxRedirects    = 50
)

// newCertificate reads a certificate in DER.
func newCertificate(der []byte) (*certificate, error) {
	parsed, err := gost.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	sum, short, long := sha256.Sum256(der), gost.Sum256(der), gost.Sum512(der)
	return &certificate{Certificate: parsed, DER: der, SHA256: sum[:], Streebog256: short[:], Streebog512: long[:]}, nil
}

// has tells whether the certificate is meant by a hash.
func (c *certificate) has(hash []byte) bool {
	return bytes.Equal(hash, c.Streebog256) || bytes.Equal(hash, c.SHA256) || bytes.Equal(hash, c.Streebog512)
}

// valid tells whether the certificate is in its time.
func (c *certificate) valid(now time.Time) bool {
	return !now.Before(c.NotBefore) && !now.After(c.NotAfter)
}

// readCertificates reads a file as it comes: DER, or PEM with one or several.
func readCertificates(file []byte) ([]certificate, error) {
	read, err := gost.ParseCertificates(file)
	if err != nil || len(read) == 0 {
		return nil, fault.New(fault.Invalid, "idp_esia.certificate_unreadable")
	}
	var all []certificate
	for _, parsed := range read {
		c, err := newCertificate(parsed.Raw)
		if err != nil {
			return nil, fault.New(fault.Invalid, "idp_esia.certificate_unreadable")
		}
		if weak(c) {
			return nil, fault.New(fault.Invalid, "idp_esia.certificate_weak")
		}
		all = append(all, *c)
	}
	return all, nil
}

// weak tells whether signatures by the key can be forged with effort, or cannot be checked here.
func weak(c *certificate) bool {
	switch key := c.Public.(type) {
	case *rsa.PublicKey:
		return key.N.BitLen() < 2048
	case *gost.PublicKey:
		return false
	}
	return c.Public == nil
}

// fill puts defaults in and checks what was given.
func (c *Client) fill() error {
	if c.Name == "" {
		c.Name = c.Mnemonic
	}
	if c.Alg == "" {
		c.Alg = RS256
	}
	switch {
	case !mnemonic.MatchString(c.Mnemonic):
		return fmt.Errorf("mnemonic %q: letters, digits, dots, lines, at most 64", c.Mnemonic)
	case c.Alg != RS256 && c.Alg != GOST:
		return fmt.Errorf("algorithm %q: %s or %s", c.Alg, RS256, GOST)
	case len(c.Redirects) == 0 || len(c.Redirects) > maxRedirects:
		return errors.New("from 1 to 50 redirect addresses are needed")
	case len(c.Scopes) == 0:
		return errors.New("at least one scope is needed")
	case len(c.Certificates) > maxCertificates:
		return errors.New("at most 20 certificates")
	}
	for _, entry := range c.Redirects {
		if err := checkRegistered(entry); err != nil {
			return fmt.Errorf("redirect %q: %w", entry, err)
		}
	}
	for _, name := range c.Scopes {
		if _, known := kinds[name]; !known {
			return fmt.Errorf("scope %q is unknown; known are %v", name, Scopes())
		}
	}
	return c.read()
}

// read parses the certificates.
func (c *Client) read() error {
	c.certificates = nil
	for i, file := range c.Certificates {
		read, err := readCertificates(file)
		if err != nil {
			return fmt.Errorf("certificate %d: %w", i+1, err)
		}
		for _, one := range read {
			if !slices.ContainsFunc(c.certificates, func(old certificate) bool { return old.has(one.SHA256) }) {
				c.certificates = append(c.certificates, one)
			}
		}
	}
	return nil
}

// methodOf is a sign-in's method in ESIA's words.
func methodOf(in *account.SignIn) string {
	if slices.Contains(in.Methods, account.MethodSignature) {
		return "DS"
	}
	return "PWD"
}
