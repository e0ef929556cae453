package main

import (
	"context"
	"os"
	"runtime/debug"
	"time"

	"github.com/riverqueue/river"

	"tamga/idp"
	"tamga/internal/db"
	"tamga/internal/gost"
	"tamga/migrations"
)

// idpRole is the identity provider: its site, and its jobs on its own database.
type idpRole struct {
	common
	mail
	DatabaseURL string   `env:"TAMGA_IDP_DATABASE_URL" required:"" help:"PostgreSQL of the identity provider"`
	RedisURL    string   `env:"TAMGA_REDIS_URL" required:"" help:"Redis for sessions, limits and one-time codes"`
	Key         keys     `env:"TAMGA_IDP_KEY" required:"" help:"secret keys of the provider: 32 bytes in base64, newest first, commas between"`
	Listen      string   `env:"TAMGA_IDP_LISTEN" default:":8081" help:"where to listen"`
	Issuer      string   `env:"TAMGA_ISSUER" required:"" help:"public address of the provider"`
	PortalURL   string   `env:"TAMGA_PORTAL_URL" required:"" help:"public address of the portal"`
	Registers   string   `env:"TAMGA_REGISTERS_URL" required:"" help:"address of the state registers that check personal data"`
	FetchInner  bool     `env:"TAMGA_IDP_FETCH_INNER" help:"keys and logout addresses of clients may lie in private networks, and on this machine without TLS"`
	TwoSteps    bool     `env:"TAMGA_IDP_TWO_STEPS" help:"everybody signs in by two proofs"`
	Roots       string   `env:"TAMGA_SIGNATURE_ROOTS" type:"path" help:"PEM file, or folder of such, of the authorities whose e-signatures let people in"`
	Qualified   bool     `env:"TAMGA_SIGNATURE_QUALIFIED" default:"true" negatable:"" help:"of those e-signatures, only the ones by qualified certificates (КС1 and higher)"`
	CRLs        []string `env:"TAMGA_SIGNATURE_CRLS" help:"files and addresses of lists of revoked certificates (CRL), commas between; without them nobody is asked about revocation"`
	Post        string   `env:"TAMGA_POST_URL" help:"address of the post that takes registered letters with codes; without it there is no such way"`
	BankURL     string   `env:"TAMGA_BANK_ID_URL" help:"address of the online bank that says who its customer is; without it there is no such way"`
	BankName    string   `env:"TAMGA_BANK_ID_NAME" default:"банк" help:"name of that bank for people"`
	Insecure    bool     `env:"TAMGA_INSECURE_COOKIES" help:"cookies without TLS: never in production"`
}

// Run serves the provider until it is stopped.
func (p *idpRole) Run(ctx context.Context) error {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400) // little is alive between requests: collecting less often costs some tens of megabytes
	}
	r, err := p.build(ctx)
	if err != nil {
		return err
	}
	return serve(ctx, p.logger(), r)
}

func (p *idpRole) build(ctx context.Context) (_ *role, err error) {
	if err := p.safe(p.Insecure); err != nil {
		return nil, err
	}
	r := &role{name: "idp"}
	defer r.closeOnError(&err)
	if r.ln, err = r.listen(p.Listen); err != nil {
		return nil, err
	}
	g, err := r.open(ctx, p.common, db.FixedPlans(p.DatabaseURL), p.RedisURL, p.Key, migrations.IDP())
	if err != nil {
		return nil, err
	}
	forms, err := p.Key.one("idp forms")
	if err != nil {
		return nil, err
	}
	tokens, err := p.Key.one("idp tokens")
	if err != nil {
		return nil, err
	}
	jobs := &idp.Jobs{DB: g.pool, Box: g.box, Notify: g.note, Pages: g.pages, Issuer: p.Issuer, Registers: p.Registers, Inner: p.FetchInner,
		Post: p.Post, Now: time.Now}
	workers := river.NewWorkers()
	jobs.AddWorkers(workers)
	river.AddWorker(workers, p.worker(g.pool, g.box))
	if r.jobs, err = working(g, workers, jobs.PeriodicJobs()); err != nil {
		return nil, err
	}
	roots, err := trustedRoots(p.Roots)
	if err != nil {
		return nil, err
	}
	r.app, err = idp.New(idp.Config{
		DB: g.pool, Redis: g.redis, River: g.river, Box: g.box, Passwords: passwords(), Notify: g.note, Pages: g.pages, Log: g.log,
		Issuer: p.Issuer, Portal: p.PortalURL, CSRFKey: forms, HMACKey: tokens, Secure: !p.Insecure, Inner: p.FetchInner, Proxies: p.Proxies, Now: time.Now,
		TwoSteps: p.TwoSteps, Roots: roots, Qualified: p.Qualified, Revoked: p.revocations(), Post: p.Post != "", BankURL: p.BankURL, BankName: p.BankName,
	})
	return r, err
}

// revocations are the lists of revoked certificates, or nil.
func (p *idpRole) revocations() *gost.Revocations {
	if len(p.CRLs) == 0 {
		return nil
	}
	return &gost.Revocations{Sources: p.CRLs}
}
