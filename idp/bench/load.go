package main

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// result is how a piece of work went.
type result struct {
	Rate float64       // done a second
	P50  time.Duration // of one
	P99  time.Duration
	N    int
}

// load does the work by so many workers at once for so long. Each piece gets a number that no other has. The first tenth of the
// time warms up and does not count. Any error ends it: a provider that answers some with errors has no rate.
func load(workers int, d time.Duration, work func(worker, n int) error) (result, error) {
	var (
		next   = &counter
		took   = make([][]time.Duration, workers)
		failed atomic.Pointer[error]
		wg     sync.WaitGroup
	)
	began := time.Now()
	counted, end := began.Add(d/10), began.Add(d)
	for w := range workers {
		wg.Go(func() {
			for failed.Load() == nil {
				t := time.Now()
				if t.After(end) {
					return
				}
				if err := work(w, int(next.Add(1))); err != nil {
					failed.CompareAndSwap(nil, &err)
					return
				}
				if t.After(counted) {
					took[w] = append(took[w], time.Since(t))
				}
			}
		})
	}
	wg.Wait()
	spent := time.Since(counted)
	if err := failed.Load(); err != nil {
		return result{}, *err
	}
	all := slices.Concat(took...)
	if len(all) == 0 {
		return result{}, fmt.Errorf("nothing was done in %s", d)
	}
	slices.Sort(all)
	return result{Rate: float64(len(all)) / spent.Seconds(), P50: all[len(all)/2], P99: all[len(all)*99/100], N: len(all)}, nil
}

// counter numbers pieces of work over the whole run: every sign-in is another person's.
var counter atomic.Int64

// ms is a time in milliseconds.
func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
