package gost

import (
	"crypto"
	"crypto/x509"
	"errors"
	"io"
	"time"
)

// Certificate is an X.509 certificate of an RSA, ECDSA or GOST key. The embedded fields are those of the standard library,
// except that its methods that check signatures know no GOST: use ours.
type Certificate struct {
	*x509.Certificate
	Public any     // *rsa.PublicKey, *ecdsa.PublicKey or *PublicKey
	Holder Subject // the subject's fields by their Russian meaning
}

// Subject is the holder of a Russian certificate. Absent fields are empty.
type Subject struct {
	CommonName   string
	Surname      string
	GivenName    string // first name and patronymic
	Organization string
	Title        string
	Email        string
	SNILS        string // 11 digits
	INN          string // of a person or a sole proprietor, 12 digits
	LegalINN     string // of a legal entity, 10 digits
	OGRN         string
	OGRNIP       string
}

// ParseCertificate reads one certificate in DER.
func ParseCertificate(der []byte) (*Certificate, error) { return nil, errNotYet }

// ParseCertificates reads one certificate in DER, or all those of a PEM file.
func ParseCertificates(file []byte) ([]*Certificate, error) { return nil, errNotYet }

// CheckIssuedBy checks that issuer signed the certificate. It looks at the signature alone: VerifyChain looks at the rest.
func (c *Certificate) CheckIssuedBy(issuer *Certificate) error { return errNotYet }

// VerifyMessage checks a bare signature of the message by the certificate's key: s‖r over Streebog for GOST, PKCS #1 v1.5 over
// SHA-256 for RSA, ASN.1 over SHA-256 for ECDSA.
func (c *Certificate) VerifyMessage(message, signature []byte) error { return errNotYet }

// VerifyChain builds a chain from c to one of roots through between, and checks dates, signatures and the right to issue at the
// moment at. It does not ask for revocation, names of hosts or purposes of keys.
func VerifyChain(c *Certificate, roots []*Certificate, at time.Time, between ...*Certificate) error {
	return errNotYet
}

// Template says what a certificate to be made will hold.
type Template struct {
	Holder    Subject
	NotBefore time.Time
	NotAfter  time.Time
	CA        bool
}

// Issue makes a certificate of the public key, signed by the issuer's key. Without an issuer it is self-signed.
func Issue(random io.Reader, t Template, public crypto.PublicKey, issuer *Certificate, key crypto.Signer) (*Certificate, error) {
	return nil, errNotYet
}

// ParsePrivateKey reads a PKCS #8 private key (DER or PEM): GOST in every form that gost-engine writes or reads, RSA, ECDSA.
func ParsePrivateKey(file []byte) (crypto.Signer, error) { return nil, errNotYet }

// MarshalPrivateKey writes PKCS #8, as OpenSSL and its GOST engine read it.
func MarshalPrivateKey(key crypto.Signer) ([]byte, error) { return nil, errNotYet }

// ParsePublicKey reads a SubjectPublicKeyInfo: *rsa.PublicKey, *ecdsa.PublicKey or *PublicKey.
func ParsePublicKey(der []byte) (any, error) { return nil, errNotYet }

// MarshalPublicKey writes a SubjectPublicKeyInfo.
func MarshalPublicKey(key any) ([]byte, error) { return nil, errNotYet }

var errNotYet = errors.New("gost: not built yet")
