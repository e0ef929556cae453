package catalog

import (
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"tamga/frontend"
	"tamga/internal/db"
	"tamga/internal/i18n"
	"tamga/internal/rus"
	"tamga/internal/web"
)

// Handler serves the open pages of the catalogue. Nobody needs to be signed in.
type Handler struct {
	Catalog *Catalog
	DB      db.DB // for the search; the other pages live in memory
	Pages   *frontend.Pages
	Now     func() time.Time
	Limit   *web.Limiter // of «не нашли?»

	// Answers finds ready answers to a query, shown under the services. nil: there are none.
	Answers func(query string, lang i18n.Lang) []frontend.Card
}

// Mount registers the routes of the catalogue.
func (h *Handler) Mount(r fiber.Router) {
	r.Get("/services", h.listServices)
	r.Get("/services/:id", h.showService)
	r.Get("/search", h.search)
	r.Get("/search/suggest", h.suggest)
	r.Post("/search/feedback", h.sendFeedback)
	r.Get("/search/thanks", h.showThanks)
	r.Get("/situations", h.listSituations)
	r.Get("/organisations", h.listOrganisations)
	r.Get("/organisations/:code", h.showOrganisation)
}

func (h *Handler) tr(c *fiber.Ctx) Tr { return Tr{Lang: web.Lang(c), Texts: h.Pages.Bundle} }

const serviceHTML frontend.Page[servicePage] = "catalog/service.html"

type servicePage struct {
	Service    *Service
	Department *Department
	Crumbs     frontend.Breadcrumbs
	Facts      frontend.SummaryList
	Start      frontend.Button
}

func (h *Handler) showService(c *fiber.Ctx) error {
	s, err := h.Catalog.Service(c.Params("id"), 0)
	if err != nil {
		return err
	}
	tr := h.tr(c)
	start := frontend.Button{Text: firstNonEmpty(s.Action.In(tr.Lang), tr.T("catalog.start")), IsStartButton: true, PreventDoubleClick: true}
	return serviceHTML.Render(c, h.Pages, servicePage{
		Service: s, Department: h.Catalog.Department(s.Department), Start: start, Facts: h.facts(s, tr),
		Crumbs: crumbs(tr, frontend.Crumb{Text: tr.T("catalog.title"), Href: "/services"}, frontend.Crumb{Text: s.Name.In(tr.Lang)}),
	})
}

// facts answer in a glance what people ask first.
func (h *Handler) facts(s *Service, tr Tr) frontend.SummaryList {
	people := tr.T("catalog.alone")
	if len(s.Parties) > 1 {
		people = tr.T("catalog.together")
	}
	list := frontend.SummaryList{Rows: []frontend.SummaryRow{
		frontend.Row(tr.T("catalog.term"), s.promise(tr, h.Now())),
		frontend.Row(tr.T("catalog.cost"), s.price(tr, h.Now())),
		frontend.Row(tr.T("catalog.level"), tr.T("catalog.level_"+string(s.Level))),
		frontend.Row(tr.T("catalog.people"), people),
	}}
	if where := s.Where(); where.RU != "" {
		list.Rows = append(list.Rows, frontend.Row(tr.T("catalog_editor.where"), where.In(tr.Lang)))
	}
	if d := h.Catalog.Department(s.Department); d != nil {
		list.Rows = append(list.Rows, frontend.Row(tr.T("catalog.provider"), d.Name.In(tr.Lang)))
	}
	return list
}

// promise is the term, and the day on which it ends for somebody who applies today.
func (s *Service) promise(tr Tr, now time.Time) string {
	text := s.Wait(tr) + ". " + s.Term.Text.In(tr.Lang)
	if s.asksSlot() {
		return text
	}
	return text + "\n" + tr.T("catalog_editor.answer_if_today", rus.FormatDate(s.Term.Until(now), tr.Lang))
}

// asksSlot tells whether the applicant chooses a time, which takes the place of the term's end.
func (s *Service) asksSlot() bool {
	for _, q := range s.index {
		if q.Type == "slot" {
			return true
		}
	}
	return false
}

// price is the cost with who pays less, and who pays nothing.
func (s *Service) price(tr Tr, now time.Time) string {
	text := s.Cost(tr, now)
	d := s.Duty
	if d == nil {
		return text
	}
	if d.Text.RU != "" {
		text += ". " + d.Text.In(tr.Lang)
	}
	for i := range d.Exempt {
		text += "\n" + tr.T("catalog_editor.price_exempt", d.Exempt[i].Text.In(tr.Lang))
	}
	for i := range d.Discount {
		o := &d.Discount[i]
		percent, err := o.Percent.value(map[string]any{"today": day(now)})
		if err != nil || !o.on(day(now)) {
			continue
		}
		text += "\n" + tr.T("catalog_editor.price_discount", strconv.FormatFloat(percent, 'f', -1, 64), o.Text.In(tr.Lang))
	}
	return text
}

// Cost returns what a service costs on the day of now: "350 ₽", or that it is free.
func (s *Service) Cost(tr Tr, now time.Time) string {
	switch {
	case s.Duty != nil && s.Duty.Open():
		return tr.T("catalog_editor.cost_depends")
	case s.Duty == nil || s.Duty.On(now) == 0:
		return tr.T("catalog.free")
	}
	return rus.FormatRubles(s.Duty.On(now))
}

// Wait returns how long a service takes: "10 рабочих дней".
func (s *Service) Wait(tr Tr) string { return tr.T("catalog.term_"+s.Term.Unit, s.Term.Count) }

// Card returns a service as a link in a list, with its price and term.
func (s *Service) Card(tr Tr, now time.Time) frontend.Card {
	return frontend.Card{Title: s.Name.In(tr.Lang), Text: s.About.In(tr.Lang), Href: "/services/" + s.ID, Icon: s.Icon,
		Note: strings.Join([]string{s.Cost(tr, now), s.Wait(tr)}, " · ")}
}

func (h *Handler) cards(list []*Service, tr Tr) []frontend.Card {
	cards := make([]frontend.Card, len(list))
	for i, s := range list {
		cards[i] = s.Card(tr, h.Now())
	}
	return cards
}

// crumbs begin with the home page.
func crumbs(tr Tr, rest ...frontend.Crumb) frontend.Breadcrumbs {
	return frontend.Breadcrumbs{Items: append([]frontend.Crumb{{Text: tr.T("catalog.home"), Href: "/"}}, rest...)}
}
