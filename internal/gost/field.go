package gost

import (
	"encoding/binary"
	"math/big"
	"math/bits"
	"slices"
)

// limbs is the most words that a number has: 512 bits.
const limbs = 8

// element is a number below a modulus, least word first. What it means, itself or its Montgomery form x·2^(64n), is said where
// it is used.
type element [limbs]uint64

// field is arithmetic modulo an odd number of n words. Elements are in Montgomery form. None of its operations branches on, or
// looks up by, the numbers that it works on.
type field struct {
	n       int
	modulus element
	inverse uint64  // -1/modulus modulo 2^64
	square  element // 2^(128n): brings a number to Montgomery form
	one     element // in Montgomery form
	invert  element // modulus-2, the exponent of Fermat's inverse: the modulus is a prime
}

func newField(modulus *big.Int, n int) *field {
	f := &field{n: n, modulus: words(modulus)}
	f.inverse = 1
	for range 6 { // each step of Newton's iteration doubles the right bits of 1/modulus, from one
		f.inverse *= 2 - f.modulus[0]*f.inverse
	}
	f.inverse = -f.inverse
	power := new(big.Int).Lsh(big.NewInt(1), uint(128*n))
	f.square = words(power.Mod(power, modulus))
	f.one = f.mul(&f.square, &element{1})
	f.invert = words(new(big.Int).Sub(modulus, big.NewInt(2)))
	return f
}

func words(x *big.Int) (z element) {
	return fromBytes(x.FillBytes(make([]byte, 8*limbs)))
}

// fromBytes reads a big-endian number of at most 64 bytes.
func fromBytes(raw []byte) (z element) {
	var padded [8 * limbs]byte
	copy(padded[len(padded)-len(raw):], raw)
	for i := range z {
		z[i] = binary.BigEndian.Uint64(padded[8*(limbs-1-i):])
	}
	return z
}

// fromLittle reads a little-endian number of at most 64 bytes.
func fromLittle(raw []byte) element {
	raw = slices.Clone(raw)
	slices.Reverse(raw)
	return fromBytes(raw)
}

// bytes writes a number big-endian, in size bytes.
func (x *element) bytes(size int) []byte {
	var raw []byte
	for i := size/8 - 1; i >= 0; i-- {
		raw = binary.BigEndian.AppendUint64(raw, x[i])
	}
	return raw
}

// little writes a number little-endian, in size bytes.
func (x *element) little(size int) []byte {
	raw := x.bytes(size)
	slices.Reverse(raw)
	return raw
}

func (x *element) zero() bool {
	var any uint64
	for _, word := range x {
		any |= word
	}
	return any == 0
}

// mont brings any number of n words to Montgomery form, reducing it.
func (f *field) mont(x *element) element { return f.mul(x, &f.square) }

// plain brings an element out of Montgomery form.
func (f *field) plain(x *element) element { return f.mul(x, &element{1}) }

// below tells whether a number is less than the modulus.
func (f *field) below(x *element) bool {
	var borrow uint64
	for i := range f.modulus {
		_, borrow = bits.Sub64(x[i], f.modulus[i], borrow)
	}
	return borrow == 1
}

// reduced takes a number below twice the modulus, whose highest word is carry, below the modulus.
func (f *field) reduced(x *element, carry uint64) (z element) {
	var borrow uint64
	for i := range f.n {
		z[i&7], borrow = bits.Sub64(x[i&7], f.modulus[i&7], borrow)
	}
	_, borrow = bits.Sub64(carry, 0, borrow)
	keep := -borrow // all ones when the number was below the modulus
	for i := range z {
		z[i] ^= keep & (z[i] ^ x[i])
	}
	return z
}

func (f *field) add(x, y *element) (z element) {
	var carry uint64
	for i := range f.n {
		z[i&7], carry = bits.Add64(x[i&7], y[i&7], carry)
	}
	return f.reduced(&z, carry)
}

func (f *field) sub(x, y *element) (z element) {
	var borrow, carry uint64
	for i := range f.n {
		z[i&7], borrow = bits.Sub64(x[i&7], y[i&7], borrow)
	}
	below := -borrow
	for i := range f.n {
		z[i&7], carry = bits.Add64(z[i&7], f.modulus[i&7]&below, carry)
	}
	return z
}

// mul is Montgomery's product x·y/2^(64n): each word of y adds its row, and a multiple of the modulus that clears the lowest word.
func (f *field) mul(x, y *element) element {
	var t element
	var top uint64
	n := f.n
	for i := range n {
		var carry, high, low, c uint64
		word := y[i&7]
		for j := range n {
			high, low = bits.Mul64(x[j&7], word)
			low, c = bits.Add64(low, t[j&7], 0)
			high += c
			t[j&7], c = bits.Add64(low, carry, 0)
			carry = high + c
		}
		sum, over := bits.Add64(top, carry, 0)
		factor := t[0] * f.inverse
		high, low = bits.Mul64(factor, f.modulus[0])
		_, c = bits.Add64(low, t[0], 0)
		carry = high + c
		for j := 1; j < n; j++ {
			high, low = bits.Mul64(factor, f.modulus[j&7])
			low, c = bits.Add64(low, t[j&7], 0)
			high += c
			t[(j-1)&7], c = bits.Add64(low, carry, 0)
			carry = high + c
		}
		t[(n-1)&7], c = bits.Add64(sum, carry, 0)
		top = over + c
	}
	return f.reduced(&t, top)
}

// inv is 1/x, and 0 of 0.
func (f *field) inv(x *element) element {
	z := f.one
	for i := 64*f.n - 1; i >= 0; i-- {
		z = f.mul(&z, &z)
		if f.invert[i/64]>>(i%64)&1 == 1 { // the modulus is no secret
			z = f.mul(&z, x)
		}
	}
	return z
}
