package web

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"strings"

	"github.com/gofiber/fiber/v2"

	"tamga/internal/fault"
)

// CSRF guards every form of a site. A browser keeps a random cookie; a form carries its HMAC, bound to the session, so that
// neither a forged cookie nor a token of another session passes.
type CSRF struct {
	Key    []byte // 32 bytes or more
	Cookie string // cookies do not heed ports, so each role on one host needs its own name
	Secure bool
	Exempt []string // path prefixes of machine endpoints, which authenticate otherwise
}

const csrfField = "_csrf"

// Check refuses a changing request without the right token. Mount it after Sessions.Load.
func (g *CSRF) Check(c *fiber.Ctx) error {
	c.Locals(keyCSRF, g)
	switch c.Method() {
	case fiber.MethodGet, fiber.MethodHead, fiber.MethodOptions:
		return c.Next()
	}
	for _, prefix := range g.Exempt {
		if strings.HasPrefix(c.Path(), prefix) {
			return c.Next()
		}
	}
	if site := c.Get("Sec-Fetch-Site"); site == "cross-site" {
		return fault.New(fault.Forbidden, "web.csrf")
	}
	cookie := c.Cookies(g.Cookie)
	sent := c.FormValue(csrfField)
	if cookie == "" || subtle.ConstantTimeCompare([]byte(sent), []byte(g.token(c, cookie))) != 1 {
		if over, _ := c.Locals(keySessionOver).(bool); over {
			return fault.New(fault.SignIn, "web.session_over") // the token was of the session that has ended
		}
		return fault.New(fault.Forbidden, "web.csrf")
	}
	return c.Next()
}

// Token returns the token for a form on this page. It sets the cookie on first use, so pages without a form stay
// cacheable.
func (g *CSRF) Token(c *fiber.Ctx) string {
	c.Locals(keyCSRFAsked, true) // the page is this reader's own
	cookie := c.Cookies(g.Cookie)
	if fresh, ok := c.Locals(g.Cookie).(string); ok {
		cookie = fresh
	}
	if cookie == "" {
		raw := make([]byte, 32)
		_, _ = rand.Read(raw)
		cookie = base64.RawURLEncoding.EncodeToString(raw)
		c.Locals(g.Cookie, cookie)
		c.Cookie(&fiber.Cookie{Name: g.Cookie, Value: cookie, Path: "/", HTTPOnly: true, Secure: g.Secure, SameSite: "Lax"})
	}
	return g.token(c, cookie)
}

func (g *CSRF) token(c *fiber.Ctx, cookie string) string {
	mac := hmac.New(sha256.New, g.Key)
	mac.Write([]byte(cookie))
	if s := Current(c); s != nil {
		mac.Write([]byte("\x00" + s.ID)) // no cookie holds a zero byte: one with an id at its end is another token
	}
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// CSRFToken returns the token of the site's guard, or "" on a site without one.
func CSRFToken(c *fiber.Ctx) string {
	if g, ok := c.Locals(keyCSRF).(*CSRF); ok {
		return g.Token(c)
	}
	return ""
}
