package secret

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"runtime"
	"strings"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"
)

// cost is a setting of argon2id.
type cost struct {
	memory  uint32 // KiB
	passes  uint32
	threads uint8
}

// current is the second choice of the OWASP Password Storage Cheat Sheet (19 MiB, t=2, p=1).
var current = cost{memory: 19 * 1024, passes: 2, threads: 1}

// cheap protects nothing.
var cheap = cost{memory: 8, passes: 1, threads: 1}

// The most that a stored hash may ask for: a hash planted in the database must not exhaust the memory.
var most = cost{memory: 256 * 1024, passes: 16, threads: 16}

const (
	saltSize = 16 // bytes, as all sizes here
	hashSize = 32
)

// Hasher hashes passwords, no more of them at once than it has places: a flood of sign-ins waits in line instead of taking
// 19 MiB each.
type Hasher struct {
	places chan struct{}
	cost   cost
}

// NewHasher returns a hasher that works on n passwords at once, or on one per processor if n is 0.
func NewHasher(n int) *Hasher {
	if n <= 0 {
		n = runtime.GOMAXPROCS(0)
	}
	return &Hasher{places: make(chan struct{}, n), cost: current}
}

// NewCheapHasher is NewHasher for tests, most of which sign in and none of which depends on the cost: under the race detector
// a hash of the real cost takes 80 ms. TestCheapHasherIsForTests keeps it out of the binary.
func NewCheapHasher(n int) *Hasher {
	h := NewHasher(n)
	h.cost = cheap
	return h
}

// Hash returns the password's hash as a PHC string ($argon2id$v=19$m=19456,t=2,p=1$salt$hash). It fails only when ctx ends
// while it waits for a place.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, saltSize)
	rand.Read(salt)
	sum, err := h.sum(ctx, password, salt, h.cost, hashSize)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, h.cost.memory, h.cost.passes, h.cost.threads,
		phc.EncodeToString(salt), phc.EncodeToString(sum)), nil
}

// Verify tells whether the password belongs to the hash. When ok and rehash, the hash was made with a weaker setting than
// today's, and the caller stores a new one. An error is never the password's fault.
func (h *Hasher) Verify(ctx context.Context, hash, password string) (ok, rehash bool, err error) {
	c, salt, want, err := parsePHC(hash)
	if err != nil {
		return false, false, err
	}
	got, err := h.sum(ctx, password, salt, c, len(want))
	if err != nil {
		return false, false, err
	}
	ok = subtle.ConstantTimeCompare(got, want) == 1
	return ok, ok && c != h.cost, nil
}

// VerifyDummy takes the time of Verify. It is called for a sign-in to an account that does not exist, which would be told
// from one that does by a fast answer.
func (h *Hasher) VerifyDummy(ctx context.Context, password string) error {
	_, err := h.sum(ctx, password, make([]byte, saltSize), h.cost, hashSize)
	return err
}

func (h *Hasher) sum(ctx context.Context, password string, salt []byte, c cost, size int) ([]byte, error) {
	select {
	case h.places <- struct{}{}:
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for a password hasher: %w", ctx.Err())
	}
	defer func() { <-h.places }()
	// One keyboard sends й as one letter and another as two; RFC 8265 4.2 takes NFC for passwords.
	return argon2.IDKey(norm.NFC.Bytes([]byte(password)), salt, c.passes, c.memory, c.threads, uint32(size)), nil
}

// phc is the base64 of the PHC string format.
var phc = base64.RawStdEncoding.Strict()

var errPHC = errors.New("stored password hash is not argon2id in PHC form, or asks for too much")

func parsePHC(text string) (c cost, salt, sum []byte, err error) {
	part := strings.Split(text, "$")
	if len(part) != 6 || part[0] != "" || part[1] != "argon2id" || part[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return c, nil, nil, errPHC
	}
	if n, err := fmt.Sscanf(part[3], "m=%d,t=%d,p=%d", &c.memory, &c.passes, &c.threads); n != 3 || err != nil {
		return c, nil, nil, errPHC
	}
	if c.passes == 0 || c.threads == 0 || c.memory > most.memory || c.passes > most.passes || c.threads > most.threads {
		return c, nil, nil, errPHC
	}
	salt, saltErr := phc.DecodeString(part[4])
	sum, sumErr := phc.DecodeString(part[5])
	if saltErr != nil || sumErr != nil || len(salt) < 8 || len(sum) < 16 || len(sum) > 64 {
		return c, nil, nil, errPHC
	}
	return c, salt, sum, nil
}
