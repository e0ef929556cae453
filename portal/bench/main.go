// Command bench measures the portal's open pages, its search and a filled step of a form, beside a bare Fiber handler that answers
// the same bytes in the same process and run. `make bench-catalog` runs it; .bench/catalog.json gets the figures that the project
// keeps.
//
// The pages are fetched by wrk where it is installed, else by this process; readers ask for brotli, as browsers do. The search and the
// form work on a PostgreSQL with fsync.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	duration := flag.Duration("t", 6*time.Second, "how long each measure takes")
	workers := flag.Int("c", 16, "readers at once")
	out := flag.String("o", ".bench/catalog.json", "where the figures go")
	flag.Parse()
	if err := run(ctx, *duration, *workers, *out); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, d time.Duration, workers int, out string) error {
	g, err := startGround(ctx)
	if err != nil {
		return err
	}
	defer g.leave()
	r := &report{}
	if r.visit, err = firstVisit(g.site); err != nil {
		return err
	}
	for _, path := range []string{"/", "/services/marriage"} {
		p := pair{path: path}
		// In turns, twice: whatever else the machine does falls on both.
		for range 2 {
			if err := p.measure(g, d/2, workers); err != nil {
				return err
			}
		}
		r.pages = append(r.pages, p)
	}
	if r.search, err = searches(g, d, workers/2); err != nil {
		return err
	}
	if r.step, err = steps(g, d, workers/2); err != nil {
		return err
	}
	r.print(os.Stdout)
	return r.write(out)
}

// pair is a page of the portal beside the bare handler with its bytes.
type pair struct {
	path       string
	ours, bare result
}

func (p *pair) measure(g *ground, d time.Duration, workers int) error {
	bare, err := fetch(g.bare+p.path, d, workers)
	if err != nil {
		return err
	}
	ours, err := fetch(g.site+p.path, d, workers)
	if err != nil {
		return err
	}
	p.bare, p.ours = p.bare.and(bare), p.ours.and(ours)
	return nil
}
