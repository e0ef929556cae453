package portal

import (
	"net/url"

	"github.com/gofiber/fiber/v2"

	"tamga/catalog"
	"tamga/frontend"
	"tamga/internal/i18n"
	"tamga/internal/rus"
	"tamga/internal/web"
)

type homePage struct {
	Announcement string          // a line above all, "" most days
	Examples     []frontend.Link // of searches
	Popular      []frontend.Card
	Situations   []frontend.Card
	ForCitizens  []frontend.Card // topics
	ForBusiness  []frontend.Card
}

type situationsPage struct {
	Situations []situation
}

// situation is a life situation with its services.
type situation struct {
	Name, About i18n.Text
	Href        string
	Services    []frontend.Link
}

const (
	homeTemplate       frontend.Page[homePage]       = "portal/home.html"
	situationsTemplate frontend.Page[situationsPage] = "portal/situations.html"
)

func (h *Handler) showHome(c *fiber.Ctx) error {
	lang, t := web.Lang(c), h.Pages.Texts(c)
	var page homePage
	for _, s := range h.Catalog.Popular(6) {
		page.Popular = append(page.Popular, h.serviceCard(s, lang, t))
		if len(page.Examples) < 3 {
			page.Examples = append(page.Examples, exampleOf(s, lang))
		}
	}
	for _, s := range h.Catalog.Situations() {
		page.Situations = append(page.Situations, frontend.Card{Kind: "situation", Icon: s.Icon, Title: s.Name.In(lang),
			Text: s.About.In(lang), Href: servicesBy("situation", s.ID, "")})
	}
	page.Situations = page.Situations[:min(8, len(page.Situations))]
	page.ForCitizens = h.topicCards("citizen", lang, t)
	page.ForBusiness = h.topicCards("entrepreneur", lang, t)
	return homeTemplate.Render(c, h.Pages, page)
}

// serviceCard shows a service: whose it is, and what it costs.
func (h *Handler) serviceCard(s *catalog.Service, lang i18n.Lang, t func(string, ...any) string) frontend.Card {
	card := frontend.Card{Title: s.Name.In(lang), Href: "/services/" + url.PathEscape(s.ID), Note: t("portal.free")}
	if d := h.Catalog.Department(s.Department); d != nil {
		card.Text = d.Short.In(lang)
	}
	if s.Duty != nil {
		card.Note = t("portal.duty", rus.FormatRubles(s.Duty.On(h.Now())))
	}
	for _, topic := range h.Catalog.Topics("") {
		if len(s.Topics) > 0 && topic.ID == s.Topics[0] {
			card.Icon = topic.Icon
		}
	}
	return card
}

// exampleOf is a search that finds the service: its first keyword, or its name.
func exampleOf(s *catalog.Service, lang i18n.Lang) frontend.Link {
	words := map[i18n.Lang][]string{i18n.RU: s.Keywords.RU, i18n.TT: s.Keywords.TT, i18n.EN: s.Keywords.EN}[lang]
	text := s.Name.In(lang)
	if len(words) > 0 {
		text = words[0]
	}
	return frontend.Link{Text: text, Href: "/search?" + url.Values{"q": {text}}.Encode()}
}

func (h *Handler) topicCards(audience string, lang i18n.Lang, t func(string, ...any) string) []frontend.Card {
	var cards []frontend.Card
	for _, topic := range h.Catalog.Topics(audience) {
		n := len(h.Catalog.Find(catalog.Filter{Audience: audience, Topic: topic.ID}))
		cards = append(cards, frontend.Card{Kind: "plain", Icon: topic.Icon, Title: topic.Name.In(lang), Text: t("portal.services_count", n),
			Href: servicesBy("topic", topic.ID, audience)})
	}
	return cards
}

// servicesBy is the catalogue's address for a group of services.
func servicesBy(kind, id, audience string) string {
	query := url.Values{kind: {id}}
	if audience != "" {
		query.Set("audience", audience)
	}
	return "/services?" + query.Encode()
}

func (h *Handler) showSituations(c *fiber.Ctx) error {
	lang := web.Lang(c)
	var page situationsPage
	for _, s := range h.Catalog.Situations() {
		one := situation{Name: s.Name, About: s.About, Href: servicesBy("situation", s.ID, "")}
		for _, service := range h.Catalog.Find(catalog.Filter{Situation: s.ID}) {
			one.Services = append(one.Services, frontend.Link{Text: service.Name.In(lang), Href: "/services/" + url.PathEscape(service.ID)})
		}
		page.Situations = append(page.Situations, one)
	}
	return situationsTemplate.Render(c, h.Pages, page)
}
