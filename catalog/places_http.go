package catalog

import (
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"tamga/frontend"
	"tamga/internal/fault"
	"tamga/internal/i18n"
	"tamga/internal/rus"
)

const (
	situationsHTML    frontend.Page[situationsPage]    = "catalog/situations.html"
	organisationsHTML frontend.Page[organisationsPage] = "catalog/organisations.html"
	organisationHTML  frontend.Page[organisationPage]  = "catalog/organisation.html"
)

type situationsPage struct {
	Crumbs frontend.Breadcrumbs
	Cards  []frontend.Card
}

type organisationsPage struct {
	Crumbs   frontend.Breadcrumbs
	Query    frontend.Input
	District frontend.Select
	Count    int
	Asked    bool
	Found    []foundOrganisation
}

// foundOrganisation is a department with its offices in the district asked for.
type foundOrganisation struct {
	*Department
	Near []Office
}

type organisationPage struct {
	Crumbs   frontend.Breadcrumbs
	Facts    frontend.SummaryList
	Services []frontend.Link
	*Department
}

func (h *Handler) listSituations(c *fiber.Ctx) error {
	tr := h.tr(c)
	return situationsHTML.Render(c, h.Pages, situationsPage{
		Crumbs: crumbs(tr, frontend.Crumb{Text: tr.T("catalog.situations")}), Cards: h.Catalog.SituationCards(tr),
	})
}

func (h *Handler) listOrganisations(c *fiber.Ctx) error {
	tr, words, district := h.tr(c), strings.TrimSpace(c.Query("q")), c.Query("district")
	if h.Catalog.District(district) == nil {
		district = ""
	}
	page := organisationsPage{
		Crumbs: crumbs(tr, frontend.Crumb{Text: tr.T("catalog.organisations")}), Asked: words != "" || district != "",
		Query: frontend.Input{Name: "q", Type: "search", Value: words, Label: frontend.Label{Text: tr.T("organisations.find")},
			Hint: frontend.Hint{Text: tr.T("organisations.find_hint")}},
		District: frontend.Select{Name: "district", Value: district, Label: frontend.Label{Text: tr.T("organisations.where")},
			Items: []frontend.Option{{Text: tr.T("organisations.anywhere")}}},
	}
	for _, d := range h.Catalog.Districts() {
		page.District.Items = append(page.District.Items, frontend.Option{Value: d.Code, Text: d.Name.In(tr.Lang)})
	}
	page.Found = h.Catalog.organisations(words, district)
	page.Count = len(page.Found)
	return organisationsHTML.Render(c, h.Pages, page)
}

// organisations finds departments that have all of the words and, where a district is named, an office there.
func (c *Catalog) organisations(words, district string) []foundOrganisation {
	wanted := strings.Fields(rus.FoldName(words))
	var found []foundOrganisation
	for i := range c.departments {
		d := &c.departments[i]
		text := c.wordsOf(d)
		if slices.ContainsFunc(wanted, func(word string) bool { return !strings.Contains(text, word) }) {
			continue
		}
		one := foundOrganisation{Department: d, Near: d.Offices}
		if district != "" {
			one.Near = slices.DeleteFunc(slices.Clone(d.Offices), func(o Office) bool { return !c.Serving(&o, district) })
			if len(one.Near) == 0 {
				continue
			}
		}
		found = append(found, one)
	}
	return found
}

// wordsOf is all that a department is found by, in the three languages: its names, its head, its offices and its services.
func (c *Catalog) wordsOf(d *Department) string {
	var b strings.Builder
	add := func(texts ...i18n.Text) {
		for _, t := range texts {
			b.WriteString(rus.FoldName(t.RU + " " + t.TT + " " + t.EN))
			b.WriteByte(' ')
		}
	}
	add(d.Name, d.Short, d.Summary)
	if d.Head != nil {
		add(d.Head.Name)
	}
	for _, o := range d.Offices {
		add(o.Name, o.Address, o.District)
	}
	for _, s := range c.Services() {
		if s.Department == d.Code {
			add(s.Name)
		}
	}
	return b.String()
}

func (h *Handler) showOrganisation(c *fiber.Ctx) error {
	d := h.Catalog.Department(c.Params("code"))
	if d == nil {
		return fault.New(fault.NotFound, "organisations.none")
	}
	tr := h.tr(c)
	page := organisationPage{Department: d, Crumbs: crumbs(tr, frontend.Crumb{Text: tr.T("catalog.organisations"), Href: "/organisations"},
		frontend.Crumb{Text: d.Short.In(tr.Lang)})}
	if d.Head != nil {
		page.Facts.Rows = append(page.Facts.Rows, frontend.Row(d.Head.Post.In(tr.Lang), d.Head.Name.In(tr.Lang)))
	}
	page.Facts.Rows = append(page.Facts.Rows, frontend.Row(tr.T("organisations.phone"), d.PhoneText()))
	if d.Email != "" {
		page.Facts.Rows = append(page.Facts.Rows, frontend.Row(tr.T("organisations.email"), d.Email))
	}
	for _, s := range h.Catalog.Services() {
		if s.Department == d.Code {
			page.Services = append(page.Services, frontend.Link{Text: s.Name.In(tr.Lang), Href: "/services/" + s.ID})
		}
	}
	return organisationHTML.Render(c, h.Pages, page)
}
