package catalog

import (
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"tamga/frontend"
)

const searchHTML frontend.Page[searchPage] = "catalog/search.html"

type searchPage struct {
	frontend.Errors
	Query   string
	Read    string // the query as it was understood, when that is not as typed
	Crumbs  frontend.Breadcrumbs
	Input   frontend.Input
	Button  frontend.Button
	Filter  []hidden // choices that another query keeps
	Chips   []chip
	Facets  []facet
	Count   int
	Found   []frontend.Card
	Pages   *frontend.Pagination
	Near    []frontend.Card // shown when nothing is found
	Answers []frontend.Card // from the questions that people ask often
	Wanted  frontend.CharacterCount
	Send    frontend.Button
	Popular []frontend.Card // shown when nothing is asked, or nothing is even near
}

type hidden struct{ Name, Value string }

// maxQueryLength is in characters; the rest of a longer query is cut off.
const maxQueryLength = 200

// cleanQuery is a query as it is searched for and shown.
func cleanQuery(text string) string {
	query := strings.Join(strings.Fields(strings.ToValidUTF8(strings.ReplaceAll(text, "\x00", ""), "")), " ")
	if utf8.RuneCountInString(query) > maxQueryLength {
		query = string([]rune(query)[:maxQueryLength])
	}
	return query
}

func (h *Handler) search(c *fiber.Ctx) error {
	page, err := h.searched(c, cleanQuery(c.Query("q")), filterOf(func(name string) string { return c.Query(name) }), c.QueryInt("page", 1))
	if err != nil {
		return err
	}
	return searchHTML.Render(c, h.Pages, page)
}

// searched makes the page of a query.
func (h *Handler) searched(c *fiber.Ctx, query string, f Filter, n int) (searchPage, error) {
	tr := h.tr(c)
	page := searchPage{
		Query:  query,
		Crumbs: crumbs(tr, frontend.Crumb{Text: tr.T("catalog.search_title")}),
		Input: frontend.Input{Name: "q", ID: "query", Type: "search", Value: query, Label: frontend.Label{Text: tr.T("catalog.search_label"), Classes: "govuk-label--m"},
			Hint: frontend.Hint{Text: tr.T("catalog.search_hint")}, Autocomplete: "off", Attributes: frontend.Attributes{"data-suggest": "/search/suggest"}},
		Button: frontend.Button{Text: tr.T("catalog.search_button")},
		Wanted: frontend.CharacterCount{Name: "wanted", Maxlength: maxWanted, Rows: "3", Label: frontend.Label{Text: tr.T("catalog_search.wanted")},
			Hint: frontend.Hint{Text: tr.T("catalog_search.wanted_hint")}},
		Send: frontend.Button{Text: tr.T("catalog_search.send"), Classes: "govuk-button--secondary", PreventDoubleClick: true},
	}
	if query == "" {
		page.Popular = h.cards(h.Catalog.Popular(6), tr)
		return page, nil
	}
	answer, err := h.Catalog.Ask(c.UserContext(), h.DB, query)
	if err != nil {
		return page, err
	}
	for _, choice := range choices {
		if value := *choice.of(&f); value != "" {
			page.Filter = append(page.Filter, hidden{choice.id, value})
		}
	}
	page.Read = answer.Read
	if h.Answers != nil {
		page.Answers = h.Answers(query, tr.Lang)
	}
	page.Facets, page.Chips = h.facets(answer.Found, f, tr, func(f Filter) string { return f.at("/search", query, 1) })
	if len(answer.Found)+len(answer.Near) == 0 {
		page.Popular = h.cards(h.Catalog.Popular(nearest), tr)
	}
	found := f.narrow(answer.Found)
	page.Count = len(found)
	found, page.Pages = turn(found, n, func(n int) string { return f.at("/search", query, n) })
	page.Found, page.Near = h.cards(found, tr), h.cards(answer.Near, tr)
	return page, nil
}

// suggest answers the script of the search field with services that the words may become.
func (h *Handler) suggest(c *fiber.Ctx) error {
	type item struct {
		Title string `json:"title"`
		Note  string `json:"note"`
		Href  string `json:"href"`
	}
	tr := h.tr(c)
	found, err := h.Catalog.Suggest(c.UserContext(), h.DB, cleanQuery(c.Query("q")), 6)
	if err != nil {
		return err
	}
	items := make([]item, len(found))
	for i, s := range found {
		items[i] = item{s.Name.In(tr.Lang), h.Catalog.departmentName(s, tr), "/services/" + s.ID}
	}
	c.Vary(fiber.HeaderCookie)
	c.Set(fiber.HeaderCacheControl, "private, max-age=60")
	return c.Status(http.StatusOK).JSON(items)
}

func (c *Catalog) departmentName(s *Service, tr Tr) string {
	if d := c.Department(s.Department); d != nil {
		return d.Short.In(tr.Lang)
	}
	return ""
}
