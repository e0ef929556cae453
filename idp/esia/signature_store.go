package esia

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
)

// signatureLimit keeps a stranger who knows a mnemonic from filling the journal: a minute takes so many rows of a system.
const signatureLimit = 120

// recordVerdict writes into the journal of signatures how a client_secret was judged.
func recordVerdict(ctx context.Context, d db.DB, client string, e endpoint, v *verdict, now time.Time) error {
	_, err := d.Exec(ctx, `
		INSERT INTO esia_signature (client_id, at, endpoint, accepted, variant, reason, tried, expected, hash_sent, hashes)
		SELECT $1, $2::timestamptz, $3, $4::boolean, $5, $6, coalesce($7::text[], '{}'), coalesce($8::text[], '{}'), $9, coalesce($10::text[], '{}')
		WHERE (SELECT count(*) FROM (SELECT 1 FROM esia_signature WHERE client_id = $1 AND at > $2::timestamptz - interval '1 minute'
		                             ORDER BY id DESC LIMIT $11::bigint) AS recent) < $11::bigint`,
		client, now, string(e), v.Accepted, v.Variant, v.Reason, v.Tried, v.Expected, v.HashSent, v.Hashes, signatureLimit)
	return err
}

// judged is a row of the journal of signatures.
type judged struct {
	ID       int64
	At       time.Time
	Endpoint string
	Accepted bool
	Variant  string
	Reason   string
	Tried    []string
	Expected []string
	HashSent string
	Hashes   []string
}

// signaturesOf returns the latest rows of a system; only the refused ones when asked.
func signaturesOf(ctx context.Context, d db.DB, client string, refused bool, limit int) ([]judged, error) {
	rows, _ := d.Query(ctx, `
		SELECT id, at, endpoint, accepted, variant, reason, tried, expected, hash_sent, hashes
		FROM esia_signature
		WHERE client_id = $1 AND NOT ($2 AND accepted)
		ORDER BY id DESC
		LIMIT $3`, client, refused, limit)
	return pgx.CollectRows(rows, pgx.RowToStructByPos[judged])
}

// see notes a signature that came at a place and returns when it first came there.
func see(ctx context.Context, d db.DB, client, place string, hash []byte, now time.Time) (first time.Time, err error) {
	err = d.QueryRow(ctx, `
		INSERT INTO esia_seen AS s (client_id, place, hash, seen_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (client_id, place, hash) DO UPDATE SET seen_at = s.seen_at
		RETURNING seen_at`, client, place, hash, now).Scan(&first)
	return first, err
}

// seenAt returns when a signature came at a place, or nil.
func seenAt(ctx context.Context, d db.DB, client, place string, hash []byte) (*time.Time, error) {
	rows, _ := d.Query(ctx, `SELECT seen_at FROM esia_seen WHERE client_id = $1 AND place = $2 AND hash = $3`, client, place, hash)
	found, err := pgx.CollectRows(rows, pgx.RowTo[time.Time])
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return &found[0], nil
}
