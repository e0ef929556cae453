package factor

import (
	"encoding/hex"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"tamga/internal/web"
)

// Rates of second proofs. As with passwords, what is counted for the whole account is counted apart from the owner's browsers: a
// stranger who knows the password uses up the strangers' count and leaves the owner's alone.
var (
	guessAddress = web.Rate{Burst: 100, Every: 2 * time.Second}
	guessPair    = web.Rate{Burst: 10, Every: time.Minute}
	guessAccount = web.Rate{Burst: 30, Every: 5 * time.Minute} // 300 of a million codes a day
	guessBrowser = web.Rate{Burst: 15, Every: time.Minute}
	smsAccount   = web.Rate{Burst: 5, Every: 15 * time.Minute}
	smsBrowser   = web.Rate{Burst: 5, Every: 5 * time.Minute}
	alarmRate    = web.Rate{Burst: 1, Every: 24 * time.Hour}
	showRate     = web.Rate{Burst: 30, Every: 2 * time.Second} // QR codes shown to one address
)

// allowGuess counts a try of a second proof.
func (h *Handler) allowGuess(c *fiber.Ctx, person uuid.UUID, known bool) error {
	ctx, who := c.UserContext(), h.blindName(person)
	if known {
		return h.Limit.Allow(ctx, "idp-second-browser", who+":"+hex.EncodeToString(h.BrowserHash(c)[:12]), guessBrowser)
	}
	if err := h.Limit.Allow(ctx, "idp-second-address", c.IP(), guessAddress); err != nil {
		return err
	}
	if err := h.Limit.Allow(ctx, "idp-second-pair", who+":"+c.IP(), guessPair); err != nil {
		return err
	}
	return h.Limit.Allow(ctx, "idp-second-account", who, guessAccount)
}

// allowSMS counts a code by SMS: it costs money, and a stranger with the password could send them all night.
func (h *Handler) allowSMS(c *fiber.Ctx, person uuid.UUID, known bool) error {
	if known {
		return h.Limit.Allow(c.UserContext(), "idp-second-sms-browser", h.blindName(person), smsBrowser)
	}
	return h.Limit.Allow(c.UserContext(), "idp-second-sms", h.blindName(person), smsAccount)
}

// blindName names a person in Redis without naming them.
func (h *Handler) blindName(person uuid.UUID) string {
	return hex.EncodeToString(h.Box.Blind("limit:" + person.String())[:12])
}
