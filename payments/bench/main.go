// Command bench measures how staff find payments among many: `make bench-payments`, sizes by -n. It fills an own PostgreSQL by
// COPY with the triggers off, looks up by number, whole name, initials, surname and misspelt name, one after another, and leaves the figures
// in .bench/payments.json; those of 5 and 20 million only when these sizes were run.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"tamga/internal/db"
	"tamga/internal/local"
	"tamga/internal/rus"
	"tamga/migrations"
	"tamga/payments"
)

func main() {
	sizes := flag.String("n", "200000", "how many payments, several by commas: 1000000,5000000,20000000")
	looks := flag.Int("q", 1000, "how many look-ups of each kind")
	out := flag.String("o", ".bench/payments.json", "where the figures go")
	flag.Parse()
	if err := run(context.Background(), *sizes, *looks, *out); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, sizes string, looks int, out string) error {
	all := map[int]map[string]float64{}
	for _, text := range strings.Split(sizes, ",") {
		n, err := strconv.Atoi(text)
		if err != nil {
			return err
		}
		if all[n], err = measure(ctx, n, looks); err != nil {
			return err
		}
	}
	type metric struct {
		Value float64 `json:"value"`
		Unit  string  `json:"unit"`
	}
	metrics := map[string]metric{}
	five, twenty := all[5_000_000], all[20_000_000]
	if twenty != nil {
		metrics["number_p99_ms_20m"] = metric{twenty["number"], "ms"}
		metrics["fullname_p99_ms_20m"] = metric{twenty["fullname"], "ms"}
		metrics["typo_p99_ms_20m"] = metric{twenty["typo"], "ms"}
	}
	if five != nil && twenty != nil {
		metrics["growth_5m_20m"] = metric{twenty["fullname"] / five["fullname"], ""}
	}
	raw, err := json.MarshalIndent(map[string]any{"metrics": metrics}, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(out), 0o755); err != nil {
		return err
	}
	return os.WriteFile(out, append(raw, '\n'), 0o644)
}

func measure(ctx context.Context, n, looks int) (map[string]float64, error) {
	dir, err := os.MkdirTemp("", "tamga-bench")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	server, err := startPostgres(ctx, dir)
	if err != nil {
		return nil, err
	}
	defer server.Stop()
	url := server.URL("portal")
	if err := db.Migrate(ctx, url, migrations.Portal()); err != nil {
		return nil, err
	}
	pool, err := pgxpool.New(ctx, url)
	if err != nil {
		return nil, err
	}
	defer pool.Close()
	began := time.Now()
	if err := fill(ctx, pool, n); err != nil {
		return nil, err
	}
	fmt.Printf("%d payments in %s\n", n, time.Since(began).Round(time.Second))
	if err := printSizes(ctx, pool); err != nil {
		return nil, err
	}
	r := rand.New(rand.NewPCG(uint64(n), 1))
	title := func(words ...string) string { return strings.Join(words, " ") }
	p99 := map[string]float64{}
	for _, kind := range []string{"number", "fullname", "initials", "surname", "typo"} {
		took := make([]time.Duration, 0, looks)
		hits := 0
		for range looks {
			i := r.IntN(n)
			last, first, middle := name(i)
			typed := map[string]string{"number": rus.NewReceipt(int64(i)), "fullname": title(last, first, middle), "surname": last,
				"initials": title(last, string([]rune(first)[:1]), string([]rune(middle)[:1])), "typo": title(mistype(r, last), first, middle)}[kind]
			at := time.Now()
			found, err := payments.Find(ctx, pool, typed)
			if err != nil {
				return nil, err
			}
			took = append(took, time.Since(at))
			if len(found) > 0 {
				hits++
			}
		}
		slices.Sort(took)
		ms := func(q float64) float64 { return float64(took[int(q*float64(len(took)-1))].Microseconds()) / 1000 }
		p99[kind] = ms(0.99)
		fmt.Printf("%-9s p50 %7.2f  p95 %7.2f  p99 %7.2f ms, %d of %d found something\n", kind, ms(0.5), ms(0.95), ms(0.99), hits, looks)
	}
	return p99, nil
}

