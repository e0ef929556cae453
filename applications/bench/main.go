// Command bench measures how many applications are durably submitted a second through HTTP, beside pgbench that inserts one row a
// transaction into the same PostgreSQL at the same concurrency in the same run, with 100 000 and with 1 000 000 applications in the
// tables. `make bench-applications` runs it; .bench/applications.json gets the figures that the project keeps.
//
// A submission is the request that signs a filled application: signature, number, letter to the department, notices and their jobs in
// one transaction, with fsync. Filling in is done before the clock runs. Who is signed in comes from a header here: the sessions of the
// portal are measured by make bench-catalog.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	duration := flag.Duration("t", 6*time.Second, "how long each measure takes; each is made twice")
	workers := flag.Int("c", 16, "people at once")
	sizes := flag.String("n", "100000,1000000", "applications in the tables, growing")
	out := flag.String("o", ".bench/applications.json", "where the figures go")
	flag.Parse()
	if err := run(ctx, *duration, *workers, *sizes, *out); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// maxReady bounds how many applications are filled before a measure: each takes five pages.
const maxReady = 5000

// round is what was measured at one size.
type round struct {
	size            int
	submit, pgbench result
}

func run(ctx context.Context, d time.Duration, workers int, sizes, out string) error {
	g, err := startGround(ctx)
	if err != nil {
		return err
	}
	defer g.leave()
	var rounds []round
	for _, one := range strings.Split(sizes, ",") {
		size, err := strconv.Atoi(strings.TrimSpace(one))
		if err != nil {
			return fmt.Errorf("size %q: %w", one, err)
		}
		began := time.Now()
		if err := fill(ctx, g.pool, size); err != nil {
			return fmt.Errorf("fill: %w", err)
		}
		fmt.Printf("%d applications in the tables after %s\n", size, time.Since(began).Round(time.Second))
		r := round{size: size}
		for range 2 { // in turns: whatever else the machine does falls on both
			if err := r.measure(ctx, g, d, workers); err != nil {
				return err
			}
		}
		rounds = append(rounds, r)
	}
	print(rounds)
	return write(rounds, out)
}

func (r *round) measure(ctx context.Context, g *ground, d time.Duration, workers int) error {
	bare, err := g.pgbench(ctx, d, workers)
	if err != nil {
		return err
	}
	ready, err := g.prepare(workers, min(int(bare.Rate*d.Seconds()/2), maxReady))
	if err != nil {
		return err
	}
	ours, err := g.submit(workers, d, ready)
	if err != nil {
		return err
	}
	r.pgbench, r.submit = r.pgbench.and(bare), r.submit.and(ours)
	return nil
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func print(rounds []round) {
	fmt.Printf("\n%14s %14s %14s %8s %10s %10s\n", "applications", "submitted/s", "pgbench/s", "ratio", "p50 ms", "p99 ms")
	for _, r := range rounds {
		fmt.Printf("%14d %14.0f %14.0f %8.2f %10.1f %10.1f\n", r.size, r.submit.Rate, r.pgbench.Rate, r.submit.Rate/r.pgbench.Rate, ms(r.submit.P50), ms(r.submit.P99))
	}
}

// write leaves the figures where the project's benchmarks keep them.
func write(rounds []round, path string) error {
	type metric struct {
		Value float64 `json:"value"`
		Unit  string  `json:"unit"`
	}
	first, last := rounds[0], rounds[len(rounds)-1]
	raw, err := json.MarshalIndent(map[string]any{"metrics": map[string]metric{
		"submit_vs_pgbench":      {first.submit.Rate / first.pgbench.Rate, ""},
		"submit_vs_pgbench_full": {last.submit.Rate / last.pgbench.Rate, ""},
		"submitted_per_second":   {first.submit.Rate, "1/s"},
		"submit_p99_ms":          {ms(first.submit.P99), "ms"},
		"submit_p99_full_ms":     {ms(last.submit.P99), "ms"},
		"submit_p99_growth":      {ms(last.submit.P99) / ms(first.submit.P99), ""},
	}}, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, append(raw, '\n'), 0o644)
}
