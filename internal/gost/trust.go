package gost

import (
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Why Trust refuses beside ErrExpired and ErrUntrusted; its errors wrap one of these.
var (
	ErrUsage       = errors.New("gost: a certificate that is not for signatures")
	ErrUnqualified = errors.New("gost: a certificate that is not qualified")
	ErrRevoked     = errors.New("gost: a revoked certificate")
	ErrRevocation  = errors.New("gost: it is not known whether the certificate is revoked")
)

// OIDQualified is the arc of the classes of tools with which a qualified certificate may be used, in its policies: KC1 is .1, KC2 .2,
// KC3 .3, KB1 .4, KB2 .5, KA1 .6.
var OIDQualified = asn1.ObjectIdentifier{1, 2, 643, 100, 113}

// Trust says whose signatures count.
type Trust struct {
	Roots     []*Certificate
	Qualified bool         // only qualified certificates: with the class of a tool among their policies
	Revoked   *Revocations // nil: nobody is asked about revocation
}

// Check tells why a certificate is not good for signatures at a time, or returns nil.
func (t *Trust) Check(c *Certificate, at time.Time, between ...*Certificate) error {
	if err := VerifyChain(c, t.Roots, at, between...); err != nil {
		return err
	}
	const signs = x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment
	if c.KeyUsage != 0 && c.KeyUsage&signs == 0 || c.KeyUsage == 0 && t.Qualified {
		return fmt.Errorf("%w: %q", ErrUsage, c.Holder.CommonName)
	}
	if t.Qualified && !c.Qualified() {
		return fmt.Errorf("%w: %q", ErrUnqualified, c.Holder.CommonName)
	}
	if t.Revoked == nil {
		return nil
	}
	return t.Revoked.check(c, at, slices.Concat(t.Roots, between))
}

// Qualified tells whether the certificate names a class of qualified tools.
func (c *Certificate) Qualified() bool {
	return slices.ContainsFunc(c.PolicyIdentifiers, func(p asn1.ObjectIdentifier) bool {
		n := len(OIDQualified)
		return len(p) == n+1 && p[:n].Equal(OIDQualified) && p[n] >= 1 && p[n] <= 6
	})
}
