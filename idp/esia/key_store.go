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
	RetiredAt   *time.Time
}

// listKeys returns all keys, newest first: retired ones still verify what they signed.
func listKeys(ctx context.Context, d db.DB) ([]keyRow, error) {
	rows, _ := d.Query(ctx, `
		SELECT id, kind, private, certificate, created_at, retired_at
		FROM esia_key
		ORDER BY id DESC`)
	return pgx.CollectRows(rows, pgx.RowToStructByPos[keyRow])
}

func hasKey(ctx context.Context, d db.DB, kind string) (have bool, err error) {
	err = d.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM esia_key WHERE kind = $1 AND retired_at IS NULL)`, kind).Scan(&have)
	return have, err
}

// insertKey adds a key unless another process was quicker: the index on active keys decides.
func insertKey(ctx context.Context, d db.DB, k keyRow) error {
	_, err := d.Exec(ctx, `
		INSERT INTO esia_key (kind, private, certificate, created_at)
		VALUES ($1, $2, $3, $4)
		ON CONFLICT (kind) WHERE retired_at IS NULL DO NOTHING`, k.Kind, k.Private, k.Certificate, k.CreatedAt)
	if err != nil {
		return fmt.Errorf("insert key: %w", err)
	}
	return nil
}
