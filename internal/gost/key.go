package gost

import (
	"crypto"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
)

// PublicKey is a point of a curve that verifies signatures.
type PublicKey struct {
	Curve *Curve
	point point // Z is 1
}

// NewPublicKey reads X‖Y, each little-endian, and refuses a point that is not on the curve or not of the signature's group.
func NewPublicKey(curve *Curve, raw []byte) (*PublicKey, error) {
	if len(raw) != 2*curve.size {
		return nil, fmt.Errorf("gost: a public key of %d bytes, not %d", len(raw), 2*curve.size)
	}
	x, y := fromLittle(raw[:curve.size]), fromLittle(raw[curve.size:])
	if !curve.p.below(&x) || !curve.p.below(&y) {
		return nil, errors.New("gost: a coordinate beyond the field")
	}
	m := point{curve.p.mont(&x), curve.p.mont(&y), curve.p.one}
	if !curve.contains(&m) {
		return nil, errors.New("gost: a public key that is not a point of its curve")
	}
	return &PublicKey{curve, m}, nil
}

// Bytes returns X‖Y, each little-endian.
func (k *PublicKey) Bytes() []byte {
	x, y := k.Curve.affine(&k.point)
	return append(x.little(k.Curve.size), y.little(k.Curve.size)...)
}

// Equal tells whether x is the same point of the same curve, under whatever name of the curve.
func (k *PublicKey) Equal(x crypto.PublicKey) bool {
	other, ok := x.(*PublicKey)
	return ok && k.Curve.group == other.Curve.group && k.point == other.point
}

// PrivateKey signs. It is a crypto.Signer.
type PrivateKey struct {
	PublicKey
	d element // below the order
}

// GenerateKey makes a key.
func GenerateKey(random io.Reader, curve *Curve) (*PrivateKey, error) {
	d, err := curve.randomScalar(random)
	if err != nil {
		return nil, err
	}
	return newPrivateKey(curve, &d), nil
}

// NewPrivateKey takes the little-endian number of a private key. A number beyond the group's order, which some tools make for
// curves of a small order, is the same key as its remainder.
func NewPrivateKey(curve *Curve, raw []byte) (*PrivateKey, error) {
	if len(raw) != curve.size {
		return nil, fmt.Errorf("gost: a private key of %d bytes, not %d", len(raw), curve.size)
	}
	d := fromLittle(raw)
	d = curve.q.mont(&d)
	d = curve.q.plain(&d)
	if d.zero() {
		return nil, errors.New("gost: a private key of zero")
	}
	return newPrivateKey(curve, &d), nil
}

func newPrivateKey(curve *Curve, d *element) *PrivateKey {
	m := curve.mulBase(d)
	x, y := curve.affine(&m)
	return &PrivateKey{PublicKey{curve, point{curve.p.mont(&x), curve.p.mont(&y), curve.p.one}}, *d}
}

// Bytes returns the little-endian number of the key.
func (k *PrivateKey) Bytes() []byte { return k.d.little(k.Curve.size) }

// Public returns the *PublicKey.
func (k *PrivateKey) Public() crypto.PublicKey { return &k.PublicKey }

// Equal tells whether x is the same private key.
func (k *PrivateKey) Equal(x crypto.PrivateKey) bool {
	other, ok := x.(*PrivateKey)
	return ok && k.PublicKey.Equal(&other.PublicKey) && subtle.ConstantTimeCompare(k.Bytes(), other.Bytes()) == 1
}

// Sign is the method of crypto.Signer; the options are not looked at.
func (k *PrivateKey) Sign(random io.Reader, digest []byte, _ crypto.SignerOpts) ([]byte, error) {
	return Sign(random, k, digest)
}
