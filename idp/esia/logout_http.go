package esia

import (
	"errors"

	"github.com/gofiber/fiber/v2"

	"tamga/frontend"
	"tamga/internal/fault"
	"tamga/internal/web"
)

const loggedOut frontend.Page[loggedOutPage] = "idp/logged_out.html"

// loggedOutPage says that the session is over, when no address was given to go on to.
type loggedOutPage struct {
	Frames   []string
	After    string
	Continue frontend.Button
}

// logout signs the person out and sends them to an address at a host that the system registered. The protocol has no proof of
// who asks, so only a page that the person follows to may: an image or a frame of a strange page may not.
func (h *Handler) logout(c *fiber.Ctx) error {
	if mode := c.Get("Sec-Fetch-Mode"); mode != "" && mode != "navigate" {
		return fault.New(fault.Forbidden, "idp_esia.logout_not_followed")
	}
	if dest := c.Get("Sec-Fetch-Dest"); dest != "" && dest != "document" {
		return fault.New(fault.Forbidden, "idp_esia.logout_not_followed")
	}
	after := c.Query("redirect_url")
	if after == "" {
		after = c.Query("redirect_uri")
	}
	client, err := ClientByMnemonic(c.UserContext(), h.DB, c.Query("client_id"))
	if errors.Is(err, fault.NotFound) {
		return h.explain(c, c.Query("state"), errUnauthorized)
	}
	if err != nil {
		return err
	}
	if after != "" && !matchOrigin(client.Redirects, after) {
		return h.explain(c, c.Query("state"), errRedirect)
	}
	if web.Current(c) != nil {
		if err := h.Sessions.End(c); err != nil {
			return err
		}
	}
	if after == "" {
		frontend.SetLayout(c, func(l *frontend.Layout) { l.User = nil })
		return loggedOut.Render(c, h.Pages, loggedOutPage{})
	}
	return c.Redirect(after, fiber.StatusFound)
}
