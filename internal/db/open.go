package db

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Open connects to the PostgreSQL at address and refuses a server on which Russian text does not work. The caller closes the
// pool. pool_max_conns and the other pool_* parameters, and application_name, may be set in it.
func Open(ctx context.Context, address string) (*pgxpool.Pool, error) {
	cfg, err := config(address)
	if err != nil {
		return nil, err
	}
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	if err := checkText(ctx, pool); err != nil {
		pool.Close()
		return nil, err
	}
	return pool, nil
}

// FixedPlans returns the address of a database with a note that a statement, once prepared, keeps its first plan. It is for a role whose
// statements all find their rows by a key: planning some of them anew for each person took longer than running them.
func FixedPlans(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Scheme == "" {
		return address
	}
	query := u.Query()
	if !query.Has("plan_cache_mode") {
		query.Set("plan_cache_mode", "force_generic_plan")
	}
	u.RawQuery = query.Encode()
	return u.String()
}

func config(address string) (*pgxpool.Config, error) {
	cfg, err := pgxpool.ParseConfig(address)
	if err != nil {
		return nil, fmt.Errorf("database address: %w", err)
	}
	if !strings.Contains(address, "pool_max_conns") {
		// Several roles share one server whose default limit is 100 connections.
		cfg.MaxConns = 16
	}
	cfg.AfterConnect = binaryUUIDs
	cfg.MaxConnLifetime = time.Hour
	cfg.MaxConnLifetimeJitter = 10 * time.Minute // so that a restart does not make all connections end together for ever
	cfg.MaxConnIdleTime = 5 * time.Minute
	if cfg.ConnConfig.ConnectTimeout == 0 {
		cfg.ConnConfig.ConnectTimeout = 5 * time.Second
	}
	params := cfg.ConnConfig.RuntimeParams
	for name, value := range map[string]string{
		"application_name": "tamga",
		"timezone":         "UTC",
		// A handler that hangs between two statements must not hold its locks for ever.
		"idle_in_transaction_session_timeout": "60s",
	} {
		if params[name] == "" {
			params[name] = value
		}
	}
	return cfg, nil
}

// checkText asserts what every search by name rests on. A database made under LC_CTYPE=C leaves Cyrillic capitals as they are
// and gives no trigrams for them, and nothing says so: search just finds less.
func checkText(ctx context.Context, d DB) error {
	var encoding, ctype, lower string
	err := d.QueryRow(ctx, `
		SELECT current_setting('server_encoding'), datctype, lower('Ё')
		FROM pg_database
		WHERE datname = current_database()`).Scan(&encoding, &ctype, &lower)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return errors.New("database: pg_database does not list the current database")
	case err != nil:
		return fmt.Errorf("open database: %w", err)
	case encoding != "UTF8":
		return fmt.Errorf("database encoding is %s, Tamga needs UTF8: create it with ENCODING 'UTF8'", encoding)
	case lower != "ё":
		return fmt.Errorf("database LC_CTYPE %q does not lower Cyrillic letters: "+
			"create the database with LC_CTYPE 'C.UTF-8' (TEMPLATE template0)", ctype)
	}
	return nil
}
