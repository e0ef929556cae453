package payments

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"tamga/internal/fault"
)

// A guest pays without an account. The browser keeps a random token; its hash stands where an account would stand, so that
// knowing somebody's account or the key of a guest gives nobody a way in.
const (
	guestCookie = "tamga_payer"
	guestToken  = 32 // bytes
	guestFor    = 24 * time.Hour
)

var guestSpace = uuid.MustParse("a2f4b9d0-3c57-5b1e-8d7c-90c4e6f0a1b2")

func guestKey(token []byte) uuid.UUID { return uuid.NewHash(sha256.New(), guestSpace, token, 8) }

// guestOf returns the guest of this browser, if it is one.
func guestOf(c *fiber.Ctx) (uuid.UUID, bool) {
	token, err := base64.RawURLEncoding.DecodeString(c.Cookies(guestCookie))
	if err != nil || len(token) != guestToken {
		return uuid.Nil, false
	}
	return guestKey(token), true
}

// makeGuest returns the guest of this browser and gives it a token when it has none.
func (h *Handler) makeGuest(c *fiber.Ctx) uuid.UUID {
	if guest, ok := guestOf(c); ok {
		return guest
	}
	token := make([]byte, guestToken)
	_, _ = rand.Read(token) // never fails: crypto/rand ends the program instead
	c.Cookie(&fiber.Cookie{Name: guestCookie, Value: base64.RawURLEncoding.EncodeToString(token), Path: "/payments", MaxAge: int(guestFor.Seconds()),
		HTTPOnly: true, Secure: h.Secure, SameSite: "Lax"})
	return guestKey(token)
}

// reader is the signed-in person with the confirmed numbers, or the guest of this browser.
func (h *Handler) reader(c *fiber.Ctx) (Reader, error) {
	user, err := h.User(c)
	if guest, ok := guestOf(c); ok && errors.Is(err, fault.SignIn) {
		return Reader{Account: guest, Keys: [][]byte{}}, nil
	}
	if err != nil || h.Identity == nil {
		return Reader{Account: user, Keys: [][]byte{}}, err
	}
	id, err := h.Identity(c)
	if err != nil {
		return Reader{}, err
	}
	return ReaderOf(h.Box, user, id)
}
