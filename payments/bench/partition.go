package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// partitions lays the same names out in 16 partitions by hash of the surname, and in partitions by month, puts each in the place of the
// one table, and asks the same questions.
func partitions(ctx context.Context, pool *pgxpool.Pool, w *world, r *rand.Rand, o options, figures map[string]metric) error {
	var indexes []string
	if err := pool.QueryRow(ctx, `SELECT array_agg(pg_get_indexdef(indexrelid)) FROM pg_index WHERE indrelid = 'payment_name'::regclass`).Scan(&indexes); err != nil {
		return err
	}
	var hash []string
	for k := range 16 {
		hash = append(hash, fmt.Sprintf(`CREATE TABLE payment_name_by_%d PARTITION OF payment_name_by FOR VALUES WITH (MODULUS 16, REMAINDER %d)`, k, k))
	}
	var months []string
	for at := time.Date(w.at(0).Year(), w.at(0).Month(), 1, 0, 0, 0, 0, time.UTC); at.Before(now.AddDate(0, 2, 0)); at = at.AddDate(0, 1, 0) {
		months = append(months, fmt.Sprintf(`CREATE TABLE payment_name_by_%s PARTITION OF payment_name_by FOR VALUES FROM ('%s') TO ('%s')`,
			at.Format("200601"), at.Format(time.DateOnly), at.AddDate(0, 1, 0).Format(time.DateOnly)))
	}
	for _, layout := range []struct {
		name, by string
		parts    []string
	}{{"hash", "HASH (last_n)", hash}, {"month", "RANGE (created_at)", months}} {
		say("partitions by %s: %d", layout.name, len(layout.parts))
		sql := append([]string{`DROP TABLE IF EXISTS payment_name_by`, `CREATE TABLE payment_name_by (LIKE payment_name INCLUDING DEFAULTS) PARTITION BY ` + layout.by}, layout.parts...)
		sql = append(sql, `SET maintenance_work_mem = '512MB'`, `INSERT INTO payment_name_by SELECT * FROM payment_name`)
		for i, index := range indexes {
			on := strings.Index(index, " USING ")
			unique := ""
			if strings.Contains(index, "UNIQUE") {
				unique = "UNIQUE "
			}
			sql = append(sql, fmt.Sprintf("CREATE %sINDEX payment_name_by_%c ON payment_name_by%s", unique, 'a'+rune(i), index[on:]))
		}
		sql = append(sql, `VACUUM (ANALYZE) payment_name_by`, `ALTER TABLE payment_name RENAME TO payment_name_one`, `ALTER TABLE payment_name_by RENAME TO payment_name`)
		if err := execAll(ctx, pool, sql); err != nil {
			return err
		}
		pool.Reset() // prepared statements of the other table
		own := map[string]metric{}
		if err := lookAll(ctx, pool, w, r, o, own); err != nil {
			return err
		}
		if err := insertCost(ctx, pool, w, own); err != nil {
			say("insert: %v", err)
		}
		for name, m := range own {
			figures[layout.name+"_"+name] = m
		}
		if err := execAll(ctx, pool, []string{`DROP TABLE payment_name`, `ALTER TABLE payment_name_one RENAME TO payment_name`}); err != nil {
			return err
		}
	}
	return nil
}

func execAll(ctx context.Context, pool *pgxpool.Pool, sql []string) error {
	conn, err := pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	for _, one := range sql {
		if _, err := conn.Exec(ctx, one); err != nil {
			return fmt.Errorf("%s: %w", one, err)
		}
	}
	return nil
}
