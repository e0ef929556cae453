package catalog

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
)

// refusal is a published version that this process cannot serve: it goes on with an earlier one.
type refusal struct {
	Service string
	Version int
	Why     error
}

func (r *refusal) Error() string {
	return fmt.Sprintf("version %d of %s cannot be served: %v", r.Version, r.Service, r.Why)
}

func (r *refusal) Unwrap() error { return r.Why }

// Adopt makes the published versions of all services the current ones, whatever the files say: the files of a folder are drafts until
// somebody publishes them. A database without any publication takes all files as they are, so that a first start has services.
// Refused tells which versions cannot be served.
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
	refused := map[string]*refusal{}
	for id, version := range current {
		s, err := c.Service(id, version)
		var bad *refusal
		switch {
		case errors.As(err, &bad):
			refused[id] = bad
			s = c.before(id, version)
		case err != nil:
			return err // the database, which may answer the next time
		}
		if s != nil {
			list = append(list, s)
		}
	}
	c.show(list)
	c.refused.Store(&refused)
	return pgx.BeginFunc(ctx, d, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, int64(publishLock)); err != nil {
			return err
		}
		for _, s := range list {
			if err := saveWords(ctx, tx, s, c.words(s)); err != nil {
				return err
			}
		}
		return saveRefusals(ctx, tx, process(), refused)
	})
}

// before is what is served instead of a version that cannot be: what was until now, else the newest that can; nil when there is none.
func (c *Catalog) before(id string, version int) *Service {
	if s := c.current(id); s != nil && s.Version > 0 {
		return s
	}
	for version--; version > 0; version-- {
		if s, err := c.Service(id, version); err == nil {
			return s
		}
	}
	return nil
}

// Refused returns what is wrong with current versions that this process cannot serve.
func (c *Catalog) Refused() []error {
	var all []error
	for _, r := range c.refusals() {
		all = append(all, r)
	}
	return all
}

func (c *Catalog) refusals() map[string]*refusal {
	if all := c.refused.Load(); all != nil {
		return *all
	}
	return nil
}

// process names this process towards the database.
func process() string {
	host, _ := os.Hostname()
	return fmt.Sprintf("%s/%d", host, os.Getpid())
}

// Refresh takes over what others have published since, and tells whether there was anything. What cannot be served does not keep the
// rest, and is not tried again.
func (c *Catalog) Refresh(ctx context.Context, d db.DB) (bool, error) {
	current, err := currentVersions(ctx, d)
	if err != nil {
		return false, err
	}
	has := map[string]int{}
	for _, s := range c.Services() {
		has[s.ID] = s.Version
	}
	refused := c.refusals()
	for id, r := range refused {
		has[id] = r.Version
	}
	changed := len(current) != len(has)
	for id, version := range has {
		changed = changed || current[id] != version
	}
	if !changed {
		return false, renewRefusals(ctx, d, process(), len(refused))
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
		changed, err := c.Refresh(ctx, d)
		if err != nil && ctx.Err() == nil {
			log.Error("the catalogue could not be refreshed", "err", err)
		}
		if !changed {
			continue
		}
		for _, err := range c.Refused() {
			log.Error("a version of a service is refused; the one before stays", "err", err)
		}
	}
}
