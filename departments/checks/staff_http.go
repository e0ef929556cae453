package checks

import (
	"net/netip"
	"slices"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/catalog"
	"tamga/departments"
	"tamga/frontend"
	"tamga/internal/i18n"
	"tamga/internal/journal"
	"tamga/internal/rus"
	"tamga/internal/web"
)

// Handler is what the staff of departments see of their checks.
type Handler struct {
	Desk
	Pages   *frontend.Pages
	Clerks  departments.Clerks
	Service func(id string, version int) (*catalog.Service, error)
}

// Mount registers the routes.
func (h *Handler) Mount(r fiber.Router) {
	r.Get("/checks", h.Clerks.Only(h.list))
	r.Get("/checks/new", h.Clerks.Only(h.offer))
	r.Post("/checks/new", h.Clerks.Only(h.askNew))
	r.Get("/checks/:id<guid>", h.Clerks.Only(h.show))
	r.Post("/checks/:id<guid>/again", h.Clerks.Only(h.again))
}

// Lines are the checks of an application, for who has the right: a Forbidden fault for others.
func (h *Handler) Lines(c *fiber.Ctx, department string, application uuid.UUID) ([]Line, error) {
	if err := h.Clerks.Allowed(c); err != nil {
		return nil, err
	}
	list, err := checksOf(c.UserContext(), h.DB, department, application)
	if err != nil {
		return nil, err
	}
	found, err := h.corrections(c.UserContext(), department, application, list)
	var lines []Line
	for _, one := range list {
		l := line(h.Pages.Texts(c), web.Lang(c), one)
		if l.Corrected = found[one.ID] != nil; one.Kind == "birth" { // of several children, which
			l.Name = h.named(one, l.Name)
		}
		lines = append(lines, l)
	}
	return lines, err
}

// named adds to the name of a check whom it is about, while that is kept.
func (h *Handler) named(one *Check, name string) string {
	k, err := kindOf(one.Kind)
	if err != nil {
		return name
	}
	f, err := h.askedFields(one, k)
	if err != nil || f == nil {
		return name
	}
	return name + ": " + rus.FullName(f["last_name"], f["first_name"], f["middle_name"])
}

// looked writes into the person's journal that an employee has read what a register says of them.
func (h *Handler) looked(c *fiber.Ctx, who *departments.Clerk, one *Check, k *Kind) error {
	if one.Subject == nil {
		return nil
	}
	name, err := departmentName(c.UserContext(), h.DB, one.Department)
	if err != nil {
		return err
	}
	return journal.Write(c.UserContext(), h.DB, journal.Entry{Actor: who.ID.String(), ActorRole: "employee", Action: "checks.read", Subject: one.Subject.String(),
		Purpose: h.Pages.T(i18n.RU, "checks.purpose", k.Name.RU, one.Number, name), Address: addressOf(c),
		Details: map[string]any{"application": one.Application, "check": one.ID, "kind": one.Kind}})
}

func addressOf(c *fiber.Ctx) netip.Addr {
	from, _ := netip.ParseAddr(c.IP()) // the zero address means unknown
	return from
}

// again asks the same anew: not what is still fresh, the register.
func (h *Handler) again(c *fiber.Ctx, who *departments.Clerk) error {
	id, err := uuid.Parse(c.Params("id"))
	if err != nil {
		return errNone
	}
	one, err := checkOf(c.UserContext(), h.DB, who.Department, id)
	if err != nil {
		return err
	}
	k, err := kindOf(one.Kind)
	if err != nil {
		return err
	}
	q, err := one.question(h.Box, k)
	if err != nil {
		return err
	}
	if one.State == Asked || q == nil {
		return errNone
	}
	next := uuid.NewSHA1(one.ID, []byte("again")) // pressed twice it asks once
	err = pgx.BeginFunc(c.UserContext(), h.DB, func(tx pgx.Tx) error {
		return h.ask(c.UserContext(), tx, request{ID: next, Department: who.Department, Application: one.Application, Number: one.Number, Kind: k, Question: q,
			Asker: &who.ID, From: addressOf(c), Anew: true, Subject: one.Subject})
	})
	if err != nil {
		return err
	}
	return c.Redirect("/checks/"+next.String(), fiber.StatusSeeOther)
}

// mayAsk are the kinds that a department may ask, of registers that are connected.
func (h *Handler) mayAsk(c *fiber.Ctx, department string) ([]*Kind, error) {
	kinds, err := allKinds()
	if err != nil {
		return nil, err
	}
	online, err := connected(c.UserContext(), h.DB)
	return slices.DeleteFunc(slices.Clone(kinds), func(k *Kind) bool { return !k.may(department) || !slices.Contains(online, k.Register) }), err
}
