package esia

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
)

// keyRow is a row of esia_key.
type keyRow struct {
	ID          int64
	Kind        string
	Private     []byte
	Certificate []byte
	CreatedAt   time.Time
	ActiveAt    time.Time
}

// listKeys returns the keys that are not retired, newest first: older ones still verify what they signed.
func listKeys(ctx context.Context, d db.DB) ([]keyRow, error) {
	rows, _ := d.Query(ctx, `
		SELECT id, kind, private, certificate, created_at, active_at
		FROM esia_key
		WHERE retired_at IS NULL
		ORDER BY active_at DESC, id DESC`)
	return pgx.CollectRows(rows, pgx.RowToStructByPos[keyRow])
}

func hasKey(ctx context.Context, d db.DB, kind string) (have bool, err error) {
	err = d.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM esia_key WHERE kind = $1 AND retired_at IS NULL)`, kind).Scan(&have)
	return have, err
}

// keyLock keeps two processes that start on an empty table from making a key each.
const keyLock = 0x65736961 // "esia"

// insertKey adds a key. onlyFirst leaves the table alone when another process was quicker.
func insertKey(ctx context.Context, d db.DB, k keyRow, onlyFirst bool) error {
	return pgx.BeginFunc(ctx, d, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, int64(keyLock)); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `
			INSERT INTO esia_key (kind, private, certificate, created_at, active_at)
			SELECT $1, $2, $3, $4, $5
			WHERE NOT $6 OR NOT EXISTS (SELECT 1 FROM esia_key WHERE kind = $1 AND retired_at IS NULL)`,
			k.Kind, k.Private, k.Certificate, k.CreatedAt, k.ActiveAt, onlyFirst)
		if err != nil {
			return fmt.Errorf("insert key: %w", err)
		}
		return nil
	})
}

// keyInfos returns what operators see of all keys, newest first.
func keyInfos(ctx context.Context, d db.DB) ([]KeyInfo, error) {
	rows, _ := d.Query(ctx, `
		SELECT id, kind, '' AS state, created_at, active_at, retired_at
		FROM esia_key
		ORDER BY active_at DESC, id DESC`)
	return pgx.CollectRows(rows, pgx.RowToStructByPos[KeyInfo])
}

// retireKeys retires the keys before the one that was signing at the given time already.
func retireKeys(ctx context.Context, d db.DB, signingAt, now time.Time) error {
	_, err := d.Exec(ctx, `
		UPDATE esia_key k
		SET retired_at = $2
		WHERE retired_at IS NULL
		  AND active_at < (SELECT max(n.active_at) FROM esia_key n
		                   WHERE n.kind = k.kind AND n.active_at <= $1 AND n.retired_at IS NULL)`, signingAt, now)
	return err
}
