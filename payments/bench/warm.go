package main

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// warm reads what look-ups read into memory, as weeks of work leave it there: the rows of payments and charges, their keys, numbers and
// names. What fits into shared_buffers stays there, of the rest as much as the system keeps.
func warm(ctx context.Context, pool *pgxpool.Pool) error {
	if _, err := pool.Exec(ctx, `CREATE EXTENSION IF NOT EXISTS pg_prewarm`); err != nil {
		say("cold: %v", err)
		return nil
	}
	began := time.Now()
	var blocks int64
	err := pool.QueryRow(ctx, `
		SELECT sum(pg_prewarm(name::regclass))
		FROM unnest(ARRAY['charge_phone', 'charge_uin_created_at', 'charge_origin_created_at', 'payment_charge_id_created_at', 'payment_receipt', 'charge', 'payment',
			'payment_name_newest', 'payment_name_whole', 'charge_pkey', 'payment_pkey', 'name_word', 'name_word_pkey', 'name_word_loose', 'name_typo',
			'name_typo_pkey']) AS name`).Scan(&blocks)
	say("%.1f GB read into memory in %s", float64(blocks)*8192/1e9, time.Since(began).Round(time.Second))
	return err
}
