// Command bench measures how staff find payments among many: `make bench-payments SIZES=1000000,5000000,20000000`. For each size it
// fills an own PostgreSQL by COPY, makes the indexes, looks up in every way a clerk has, one after another, counts what misspelt and
// otherwise written names find, measures what a payment costs to insert, and with -partitions compares ways to partition. The figures are
// left in .bench/payments.json; those of 5 and 20 million only when these sizes were run. 20 million need 30 GB of disk for a while.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"tamga/internal/db"
	"tamga/internal/local"
	"tamga/migrations"
)

type options struct {
	looks      int
	partitions bool
	buffers    string
	dir        string
	explain    bool
	keep       bool
	cold       bool
}

type metric struct {
	Value float64 `json:"value"`
	Unit  string  `json:"unit"`
}

func main() {
	var o options
	sizes := flag.String("n", "200000", "how many payments, several by commas: 1000000,5000000,20000000")
	flag.IntVar(&o.looks, "q", 1000, "how many look-ups of each kind")
	flag.BoolVar(&o.partitions, "partitions", false, "compare ways to partition, too")
	flag.StringVar(&o.buffers, "shared-buffers", "1GB", "shared_buffers of the server")
	flag.StringVar(&o.dir, "dir", os.TempDir(), "where the data lie meanwhile")
	flag.BoolVar(&o.explain, "slow", false, "print the slowest look-up of each kind")
	flag.BoolVar(&o.keep, "keep", false, "leave the data of a size in -dir, and use what lies there")
	flag.BoolVar(&o.cold, "cold", false, "ask at once after the start, with nothing in memory")
	out := flag.String("o", ".bench/payments.json", "where the figures go")
	flag.Parse()
	if err := run(context.Background(), *sizes, o, *out); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func say(format string, args ...any) { fmt.Printf("  "+format+"\n", args...) }

func run(ctx context.Context, sizes string, o options, out string) error {
	metrics := readMetrics(out)
	for _, text := range strings.Split(sizes, ",") {
		n, err := strconv.Atoi(text)
		if err != nil {
			return err
		}
		figures, err := measure(ctx, n, o)
		if err != nil {
			return err
		}
		for name, m := range figures {
			metrics[name+"_"+short(n)] = m
		}
		if err := writeMetrics(out, metrics); err != nil { // after each size: the largest takes long
			return err
		}
	}
	return nil
}

// short is a size as it stands in the name of a figure: 5m, 200k.
func short(n int) string {
	switch {
	case n%1_000_000 == 0:
		return strconv.Itoa(n/1_000_000) + "m"
	case n%1000 == 0:
		return strconv.Itoa(n/1000) + "k"
	}
	return strconv.Itoa(n)
}

// readMetrics returns what other sizes have left.
func readMetrics(out string) map[string]metric {
	var file struct {
		Metrics map[string]metric `json:"metrics"`
	}
	if raw, err := os.ReadFile(out); err == nil {
		_ = json.Unmarshal(raw, &file)
	}
	if file.Metrics == nil {
		file.Metrics = map[string]metric{}
	}
	return file.Metrics
}

func writeMetrics(out string, metrics map[string]metric) error {
	delete(metrics, "growth_5m_20m")
	if five, twenty := metrics["fullname_p99_ms_5m"], metrics["fullname_p99_ms_20m"]; five.Value > 0 && twenty.Value > 0 {
		metrics["growth_5m_20m"] = metric{twenty.Value / five.Value, ""}
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

func measure(ctx context.Context, n int, o options) (map[string]metric, error) {
	fmt.Printf("%d payments\n", n)
	dir := filepath.Join(o.dir, "tamga-bench-"+short(n))
	if !o.keep {
		_ = os.RemoveAll(dir) // of a run that was killed
		defer func() { _ = os.RemoveAll(dir) }()
	}
	w := newWorld(n)
	loaded := filepath.Join(dir, "loaded")
	if _, err := os.Stat(loaded); err != nil {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return nil, err
		}
		if err := fill(ctx, dir, w); err != nil {
			return nil, err
		}
		if err := os.WriteFile(loaded, nil, 0o644); err != nil {
			return nil, err
		}
	}
	server, err := startPostgres(ctx, dir, true, map[string]string{"shared_buffers": o.buffers, "jit": "off"})
	if err != nil {
		return nil, err
	}
	defer server.Stop()
	pool, err := db.Open(ctx, server.URL("portal"))
	if err != nil {
		return nil, err
	}
	defer pool.Close()
	figures := map[string]metric{}
	if err := printSizes(ctx, pool, figures); err != nil {
		return nil, err
	}
	if !o.cold {
		if err := warm(ctx, pool); err != nil {
			return nil, err
		}
	}
	r := rand.New(rand.NewPCG(uint64(n), 1))
	for _, part := range []func() error{
		func() error { return lookAll(ctx, pool, w, r, o, figures) },
		func() error { return recallAll(ctx, pool, w, r, o.looks, figures) },
		func() error { return insertCost(ctx, pool, w, figures) },
		func() error {
			if !o.partitions {
				return nil
			}
			return partitions(ctx, pool, w, r, o, figures)
		},
	} {
		if err := part(); err != nil {
			return nil, err
		}
	}
	return figures, nil
}

// fill loads the data into a server that writes no log of what it could not keep anyway, and stops it.
func fill(ctx context.Context, dir string, w *world) error {
	server, err := startPostgres(ctx, dir, false, map[string]string{"wal_level": "minimal", "max_wal_senders": "0", "maintenance_work_mem": "512MB",
		"work_mem": "256MB", "max_wal_size": "4GB", "checkpoint_timeout": "1h", "autovacuum": "off", "shared_buffers": "512MB"})
	if err != nil {
		return err
	}
	defer server.Stop()
	url := server.URL("portal")
	if err := db.Migrate(ctx, url, migrations.Portal()); err != nil {
		return err
	}
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	if err := w.load(ctx, conn); err != nil {
		return err
	}
	_, err = conn.Exec(ctx, `CHECKPOINT`)
	return err
}

func startPostgres(ctx context.Context, dir string, fsync bool, settings map[string]string) (*local.Postgres, error) {
	return local.StartPostgres(ctx, local.Options{Dir: filepath.Join(dir, "postgres"), Databases: []string{"portal"}, Fsync: fsync, Settings: settings})
}

func printSizes(ctx context.Context, pool *pgxpool.Pool, figures map[string]metric) error {
	rows, err := pool.Query(ctx, `
		SELECT c.relname, c.relkind = 'i', pg_relation_size(c.oid)
		FROM pg_class c
		LEFT JOIN pg_index i ON i.indexrelid = c.oid
		WHERE coalesce(i.indrelid, c.oid)::regclass::text IN ('charge', 'payment', 'payment_name', 'name_word', 'name_typo') AND c.relkind IN ('r', 'i')
		ORDER BY coalesce(i.indrelid, c.oid)::regclass::text, c.relkind DESC, c.relname`)
	if err != nil {
		return err
	}
	var relation string
	var index bool
	var size, all, search int64
	_, err = pgx.ForEachRow(rows, []any{&relation, &index, &size}, func() error {
		name := relation
		if index {
			name = "  " + name
		}
		say("%-32s %8.0f MB", name, float64(size)/1e6)
		all += size
		if strings.HasPrefix(relation, "payment_name") || strings.HasPrefix(relation, "name_") {
			search += size
		}
		return nil
	})
	figures["disk_gb"] = metric{float64(all) / 1e9, "GB"}
	figures["search_gb"] = metric{float64(search) / 1e9, "GB"}
	say("%-32s %8.0f MB, of it the search by name %.0f MB", "altogether", float64(all)/1e6, float64(search)/1e6)
	return err
}

// insertCost books payments as the portal does, with every trigger, index and foreign key.
func insertCost(ctx context.Context, pool *pgxpool.Pool, w *world, figures map[string]metric) error {
	const rows = 5_000
	errRolledBack := errors.New("rolled back")
	var before, after string
	var began time.Time
	var worked, own time.Duration
	err := pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		began, worked = time.Now(), workOf(tx.Conn().PgConn().PID())
		if err := tx.QueryRow(ctx, `SELECT pg_current_wal_insert_lsn()`).Scan(&before); err != nil {
			return err
		}
		for i := 0; i < rows; i += 1000 {
			var b pgx.Batch
			for k := i; k < i+1000; k++ {
				c := w.openCharge(k) // one more attempt to pay a charge that is there
				name := w.spell.parts(&w.payers[w.payerOf(c)])
				b.Queue(`INSERT INTO payment (id, charge_id, receipt, acquirer, amount, last_n, first_n, middle_n, created_at) VALUES ($1, $2, $3, 'sandbox', 100, $4, $5, $6, $7)`,
					id(9, k, now), id(1, c, w.chargeAt(c)), fmt.Sprint("bench-", k), name.last.folded, name.first.folded, name.middle.folded, now.Add(time.Duration(k)*time.Second))
			}
			if err := tx.SendBatch(ctx, &b).Close(); err != nil {
				return err
			}
		}
		if err := tx.QueryRow(ctx, `SELECT pg_current_wal_insert_lsn()`).Scan(&after); err != nil {
			return err
		}
		own = workOf(tx.Conn().PgConn().PID()) - worked
		return errRolledBack // the next layout is measured with the same rows
	})
	if !errors.Is(err, errRolledBack) {
		return err
	}
	took := time.Since(began) / rows
	var wal int64
	if err := pool.QueryRow(ctx, `SELECT pg_wal_lsn_diff($1::pg_lsn, $2::pg_lsn)::bigint`, after, before).Scan(&wal); err != nil {
		return err
	}
	figures["insert_us"] = metric{float64(took.Microseconds()), "us"}
	figures["insert_server_us"] = metric{float64(own.Microseconds()) / rows, "us"}
	say("a payment costs %d µs to insert, the server itself %d µs, and %d bytes of log", took.Microseconds(), own.Microseconds()/rows, wal/rows)
	return nil
}
