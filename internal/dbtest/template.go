package dbtest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"strconv"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"tamga/internal/db"
)

const (
	clonePrefix    = "test_"
	templatePrefix = "template_"
)

// cluster is the running server, as seen by one test process.
type cluster struct {
	address *url.URL
	admin   *pgxpool.Pool
}

func (c *cluster) url(database string) string {
	u := *c.address
	u.Path = "/" + database
	return u.String()
}

// clone makes a database with the schema of set and returns its name.
func (c *cluster) clone(ctx context.Context, set Set) (string, error) {
	template, err := c.template(ctx, set)
	if err != nil {
		return "", err
	}
	name := cloneName(set)
	_, err = c.admin.Exec(ctx, `CREATE DATABASE `+quote(name)+` TEMPLATE `+quote(template))
	if err != nil {
		return "", fmt.Errorf("copy template %s: %w", template, err)
	}
	return name, nil
}

func (c *cluster) drop(ctx context.Context, name string) error {
	_, err := c.admin.Exec(ctx, `DROP DATABASE IF EXISTS `+quote(name)+` WITH (FORCE)`)
	return err
}

// template returns the name of the migrated template of set, made by the first process that asks. It is made under another
// name and then renamed, so that a killed process leaves no half of it.
func (c *cluster) template(ctx context.Context, set Set) (string, error) {
	if set.files == nil {
		return "template0", nil
	}
	sum, err := hash(set.files())
	if err != nil {
		return "", err
	}
	name := templatePrefix + set.name + "_" + sum
	if ok, err := c.exists(ctx, name); ok || err != nil {
		return name, err
	}
	conn, err := c.admin.Acquire(ctx)
	if err != nil {
		return "", err
	}
	defer conn.Release()
	if _, err := conn.Exec(ctx, `SELECT pg_advisory_lock(hashtext($1))`, name); err != nil {
		return "", err
	}
	defer conn.Exec(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock(hashtext($1))`, name)
	if ok, err := c.exists(ctx, name); ok || err != nil {
		return name, err
	}
	draft := name + "_draft"
	if err := c.drop(ctx, draft); err != nil {
		return "", err
	}
	if _, err := conn.Exec(ctx, `CREATE DATABASE `+quote(draft)+` TEMPLATE template0`); err != nil {
		return "", err
	}
	if err := db.Migrate(ctx, c.url(draft), set.files()); err != nil {
		return "", err
	}
	_, err = conn.Exec(ctx, `ALTER DATABASE `+quote(draft)+` RENAME TO `+quote(name))
	return name, err
}

func (c *cluster) exists(ctx context.Context, name string) (ok bool, err error) {
	err = c.admin.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = $1)`, name).Scan(&ok)
	return ok, err
}

// dropStale drops the databases of test processes that have ended.
func (c *cluster) dropStale(ctx context.Context) error {
	rows, err := c.admin.Query(ctx, `SELECT datname FROM pg_database WHERE datname LIKE $1`, clonePrefix+"%")
	if err != nil {
		return err
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	for _, name := range names {
		text, _, _ := strings.Cut(strings.TrimPrefix(name, clonePrefix), "_")
		pid, err := strconv.Atoi(text)
		if err != nil || !errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
			continue
		}
		if err := c.drop(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

// hash tells two sets of migrations apart by names and texts.
func hash(files fs.FS) (string, error) {
	h := sha256.New()
	err := fs.WalkDir(files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(files, path)
		fmt.Fprintf(h, "%s %d\n%s", path, len(text), text)
		return err
	})
	return hex.EncodeToString(h.Sum(nil)[:6]), err
}

func quote(name string) string { return pgx.Identifier{name}.Sanitize() }
