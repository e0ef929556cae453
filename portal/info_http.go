package portal

import (
	"github.com/gofiber/fiber/v2"

	"tamga/frontend"
)

// infoPages are texts about the portal itself, by address. «Помощь» is the support package's.
var infoPages = map[string]string{
	"/about":         "about",
	"/accessibility": "accessibility",
	"/privacy":       "privacy",
}

// infoPage is a heading and parts, each with its paragraphs.
type infoPage struct {
	Title string
	Lead  string
	Parts []infoPart
}

type infoPart struct {
	Title string
	Text  string
}

const infoTemplate frontend.Page[infoPage] = "portal/info.html"

// infoParts counts the parts of each text in the locales: portal.<name>_1_title, portal.<name>_1_text and so on.
var infoParts = map[string]int{"about": 3, "accessibility": 3, "privacy": 4}

func (h *Handler) showInfo(name string) fiber.Handler {
	return func(c *fiber.Ctx) error {
		t := h.Pages.Texts(c)
		page := infoPage{Title: t("portal." + name + "_title"), Lead: t("portal." + name + "_lead")}
		for n := range infoParts[name] {
			key := "portal." + name + "_" + string(rune('1'+n))
			page.Parts = append(page.Parts, infoPart{t(key + "_title"), t(key + "_text")})
		}
		return infoTemplate.Render(c, h.Pages, page)
	}
}
