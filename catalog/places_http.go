package catalog

import (
	"github.com/gofiber/fiber/v2"

	"tamga/frontend"
)

const (
	situationsHTML    frontend.Page[situationsPage]    = "catalog/situations.html"
	organisationsHTML frontend.Page[organisationsPage] = "catalog/organisations.html"
)

type situationsPage struct {
	Crumbs frontend.Breadcrumbs
	Cards  []frontend.Card
}

type organisationsPage struct {
	Crumbs      frontend.Breadcrumbs
	Departments []Department
}

func (h *Handler) listSituations(c *fiber.Ctx) error {
	tr := h.tr(c)
	return situationsHTML.Render(c, h.Pages, situationsPage{
		Crumbs: crumbs(tr, frontend.Crumb{Text: tr.T("catalog.situations")}), Cards: h.Catalog.SituationCards(tr),
	})
}

func (h *Handler) listOrganisations(c *fiber.Ctx) error {
	tr := h.tr(c)
	return organisationsHTML.Render(c, h.Pages, organisationsPage{
		Crumbs: crumbs(tr, frontend.Crumb{Text: tr.T("catalog.organisations")}), Departments: h.Catalog.departments,
	})
}
