package factor

import (
	"github.com/gofiber/fiber/v2"

	"tamga/frontend"
)

const notMePage frontend.Page[disownPage] = "idp/factor/not_me.html"

type disownPage struct {
	Token  string
	Send   frontend.Button
	Done   bool
	Change frontend.Button
}

// recoveryPath is where a password is changed by who cannot, or should not, use it any more.
const recoveryPath = "/login/recovery"

// showNotMe asks to press a button: scanners of mail open links, too, and must not end anybody's session.
func (h *Handler) showNotMe(c *fiber.Ctx) error {
	c.Set(fiber.HeaderReferrerPolicy, "no-referrer")
	return notMePage.Render(c, h.Pages, disownPage{Token: c.Query("token"),
		Send: frontend.Button{Text: h.Pages.Texts(c)("idp_factor.not_me_send"), Classes: "govuk-button--warning", PreventDoubleClick: true}})
}

// notMe ends the session that the message told of, and leads to a new password.
func (h *Handler) notMe(c *fiber.Ctx) error {
	if err := h.disown(c, c.FormValue("token")); err != nil {
		return err
	}
	return notMePage.Render(c, h.Pages, disownPage{Done: true,
		Change: frontend.Button{Text: h.Pages.Texts(c)("idp_factor.not_me_change"), Href: recoveryPath}})
}
