package gost

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
)

type privateKeyInfo struct {
	Version   int
	Algorithm pkix.AlgorithmIdentifier
	Key       []byte
	// What may follow (attributes, a copy of the public key) is not needed.
}

// ParsePrivateKey reads a PKCS #8 private key that is not encrypted, in DER or PEM: RSA, ECDSA, and GOST in every form that
// gost-engine writes or reads.
func ParsePrivateKey(file []byte) (crypto.Signer, error) {
	if block, _ := pem.Decode(file); block != nil {
		if block.Type != "PRIVATE KEY" {
			return nil, fmt.Errorf("gost: %q in place of a private key in PKCS #8", block.Type)
		}
		file = block.Bytes
	}
	var info privateKeyInfo
	if err := unmarshal(file, &info); err != nil {
		return nil, err
	}
	if gostKey(info.Algorithm.Algorithm) {
		curve, err := curveOf(info.Algorithm)
		if err != nil {
			return nil, err
		}
		return curve.privateKey(info.Key)
	}
	key, err := x509.ParsePKCS8PrivateKey(file)
	if err != nil {
		return nil, err
	}
	switch k := key.(type) {
	case *rsa.PrivateKey:
		return k, nil
	case *ecdsa.PrivateKey:
		return k, nil
	}
	return nil, fmt.Errorf("gost: a key of a kind not supported: %T", key)
}

// privateKey reads the inside of a PKCS #8 key. Bare bytes are little-endian, and may be masked: the key first, multiplied by
// the inverses of the masks that follow it. In an OCTET STRING they are little-endian, in an INTEGER big-endian, in a SEQUENCE
// masked and followed by the public key.
func (c *Curve) privateKey(raw []byte) (*PrivateKey, error) {
	if len(raw)%c.size == 0 {
		return c.unmasked(raw)
	}
	var outer asn1.RawValue
	if err := unmarshal(raw, &outer); err != nil {
		return nil, err
	}
	if outer.Class != asn1.ClassUniversal {
		return nil, errPrivate
	}
	switch outer.Tag {
	case asn1.TagOctetString:
		return NewPrivateKey(c, outer.Bytes)
	case asn1.TagInteger:
		number := outer.Bytes
		for len(number) > 0 && number[0] == 0 {
			number = number[1:]
		}
		if len(number) > c.size || len(outer.Bytes) > 0 && outer.Bytes[0] > 0x7f {
			return nil, errPrivate
		}
		d := fromBytes(number)
		return NewPrivateKey(c, d.little(c.size))
	case asn1.TagSequence:
		var masked struct{ Key, Public []byte }
		if err := unmarshal(raw, &masked); err != nil {
			return nil, err
		}
		return c.unmasked(masked.Key)
	}
	return nil, errPrivate
}

var errPrivate = errors.New("gost: a private key in a form not known")

// unmasked multiplies a key by its masks.
func (c *Curve) unmasked(raw []byte) (*PrivateKey, error) {
	if len(raw) == 0 || len(raw)%c.size != 0 || len(raw) > 8*c.size {
		return nil, errPrivate
	}
	product := c.q.one
	for part := range slices.Chunk(raw, c.size) {
		factor := fromLittle(part)
		factor = c.q.mont(&factor)
		product = c.q.mul(&product, &factor)
	}
	product = c.q.plain(&product)
	return NewPrivateKey(c, product.little(c.size))
}

// MarshalPrivateKey writes PKCS #8, as OpenSSL and its GOST engine read it.
func MarshalPrivateKey(key crypto.Signer) ([]byte, error) {
	k, ok := key.(*PrivateKey)
	if !ok {
		return x509.MarshalPKCS8PrivateKey(key)
	}
	algorithm, err := k.Curve.algorithm()
	if err != nil {
		return nil, err
	}
	return asn1.Marshal(privateKeyInfo{0, algorithm, k.Bytes()})
}
