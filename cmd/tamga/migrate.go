package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"golang.org/x/sync/errgroup"

	"tamga/catalog"
	"tamga/idp"
	"tamga/idp/oauth"
	"tamga/internal/db"
	"tamga/internal/journal"
	"tamga/migrations"
)

// migrateCommand brings databases to this binary's schema and publishes the services of its catalog. Run it before a deploy.
type migrateCommand struct {
	Portal string `env:"TAMGA_PORTAL_DATABASE_URL" help:"PostgreSQL of portal, staff site and worker"`
	IDP    string `name:"idp" env:"TAMGA_IDP_DATABASE_URL" help:"PostgreSQL of the identity provider"`
	Stand  string `env:"TAMGA_STAND_DATABASE_URL" help:"PostgreSQL of the stands"`

	definitions
	PortalURL    string `env:"TAMGA_PORTAL_URL" help:"public address of the portal, to register it at the provider"`
	ClientSecret string `env:"TAMGA_CLIENT_SECRET" help:"the portal's secret at the provider"`
}

// Run migrates each database that is named.
func (m *migrateCommand) Run(ctx context.Context) error {
	if m.Portal == "" && m.IDP == "" && m.Stand == "" {
		return errors.New("name a database: TAMGA_PORTAL_DATABASE_URL, TAMGA_IDP_DATABASE_URL or TAMGA_STAND_DATABASE_URL")
	}
	g, ctx := errgroup.WithContext(ctx)
	for _, one := range []struct {
		name, url string
		set       fs.FS
	}{{"portal", m.Portal, migrations.Portal()}, {"idp", m.IDP, migrations.IDP()}, {"stand", m.Stand, migrations.Stand()}} {
		if one.url == "" {
			continue
		}
		g.Go(func() error {
			if err := db.Migrate(ctx, one.url, one.set); err != nil {
				return fmt.Errorf("migrate %s: %w", one.name, err)
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	ctx = context.WithoutCancel(ctx)
	if m.IDP != "" && m.PortalURL != "" {
		if err := registerPortal(ctx, m.IDP, m.PortalURL, m.ClientSecret); err != nil {
			return fmt.Errorf("register the portal at the provider: %w", err)
		}
	}
	if m.Portal == "" {
		return nil
	}
	if m.Catalog != "" {
		return nil // the definitions of a folder wait for an editor
	}
	return publish(ctx, m.Portal)
}

// registerPortal makes the portal known to the provider, or renews its address and secret.
func registerPortal(ctx context.Context, url, portal, clientSecret string) error {
	pool, err := db.Open(ctx, url)
	if err != nil {
		return err
	}
	defer pool.Close()
	return oauth.PutClient(ctx, pool, idp.PortalClient(portal, clientSecret))
}

// publish writes the services of the catalog that have changed as new versions.
func publish(ctx context.Context, url string) error {
	pool, err := db.Open(ctx, url)
	if err != nil {
		return err
	}
	defer pool.Close()
	_, err = published(ctx, pool)
	return err
}

// published returns the catalog of this binary. What of it the database does not know yet is published first, which is nothing when
// migrate has run.
func published(ctx context.Context, d db.DB) (*catalog.Catalog, error) {
	services, err := catalog.Load(catalog.Files())
	if err != nil {
		return nil, err
	}
	return services, services.Publish(ctx, d)
}

type journalCommand struct {
	Verify journalVerify `cmd:"" help:"Recompute the hash chain and name the first row that was changed."`
}

type journalVerify struct {
	DatabaseURL string `env:"TAMGA_PORTAL_DATABASE_URL" required:"" help:"the database whose journal is checked"`
}

// Run checks the journal.
func (j *journalVerify) Run(ctx context.Context) error {
	pool, err := db.Open(ctx, j.DatabaseURL)
	if err != nil {
		return err
	}
	defer pool.Close()
	if err := journal.Verify(ctx, pool); err != nil {
		return err
	}
	head, err := journal.LastHead(ctx, pool)
	if err != nil {
		return err
	}
	fmt.Printf("the journal is whole: %d blocks, last hash %x\n", head.N, head.Hash)
	return nil
}
