package portal

import (
	"crypto/hmac"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"tamga/internal/secret"
	"tamga/internal/web"
)

// Guessing is counted in three ways. From one address, and for one phone from one address: these stop a guesser at once. For one
// phone from everywhere: this one could be used up by a stranger to keep the owner out, so it does not count at browsers where
// the owner has signed in before; they have a count of their own.
var (
	addressRate = web.Rate{Burst: 40, Every: 5 * time.Second}
	pairRate    = web.Rate{Burst: 10, Every: time.Minute}
	phoneRate   = web.Rate{Burst: 100, Every: 30 * time.Second}
	deviceRate  = web.Rate{Burst: 10, Every: time.Minute}
)

const (
	deviceCookie = "tamga_portal_device"
	deviceLife   = 365 * 24 * time.Hour
)

// allowGuess counts an attempt to enter the cabinet of a phone.
func (h *Handler) allowGuess(c *fiber.Ctx, phone string) error {
	ctx, subject := c.UserContext(), h.blind("phone:"+phone)
	if err := h.Limit.Allow(ctx, "portal-address", c.IP(), addressRate); err != nil {
		return err
	}
	if device := h.knownDevice(c, phone); device != "" {
		return h.Limit.Allow(ctx, "portal-device", device, deviceRate)
	}
	if err := h.Limit.Allow(ctx, "portal-pair", subject+":"+c.IP(), pairRate); err != nil {
		return err
	}
	return h.Limit.Allow(ctx, "portal-phone", subject, phoneRate)
}

// knownDevice returns the name of this browser if the owner of the phone has signed in here before.
func (h *Handler) knownDevice(c *fiber.Ctx, phone string) string {
	device, proof, _ := strings.Cut(c.Cookies(deviceCookie), ".")
	if device == "" || !hmac.Equal([]byte(proof), []byte(h.blind("device:"+device+":"+phone))) {
		return ""
	}
	return device
}

// rememberDevice notes that the owner of the phone has signed in at this browser.
func (h *Handler) rememberDevice(c *fiber.Ctx, phone string) {
	device := h.knownDevice(c, phone)
	if device == "" {
		device = secret.Token(16)
	}
	c.Cookie(h.cookie(deviceCookie, device+"."+h.blind("device:"+device+":"+phone), deviceLife))
}
