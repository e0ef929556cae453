package factor

import (
	"crypto/rand"
	"strings"

	"github.com/google/uuid"
)

const (
	recoveryCodes = 10
	recoverySize  = 8 // signs of 5 bits each
)

// newRecovery makes codes of signs that are not easily taken for one another.
func newRecovery() []string {
	const signs = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ" // 32 of them: five bits of a random byte pick one evenly
	codes := make([]string, recoveryCodes)
	for i := range codes {
		raw := make([]byte, recoverySize)
		rand.Read(raw) // never fails: it ends the process instead
		for j := range raw {
			raw[j] = signs[raw[j]%32]
		}
		codes[i] = string(raw)
	}
	return codes
}

// recoveryHash is what is kept of a printed code, however it is typed.
func (h *Handler) recoveryHash(person uuid.UUID, typed string) []byte {
	code := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' {
			return r
		}
		return -1
	}, strings.ToUpper(typed))
	return h.Box.Blind("recovery:" + person.String() + ":" + code)
}
