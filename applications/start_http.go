package applications

import (
	"context"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/catalog"
	"tamga/frontend"
	"tamga/internal/i18n"
)

const beginPage frontend.Page[beginView] = "applications/new.html"

type beginView struct {
	Service string
	Name    i18n.Text
	Summary i18n.Text
	Draft   string // address of a draft to go on with, "" when there is none
}

// showBegin is where a person comes back to after having signed in: a page, since nothing may begin by following a link.
func (h *Handler) showBegin(c *fiber.Ctx) error {
	s, err := h.Catalog.Service(c.Query("service"), 0)
	if err != nil {
		return err
	}
	return h.known(c, s.Level, beginPath(s), func(p *Person) error {
		view := beginView{Service: s.ID, Name: s.Name, Summary: s.About}
		draft, err := draftOf(c.UserContext(), h.DB, p.ID, s.ID, h.Now())
		if err != nil {
			return err
		}
		if draft != uuid.Nil {
			view.Draft = applicationPath(draft, "")
		}
		return beginPage.Render(c, h.Pages, view)
	})
}

func beginPath(s *catalog.Service) string { return "/applications/new?service=" + s.ID }

// begin makes a draft. Somebody who has one already is asked which of the two is meant.
func (h *Handler) begin(c *fiber.Ctx) error {
	s, err := h.Catalog.Service(c.FormValue("service"), 0)
	if err != nil {
		return err
	}
	return h.known(c, s.Level, beginPath(s), func(p *Person) error {
		ctx := c.UserContext()
		if c.FormValue("new") == "" {
			draft, err := draftOf(ctx, h.DB, p.ID, s.ID, h.Now())
			if err != nil {
				return err
			}
			if draft != uuid.Nil {
				return seeOther(c, beginPath(s))
			}
		}
		id, err := h.beginDraft(ctx, s, p, contactOf(c, p))
		if err != nil {
			return err
		}
		d, err := h.openFor(ctx, h.DB, p.ID, id)
		if err != nil {
			return err
		}
		return seeOther(c, h.onward(d))
	})
}

func (h *Handler) beginDraft(ctx context.Context, s *catalog.Service, p *Person, to contact) (id uuid.UUID, err error) {
	err = pgx.BeginFunc(ctx, h.DB, func(tx pgx.Tx) error {
		id, err = h.start(ctx, tx, s, p, to)
		return err
	})
	return id, err
}

// onward is the page on which the reader's own part goes on: the first question without an answer, or the answers to check.
func (h *Handler) onward(d *dossier) string {
	step, ok := d.Definition.Complete(d.Set, d.Me.ID)
	if ok {
		return applicationPath(d.ID, "/check")
	}
	return stepPath(d.ID, step, false)
}
