package main

import (
	"context"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/applications"
	"tamga/catalog"
	"tamga/frontend"
	"tamga/internal/secret"
	"tamga/internal/web"
	"tamga/intra"
	"tamga/payments/access"
	"tamga/payments/lookup"
)

// paymentControl are the pages and the API by which staff look payments up, ask for access and watch over it.
func paymentControl(g *ground, services *catalog.Catalog, staff *intra.Staff, hasher *secret.Hasher) []web.Handler {
	actor := func(c *fiber.Ctx) string {
		e, err := staff.Employee(c)
		if err != nil {
			return ""
		}
		return e.ID.String()
	}
	who := func(c *fiber.Ctx) access.Viewer {
		e, err := staff.Employee(c)
		if err != nil {
			return access.Viewer{}
		}
		return access.Viewer{ID: e.ID, Organisation: e.OrganisationID, Department: e.Organisation, Post: e.Post,
			Last: e.LastName, First: e.FirstName, Middle: e.MiddleName}
	}
	look := &lookup.Handler{DB: g.pool, Box: g.box, Pages: g.pages, Allowed: staff.Allowed(intra.RightPayments), Actor: actor, Who: who,
		Numbers: applications.IDOfNumber, Services: paidServices(services)}
	return []web.Handler{
		look,
		&lookup.APIHandler{Staff: look, Limit: &web.Limiter{Redis: g.redis, Log: g.log}, Now: time.Now},
		&access.Handler{DB: g.pool, Box: g.box, Pages: g.pages, Now: time.Now, Who: who, Head: staff.Allowed(intra.RightHead),
			Desk: staff.Allowed(intra.RightAccess),
			Enrol: func(ctx context.Context, tx pgx.Tx, organisation uuid.UUID, last, first, middle, post string) (uuid.UUID, string, error) {
				return intra.Enrol(ctx, tx, hasher, organisation, last, first, middle, post, time.Now())
			}},
	}
}

// paidServices are the services with a duty, in the reader's language.
func paidServices(services *catalog.Catalog) func(*fiber.Ctx) []frontend.Option {
	return func(c *fiber.Ctx) (options []frontend.Option) {
		for _, s := range services.Services() {
			if s.Duty != nil {
				options = append(options, frontend.Option{Value: s.ID, Text: s.Name.In(web.Lang(c))})
			}
		}
		return options
	}
}
