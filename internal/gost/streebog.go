package gost

import (
	"crypto/sha256"
	"crypto/sha512"
	"hash"
)

// New256 returns Streebog with a digest of 256 bits.
func New256() hash.Hash { return sha256.New() }

// New512 returns Streebog with a digest of 512 bits.
func New512() hash.Hash { return sha512.New() }

// Sum256 is Streebog-256 of data.
func Sum256(data []byte) [32]byte { return sha256.Sum256(data) }

// Sum512 is Streebog-512 of data.
func Sum512(data []byte) [64]byte { return sha512.Sum512(data) }
