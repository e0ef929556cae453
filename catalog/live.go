package catalog

import (
	"context"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
)

// Adopt makes the published versions of all services the current ones, whatever the files say: the files of a folder are drafts until
// somebody publishes them. A database without any publication takes all files as they are, so that a first start has services.
func (c *Catalog) Adopt(ctx context.Context, d db.DB) error {
	c.readOlder(d)
	current, err := currentVersions(ctx, d)
	if err != nil {
		return err
	}
	if len(current) == 0 {
		return c.Publish(ctx, d)
	}
	return c.adopt(ctx, d, current)
}

func (c *Catalog) adopt(ctx context.Context, d db.DB, current map[string]int) error {
	list := make([]*Service, 0, len(current))
	for id, version := range current {
		s, err := c.Service(id, version)
		if err != nil {
			return err
		}
		list = append(list, s)
	}
	c.show(list)
	return pgx.BeginFunc(ctx, d, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, int64(publishLock)); err != nil {
			return err
		}
		for _, s := range list {
			if err := saveWords(ctx, tx, s, c.words(s)); err != nil {
				return err
			}
		}
		return nil
	})
}

// Refresh takes over what others have published since, and tells whether there was anything.
func (c *Catalog) Refresh(ctx context.Context, d db.DB) (bool, error) {
	current, err := currentVersions(ctx, d)
	if err != nil {
		return false, err
	}
	changed := len(current) != len(c.Services())
	for _, s := range c.Services() {
		changed = changed || current[s.ID] != s.Version
	}
	if !changed {
		return false, nil
	}
	return true, c.adopt(ctx, d, current)
}

// Watch refreshes until ctx ends. A database that cannot be asked leaves everything as it is.
func (c *Catalog) Watch(ctx context.Context, d db.DB, every time.Duration, log *slog.Logger) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if _, err := c.Refresh(ctx, d); err != nil && ctx.Err() == nil {
			log.Error("the catalogue could not be refreshed", "err", err)
		}
	}
}
