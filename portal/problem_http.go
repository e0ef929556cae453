package portal

import (
	"github.com/gofiber/fiber/v2"

	"tamga/frontend"
)

// problemPage says in plain words what came of a sign-in at ESIA, and what to do.
type problemPage struct {
	Title   string
	Text    string
	Again   string // address to try again, "" when that is of no use
	Cabinet bool   // signed in: the cabinet is there
	Leave   bool   // signing out is what helps
	Back    string // the page the person came from
}

const problemTemplate frontend.Page[problemPage] = "portal/problem.html"

// showProblem shows the texts portal.<name>_title and portal.<name>_text.
func (h *Handler) showProblem(c *fiber.Ctx, status int, name, next string) error {
	t := h.Pages.Texts(c)
	page := problemPage{Title: t("portal." + name + "_title"), Text: t("portal." + name + "_text"),
		Cabinet: current(c) != nil, Back: localPath(next)}
	switch name {
	case "esia_elsewhere", "esia_second", "esia_changed", "esia_other":
		page.Leave = current(c) != nil
	case "esia_done":
	default:
		page.Again = withNext("/esia/start", next)
	}
	frontend.SetLayout(c, func(l *frontend.Layout) { l.Robots, l.Path = "noindex", "/" })
	return problemTemplate.Render(c.Status(status), h.Pages, page)
}
