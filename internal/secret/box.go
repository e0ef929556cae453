package secret

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
)

// KeySize is the length of a box's key in bytes.
const KeySize = 32

// A sealed value is: format (1 byte), key id (4), nonce (12), ciphertext with tag (16 more than the plain text).
const (
	formatGCM = 1
	idSize    = 4
	nonceSize = 12
	headSize  = 1 + idSize + nonceSize
)

// ErrSealed is the error of a value that cannot be opened: changed, moved to another row, or sealed by a key we do not have.
var ErrSealed = errors.New("sealed value cannot be opened")

// Box seals values for the database. It is safe for concurrent use.
type Box struct {
	keys  []boxKey // the first seals, all open
	blind []byte
}

type boxKey struct {
	id   []byte
	aead cipher.AEAD
}

// NewBox takes 32-byte random keys, the newest first. The first seals; the others only open what was sealed before. To rotate,
// put a new key in front, seal the Stale values again, and drop the old key. Blind goes by the last key, so that the new one
// does not make every search miss: before the last key is dropped, the blind columns must be computed again.
//
// AES-GCM with random nonces is good for 2^32 values per key (NIST SP 800-38D, 8.3).
func NewBox(keys ...[]byte) (*Box, error) {
	if len(keys) == 0 {
		return nil, errors.New("a box needs a key")
	}
	b := &Box{}
	for _, key := range keys {
		k, err := newBoxKey(key)
		if err != nil {
			return nil, err
		}
		b.keys = append(b.keys, k)
	}
	var err error
	b.blind, err = derive(keys[len(keys)-1], "blind", KeySize)
	return b, err
}

func newBoxKey(key []byte) (boxKey, error) {
	if len(key) != KeySize {
		return boxKey{}, fmt.Errorf("a box's key has %d bytes, got %d", KeySize, len(key))
	}
	id, err := derive(key, "id", idSize)
	if err != nil {
		return boxKey{}, err
	}
	sub, err := derive(key, "seal", KeySize)
	if err != nil {
		return boxKey{}, err
	}
	block, err := aes.NewCipher(sub)
	if err != nil {
		return boxKey{}, err
	}
	aead, err := cipher.NewGCM(block)
	return boxKey{id, aead}, err
}

// derive makes independent keys of one (RFC 5869), so that no key serves two algorithms.
func derive(key []byte, use string, size int) ([]byte, error) {
	return hkdf.Key(sha256.New, key, nil, "tamga/"+use, size)
}

// Seal encrypts plain. The additional data are not stored but must be the same in Open: give what names the place (table,
// column, row id), and a value copied to another row does not open there.
func (b *Box) Seal(plain, aad []byte) []byte {
	k := b.keys[0]
	out := make([]byte, headSize, headSize+len(plain)+k.aead.Overhead())
	out[0] = formatGCM
	copy(out[1:], k.id)
	nonce := out[1+idSize : headSize]
	rand.Read(nonce) // never fails: it ends the process instead
	return k.aead.Seal(out, nonce, plain, aad)
}

// Open decrypts what Seal made with the same additional data, or returns ErrSealed.
func (b *Box) Open(sealed, aad []byte) ([]byte, error) {
	if len(sealed) < headSize || sealed[0] != formatGCM {
		return nil, fmt.Errorf("%w: not ours", ErrSealed)
	}
	for _, k := range b.keys {
		if !bytes.Equal(k.id, sealed[1:1+idSize]) {
			continue
		}
		plain, err := k.aead.Open(nil, sealed[1+idSize:headSize], sealed[headSize:], aad)
		if err != nil {
			return nil, fmt.Errorf("%w: changed, or not in its place", ErrSealed)
		}
		return plain, nil
	}
	return nil, fmt.Errorf("%w: its key %x is not given", ErrSealed, sealed[1:1+idSize])
}

// Stale tells whether a value was sealed by an older key and should be sealed again.
func (b *Box) Stale(sealed []byte) bool {
	return len(sealed) < headSize || !bytes.Equal(b.keys[0].id, sealed[1:1+idSize])
}

// Blind returns a keyed hash (HMAC-SHA256, 32 bytes) by which an equal value is found without opening any. The caller brings
// the value to its canonical form. Start it with the kind of the value ("snils:"), or equal numbers of two kinds look alike.
func (b *Box) Blind(value string) []byte {
	mac := hmac.New(sha256.New, b.blind)
	mac.Write([]byte(value))
	return mac.Sum(nil)
}
