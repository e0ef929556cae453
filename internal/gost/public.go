package gost

import (
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
)

// Identifiers of GOST R 34.10-2012 and 34.11-2012 (RFC 9215). By the length of a key, 256 or 512 bits: of the key itself, of the
// hash, of a signature with the hash.
var (
	OIDKey256       = asn1.ObjectIdentifier{1, 2, 643, 7, 1, 1, 1, 1}
	OIDKey512       = asn1.ObjectIdentifier{1, 2, 643, 7, 1, 1, 1, 2}
	OIDDigest256    = asn1.ObjectIdentifier{1, 2, 643, 7, 1, 1, 2, 2}
	OIDDigest512    = asn1.ObjectIdentifier{1, 2, 643, 7, 1, 1, 2, 3}
	OIDSignature256 = asn1.ObjectIdentifier{1, 2, 643, 7, 1, 1, 3, 2}
	OIDSignature512 = asn1.ObjectIdentifier{1, 2, 643, 7, 1, 1, 3, 3}
)

// curveParameters are GostR3410-2012-PublicKeyParameters of RFC 9215, 4.2.
type curveParameters struct {
	Curve  asn1.ObjectIdentifier
	Digest asn1.ObjectIdentifier `asn1:"optional"`
}

type publicKeyInfo struct {
	Algorithm pkix.AlgorithmIdentifier
	Key       asn1.BitString
}

// ParsePublicKey reads a SubjectPublicKeyInfo: *rsa.PublicKey, *ecdsa.PublicKey or *PublicKey.
func ParsePublicKey(der []byte) (any, error) {
	var info publicKeyInfo
	if err := unmarshal(der, &info); err != nil {
		return nil, err
	}
	if !gostKey(info.Algorithm.Algorithm) {
		key, err := x509.ParsePKIXPublicKey(der)
		if err != nil {
			return nil, err
		}
		switch key.(type) {
		case *rsa.PublicKey, *ecdsa.PublicKey:
			return key, nil
		}
		return nil, fmt.Errorf("gost: a key of a kind not supported: %T", key)
	}
	curve, err := curveOf(info.Algorithm)
	if err != nil {
		return nil, err
	}
	var point []byte
	if err := unmarshal(info.Key.RightAlign(), &point); err != nil {
		return nil, err
	}
	return NewPublicKey(curve, point)
}

// MarshalPublicKey writes a SubjectPublicKeyInfo.
func MarshalPublicKey(key any) ([]byte, error) {
	k, ok := key.(*PublicKey)
	if !ok {
		return x509.MarshalPKIXPublicKey(key)
	}
	algorithm, err := k.Curve.algorithm()
	if err != nil {
		return nil, err
	}
	point, err := asn1.Marshal(k.Bytes())
	if err != nil {
		return nil, err
	}
	return asn1.Marshal(publicKeyInfo{algorithm, asn1.BitString{Bytes: point, BitLength: 8 * len(point)}})
}

func gostKey(oid asn1.ObjectIdentifier) bool { return oid.Equal(OIDKey256) || oid.Equal(OIDKey512) }

// curveOf finds the curve of a key's algorithm.
func curveOf(algorithm pkix.AlgorithmIdentifier) (*Curve, error) {
	var p curveParameters
	if err := unmarshal(algorithm.Parameters.FullBytes, &p); err != nil {
		return nil, err
	}
	curve := CurveByOID(p.Curve)
	if curve == nil {
		return nil, fmt.Errorf("gost: curve %v is not known", p.Curve)
	}
	if key, digest := curve.identifiers(); !key.Equal(algorithm.Algorithm) || p.Digest != nil && !p.Digest.Equal(digest) {
		return nil, fmt.Errorf("gost: %s does not go with key %v and digest %v", curve.Name, algorithm.Algorithm, p.Digest)
	}
	return curve, nil
}

// algorithm is what names a key of the curve. RFC 9215 wants the digest named for the curves of 2001, and for no others.
func (c *Curve) algorithm() (pkix.AlgorithmIdentifier, error) {
	key, digest := c.identifiers()
	p := curveParameters{Curve: c.OID}
	if c.OID[3] == 2 {
		p.Digest = digest
	}
	raw, err := asn1.Marshal(p)
	return pkix.AlgorithmIdentifier{Algorithm: key, Parameters: asn1.RawValue{FullBytes: raw}}, err
}

func (c *Curve) identifiers() (key, digest asn1.ObjectIdentifier) {
	if c.size == 64 {
		return OIDKey512, OIDDigest512
	}
	return OIDKey256, OIDDigest256
}

var errTrailing = errors.New("gost: bytes after the end")

// unmarshal reads DER to its end.
func unmarshal(der []byte, value any) error {
	rest, err := asn1.Unmarshal(der, value)
	if err == nil && len(rest) > 0 {
		return errTrailing
	}
	return err
}
