package gost

import (
	"crypto"
	"errors"
	"io"
)

var errNotYet = errors.New("gost: not built yet")

// PublicKey is a point of a curve that verifies signatures.
type PublicKey struct {
	Curve *Curve
}

// NewPublicKey reads X‖Y, each little-endian, and refuses a point that is not on the curve or not of the signature's group.
func NewPublicKey(curve *Curve, raw []byte) (*PublicKey, error) { return nil, errNotYet }

// Bytes returns X‖Y, each little-endian.
func (k *PublicKey) Bytes() []byte { return nil }

// Equal tells whether x is the same point of the same curve.
func (k *PublicKey) Equal(x crypto.PublicKey) bool { return false }

// PrivateKey signs. It is a crypto.Signer.
type PrivateKey struct {
	PublicKey
}

// GenerateKey makes a key.
func GenerateKey(random io.Reader, curve *Curve) (*PrivateKey, error) { return nil, errNotYet }

// NewPrivateKey takes the little-endian number of a private key.
func NewPrivateKey(curve *Curve, raw []byte) (*PrivateKey, error) { return nil, errNotYet }

// Bytes returns the little-endian number of the key.
func (k *PrivateKey) Bytes() []byte { return nil }

// Public returns the *PublicKey.
func (k *PrivateKey) Public() crypto.PublicKey { return &k.PublicKey }

// Sign is the method of crypto.Signer; the options are not looked at.
func (k *PrivateKey) Sign(random io.Reader, digest []byte, _ crypto.SignerOpts) ([]byte, error) {
	return Sign(random, k, digest)
}

// Sign returns s‖r, each big-endian: 64 bytes for a key of 256 bits, 128 for 512. The digest is Sum256 or Sum512 of the message.
func Sign(random io.Reader, key *PrivateKey, digest []byte) ([]byte, error) { return nil, errNotYet }

// Verify tells whether signature (s‖r) is of digest by the owner of key.
func Verify(key *PublicKey, digest, signature []byte) bool { return false }
