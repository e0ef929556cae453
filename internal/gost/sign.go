package gost

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"math/bits"
)

// Sign returns s‖r, each big-endian: 64 bytes for a key of 256 bits, 128 for 512. The digest is Sum256 or Sum512 of the message.
// Random is crypto/rand.Reader when nil; a predictable one gives the key away.
func Sign(random io.Reader, key *PrivateKey, digest []byte) ([]byte, error) {
	if len(digest) != key.Curve.size {
		return nil, fmt.Errorf("gost: a digest of %d bytes, not %d", len(digest), key.Curve.size)
	}
	for {
		nonce, err := key.Curve.randomScalar(random)
		if err != nil {
			return nil, err
		}
		if signature := key.signWith(&nonce, digest); signature != nil {
			return signature, nil
		}
	}
}

// signWith is RFC 7091, 6.1; nil in the one case of 2^256 that asks for another nonce.
func (k *PrivateKey) signWith(nonce *element, digest []byte) []byte {
	g, q := k.Curve.group, k.Curve.q
	m := g.mulBase(nonce)
	x, _ := g.affine(&m)
	r := q.mont(&x)
	d, n, e := q.mont(&k.d), q.mont(nonce), g.hashed(digest)
	left, right := q.mul(&r, &d), q.mul(&n, &e)
	s := q.add(&left, &right)
	if r.zero() || s.zero() {
		return nil
	}
	r, s = q.plain(&r), q.plain(&s)
	return append(s.bytes(g.size), r.bytes(g.size)...)
}

// Verify tells whether signature (s‖r) is of digest by the owner of key (RFC 7091, 6.2).
func Verify(key *PublicKey, digest, signature []byte) bool {
	g, q := key.Curve.group, key.Curve.q
	if len(digest) != g.size || len(signature) != 2*g.size {
		return false
	}
	s, r := fromBytes(signature[:g.size]), fromBytes(signature[g.size:])
	if s.zero() || r.zero() || !q.below(&s) || !q.below(&r) {
		return false
	}
	e := g.hashed(digest)
	v, negative := q.inv(&e), q.sub(&element{}, &r)
	s, negative = q.mont(&s), q.mont(&negative)
	s, negative = q.mul(&s, &v), q.mul(&negative, &v)
	s, negative = q.plain(&s), q.plain(&negative)
	left, right := g.mulBase(&s), g.mulPublic(&key.point, &negative)
	m := g.add(&left, &right)
	if m.z.zero() {
		return false
	}
	x, _ := g.affine(&m)
	x = q.mont(&x)
	return q.plain(&x) == r
}

// hashed is the number e of a digest, in Montgomery form: never zero.
func (g *group) hashed(digest []byte) element {
	e := fromLittle(digest)
	e = g.q.mont(&e)
	if e.zero() {
		return g.q.one
	}
	return e
}

// randomScalar picks evenly from 1 to the order less one.
func (g *group) randomScalar(random io.Reader) (element, error) {
	if random == nil {
		random = rand.Reader
	}
	raw := make([]byte, g.size)
	for range 256 { // one try in two at the worst is good
		if _, err := io.ReadFull(random, raw); err != nil {
			return element{}, fmt.Errorf("gost: no random number: %w", err)
		}
		k, top := fromBytes(raw), g.q.n-1
		k[top] &= 1<<bits.Len64(g.q.modulus[top]) - 1
		if g.q.below(&k) && !k.zero() {
			return k, nil
		}
	}
	return element{}, errors.New("gost: the source of random numbers is broken")
}
