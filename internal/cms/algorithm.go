package cms

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	_ "crypto/sha1" // for crypto.SHA1, of clients that AllowSHA1 lets in
	_ "crypto/sha256"
	_ "crypto/sha512"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"hash"

	"tamga/internal/gost"
)

// digest is a hash function that messages are signed over.
type digest struct {
	oid  asn1.ObjectIdentifier
	hash crypto.Hash // 0 for Streebog, which the standard library does not know
	new  func() hash.Hash
}

var digests = []digest{
	{asn1.ObjectIdentifier{1, 3, 14, 3, 2, 26}, crypto.SHA1, crypto.SHA1.New},
	{asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}, crypto.SHA256, crypto.SHA256.New},
	{asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 2}, crypto.SHA384, crypto.SHA384.New},
	{asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 3}, crypto.SHA512, crypto.SHA512.New},
	{gost.OIDDigest256, 0, gost.New256},
	{gost.OIDDigest512, 0, gost.New512},
}

func digestOf(a pkix.AlgorithmIdentifier) (digest, error) {
	for _, d := range digests {
		if d.oid.Equal(a.Algorithm) {
			return d, nil
		}
	}
	return digest{}, fmt.Errorf("%w: digest %v", ErrAlgorithm, a.Algorithm)
}

func (d digest) sum(message []byte) []byte {
	h := d.new()
	h.Write(message)
	return h.Sum(nil)
}

var (
	oidRSA   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 1}
	oidPSS   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 10}
	oidMGF1  = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 8}
	oidECKey = asn1.ObjectIdentifier{1, 2, 840, 10045, 2, 1}
)

// family is what a signature algorithm is of, and the hash that it names, 0 when it leaves that to the digest algorithm.
type family struct {
	oid  asn1.ObjectIdentifier
	key  string
	hash crypto.Hash
}

var families = []family{
	{oidRSA, "RSA", 0},
	{oidPSS, "RSA", 0},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 5}, "RSA", crypto.SHA1},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 11}, "RSA", crypto.SHA256},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 12}, "RSA", crypto.SHA384},
	{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 13}, "RSA", crypto.SHA512},
	{oidECKey, "ECDSA", 0},
	{asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 1}, "ECDSA", crypto.SHA1},
	{asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2}, "ECDSA", crypto.SHA256},
	{asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 3}, "ECDSA", crypto.SHA384},
	{asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 4}, "ECDSA", crypto.SHA512},
	{gost.OIDKey256, "GOST 256", 0},
	{gost.OIDSignature256, "GOST 256", 0},
	{gost.OIDKey512, "GOST 512", 0},
	{gost.OIDSignature512, "GOST 512", 0},
}

// kind names the family of a certificate's key, with the digest that alone goes with a GOST key.
func kind(key any) (name string, only asn1.ObjectIdentifier) {
	switch k := key.(type) {
	case *rsa.PublicKey:
		return "RSA", nil
	case *ecdsa.PublicKey:
		return "ECDSA", nil
	case *gost.PublicKey:
		if k.Curve.Size() == 64 {
			return "GOST 512", gost.OIDDigest512
		}
		return "GOST 256", gost.OIDDigest256
	}
	return fmt.Sprintf("%T", key), nil
}

// check checks a signature over a sum by the algorithm that the message names.
func check(a pkix.AlgorithmIdentifier, d digest, key any, sum, signature []byte) error {
	have, only := kind(key)
	for _, f := range families {
		if !f.oid.Equal(a.Algorithm) {
			continue
		}
		if f.key != have {
			return fmt.Errorf("%w: a signature of %s, a certificate of %s", ErrSignature, f.key, have)
		}
		if f.hash != 0 && f.hash != d.hash || only != nil && !only.Equal(d.oid) || only == nil && d.hash == 0 {
			return fmt.Errorf("%w: %v with digest %v", ErrAlgorithm, a.Algorithm, d.oid)
		}
		if f.oid.Equal(oidPSS) {
			return checkPSS(a, d, key.(*rsa.PublicKey), sum, signature)
		}
		if !verified(d, key, sum, signature) {
			return ErrSignature
		}
		return nil
	}
	return fmt.Errorf("%w: signature %v", ErrAlgorithm, a.Algorithm)
}

func verified(d digest, key any, sum, signature []byte) bool {
	switch k := key.(type) {
	case *rsa.PublicKey:
		return rsa.VerifyPKCS1v15(k, d.hash, sum, signature) == nil
	case *ecdsa.PublicKey:
		return ecdsa.VerifyASN1(k, sum, signature)
	case *gost.PublicKey:
		return gost.Verify(k, sum, signature)
	}
	return false
}

// checkPSS reads RSASSA-PSS-params of RFC 4055: one and the same hash throughout, named: what is left
// out stands for SHA-1, which is not taken.
func checkPSS(a pkix.AlgorithmIdentifier, d digest, key *rsa.PublicKey, sum, signature []byte) error {
	var p struct {
		Hash pkix.AlgorithmIdentifier `asn1:"explicit,optional,tag:0"`
		Mask struct {
			Algorithm asn1.ObjectIdentifier
			Hash      pkix.AlgorithmIdentifier
		} `asn1:"explicit,optional,tag:1"`
		Salt    int `asn1:"explicit,optional,tag:2,default:20"`
		Trailer int `asn1:"explicit,optional,tag:3,default:1"`
	}
	if err := unmarshal(a.Parameters.FullBytes, &p); err != nil {
		return err
	}
	if !p.Hash.Algorithm.Equal(d.oid) || !p.Mask.Algorithm.Equal(oidMGF1) || !p.Mask.Hash.Algorithm.Equal(d.oid) || p.Trailer != 1 || p.Salt < 0 {
		return fmt.Errorf("%w: parameters of RSASSA-PSS", ErrAlgorithm)
	}
	if rsa.VerifyPSS(key, d.hash, sum, signature, &rsa.PSSOptions{SaltLength: p.Salt}) != nil {
		return ErrSignature
	}
	return nil
}
