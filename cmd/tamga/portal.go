package main

import (
	"context"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"tamga/applications"
	"tamga/catalog"
	"tamga/departments"
	"tamga/departments/schema"
	"tamga/frontend"
	"tamga/internal/i18n"
	"tamga/internal/register"
	"tamga/internal/web"
	"tamga/migrations"
	"tamga/payments"
	"tamga/payments/department"
	"tamga/payments/signed"
	"tamga/payments/utility"
	"tamga/portal"
	"tamga/portal/notices"
	"tamga/support"
)

// portalRole is the citizens' site.
type portalRole struct {
	common
	citizens
	bank
	bodies
	Listen       string `env:"TAMGA_PORTAL_LISTEN" default:":8080" help:"where to listen"`
	Issuer       string `env:"TAMGA_ISSUER" required:"" help:"public address of the identity provider"`
	ClientID     string `env:"TAMGA_CLIENT_ID" default:"portal" help:"our name at the provider"`
	ClientSecret string `env:"TAMGA_CLIENT_SECRET" required:"" help:"our secret at the provider"`
	Insecure     bool   `env:"TAMGA_INSECURE_COOKIES" help:"cookies without TLS: never in production"`
}

// Run serves the portal until it is stopped.
func (p *portalRole) Run(ctx context.Context) error {
	r, err := p.build(ctx)
	if err != nil {
		return err
	}
	return serve(ctx, p.logger(), r)
}

func (p *portalRole) build(ctx context.Context) (_ *role, err error) {
	if err := p.safe(p.Insecure); err != nil {
		return nil, err
	}
	r := &role{name: "portal"}
	defer r.closeOnError(&err)
	if r.ln, err = r.listen(p.Listen); err != nil {
		return nil, err
	}
	g, err := r.open(ctx, p.common, p.DatabaseURL, p.RedisURL, p.Key, migrations.Portal())
	if err != nil {
		return nil, err
	}
	g.note.Inbox, g.note.WayTo = (&notices.Inbox{Box: g.box, Now: time.Now}).Take, notices.WayTo
	services, err := r.services(ctx, g, p.definitions)
	if err != nil {
		return nil, err
	}
	forms, err := p.Key.one("portal forms")
	if err != nil {
		return nil, err
	}
	codes, err := p.Key.one("portal codes")
	if err != nil {
		return nil, err
	}
	ours, err := p.ours(p.Key)
	if err != nil {
		return nil, err
	}
	core, err := p.core(g, services)
	if err != nil {
		return nil, err
	}
	tills, err := p.acquirers()
	if err != nil {
		return nil, err
	}
	asker := &departments.Asker{DB: g.pool, Client: p.client(), Keys: ours, Now: time.Now}
	core.Find = func(ctx context.Context, q catalog.Query) (records []catalog.Record, err error) {
		err = asker.Records(ctx, q.Department, q.Source, q.Keys, &records)
		return records, err
	}
	exchanges := &departments.Handler{
		DB: g.pool, River: g.river, Keys: ours, Trust: &departments.Trust{Client: p.client(), Now: time.Now, DB: g.pool},
		Audience: p.PortalURL, Now: time.Now, Log: g.log, OnUpdate: planned(g, core.OnUpdate),
	}
	door := &signed.Door{Audience: p.PortalURL, Now: time.Now, Log: g.log, Speaks: exchanges.Speaks}
	r.app, err = portal.New(portal.Config{
		DB: g.pool, Redis: g.redis, Box: g.box, Hasher: passwords(), Notify: g.note, Pages: g.pages, Catalog: services,
		Log: g.log, Now: time.Now, Applications: core, CSRFKey: forms, CodesKey: codes, Secure: !p.Insecure, Proxies: p.Proxies, PublicURL: p.PortalURL,
		ESIA:       portal.ESIA{Issuer: p.Issuer, ClientID: p.ClientID, ClientSecret: p.ClientSecret},
		FormAction: p.formTargets(), Checks: g.check,
		Domains: func(people *portal.People) []web.Handler {
			return []web.Handler{
				&departments.Notices{DB: g.pool, Pages: g.pages, Now: time.Now, DepartmentOf: func(service string) string {
					if s, err := services.Service(service, 0); err == nil {
						return s.Department
					}
					return ""
				}},
				&catalog.Handler{DB: g.pool, Pages: g.pages, Catalog: services, Now: time.Now, Limit: &web.Limiter{Redis: g.redis, Log: g.log},
					Answers: answers},
				&payments.Handler{
					DB: g.pool, River: g.river, Pages: g.pages, Notify: g.note, Bank: tills[0], More: tills[1:], Now: time.Now, User: people.User,
					Keeper: people.Keeper, ThroughESIA: portal.ThroughESIA, Back: backTo, PublicURL: p.PortalURL, Limiter: &web.Limiter{Redis: g.redis, Log: g.log}, Log: g.log,
					Box: g.box, Identity: people.Payer, Person: payerOf(people), Secure: !p.Insecure,
				},
				&schema.Handler{Catalog: services},
				&register.Handler{Limiter: &web.Limiter{Redis: g.redis, Log: g.log}},
				&support.Handler{
					Desk:    support.Desk{DB: g.pool, Box: g.box, Notify: g.note, Pages: g.pages, Now: time.Now, PublicURL: p.PortalURL},
					Limiter: &web.Limiter{Redis: g.redis, Log: g.log}, Scanner: core.Files.Scanner, Citizen: citizenOf(people),
				},
				&applications.Handler{Core: core, Redis: g.redis, Pages: g.pages, Person: people.Person, NeedLevel: people.NeedLevel,
					NeedCapacity: people.NeedCapacity},
				exchanges,
				&utility.Handler{DB: g.pool, River: g.river, Pages: g.pages, Box: g.box, Now: time.Now, User: people.User,
					Limiter: &web.Limiter{Redis: g.redis, Log: g.log}},
				&utility.RegisterHandler{DB: g.pool, Box: g.box, Door: door},
				&department.Handler{DB: g.pool, Box: g.box, Door: door},
			}
		},
	})
	return r, err
}