func startPostgres(ctx context.Context, dir string) (*local.Postgres, error) {
	return local.StartPostgres(ctx, local.Options{Dir: filepath.Join(dir, "postgres"), Databases: []string{"portal"}, Fsync: true})
}

// fill copies charges, payments and their names with the triggers off.
func fill(ctx context.Context, pool *pgxpool.Pool, n int) error {
	conn, err := pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	if _, err := conn.Exec(ctx, `SET session_replication_role = replica`); err != nil {
		return err
	}
	space := uuid.MustParse("01900000-0000-7000-8000-000000000000")
	id := func(i int) uuid.UUID { return uuid.NewSHA1(space, []byte(strconv.Itoa(i))) }
	start := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	at := func(i int) time.Time { return start.Add(time.Duration(i) * 3 * time.Second) }
	tables := []struct {
		table   string
		columns []string
		row     func(i int) []any
	}{
		{"charge", []string{"id", "uin", "origin_kind", "origin_id", "payer", "last_name", "first_name", "middle_name", "amount", "purpose", "service", "payee", "payee_from", "created_at"},
			func(i int) []any {
				last, first, middle := name(i)
				return []any{id(i), fmt.Sprintf("%020d", i), "application", id(i), id(i), last, first, middle, int64(35000), "Госпошлина", "marriage", "zags", start.AddDate(2, 0, 0), at(i)}
			}},
		{"payment", []string{"id", "charge_id", "receipt", "acquirer", "state", "amount", "last_n", "first_n", "middle_n", "created_at"},
			func(i int) []any {
				last, first, middle := name(i)
				return []any{id(i), id(i), rus.NewReceipt(int64(i)), "sandbox", "failed", int64(35000), last, first, middle, at(i)}
			}},
		{"payment_name", []string{"last_n", "first_n", "middle_n", "created_at", "payment_id", "amount", "service", "payee"},
			func(i int) []any {
				last, first, middle := name(i)
				return []any{last, first, middle, at(i), id(i), int64(35000), "marriage", "zags"}
			}},
	}
	for _, t := range tables {
		i := -1
		if _, err := conn.CopyFrom(ctx, pgx.Identifier{t.table}, t.columns, pgx.CopyFromFunc(func() ([]any, error) {
			if i++; i == n {
				return nil, nil
			}
			return t.row(i), nil
		})); err != nil {
			return fmt.Errorf("%s: %w", t.table, err)
		}
	}
	for _, sql := range []string{
		`SELECT count(name_word_add('last', last_n)) FROM (SELECT DISTINCT last_n FROM payment_name) x`,
		`SELECT count(name_word_add('first', first_n)) FROM (SELECT DISTINCT first_n FROM payment_name) x`,
		`SELECT count(name_word_add('middle', middle_n)) FROM (SELECT DISTINCT middle_n FROM payment_name) x`,
		`SET session_replication_role = origin`, `VACUUM ANALYZE payment_name`, `VACUUM ANALYZE payment`, `VACUUM ANALYZE charge`,
		`ANALYZE name_word`, `ANALYZE name_typo`,
	} {
		if _, err := conn.Exec(ctx, sql); err != nil {
			return err
		}
	}
	return nil
}

func printSizes(ctx context.Context, pool *pgxpool.Pool) error {
	rows, err := pool.Query(ctx, `
		SELECT relname, pg_size_pretty(pg_relation_size(oid))
		FROM pg_class
		WHERE relname ~ '^(payment_name|name_word|name_typo)' AND relkind IN ('r', 'i')
		ORDER BY relname`)
	if err != nil {
		return err
	}
	var relation, size string
	_, err = pgx.ForEachRow(rows, []any{&relation, &size}, func() error {
		fmt.Printf("  %-24s %s\n", relation, size)
		return nil
	})
	return err
}
