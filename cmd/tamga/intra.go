package main

import (
	"context"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"tamga/applications"
	"tamga/catalog"
	"tamga/departments"
	"tamga/departments/workplace"
	"tamga/internal/i18n"
	"tamga/internal/web"
	"tamga/intra"
	"tamga/migrations"
	"tamga/payments"
	"tamga/payments/access"
	"tamga/payments/stats"
	"tamga/portal/notices"
	"tamga/support"
)

// intraRole is the staff site.
type intraRole struct {
	common
	citizens
	Listen   string `env:"TAMGA_INTRA_LISTEN" default:":8082" help:"where to listen: an address of the inner contour"`
	Insecure bool   `env:"TAMGA_INSECURE_COOKIES" help:"cookies without TLS: never in production"`
	Roots    string `env:"TAMGA_WORKPLACE_ROOTS" type:"path" help:"PEM file, or folder of such, of the authorities whose e-signatures on results are trusted"`
}

// Run serves the staff site until it is stopped.
func (i *intraRole) Run(ctx context.Context) error {
	r, err := i.build(ctx)
	if err != nil {
		return err
	}
	return serve(ctx, i.logger(), r)
}

func (i *intraRole) build(ctx context.Context) (_ *role, err error) {
	if err := i.safe(i.Insecure); err != nil {
		return nil, err
	}
	r := &role{name: "intra"}
	defer r.closeOnError(&err)
	if r.ln, err = r.listen(i.Listen); err != nil {
		return nil, err
	}
	g, err := r.open(ctx, i.common, i.DatabaseURL, i.RedisURL, i.Key, migrations.Portal())
	if err != nil {
		return nil, err
	}
	g.note.Inbox, g.note.WayTo = (&notices.Inbox{Box: g.box, Now: time.Now}).Take, notices.WayTo
	forms, err := i.Key.one("intra forms")
	if err != nil {
		return nil, err
	}
	services, err := r.services(ctx, g, i.definitions)
	if err != nil {
		return nil, err
	}
	press := &catalog.Press{DB: g.pool, River: g.river, Files: i.files(), Now: time.Now}
	core, err := i.core(g, services)
	if err != nil {
		return nil, err
	}
	roots, err := trustedRoots(i.Roots)
	if err != nil {
		return nil, err
	}
	r.app, err = intra.New(intra.Config{
		DB: g.pool, Redis: g.redis, Pages: g.pages, Log: g.log, Hasher: passwords(), Now: time.Now, CSRFKey: forms,
		Secure: !i.Insecure, Proxies: i.Proxies, Checks: g.check,
		Uploads: &web.Uploads{Path: workplace.TakesFiles, Cookie: "tamga_intra", Max: workplace.MaxUpload},
		Given: func(ctx context.Context, employee uuid.UUID) ([]string, error) {
			return access.RightsOf(ctx, g.pool, employee, time.Now())
		},
		Domains: func(staff *intra.Staff) []web.Handler {
			actor := func(c *fiber.Ctx) string {
				e, err := staff.Employee(c)
				if err != nil {
					return ""
				}
				return e.ID.String()
			}
			return append(paymentControl(g, services, staff, passwords()), []web.Handler{
				&stats.Handler{DB: g.pool, Pages: g.pages, Now: time.Now, Allowed: staff.Allowed(intra.RightPayments), Services: paidServices(services)},
				&payments.BooksHandler{
					DB: g.pool, Pages: g.pages, Allowed: staff.Allowed(intra.RightRefunds), Actor: actor,
					Department: departmentName(services),
					Desk:       &payments.Jobs{DB: g.pool, River: g.river, Pages: g.pages, Notify: g.note, Now: time.Now, Log: g.log},
				},
				&departments.StaffHandler{DB: g.pool, River: g.river, Pages: g.pages, Now: time.Now,
					Allowed: staff.Allowed(intra.RightDeliveries), Actor: actor, Service: nameOf(services)},
				&applications.StaffHandler{Core: core, Pages: g.pages,
					Definition: press.Version, Allowed: staff.Allowed(intra.RightApplications), Actor: actor},
				&support.StaffHandler{
					Desk:    support.Desk{DB: g.pool, Box: g.box, Notify: g.note, Pages: g.pages, Now: time.Now, PublicURL: i.PortalURL},
					Allowed: staff.Allowed(intra.RightSupport), Employee: employeeOf(staff), Service: nameOf(services),
				},
				i.workplace(g, core, services, staff, roots),
				checksHandler(g, services, staff),
				&catalog.StaffHandler{Press: press, Pages: g.pages, Now: time.Now, Allowed: staff.Allowed(intra.RightCatalog), Actor: actor},
				&catalog.FeedbackHandler{DB: g.pool, Pages: g.pages, Now: time.Now, Allowed: staff.Allowed(intra.RightCatalog), Actor: actor},
			}...)
		},
	})
	return r, err
}

// employeeOf tells support who is signed in.
func employeeOf(staff *intra.Staff) func(*fiber.Ctx) (uuid.UUID, error) {
	return func(c *fiber.Ctx) (uuid.UUID, error) {
		e, err := staff.Employee(c)
		if err != nil {
			return uuid.Nil, err
		}
		return e.ID, nil
	}
}

// departmentName names departments by their codes, "" for one that the catalog does not know.
func departmentName(services *catalog.Catalog) func(string, i18n.Lang) string {
	return func(code string, lang i18n.Lang) string {
		if d := services.Department(code); d != nil {
			return d.Name.In(lang)
		}
		return ""
	}
}

// nameOf names services by their ids.
func nameOf(services *catalog.Catalog) func(string, i18n.Lang) string {
	return func(id string, lang i18n.Lang) string {
		s, err := services.Service(id, 0)
		if err != nil {
			return id
		}
		return s.Name.In(lang)
	}
}
