package portal

import (
	"net/url"

	"github.com/gofiber/fiber/v2"

	"tamga/catalog"
	"tamga/frontend"
	"tamga/internal/i18n"
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

const homeTemplate frontend.Page[homePage] = "portal/home.html"

func (h *Handler) showHome(c *fiber.Ctx) error {
	tr := catalog.Tr{Lang: web.Lang(c), Texts: h.Pages.Bundle}
	page := homePage{
		Popular:     h.Catalog.PopularCards(6, tr, h.Now()),
		Situations:  h.Catalog.SituationCards(tr),
		ForCitizens: h.Catalog.TopicCards("citizen", tr),
		ForBusiness: h.Catalog.TopicCards("entrepreneur", tr),
	}
	page.Situations = page.Situations[:min(len(page.Situations)/4*4, 8)] // whole rows; the rest is a click away
	for _, s := range h.Catalog.Popular(3) {
		page.Examples = append(page.Examples, exampleOf(s, tr.Lang))
	}
	return homeTemplate.Render(c, h.Pages, page)
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
