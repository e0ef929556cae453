package factor

import (
	"crypto/rand"
	"math/big"
	"time"

	"github.com/google/uuid"
)

// qrLife is how long a QR code waits for the phone.
const qrLife = 2 * time.Minute

// qrSignIn is a browser that shows a QR code and waits for a phone that is signed in.
type qrSignIn struct {
	ID          uuid.UUID
	CodeHash    []byte
	BrowserHash []byte
	Number      int // shown beside the picture
	Choices     []int
	Device      string
	Address     string
	State       string // waiting -> confirmed -> used, or refused
	AccountID   *uuid.UUID
	Methods     []string
	CreatedAt   time.Time
	ExpiresAt   time.Time
}

// choices makes three different numbers of two digits, and says which one is shown.
func choices() (all []int, number int) {
	for len(all) < 3 {
		n := 10 + below(90)
		fresh := true
		for _, other := range all {
			fresh = fresh && other != n
		}
		if fresh {
			all = append(all, n)
		}
	}
	return all, all[below(3)]
}

func below(n int64) int {
	v, err := rand.Int(rand.Reader, big.NewInt(n))
	if err != nil {
		panic(err) // crypto/rand.Reader does not fail
	}
	return int(v.Int64())
}