// core is what pages and jobs of applications share.
func (s citizens) core(g *ground, services *catalog.Catalog) (*applications.Core, error) {
	room, err := s.room()
	return &applications.Core{
		DB: g.pool, River: g.river, Catalog: services, Box: g.box, Notify: g.note, Texts: g.pages.Bundle, Now: time.Now,
		PublicURL: s.PortalURL, Files: room,
	}, err
}

// backTo returns the page of what a payment was for.
func backTo(o payments.Origin) string {
	if o.Kind == "application" && o.ID != uuid.Nil {
		return "/applications/" + o.ID.String()
	}
	return "/cabinet"
}

// payerOf is who pays, as a receipt names the person and notices reach them.
func payerOf(people *portal.People) func(*fiber.Ctx) (payments.Person, error) {
	return func(c *fiber.Ctx) (payments.Person, error) {
		p, err := people.Person(c)
		if err != nil {
			return payments.Person{}, err
		}
		return payments.Person{Last: p.Last, First: p.First, Middle: p.Middle, Email: p.Profile["email"], Phone: p.Profile["phone"]}, nil
	}
}

// answers are what support has ready, for the catalogue's search.
func answers(query string, lang i18n.Lang) (cards []frontend.Card) {
	for _, a := range support.Find(query, lang, 3) {
		cards = append(cards, frontend.Card{Title: a.Question, Text: a.Answer, Href: a.Href})
	}
	return cards
}

// citizenOf tells support who asks and where the answer goes.
func citizenOf(people *portal.People) func(*fiber.Ctx) (*support.Citizen, error) {
	return func(c *fiber.Ctx) (*support.Citizen, error) {
		p, err := people.Person(c)
		if err != nil {
			return nil, err
		}
		return &support.Citizen{ID: p.ID, Email: p.Profile["email"], Phone: p.Profile["phone"]}, nil
	}
}
