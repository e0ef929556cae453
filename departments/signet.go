package departments

import (
	"cmp"
	"context"
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"time"

	"tamga/internal/cms"
	"tamga/internal/gost"
)

// Signet signs by GOST CMS. Its first certificate is the key's; all are published, so that the next one is known before it signs.
type Signet struct {
	key crypto.Signer
	all []*gost.Certificate
}

// ReadSignet reads certificates in PEM, of which the first is that of the private key (PKCS #8).
func ReadSignet(certificates, key []byte) (*Signet, error) {
	all, err := gost.ParseCertificates(certificates)
	if err != nil {
		return nil, fmt.Errorf("certificate: %w", err)
	}
	signer, err := gost.ParsePrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("key of the certificate: %w", err)
	}
	own, ok := signer.Public().(*gost.PublicKey)
	if !ok || !own.Equal(all[0].Public) {
		return nil, errors.New("the first certificate is not that of the key, or not of GOST R 34.10-2012")
	}
	return &Signet{signer, all}, nil
}

// Sign returns the value of CMSHeader for body: a detached CMS with the time of signing and the certificate.
func (s *Signet) Sign(body []byte, now time.Time) (string, error) {
	raw, err := cms.Sign(nil, body, s.all[0], s.key, cms.Signing{Time: now})
	return base64.StdEncoding.EncodeToString(raw), err
}

// Public are the certificates in PEM.
func (s *Signet) Public() []byte {
	var file []byte
	for _, c := range s.all {
		file = append(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})...)
	}
	return file
}

// Certificate is one that is registered for a sender.
type Certificate struct {
	*gost.Certificate
	Refused bool
}

// Fingerprint names a certificate.
func Fingerprint(c *gost.Certificate) string {
	sum := sha256.Sum256(c.Raw)
	return hex.EncodeToString(sum[:])
}

var (
	errStrange = errors.New("signature is by a certificate that is not registered")
	errExpired = errors.New("signature is by a certificate outside its dates")
)

// maxCMS bounds the header before anything is decoded: a signature with a qualified certificate takes some 5 KiB.
const maxCMS = 16 << 10

// VerifyCMS checks that signature is a detached CMS over body, made lately by one of the certificates, which it returns. What certificates
// lie inside the message does not matter.
func (t *Trust) VerifyCMS(registered []Certificate, signature string, body []byte) (*gost.Certificate, error) {
	return t.verifyCMS(registered, signature, body, t.window())
}

// verifyCMS takes a signature as old as age; none is taken from the future.
func (t *Trust) verifyCMS(registered []Certificate, signature string, body []byte, age time.Duration) (*gost.Certificate, error) {
	signed, signer, err := parseCMS(signature)
	if err != nil {
		return nil, err
	}
	now := t.Now()
	if since := now.Sub(signer.SigningTime); since > age || since < -t.window() {
		return nil, errClock
	}
	why := errStrange
	for _, c := range registered {
		if !signer.Names(c.Certificate) {
			continue
		}
		switch {
		case signed.Verify(body, c.Certificate) != nil:
			why = errForged
		case c.Refused:
			why = errRefusedKey
		case now.Before(c.NotBefore) || now.After(c.NotAfter):
			why = errExpired
		default:
			return c.Certificate, nil
		}
	}
	return nil, why
}

// parseCMS wants one signer, who has signed the time.
func parseCMS(signature string) (*cms.SignedData, *cms.Signer, error) {
	if signature == "" || len(signature) > maxCMS {
		return nil, nil, errUnsigned
	}
	raw, err := base64.StdEncoding.Strict().DecodeString(signature)
	if err != nil {
		return nil, nil, errUnsigned
	}
	signed, err := cms.Parse(raw)
	if err != nil || !signed.Detached || len(signed.Signers) != 1 {
		return nil, nil, errUnsigned
	}
	signer := signed.Signers[0]
	if !signer.Attributes || signer.SigningTime.IsZero() {
		return nil, nil, errUnsigned
	}
	return signed, signer, nil
}

// From checks that body was signed by the department at e, lately, in the form that is registered for it. ErrKeys in the chain means that
// nothing is known: the message may be good, and should come again.
func (t *Trust) From(ctx context.Context, e *Endpoint, signature string, body []byte) error {
	form := cmp.Or(e.Signature, FormJWS)
	switch {
	case signature != "" && formOf(signature) != form:
		return errForm
	case form == FormCMS:
		return t.registered(ctx, e.Code, signature, body, t.window())
	}
	return t.Verify(ctx, e.jwks(), signature, body)
}

// registered checks by the certificates that staff have registered for a department.
func (t *Trust) registered(ctx context.Context, code, signature string, body []byte, age time.Duration) error {
	if t.DB == nil {
		return fmt.Errorf("%w: no certificates are at hand", ErrKeys)
	}
	all, err := certificatesOf(ctx, t.DB, code)
	if err != nil {
		return errors.Join(ErrKeys, err)
	}
	cert, err := t.verifyCMS(all, signature, body, age)
	if err != nil {
		return err
	}
	if err := noteCertificate(ctx, t.DB, code, Fingerprint(cert), t.Now(), t.Now().Add(-keyNoted)); err != nil {
		return errors.Join(ErrKeys, err)
	}
	return nil
}

// WrongWith says why a certificate cannot sign for a department, "" when it can.
func WrongWith(c *gost.Certificate, now time.Time) string {
	if now.Before(c.NotBefore) {
		return "it is not good yet"
	}
	return map[string]string{
		"departments_certificate.not_gost":        "its key is not of GOST R 34.10-2012",
		"departments_certificate.expired_already": "it has expired",
		"departments_certificate.not_signing":     "it is an authority's, or its key is not for signatures",
	}[checkCertificate(c, now)]
}

// checkCertificate tells by a key of texts why a certificate cannot sign for a department.
func checkCertificate(c *gost.Certificate, now time.Time) string {
	const signs = x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment
	_, ok := c.Public.(*gost.PublicKey)
	switch {
	case !ok:
		return "departments_certificate.not_gost"
	case now.After(c.NotAfter):
		return "departments_certificate.expired_already"
	case c.IsCA, c.KeyUsage != 0 && c.KeyUsage&signs == 0:
		return "departments_certificate.not_signing"
	}
	return ""
}
