package oauth

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
)

// keyRow is a row of oauth_key.
type keyRow struct {
	KID       string
	Algorithm string
	Private   []byte
	CreatedAt time.Time
	ActiveAt  time.Time
}

// listKeys returns the keys that are not retired, newest first.
func listKeys(ctx context.Context, d db.DB) ([]keyRow, error) {
	rows, _ := d.Query(ctx, `
		SELECT kid, algorithm, private, created_at, active_at
		FROM oauth_key
		WHERE retired_at IS NULL
		ORDER BY active_at DESC, kid`)
	return pgx.CollectRows(rows, pgx.RowToStructByPos[keyRow])
}

// keyLock keeps two processes that start on an empty table from making a key each.
const keyLock = 0x6f61757468 // "oauth"

func insertKey(ctx context.Context, d db.DB, k keyRow, onlyFirst bool) error {
	return pgx.BeginFunc(ctx, d, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, int64(keyLock)); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `
			INSERT INTO oauth_key (kid, algorithm, private, created_at, active_at)
			SELECT $1, $2, $3, $4, $5
			WHERE NOT $6 OR NOT EXISTS (SELECT 1 FROM oauth_key WHERE algorithm = $2 AND retired_at IS NULL)`,
			k.KID, k.Algorithm, k.Private, k.CreatedAt, k.ActiveAt, onlyFirst)
		if err != nil {
			return fmt.Errorf("insert signing key: %w", err)
		}
		return nil
	})
}

// allKeys returns what operators see of all keys, newest first.
func allKeys(ctx context.Context, d db.DB) ([]KeyInfo, error) {
	rows, _ := d.Query(ctx, `
		SELECT kid, algorithm, '' AS state, created_at, active_at, retired_at
		FROM oauth_key
		ORDER BY active_at DESC, kid`)
	return pgx.CollectRows(rows, pgx.RowToStructByPos[KeyInfo])
}

// retireKeys retires the keys before the one that was signing at the given time already.
func retireKeys(ctx context.Context, d db.DB, signingAt, now time.Time) error {
	_, err := d.Exec(ctx, `
		UPDATE oauth_key k
		SET retired_at = $2
		WHERE retired_at IS NULL
		  AND active_at < (SELECT max(n.active_at) FROM oauth_key n
		                   WHERE n.algorithm = k.algorithm AND n.active_at <= $1 AND n.retired_at IS NULL)`, signingAt, now)
	return err
}
