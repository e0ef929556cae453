package catalog

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
)

// publishLock is the advisory lock under which one process at a time publishes. Any constant will do.
const publishLock = 0x7461_6d67_61_03

// Publish stores every definition that the database does not have yet as the next version of its service, and the words for the
// search. It gives the loaded services their versions, so it must run before the catalog serves. It is idempotent, and safe
// to run in several processes at once. Versions that other releases have published are then read from d when they are asked for.
func (c *Catalog) Publish(ctx context.Context, d db.DB) error {
	err := pgx.BeginFunc(ctx, d, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, int64(publishLock)); err != nil {
			return err
		}
		for _, s := range c.Services() {
			if err := c.release(ctx, tx, s); err != nil {
				return fmt.Errorf("publish %s: %w", s.ID, err)
			}
			if err := saveWords(ctx, tx, s, c.words(s)); err != nil {
				return fmt.Errorf("words of %s: %w", s.ID, err)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	c.readOlder(d)
	return nil
}

// readOlder lets versions that are not in the files be read from the database.
func (c *Catalog) readOlder(d db.DB) {
	c.older = func(id string, version int) (*Service, error) { return c.versionOf(d, id, version) }
}

// release gives a service of the files its version. A new one becomes the current one by that; one that is known changes nothing,
// since an old process may start late.
func (c *Catalog) release(ctx context.Context, tx pgx.Tx, s *Service) error {
	e := c.edition(s)
	version, fresh, err := publishVersion(ctx, tx, s.ID, e)
	s.Version = version
	if err != nil || !fresh {
		return err
	}
	p := &Publication{ID: uuid.Must(uuid.NewV7()), Service: s.ID, Actor: actorRelease, Definition: e.Definition, Parameters: e.Parameters}
	if p.SHA256, err = e.sum(); err != nil {
		return err
	}
	return insertPublished(ctx, tx, p, version)
}

// publishVersion returns the number of the version with this content, and whether it is a new one.
func publishVersion(ctx context.Context, tx pgx.Tx, service string, e edition) (version int, fresh bool, err error) {
	sum, err := e.sum()
	if err != nil {
		return 0, false, err
	}
	err = tx.QueryRow(ctx, `SELECT version FROM catalog_version WHERE service = $1 AND sha256 = $2`, service, sum).Scan(&version)
	if !errors.Is(err, pgx.ErrNoRows) {
		return version, false, err
	}
	err = tx.QueryRow(ctx, `
		INSERT INTO catalog_version (service, version, sha256, definition, parameters)
		SELECT $1, coalesce(max(version), 0) + 1, $2, $3, $4
		FROM catalog_version
		WHERE service = $1
		RETURNING version`, service, sum, e.Definition, e.Parameters).Scan(&version)
	return version, true, err
}

// versionOf reads a version that this process did not load from its files. The caller has no context: a definition is read once
// in the life of a process, and five seconds are enough for a row.
func (c *Catalog) versionOf(d db.DB, id string, version int) (*Service, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	e, err := editionOf(ctx, d, id, version)
	if err != nil {
		return nil, err
	}
	s, err := c.revive(fmt.Sprintf("%s version %d", id, version), e)
	if err != nil {
		return nil, &refusal{Service: id, Version: version, Why: err}
	}
	s.Version = version
	return s, nil
}
