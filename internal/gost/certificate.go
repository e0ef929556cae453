package gost

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"fmt"
)

// ErrSignature is the error of a signature that is not of the key in question.
var ErrSignature = errors.New("gost: the signature is not of this key")

// Certificate is an X.509 certificate of an RSA, ECDSA or GOST key. The embedded fields are the standard library's; of its
// methods only CheckIssuedBy, VerifyMessage and VerifyChain of ours know GOST.
type Certificate struct {
	*x509.Certificate
	Public any     // *rsa.PublicKey, *ecdsa.PublicKey or *PublicKey
	Holder Subject // the subject's fields by their Russian meaning

	signedWith asn1.ObjectIdentifier
}

// ParseCertificate reads one certificate in DER.
func ParseCertificate(der []byte) (*Certificate, error) {
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	var outer struct {
		TBS       asn1.RawValue
		Algorithm pkix.AlgorithmIdentifier
		Signature asn1.BitString
	}
	if err := unmarshal(der, &outer); err != nil {
		return nil, err
	}
	public, err := ParsePublicKey(parsed.RawSubjectPublicKeyInfo)
	if err != nil {
		return nil, err
	}
	return &Certificate{parsed, public, holder(parsed.Subject), outer.Algorithm.Algorithm}, nil
}

// ParseCertificates reads one certificate in DER, or all those of a PEM file.
func ParseCertificates(file []byte) (list []*Certificate, err error) {
	block, rest := pem.Decode(file)
	if block == nil {
		c, err := ParseCertificate(file)
		if err != nil {
			return nil, err
		}
		return []*Certificate{c}, nil
	}
	for ; block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "CERTIFICATE" {
			continue
		}
		c, err := ParseCertificate(block.Bytes)
		if err != nil {
			return nil, err
		}
		list = append(list, c)
	}
	if list == nil {
		return nil, errors.New("gost: no certificate in the file")
	}
	return list, nil
}

// CheckIssuedBy checks that issuer's key signed the certificate. It looks at nothing else: VerifyChain does.
func (c *Certificate) CheckIssuedBy(issuer *Certificate) error {
	return issuer.checkSigned(c.signedWith, c.SignatureAlgorithm, c.RawTBSCertificate, c.Signature)
}

// checkSigned checks what the certificate's key has signed: a certificate or a list of revoked ones.
func (c *Certificate) checkSigned(with asn1.ObjectIdentifier, algorithm x509.SignatureAlgorithm, signed, signature []byte) error {
	size := 0
	switch {
	case with.Equal(OIDSignature256):
		size = 32
	case with.Equal(OIDSignature512):
		size = 64
	default:
		return c.CheckSignature(algorithm, signed, signature)
	}
	key, ok := c.Public.(*PublicKey)
	if !ok || key.Curve.size != size || !Verify(key, key.Digest(signed), signature) {
		return ErrSignature
	}
	return nil
}

// Digest is Streebog of the message, as long as signatures of the key want it.
func (k *PublicKey) Digest(message []byte) []byte {
	if k.Curve.size == 64 {
		sum := Sum512(message)
		return sum[:]
	}
	sum := Sum256(message)
	return sum[:]
}

// VerifyMessage checks a bare signature of the message by the certificate's key: s‖r over Streebog for GOST, PKCS #1 v1.5 over
// SHA-256 for RSA, ASN.1 over SHA-256 for ECDSA.
func (c *Certificate) VerifyMessage(message, signature []byte) error {
	sum := sha256.Sum256(message)
	good := false
	switch key := c.Public.(type) {
	case *PublicKey:
		good = Verify(key, key.Digest(message), signature)
	case *rsa.PublicKey:
		good = rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], signature) == nil
	case *ecdsa.PublicKey:
		good = ecdsa.VerifyASN1(key, sum[:], signature)
	default:
		return fmt.Errorf("gost: a key of a kind not supported: %T", c.Public)
	}
	if !good {
		return ErrSignature
	}
	return nil
}
