package departments

import (
	"context"
	"errors"
	"net/netip"
	"time"

	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
	"tamga/internal/fault"
	"tamga/internal/rus"
)

// usedKey is a key by which a department has signed, or a certificate by which it may.
type usedKey struct {
	KID         string
	FirstUsedAt *time.Time // nil: a certificate that has signed nothing yet
	LastUsedAt  *time.Time
	RefusedAt   *time.Time
	Certificate []byte // DER; nil: a key of a JWKS
}

// keyUse finds a key by where it is published: a kid alone is no name, two departments may have chosen the same.
func keyUse(ctx context.Context, d db.DB, address, kid string) (used *usedKey, err error) {
	rows, _ := d.Query(ctx, `
		SELECT k.kid, k.first_used_at, k.last_used_at, k.refused_at, k.certificate
		FROM department_key k
		JOIN department_endpoint e ON e.code = k.department
		WHERE k.kid = $2 AND e.url || '/jwks.json' = $1 AND k.certificate IS NULL
		ORDER BY k.refused_at
		LIMIT 1`, address, kid)
	used, err = pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByPos[usedKey])
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	return used, err
}

func noteKey(ctx context.Context, d db.DB, address, kid string, now time.Time) error {
	_, err := d.Exec(ctx, `
		INSERT INTO department_key (department, kid, first_used_at, last_used_at)
		SELECT code, $2, $3, $3
		FROM department_endpoint
		WHERE url || '/jwks.json' = $1
		ON CONFLICT (department, kid) DO UPDATE SET last_used_at = greatest(department_key.last_used_at, excluded.last_used_at)`,
		address, kid, now)
	return err
}

func keysOf(ctx context.Context, d db.DB, department string) ([]usedKey, error) {
	rows, _ := d.Query(ctx, `
		SELECT kid, first_used_at, last_used_at, refused_at, certificate
		FROM department_key
		WHERE department = $1
		ORDER BY coalesce(last_used_at, added_at) DESC
		LIMIT 50`, department)
	return pgx.CollectRows(rows, pgx.RowToStructByPos[usedKey])
}

// setKeyRefused tells whether anything has changed; by is "" when the key is taken again.
func setKeyRefused(ctx context.Context, tx pgx.Tx, department, kid, by string, now time.Time) (bool, error) {
	var refused bool
	err := tx.QueryRow(ctx, `SELECT refused_at IS NOT NULL FROM department_key WHERE department = $1 AND kid = $2 FOR UPDATE`,
		department, kid).Scan(&refused)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, fault.New(fault.NotFound, "departments_keys.no_key")
	}
	if err != nil || refused == (by != "") {
		return false, err
	}
	_, err = tx.Exec(ctx, `
		UPDATE department_key SET refused_by = $3, refused_at = CASE WHEN $3 = '' THEN NULL ELSE $4::timestamptz END
		WHERE department = $1 AND kid = $2`, department, kid, by, now)
	return err == nil, err
}

// countRefusal tells whether it is the first of its kind today. A department that does not exist is not counted.
func countRefusal(ctx context.Context, d db.DB, department, code, text, address string, now time.Time) (first bool, err error) {
	var from *netip.Addr
	if at, err := netip.ParseAddr(address); err == nil {
		from = &at
	}
	err = d.QueryRow(ctx, `
		INSERT INTO department_refusal (department, day, code, last_at, last_text, last_from)
		SELECT e.code, $2, $3, $4, $5, $6
		FROM department_endpoint e
		WHERE e.code = $1
		ON CONFLICT (department, day, code) DO UPDATE SET count = department_refusal.count + 1, last_at = excluded.last_at,
			last_text = excluded.last_text, last_from = excluded.last_from
		RETURNING count = 1`, department, now.In(rus.Moscow).Format(time.DateOnly), code, now, clean(text, 300), from).Scan(&first)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil
	}
	return first, err
}

// refused is what was not taken of what came in a department's name, on one day.
type refused struct {
	Day      time.Time
	Code     string
	Count    int
	LastAt   time.Time
	LastText string
}

func refusalsOf(ctx context.Context, d db.DB, department string) ([]refused, error) {
	rows, _ := d.Query(ctx, `
		SELECT day, code, count, last_at, last_text
		FROM department_refusal
		WHERE department = $1
		ORDER BY day DESC, last_at DESC
		LIMIT 20`, department)
	return pgx.CollectRows(rows, pgx.RowToStructByPos[refused])
}
