package stand

import (
	"github.com/gofiber/fiber/v2"

	"tamga/frontend"
)

// home lists the stands.
type home struct {
	pages   *frontend.Pages
	bank    bool
	systems []*System
}

// Mount registers the route.
func (h *home) Mount(r fiber.Router) { r.Get("/", h.show) }

type homePage struct {
	Doors []door
}

type door struct {
	Href  string
	Name  string
	About string
	Tag   *frontend.Tag
}

const homeView frontend.Page[homePage] = "stand/home.html"

func (h *home) show(c *fiber.Ctx) error {
	t := h.pages.Texts(c)
	page := homePage{Doors: []door{{Href: "/outbox", Name: t("stand.outbox"), About: t("stand.outbox_about")},
		{Href: "/post", Name: t("stand.post"), About: t("stand.post_about")},
		{Href: "/registers", Name: t("stand_registers.title"), About: t("stand_registers.lead")}}}
	for _, s := range h.systems {
		mode, err := modeOf(c.UserContext(), s.cfg.DB, s.Code)
		if err != nil {
			return err
		}
		d := door{Href: "/" + s.Code, Name: t("stand." + s.Code), About: t("stand." + s.Code + "_about")}
		if mode != "normal" {
			d.Tag = &frontend.Tag{Text: t("stand.mode_" + mode), Classes: "govuk-tag--red"}
		}
		page.Doors = append(page.Doors, d)
	}
	if h.bank {
		page.Doors = append(page.Doors, door{Href: "/bank", Name: t("bank.name"), About: t("stand.bank_about")})
	}
	return homeView.Render(c, h.pages, page)
}
