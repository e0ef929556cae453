package applications

import (
	"context"
	"errors"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/catalog"
	"tamga/frontend"
	"tamga/internal/fault"
	"tamga/internal/i18n"
	"tamga/internal/web"
)

const beginPage frontend.Page[beginView] = "applications/new.html"

type beginView struct {
	Service      string
	Name         i18n.Text
	Summary      i18n.Text
	Action       i18n.Text     // of the button, in the service's own words; empty when it has none
	Draft        string        // address of a draft to go on with, "" when there is none
	Organisation *Organisation // in whose name, nil for the own
}

// showBegin is where a person comes back to after having signed in: a page, since nothing may begin by following a link.
func (h *Handler) showBegin(c *fiber.Ctx) error {
	s, err := h.Catalog.Service(c.Query("service"), 0)
	if err != nil {
		return err
	}
	return h.entitled(c, s, func(p *Person, in *Organisation) error {
		view := beginView{Service: s.ID, Name: s.Name, Summary: s.About, Action: s.Action, Organisation: in}
		draft, err := draftOf(c.UserContext(), h.DB, p.ID, in, s.ID, h.Now())
		if err != nil {
			return err
		}
		if draft != uuid.Nil {
			view.Draft = applicationPath(draft, "")
		}
		return beginPage.Render(c, h.Pages, view)
	})
}

// entitled runs f with a person who is known well enough and may begin the service, in a name; others are told how to become such.
func (h *Handler) entitled(c *fiber.Ctx, s *catalog.Service, f func(*Person, *Organisation) error) error {
	p, err := h.Person(c)
	if err != nil && !errors.Is(err, fault.SignIn) {
		return err
	}
	nobody := err != nil
	if nobody {
		p = &Person{}
	}
	in, may := p.capacityFor(s)
	switch {
	case !may && h.NeedCapacity != nil:
		return h.NeedCapacity(c, s, beginPath(s))
	case !may:
		return errOtherCapacity
	case nobody || !p.Level.AtLeast(s.Level):
		return h.NeedLevel(c, s.Level, beginPath(s))
	}
	return f(p, in)
}

func beginPath(s *catalog.Service) string { return "/applications/new?service=" + s.ID }

// BeginRate bounds how often one person makes drafts, by itself, by copying and by life situations (Begins): far above what a family
// files, and too slow to fill the tables.
var BeginRate = web.Rate{Burst: 60, Every: time.Minute}

// Begins is the name under which BeginRate is counted.
const Begins = "begin"

// begin makes a draft. Somebody who has one already is asked which of the two is meant.
func (h *Handler) begin(c *fiber.Ctx) error {
	s, err := h.Catalog.Service(c.FormValue("service"), 0)
	if err != nil {
		return err
	}
	return h.entitled(c, s, func(p *Person, in *Organisation) error {
		ctx := c.UserContext()
		if c.FormValue("new") == "" {
			draft, err := draftOf(ctx, h.DB, p.ID, in, s.ID, h.Now())
			if err != nil {
				return err
			}
			if draft != uuid.Nil {
				return seeOther(c, beginPath(s))
			}
		}
		if err := h.within(ctx, Begins, p, BeginRate); err != nil {
			return err
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
