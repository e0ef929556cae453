package portal

import (
	"net/url"

	"github.com/gofiber/fiber/v2"

	"tamga/catalog"
	"tamga/frontend"
)

// levelPage says which level a service needs, why, and how to get there.
type levelPage struct {
	Level   string // in words
	Why     string
	Now     string // what is known of the reader so far
	Button  frontend.Button
	SignIn  string // by phone, where that would help too; "" when signed in
	Back    string
	Details frontend.Details
}

const levelTemplate frontend.Page[levelPage] = "portal/level.html"

func (h *Handler) showLevel(c *fiber.Ctx) error {
	level, next := catalog.Level(c.Query("level")), nextOr(c.Query("next"))
	a, t := current(c), h.Pages.Texts(c)
	switch {
	case level == catalog.LevelNone && a == nil:
		return seeOther(c, signInAddress(next))
	case level == catalog.LevelNone || !level.AtLeast(catalog.LevelNone), throughESIA(c) && a.Level.AtLeast(level):
		return seeOther(c, next)
	}
	page := levelPage{Level: t("portal.level_" + string(level)), Why: t("portal.level_why_" + string(level)),
		Button:  frontend.Button{Text: t("portal.level_enter"), Href: "/esia/start?" + url.Values{"level": {string(level)}, "next": {next}}.Encode()},
		Details: frontend.Details{SummaryText: t("portal.level_what"), Text: t("portal.level_what_text")}}
	switch {
	case a == nil:
		page.Now = t("portal.level_now_nobody")
	case throughESIA(c):
		page.Now = t("portal.level_now_low", t("portal.level_"+string(a.Level)))
		page.Button.Text = t("portal.level_raise")
	case a.Bound():
		page.Now = t("portal.level_now_phone")
	default:
		page.Now = t("portal.level_now_unbound")
	}
	return levelTemplate.Render(c, h.Pages, page)
}
