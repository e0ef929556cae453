package catalog

import (
	"net/url"

	"github.com/gofiber/fiber/v2"

	"tamga/frontend"
)

const catalogueHTML frontend.Page[cataloguePage] = "catalog/catalogue.html"

type cataloguePage struct {
	Title    string
	Lead     string
	Crumbs   frontend.Breadcrumbs
	Facets   []facet
	Services []frontend.Card
}

// facet is one way to narrow the catalogue.
type facet struct {
	ID      string
	Title   string
	Choices []facetChoice
}

type facetChoice struct {
	Text    string
	Href    string
	Current bool
}

func (h *Handler) listServices(c *fiber.Ctx) error {
	tr := h.tr(c)
	f := Filter{Audience: c.Query("audience"), Topic: c.Query("topic"), Situation: c.Query("situation"), Department: c.Query("department")}
	return catalogueHTML.Render(c, h.Pages, cataloguePage{
		Title: h.heading(f, tr), Lead: h.lead(f, tr), Crumbs: crumbs(tr, frontend.Crumb{Text: tr.T("catalog.title")}),
		Facets: h.facets(f, tr), Services: h.cards(h.Catalog.Find(f), tr),
	})
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

// facets offer only what has services; each link keeps the other choices.
func (h *Handler) facets(f Filter, tr Tr) []facet {
	departments := make([]Subject, 0, len(h.Catalog.departments))
	for _, d := range h.Catalog.departments {
		departments = append(departments, Subject{ID: d.Code, Name: d.Short})
	}
	var facets []facet
	for _, one := range []struct {
		id  string
		all []Subject
		now string
		set func(*Filter, string)
	}{
		{"audience", h.Catalog.subjects.Audiences, f.Audience, func(f *Filter, v string) { f.Audience = v }},
		{"topic", h.Catalog.subjects.Topics, f.Topic, func(f *Filter, v string) { f.Topic = v }},
		{"situation", h.Catalog.subjects.Situations, f.Situation, func(f *Filter, v string) { f.Situation = v }},
		{"department", departments, f.Department, func(f *Filter, v string) { f.Department = v }},
	} {
		base := f
		one.set(&base, "")
		choices := []facetChoice{{tr.T("catalog.any"), base.href(), one.now == ""}}
		for _, subject := range h.Catalog.used(one.all, base, one.set) {
			with := base
			one.set(&with, subject.ID)
			choices = append(choices, facetChoice{subject.Name.In(tr.Lang), with.href(), subject.ID == one.now})
		}
		facets = append(facets, facet{one.id, tr.T("catalog." + one.id), choices})
	}
	return facets
}

// href is the address of the catalogue with this filter.
func (f Filter) href() string {
	q := url.Values{}
	for key, value := range map[string]string{"audience": f.Audience, "topic": f.Topic, "situation": f.Situation, "department": f.Department} {
		if value != "" {
			q.Set(key, value)
		}
	}
	if len(q) == 0 {
		return "/services"
	}
	return "/services?" + q.Encode()
}
