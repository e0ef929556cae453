package portal

import (
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"tamga/catalog"
	"tamga/frontend"
	"tamga/internal/fault"
	"tamga/internal/i18n"
	"tamga/internal/rus"
	"tamga/internal/web"
)

// organisationsPage is the directory of bodies that provide services.
type organisationsPage struct {
	Bodies []body
}

type organisationPage struct {
	Body     body
	Services []frontend.Link
	Offices  []office
}

type body struct {
	Name, About i18n.Text
	Href        string
	Phone       phone
}

type office struct {
	Name, District, Address i18n.Text
	Phone                   phone
	Hours                   []i18n.Text
}

// phone is a number as people read it and as a link dials it.
type phone struct {
	Shown, Href string
}

const (
	organisationsTemplate frontend.Page[organisationsPage] = "portal/organisations.html"
	organisationTemplate  frontend.Page[organisationPage]  = "portal/organisation.html"
)

func (h *Handler) showOrganisations(c *fiber.Ctx) error {
	var page organisationsPage
	for i := range h.Catalog.Departments() {
		page.Bodies = append(page.Bodies, bodyOf(&h.Catalog.Departments()[i]))
	}
	return organisationsTemplate.Render(c, h.Pages, page)
}

func (h *Handler) showOrganisation(c *fiber.Ctx) error {
	d, lang := h.Catalog.Department(c.Params("code")), web.Lang(c)
	if d == nil {
		return fault.New(fault.NotFound, "portal.no_organisation")
	}
	page := organisationPage{Body: bodyOf(d)}
	for _, s := range h.Catalog.Find(catalog.Filter{Department: d.Code}) {
		page.Services = append(page.Services, frontend.Link{Text: s.Name.In(lang), Href: "/services/" + url.PathEscape(s.ID)})
	}
	for _, o := range d.Offices {
		page.Offices = append(page.Offices, office{o.Name, o.District, o.Address, phoneOf(o.Phone), o.Hours})
	}
	return organisationTemplate.Render(c, h.Pages, page)
}

func bodyOf(d *catalog.Department) body {
	return body{Name: d.Name, About: d.Summary, Href: "/organisations/" + url.PathEscape(d.Code), Phone: phoneOf(d.Phone)}
}

func phoneOf(number string) phone {
	if number == "" {
		return phone{}
	}
	return phone{rus.FormatPhone(number), "tel:" + strings.ReplaceAll(number, " ", "")}
}
