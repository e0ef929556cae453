package register

import (
	"time"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"tamga/internal/web"
)

// Handler answers forms while somebody types. The forms do without it.
type Handler struct {
	Limiter *web.Limiter // nil lets everything through
}

const (
	suggestions = 8
	maxTyped    = 60
)

// suggestRate is somebody who types fast, and a household behind one address.
var suggestRate = web.Rate{Burst: 120, Every: 200 * time.Millisecond}

// Mount registers the routes.
func (h *Handler) Mount(r fiber.Router) {
	r.Get("/suggest/locality", h.limited, func(c *fiber.Ctx) error { return list(c, Localities(typed(c, "q"), suggestions)) })
	r.Get("/suggest/street", h.limited, func(c *fiber.Ctx) error { return list(c, Streets(typed(c, "in"), typed(c, "q"), suggestions)) })
	r.Get("/suggest/bank", h.limited, func(c *fiber.Ctx) error {
		if b, ok := BankOf(typed(c, "q")); ok {
			return list(c, []string{b.Name})
		}
		return list(c, nil)
	})
}

func (h *Handler) limited(c *fiber.Ctx) error {
	if h.Limiter != nil {
		if err := h.Limiter.Allow(c.UserContext(), "suggest", c.IP(), suggestRate); err != nil {
			return err
		}
	}
	return c.Next()
}

func typed(c *fiber.Ctx, name string) string {
	text := c.Query(name)
	if utf8.RuneCountInString(text) > maxTyped {
		return ""
	}
	return text
}

// list answers with the same for everybody, for a day.
func list(c *fiber.Ctx, names []string) error {
	if names == nil {
		names = []string{}
	}
	c.Set(fiber.HeaderCacheControl, "public, max-age=86400")
	return c.JSON(names)
}
