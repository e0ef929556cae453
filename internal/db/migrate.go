package db

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
)

// migrateLock is the advisory lock under which one process at a time migrates a database. Any constant will do.
const migrateLock = 0x7461_6d67_61 // "tamga"

// Migrate brings the database at url to the schema in set: River's own tables first, then every file not run yet, in order of
// number, each in a transaction. Several processes may call it at once. A file that fails leaves those before it in place.
func Migrate(ctx context.Context, url string, set fs.FS) error {
	files, err := readMigrations(set)
	if err != nil {
		return err
	}
	pool, err := Open(ctx, url)
	if err != nil {
		return err
	}
	defer pool.Close()
	conn, err := pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	if err := lockForMigration(ctx, conn); err != nil {
		return err
	}
	// pool.Close ends the session, and with it the lock, so an error needs no unlock of its own.
	if err := migrateRiver(ctx, pool); err != nil {
		return err
	}
	if _, err := conn.Exec(ctx, `
		CREATE TABLE IF NOT EXISTS schema_migrations (
			version    int         PRIMARY KEY,
			name       text        NOT NULL,
			sha256     text        NOT NULL,
			applied_at timestamptz NOT NULL DEFAULT now())`); err != nil {
		return fmt.Errorf("create schema_migrations: %w", err)
	}
	applied, err := appliedMigrations(ctx, pool)
	if err != nil {
		return err
	}
	todo, err := pending(files, applied)
	if err != nil {
		return err
	}
	for _, m := range todo {
		if err := run(ctx, conn, m); err != nil {
			return fmt.Errorf("migration %04d_%s: %w", m.Version, m.Name, err)
		}
	}
	return nil
}

// lockForMigration polls instead of waiting inside pg_advisory_lock: a waiting statement holds a snapshot, and a
// CREATE INDEX CONCURRENTLY of the process that has the lock would wait for that snapshot for ever.
func lockForMigration(ctx context.Context, conn *pgxpool.Conn) error {
	for {
		var locked bool
		if err := conn.QueryRow(ctx, `SELECT pg_try_advisory_lock($1)`, int64(migrateLock)).Scan(&locked); err != nil {
			return fmt.Errorf("lock for migration: %w", err)
		}
		if locked {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("another process is migrating: %w", ctx.Err())
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func migrateRiver(ctx context.Context, pool *pgxpool.Pool) error {
	migrator, err := rivermigrate.New(riverpgxv5.New(pool), &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return fmt.Errorf("migrate river: %w", err)
	}
	if _, err := migrator.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return fmt.Errorf("migrate river: %w", err)
	}
	return nil
}

func run(ctx context.Context, conn *pgxpool.Conn, m migration) error {
	return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		// Without arguments pgx sends the text whole, so a file may hold many statements.
		if _, err := tx.Exec(ctx, m.sql); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `INSERT INTO schema_migrations (version, name, sha256) VALUES ($1, $2, $3)`,
			m.Version, m.Name, m.Sum)
		return err
	})
}

func appliedMigrations(ctx context.Context, d DB) (map[int]migration, error) {
	rows, err := d.Query(ctx, `SELECT version, name, sha256 FROM schema_migrations`)
	if err != nil {
		return nil, err
	}
	applied := map[int]migration{}
	var m migration
	_, err = pgx.ForEachRow(rows, []any{&m.Version, &m.Name, &m.Sum}, func() error {
		applied[m.Version] = m
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read schema_migrations: %w", err)
	}
	return applied, nil
}

// CheckSchema refuses a database that lacks a migration of set or of River. A role calls it before it listens, and /readyz calls it
// too. A schema newer than the binary is accepted: code runs before and after each migration.
func CheckSchema(ctx context.Context, pool *pgxpool.Pool, set fs.FS) error {
	files, err := readMigrations(set)
	if err != nil {
		return err
	}
	var exists bool
	if err := pool.QueryRow(ctx, `SELECT to_regclass('schema_migrations') IS NOT NULL`).Scan(&exists); err != nil {
		return fmt.Errorf("check schema: %w", err)
	}
	if !exists {
		return errors.New("the database is empty: run `tamga migrate` first")
	}
	applied, err := appliedMigrations(ctx, pool)
	if err != nil {
		return err
	}
	todo, err := pending(files, applied)
	if err != nil {
		return err
	}
	if len(todo) > 0 {
		return fmt.Errorf("the database lacks %d migrations from %04d_%s on: run `tamga migrate` first",
			len(todo), todo[0].Version, todo[0].Name)
	}
	return checkRiver(ctx, pool)
}

func checkRiver(ctx context.Context, pool *pgxpool.Pool) error {
	migrator, err := rivermigrate.New(riverpgxv5.New(pool), &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	result, err := migrator.Validate(ctx, nil)
	if err != nil {
		return fmt.Errorf("check river's schema: %w", err)
	}
	if !result.OK {
		return fmt.Errorf("river's tables are old, run `tamga migrate` first: %v", result.Messages)
	}
	return nil
}
