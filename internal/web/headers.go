package web

import (
	"strings"

	"github.com/gofiber/fiber/v2"
)

// headers sets a content security policy without inline scripts and styles, and keeps pages out of shared caches: a handler
// whose page is the same for all sets Cache-Control itself.
func headers(cfg Config) fiber.Handler {
	csp := strings.Join([]string{
		"default-src 'self'",
		"img-src 'self' data:",
		"object-src 'none'",
		"base-uri 'none'",
		"frame-ancestors 'none'",
		"form-action 'self' " + strings.Join(cfg.FormAction, " "),
	}, "; ")
	return func(c *fiber.Ctx) error {
		c.Set(fiber.HeaderContentSecurityPolicy, csp)
		c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
		c.Set(fiber.HeaderReferrerPolicy, "same-origin")
		c.Set("Cross-Origin-Opener-Policy", "same-origin")
		c.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(self)")
		if cfg.Secure {
			c.Set(fiber.HeaderStrictTransportSecurity, "max-age=31536000; includeSubDomains")
		}
		err := c.Next()
		if len(c.Response().Header.Peek(fiber.HeaderCacheControl)) == 0 {
			c.Set(fiber.HeaderCacheControl, "no-store")
		}
		return err
	}
}
