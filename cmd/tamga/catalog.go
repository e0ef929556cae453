package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"tamga/catalog"
	"tamga/internal/db"
)

type catalogCommand struct {
	Check   catalogCheck   `cmd:"" help:"Check the definitions of services: every mistake with file, line and column, and what to write instead."`
	Schema  catalogSchema  `cmd:"" help:"Write the JSON Schemas of the definitions, for editors."`
	Publish catalogPublish `cmd:"" help:"Publish the definitions that have changed as new versions."`
}

// definitions is where the services come from.
type definitions struct {
	Catalog string `env:"TAMGA_CATALOG" help:"folder of the definitions: services/*.yaml, organisations.yaml …; those of the binary when empty"`
}

// files are the definitions of the folder, or of the binary.
func (d definitions) files() fs.FS {
	if d.Catalog == "" {
		return catalog.Files()
	}
	return os.DirFS(d.Catalog)
}

type catalogCheck struct {
	Dir string `arg:"" optional:"" env:"TAMGA_CATALOG" help:"folder of the definitions; those of the binary when left out"`
}

// Run prints the mistakes. Any of them is an error.
func (c *catalogCheck) Run() error {
	if c.Dir != "" {
		if _, err := os.Stat(c.Dir); err != nil {
			return err
		}
	}
	services, err := catalog.Load(definitions{c.Dir}.files())
	mistakes := catalog.Mistakes(err)
	folder := ""
	if c.Dir != "" {
		folder = filepath.Clean(c.Dir) + string(filepath.Separator)
	}
	for _, m := range mistakes {
		fmt.Fprintln(os.Stderr, folder+m.Error())
	}
	if len(mistakes) > 0 {
		return fmt.Errorf("mistakes: %d", len(mistakes))
	}
	fmt.Printf("%d services, no mistakes\n", len(services.Services()))
	return nil
}

type catalogSchema struct {
	Write string `help:"folder to write all schemas into; without it the schema of a service is printed"`
}

// Run prints or writes the schemas.
func (c *catalogSchema) Run() error {
	all := catalog.Schemas()
	if c.Write == "" {
		_, err := os.Stdout.Write(all["service.schema.json"])
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if err := os.WriteFile(filepath.Join(c.Write, name), all[name], 0o644); err != nil { //nolint:gosec // everybody may read a schema
			return err
		}
	}
	return nil
}

type catalogPublish struct {
	definitions
	DatabaseURL string `env:"TAMGA_PORTAL_DATABASE_URL" required:"" help:"database of the portal"`
}

// Run publishes what has changed.
func (c *catalogPublish) Run(ctx context.Context) error {
	services, err := catalog.Load(c.files())
	if err != nil {
		return err
	}
	pool, err := db.Open(ctx, c.DatabaseURL)
	if err != nil {
		return err
	}
	defer pool.Close()
	if err := services.Publish(ctx, pool); err != nil {
		return errors.Join(errors.New("nothing was published"), err)
	}
	for _, s := range services.Services() {
		fmt.Printf("%s\t%d\n", s.ID, s.Version)
	}
	return nil
}

// demoDefinitions lets the demo be run on a folder that somebody edits.
func demoDefinitions() definitions { return definitions{os.Getenv("TAMGA_CATALOG")} }

// learnEvery is how soon a running process takes over what an editor has published.
const learnEvery = 2 * time.Second

// services opens the catalogue of a role. The definitions of the binary are current by being installed; those of a folder when an editor
// publishes them, and the role then learns of it while it runs.
func (r *role) services(ctx context.Context, g *ground, d definitions) (*catalog.Catalog, error) {
	if d.Catalog == "" {
		return published(ctx, g.pool)
	}
	services, err := catalog.Load(d.files())
	if services == nil {
		return nil, err
	}
	for _, m := range catalog.Mistakes(err) { // a draft with a mistake keeps nobody from what is published
		g.log.Warn("a mistake in the catalogue's folder", "err", m)
	}
	if err := services.Adopt(ctx, g.pool); err != nil {
		return nil, err
	}
	for _, err := range services.Refused() {
		g.log.Error("a version of a service is refused; the one before is served", "err", err)
	}
	watch, stop := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan struct{})
	go func() {
		defer close(done)
		services.Watch(watch, g.pool, learnEvery, g.log)
	}()
	r.closer = append(r.closer, func() { stop(); <-done })
	return services, nil
}
