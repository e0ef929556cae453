package applications

import (
	"context"
	"errors"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/frontend"
	"tamga/internal/i18n"
)

const erasePage frontend.Page[eraseView] = "applications/erase.html"

type eraseView struct {
	Service i18n.Text
	Draft   bool
	Action  string
	Back    string
}

// copyable tells whether a new application can begin with the answers of this one: of a person's own, for a service that is there still.
func (h *Handler) copyable(d *dossier) bool {
	_, err := h.Catalog.Service(d.Service, 0)
	return err == nil && d.Me.Position == 0 && d.Me.Complete && d.State != Draft
}

// doCopy begins a new application with the answers of this one.
func (h *Handler) doCopy(c *fiber.Ctx) error {
	_, old, err := h.read(c)
	if err != nil {
		return err
	}
	if !h.copyable(old) {
		return seeOther(c, applicationPath(old.ID, ""))
	}
	s, err := h.Catalog.Service(old.Service, 0)
	if err != nil {
		return err
	}
	return h.entitled(c, s, func(p *Person, _ *Organisation) error {
		if err := h.within(c.UserContext(), Begins, p, BeginRate); err != nil {
			return err
		}
		var id uuid.UUID
		err := pgx.BeginFunc(c.UserContext(), h.DB, func(tx pgx.Tx) (err error) {
			id, err = h.again(c.UserContext(), tx, old, s, p, contactOf(c, p))
			return err
		})
		if err != nil {
			return err
		}
		d, err := h.openFor(c.UserContext(), h.DB, p.ID, id)
		if err != nil {
			return err
		}
		return seeOther(c, h.onward(d))
	})
}

func (h *Handler) showErase(c *fiber.Ctx) error {
	_, d, err := h.read(c)
	if err != nil {
		return err
	}
	if !d.erasable() {
		return seeOther(c, applicationPath(d.ID, ""))
	}
	return erasePage.Render(c, h.Pages, eraseView{Service: d.Definition.Name, Draft: d.State == Draft, Action: c.Path(), Back: applicationPath(d.ID, "")})
}

// doErase erases the application. A second click finds nothing, which is what was wanted.
func (h *Handler) doErase(c *fiber.Ctx) error {
	err := h.change(c, func(ctx context.Context, tx pgx.Tx, _ *Person, d *dossier) error { return h.eraseOwn(ctx, tx, d) })
	if err != nil && !errors.Is(err, errNoApplication) {
		return h.settled(c, err)
	}
	return seeOther(c, "/applications")
}
