package catalog

import (
	"strings"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"tamga/frontend"
)

const searchHTML frontend.Page[searchPage] = "catalog/search.html"

type searchPage struct {
	Query   string
	Crumbs  frontend.Breadcrumbs
	Input   frontend.Input
	Button  frontend.Button
	Found   []frontend.Card
	Popular []frontend.Card // shown when nothing is found
}

// maxQueryLength is in characters; the rest of a longer query is cut off.
const maxQueryLength = 200

func (h *Handler) search(c *fiber.Ctx) error {
	tr := h.tr(c)
	query := strings.Join(strings.Fields(strings.ToValidUTF8(c.Query("q"), "")), " ")
	if utf8.RuneCountInString(query) > maxQueryLength {
		query = string([]rune(query)[:maxQueryLength])
	}
	page := searchPage{
		Query:  query,
		Crumbs: crumbs(tr, frontend.Crumb{Text: tr.T("catalog.search_title")}),
		Input: frontend.Input{Name: "q", ID: "query", Type: "search", Value: query, Label: frontend.Label{Text: tr.T("catalog.search_label"), Classes: "govuk-label--m"},
			Hint: frontend.Hint{Text: tr.T("catalog.search_hint")}},
		Button: frontend.Button{Text: tr.T("catalog.search_button")},
	}
	found, err := h.Catalog.Search(c.UserContext(), h.DB, query)
	if err != nil {
		return err
	}
	page.Found = h.cards(found, tr)
	if len(found) == 0 {
		page.Popular = h.cards(h.Catalog.Popular(3), tr)
	}
	return searchHTML.Render(c, h.Pages, page)
}
