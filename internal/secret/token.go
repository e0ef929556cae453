package secret

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"math/big"
)

// Token returns n random bytes as base64url without padding: 32 bytes make 43 characters.
func Token(n int) string {
	raw := make([]byte, n)
	rand.Read(raw) // never fails: it ends the process instead
	return base64.RawURLEncoding.EncodeToString(raw)
}

// HashToken returns what the database keeps in place of a token (SHA-256, 32 bytes). A token is random, so it needs no salt
// and no slow hash.
func HashToken(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// Code returns a random decimal number of so many digits, zeros in front included.
func Code(digits int) string {
	limit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(digits)), nil)
	n, err := rand.Int(rand.Reader, limit)
	if err != nil {
		panic(err) // crypto/rand.Reader does not fail
	}
	return fmt.Sprintf("%0*d", digits, n)
}
