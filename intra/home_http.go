package intra

import (
	"github.com/gofiber/fiber/v2"

	"tamga/frontend"
)

type homePage struct {
	Name  string
	Doors []frontend.Link
}

const (
	homeTemplate     = frontend.Page[homePage]("intra/home.html")
	servicesTemplate = frontend.Page[homePage]("intra/services.html")
)

func (h *Handler) showHome(c *fiber.Ctx) error { return h.showDoors(c, homeTemplate) }

func (h *Handler) showServices(c *fiber.Ctx) error { return h.showDoors(c, servicesTemplate) }

func (h *Handler) showDoors(c *fiber.Ctx, template frontend.Page[homePage]) error {
	e, err := signedIn(c)
	if err != nil {
		return c.Redirect("/sign-in", fiber.StatusSeeOther)
	}
	if e.Temporary {
		return c.Redirect("/password", fiber.StatusSeeOther)
	}
	return template.Render(c, h.Pages, homePage{Name: e.FirstName + " " + e.MiddleName, Doors: e.nav("")[1:]})
}
