package catalog

import (
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"tamga/frontend"
	"tamga/internal/web"
)

// «Не нашли?»: a reader says what the search did not give.

const thanksHTML frontend.Page[thanksPage] = "catalog/search-thanks.html"

type thanksPage struct {
	Crumbs frontend.Breadcrumbs
}

// maxWanted is in characters.
const maxWanted = 1000

// feedbackRate is per address: a family behind one router may still complain.
var feedbackRate = web.Rate{Burst: 5, Every: 2 * time.Minute}

func (h *Handler) sendFeedback(c *fiber.Ctx) error {
	tr := h.tr(c)
	query := cleanQuery(c.FormValue("q"))
	wanted := strings.TrimSpace(strings.ReplaceAll(strings.ReplaceAll(strings.ToValidUTF8(c.FormValue("wanted"), ""), "\x00", ""), "\r\n", "\n"))
	page, err := h.searched(c, query, Filter{}, 1)
	if err != nil {
		return err
	}
	switch {
	case query == "" && wanted == "":
		page.Add("wanted", tr.T("catalog_search.wanted_missing"))
	case utf8.RuneCountInString(wanted) > maxWanted:
		page.Add("wanted", tr.T("catalog_search.wanted_long", maxWanted))
	}
	if page.Any() {
		page.Wanted.Value, page.Wanted.ErrorMessage = wanted, page.Message("wanted")
		return searchHTML.Render(c.Status(http.StatusUnprocessableEntity), h.Pages, page)
	}
	if err := h.Limit.Allow(c.UserContext(), "search-feedback", c.IP(), feedbackRate); err != nil {
		return err
	}
	told := feedback{Query: query, Wanted: wanted, Lang: string(tr.Lang), Found: page.Count, At: h.Now()}
	if err := told.insert(c.UserContext(), h.DB); err != nil {
		return err
	}
	return c.Redirect("/search/thanks", http.StatusSeeOther)
}

func (h *Handler) showThanks(c *fiber.Ctx) error {
	tr := h.tr(c)
	return thanksHTML.Render(c, h.Pages, thanksPage{crumbs(tr, frontend.Crumb{Text: tr.T("catalog.search_title"), Href: "/search"},
		frontend.Crumb{Text: tr.T("catalog_search.thanks")})})
}
