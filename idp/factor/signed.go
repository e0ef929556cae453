package factor

import (
	"github.com/gofiber/fiber/v2"

	"tamga/idp/account"
	"tamga/internal/gost"
)

// Trusting tells whether there are authorities whose e-signatures count.
func (h *Handler) Trusting() bool { return len(h.Roots) > 0 }

// Signed returns the certificate by which the request's file, or what was pasted, signs the text: a person's, in its dates, from an
// authority that we trust. What is wrong with it is an Invalid fault with words for the person. Whose it is the caller finds out.
func (h *Handler) Signed(c *fiber.Ctx, text string) (*gost.Certificate, error) {
	raw, err := sentSignature(c)
	if err != nil {
		return nil, err
	}
	message, err := readSignature(raw)
	if err != nil {
		return nil, err
	}
	return h.signerOf(message, text)
}

// SameName tells whether a certificate names the account's holder.
func SameName(a *account.Account, holder gost.Subject) bool { return sameName(a, holder) }
