package catalog

import (
	"net/http"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"tamga/frontend"
	"tamga/internal/db"
	"tamga/internal/fault"
	"tamga/internal/rus"
	"tamga/internal/web"
)

// FeedbackHandler shows staff what people did not find.
type FeedbackHandler struct {
	DB      db.DB
	Pages   *frontend.Pages
	Now     func() time.Time
	Allowed func(*fiber.Ctx) error  // a Forbidden fault without the access right "catalog"
	Actor   func(*fiber.Ctx) string // key of the employee
}

// Mount registers the routes.
func (h *FeedbackHandler) Mount(r fiber.Router) {
	r.Get("/searches", h.list)
	r.Post("/searches/:id<guid>", h.mark)
}

const feedbackHTML frontend.Page[feedbackPage] = "catalog/search-feedback.html"

type feedbackPage struct {
	Done  bool // the list of what has been dealt with
	Tabs  []frontend.Link
	Rows  []feedbackRow
	Pages *frontend.Pagination
}

type feedbackRow struct {
	ID, Day, Query, Wanted, Lang string
	Found                        int
}

// staffSize is how many stand on a page.
const staffSize = 50

func (h *FeedbackHandler) list(c *fiber.Ctx) error {
	if err := h.Allowed(c); err != nil {
		return err
	}
	t := h.Pages.Texts(c)
	done, n := c.Query("done") == "1", max(1, min(c.QueryInt("page", 1), 1000))
	all, err := listFeedback(c.UserContext(), h.DB, done, (n-1)*staffSize, staffSize+1)
	if err != nil {
		return err
	}
	page := feedbackPage{Done: done, Tabs: []frontend.Link{
		{Text: t("catalog_search.open"), Href: "/searches", Current: !done}, {Text: t("catalog_search.done"), Href: "/searches?done=1", Current: done},
	}}
	for _, f := range all[:min(len(all), staffSize)] {
		page.Rows = append(page.Rows, feedbackRow{f.ID.String(), rus.FormatDate(f.At, web.Lang(c)), f.Query, f.Wanted, f.Lang, f.Found})
	}
	page.Pages = around(done, n, len(all) > staffSize)
	frontend.SetLayout(c, func(l *frontend.Layout) { l.Wide = true })
	return feedbackHTML.Render(c, h.Pages, page)
}

// around links to the newer and the older.
func around(done bool, n int, more bool) *frontend.Pagination {
	if n == 1 && !more {
		return nil
	}
	href := func(n int) string {
		if done {
			return "/searches?done=1&page=" + strconv.Itoa(n)
		}
		return "/searches?page=" + strconv.Itoa(n)
	}
	p := &frontend.Pagination{}
	if n > 1 {
		p.Previous = &frontend.PageLink{Href: href(n - 1)}
	}
	if more {
		p.Next = &frontend.PageLink{Href: href(n + 1)}
	}
	return p
}

func (h *FeedbackHandler) mark(c *fiber.Ctx) error {
	if err := h.Allowed(c); err != nil {
		return err
	}
	id, err := uuid.Parse(c.Params("id"))
	if err != nil {
		return fault.New(fault.NotFound, "catalog_search.no_feedback")
	}
	done := c.FormValue("done") == "1"
	if err := markFeedback(c.UserContext(), h.DB, id, done, h.Actor(c), h.Now()); err != nil {
		return err
	}
	if done {
		return c.Redirect("/searches", http.StatusSeeOther)
	}
	return c.Redirect("/searches?done=1", http.StatusSeeOther)
}
