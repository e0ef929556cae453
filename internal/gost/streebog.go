package gost

import (
	"encoding/binary"
	"hash"
	"math/bits"
)

// BlockSize is the length of Streebog's block in bytes, for HMAC.
const BlockSize = 64

// block is 512 bits, least word first.
type block [8]uint64

type streebog struct {
	size         int // of the digest in bytes
	h, bits, sum block
	rest         [BlockSize]byte // the start of a block that is not full yet
	restLen      int
}

// New256 returns Streebog with a digest of 256 bits.
func New256() hash.Hash { return newStreebog(32) }

// New512 returns Streebog with a digest of 512 bits.
func New512() hash.Hash { return newStreebog(64) }

// Sum256 is Streebog-256 of data.
func Sum256(data []byte) (sum [32]byte) {
	s := newStreebog(32)
	s.Write(data)
	s.finish(sum[:])
	return sum
}

// Sum512 is Streebog-512 of data.
func Sum512(data []byte) (sum [64]byte) {
	s := newStreebog(64)
	s.Write(data)
	s.finish(sum[:])
	return sum
}

func newStreebog(size int) *streebog {
	s := &streebog{size: size}
	s.Reset()
	return s
}

// Size is the length of the digest in bytes.
func (s *streebog) Size() int { return s.size }

// BlockSize is the length of a block in bytes.
func (s *streebog) BlockSize() int { return BlockSize }

// Reset forgets what was written.
func (s *streebog) Reset() {
	*s = streebog{size: s.size}
	if s.size == 32 {
		for i := range s.h {
			s.h[i] = 0x0101010101010101
		}
	}
}

// Write adds data; it never fails.
func (s *streebog) Write(data []byte) (int, error) {
	written := len(data)
	if s.restLen > 0 {
		n := copy(s.rest[s.restLen:], data)
		s.restLen += n
		data = data[n:]
		if s.restLen < BlockSize {
			return written, nil
		}
		s.take(s.rest[:], 8*BlockSize)
		s.restLen = 0
	}
	for ; len(data) >= BlockSize; data = data[BlockSize:] {
		s.take(data[:BlockSize], 8*BlockSize)
	}
	s.restLen = copy(s.rest[:], data)
	return written, nil
}

// Sum appends the digest of what was written so far; more may be written after it.
func (s *streebog) Sum(to []byte) []byte {
	end := *s
	digest := make([]byte, s.size)
	end.finish(digest)
	return append(to, digest...)
}

// take compresses one block of data, of which so many bits are the message's.
func (s *streebog) take(data []byte, length uint64) {
	var m block
	for i := range m {
		m[i] = binary.LittleEndian.Uint64(data[8*i:])
	}
	s.h.compress(&s.bits, &m)
	s.bits.add(&block{length})
	s.sum.add(&m)
}

func (s *streebog) finish(digest []byte) {
	clear(s.rest[s.restLen:])
	s.rest[s.restLen] = 1
	s.take(s.rest[:], uint64(8*s.restLen))
	var zero block
	s.h.compress(&zero, &s.bits)
	s.h.compress(&zero, &s.sum)
	for i, word := range s.h[8-s.size/8:] {
		binary.LittleEndian.PutUint64(digest[8*i:], word)
	}
}

// compress is g_N of RFC 6986, 8: h becomes E(LPS(h ⊕ n), m) ⊕ h ⊕ m.
func (h *block) compress(n, m *block) {
	key, state := h.mixed(n), *m
	for i := range constants {
		state = state.mixed(&key)
		key = key.mixed(&constants[i])
	}
	for i := range h {
		h[i] ^= state[i] ^ key[i] ^ m[i]
	}
}

// mixed is LPS(x ⊕ y).
func (x *block) mixed(y *block) (z block) {
	w0, w1, w2, w3 := x[0]^y[0], x[1]^y[1], x[2]^y[2], x[3]^y[3]
	w4, w5, w6, w7 := x[4]^y[4], x[5]^y[5], x[6]^y[6], x[7]^y[7]
	for i := range z {
		z[i] = lookup[0][byte(w0)] ^ lookup[1][byte(w1)] ^ lookup[2][byte(w2)] ^ lookup[3][byte(w3)] ^
			lookup[4][byte(w4)] ^ lookup[5][byte(w5)] ^ lookup[6][byte(w6)] ^ lookup[7][byte(w7)]
		w0, w1, w2, w3, w4, w5, w6, w7 = w0>>8, w1>>8, w2>>8, w3>>8, w4>>8, w5>>8, w6>>8, w7>>8
	}
	return z
}

// add adds modulo 2^512.
func (x *block) add(y *block) {
	var carry uint64
	for i := range x {
		x[i], carry = bits.Add64(x[i], y[i], carry)
	}
}
