package portal

import (
	"net/url"
	"time"

	"github.com/gofiber/fiber/v2"
)

// signOut ends the session, and then the one at ESIA if the person came from there: on a shared computer the next one must not
// find the door open.
func (h *Handler) signOut(c *fiber.Ctx) error {
	idToken := h.idToken(c)
	if err := h.Sessions.End(c); err != nil {
		return err
	}
	h.Redis.Del(c.UserContext(), waitingKey(h, c.Cookies(waitingCookie)))
	c.Cookie(h.cookie(phoneCookie, "", -time.Second))
	if idToken == "" {
		return seeOther(c, "/")
	}
	found, err := h.esia.discover(c.UserContext())
	if err != nil || found.endSession == "" {
		return seeOther(c, "/") // signed out here; ESIA's own session ends by itself
	}
	u, err := url.Parse(found.endSession)
	if err != nil {
		return seeOther(c, "/")
	}
	query := u.Query()
	query.Set("id_token_hint", idToken)
	query.Set("client_id", h.esia.cfg.ClientID)
	query.Set("post_logout_redirect_uri", h.PublicURL+"/")
	u.RawQuery = query.Encode()
	return seeOther(c, u.String())
}
