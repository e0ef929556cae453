package catalog

import (
	"github.com/gofiber/fiber/v2"

	"tamga/frontend"
)

const catalogueHTML frontend.Page[cataloguePage] = "catalog/catalogue.html"

type cataloguePage struct {
	Title    string
	Lead     string
	Crumbs   frontend.Breadcrumbs
	Chips    []chip
	Facets   []facet
	Count    int
	Services []frontend.Card
	Pages    *frontend.Pagination
}

func (h *Handler) listServices(c *fiber.Ctx) error {
	tr := h.tr(c)
	f := filterOf(func(name string) string { return c.Query(name) })
	found := h.Catalog.Find(f)
	page := cataloguePage{
		Title: h.heading(f, tr), Lead: h.lead(f, tr), Crumbs: crumbs(tr, frontend.Crumb{Text: tr.T("catalog.title")}), Count: len(found),
	}
	page.Facets, page.Chips = h.facets(h.Catalog.Services(), f, tr, Filter.href)
	found, page.Pages = turn(found, c.QueryInt("page", 1), func(n int) string { return f.at("/services", "", n) })
	page.Services = h.cards(found, tr)
	return catalogueHTML.Render(c, h.Pages, page)
}

// heading names the narrowest choice, so that a page of one situation or topic says what it is.
func (h *Handler) heading(f Filter, tr Tr) string {
	if s := h.chosen(f); s != nil {
		return s.Name.In(tr.Lang)
	}
	if d := h.Catalog.Department(f.Department); d != nil {
		return d.Name.In(tr.Lang)
	}
	return tr.T("catalog.title")
}

func (h *Handler) lead(f Filter, tr Tr) string {
	if s := h.chosen(f); s != nil {
		return s.About.In(tr.Lang)
	}
	return tr.T("catalog.lead")
}

func (h *Handler) chosen(f Filter) *Subject {
	for _, choice := range []struct {
		id  string
		all []Subject
	}{{f.Situation, h.Catalog.subjects.Situations}, {f.Topic, h.Catalog.subjects.Topics}, {f.Audience, h.Catalog.subjects.Audiences}} {
		for i := range choice.all {
			if choice.id != "" && choice.all[i].ID == choice.id {
				return &choice.all[i]
			}
		}
	}
	return nil
}
