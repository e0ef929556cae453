package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// warm reads what look-ups read into the memory of the machine, as weeks of work leave it there: the rows of payments and charges, their
// keys, numbers and names. What does not fit stays on the disk.
func warm(ctx context.Context, pool *pgxpool.Pool, dir string) error {
	rows, _ := pool.Query(ctx, `
		SELECT pg_relation_filepath(c)
		FROM unnest(ARRAY['charge', 'payment', 'charge_phone', 'charge_uin_created_at', 'charge_origin_created_at', 'payment_charge_id_created_at',
			'payment_receipt', 'charge_pkey', 'payment_pkey', 'name_word', 'name_word_pkey', 'name_word_loose', 'name_typo', 'name_typo_pkey',
			'payment_name_newest', 'payment_name_whole']::regclass[]) AS c`)
	paths, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	began, read := time.Now(), int64(0)
	for _, path := range paths {
		first := filepath.Join(dir, "postgres", "data", path)
		further, err := filepath.Glob(first + ".*") // each holds 1 GB
		if err != nil {
			return err
		}
		for _, segment := range append(further, first) {
			n, err := readAway(segment)
			if err != nil {
				return fmt.Errorf("read into memory: %w", err)
			}
			read += n
		}
	}
	say("%.1f GB read into memory in %s", float64(read)/1e9, time.Since(began).Round(time.Second))
	return nil
}

func readAway(path string) (int64, error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer func() { _ = f.Close() }()
	return io.Copy(io.Discard, f)
}
