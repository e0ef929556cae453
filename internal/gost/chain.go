package gost

import (
	"bytes"
	"crypto/x509"
	"errors"
	"fmt"
	"time"
)

// Why VerifyChain refuses; its errors wrap one of these.
var (
	ErrExpired   = errors.New("gost: a certificate outside its dates")
	ErrUntrusted = errors.New("gost: no chain to a trusted certificate")
)

const (
	maxChain  = 6  // certificates below a root
	maxChecks = 64 // signatures looked at: who sends certificates must not choose how long we work
)

// VerifyChain looks for a chain from c to one of roots through between, every link of which is signed by the next, within its
// dates at the moment at, and has the right to issue. It does not ask for revocation, names of hosts or purposes of keys.
func VerifyChain(c *Certificate, roots []*Certificate, at time.Time, between ...*Certificate) error {
	walk := chainWalk{roots: roots, between: between, at: at}
	return walk.from(c, 0)
}

type chainWalk struct {
	roots, between []*Certificate
	at             time.Time
	checks         int
}

// from tells why no chain leads up from c, which has so many certificates below it.
func (w *chainWalk) from(c *Certificate, below int) error {
	if w.at.Before(c.NotBefore) || w.at.After(c.NotAfter) {
		return fmt.Errorf("%w: %q is good from %s to %s", ErrExpired, c.Holder.CommonName,
			c.NotBefore.Format(time.DateOnly), c.NotAfter.Format(time.DateOnly))
	}
	if len(c.UnhandledCriticalExtensions) > 0 {
		return fmt.Errorf("%w: %q has a critical extension %v not known", ErrUntrusted, c.Holder.CommonName, c.UnhandledCriticalExtensions[0])
	}
	for _, root := range w.roots {
		if bytes.Equal(root.Raw, c.Raw) {
			return nil
		}
	}
	why := fmt.Errorf("%w: issuer of %q not found", ErrUntrusted, c.Holder.CommonName)
	if below == maxChain {
		return why
	}
	for _, list := range [][]*Certificate{w.roots, w.between} {
		for _, issuer := range list {
			if !issuer.mayIssue(c, below) || !w.signed(c, issuer) {
				continue
			}
			err := w.from(issuer, below+1)
			if err == nil {
				return nil
			}
			why = err
		}
	}
	return why
}

func (w *chainWalk) signed(c, issuer *Certificate) bool {
	w.checks++
	return w.checks <= maxChecks && c.CheckIssuedBy(issuer) == nil
}

// mayIssue tells whether the certificate is that of c's issuer and of an authority. Of those below it all but the first are
// authorities too. Constraints of names we do not hold anybody to, so that an authority under them may issue nothing.
func (issuer *Certificate) mayIssue(c *Certificate, below int) bool {
	switch {
	case !bytes.Equal(issuer.RawSubject, c.RawIssuer),
		len(issuer.SubjectKeyId) > 0 && len(c.AuthorityKeyId) > 0 && !bytes.Equal(issuer.SubjectKeyId, c.AuthorityKeyId),
		!issuer.BasicConstraintsValid || !issuer.IsCA,
		issuer.KeyUsage != 0 && issuer.KeyUsage&x509.KeyUsageCertSign == 0,
		issuer.MaxPathLen >= 0 && (issuer.MaxPathLen > 0 || issuer.MaxPathLenZero) && below > issuer.MaxPathLen,
		issuer.PermittedDNSDomainsCritical:
		return false
	}
	return true
}
