package journal

import (
	"crypto/sha256"
	"math/bits"
)

const hashSize = sha256.Size

// hashLeaf and hashNode are those of RFC 6962, 2.1: the first byte keeps a node from being passed off as a leaf.
func hashLeaf(data []byte) []byte {
	h := sha256.New()
	h.Write([]byte{0})
	h.Write(data)
	return h.Sum(nil)
}

func hashNode(left, right []byte) []byte {
	h := sha256.New()
	h.Write([]byte{1})
	h.Write(left)
	h.Write(right)
	return h.Sum(nil)
}

// merkleRoot is the Merkle tree hash of RFC 6962 over leaf hashes. One row's place in a block can so be proved by a dozen
// hashes, without showing the other rows.
func merkleRoot(leaves [][]byte) []byte {
	switch n := len(leaves); n {
	case 0:
		sum := sha256.Sum256(nil)
		return sum[:]
	case 1:
		return leaves[0]
	default:
		split := 1 << (bits.Len(uint(n-1)) - 1) // the greatest power of two below n
		return hashNode(merkleRoot(leaves[:split]), merkleRoot(leaves[split:]))
	}
}
