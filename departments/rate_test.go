package departments_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/departments"
)

// The benchmarks take the whole machine: make bench-departments. TAMGA_BENCH names the folder of results.

// publish adds figures to departments.json, and shows them.
func publish(b *testing.B, figures map[string]float64, units map[string]string) {
	b.Helper()
	for key, v := range figures {
		b.ReportMetric(v, key)
	}
	dir := os.Getenv("TAMGA_BENCH")
	if dir == "" {
		return
	}
	file := filepath.Join(dir, "departments.json")
	result := struct {
		Metrics map[string]any `json:"metrics"`
	}{map[string]any{}}
	if raw, err := os.ReadFile(file); err == nil {
		_ = json.Unmarshal(raw, &result) // a broken file is written anew
	}
	for key, v := range figures {
		result.Metrics[key] = map[string]any{"value": v, "unit": units[key]}
	}
	raw, err := json.MarshalIndent(result, "", "  ")
	if err == nil {
		err = os.MkdirAll(dir, 0o755)
	}
	if err == nil {
		err = os.WriteFile(file, append(raw, '\n'), 0o644)
	}
	if err != nil {
		b.Fatal(err)
	}
}

// BenchmarkOneDeadOfTen measures what one dead department costs the nine others.
func BenchmarkOneDeadOfTen(tb *testing.B) {
	const each, rounds = 100, 2
	b := setup(tb)
	b.jobs.Client = departments.NewClient(departments.ClientConfig{Private: true, Plain: true, Timeout: 2 * time.Second})
	b.jobs.Policy = departments.Policy{} // as in service
	var all []*system
	for i := range 10 {
		all = append(all, newSystem(b, fmt.Sprintf("d%d", i), 202))
	}
	round := func() float64 {
		b.exec(b.portal, `TRUNCATE told, delivery, delivery_attempt, department_event, department_result, department_trouble, river_job CASCADE`)
		b.exec(b.portal, `UPDATE department_endpoint SET failures = 0, open_until = '-infinity'`)
		b.exec(b.portal, `UPDATE river_queue SET paused_at = NULL`)
		for n := range each * 10 {
			b.submit(fmt.Sprintf("d%d", n%10), uuid.Nil)
		}
		start, stop := time.Now(), b.work()
		defer stop()
		end := start.Add(3 * time.Minute)
		for one[int](b, b.portal, `SELECT count(*) FROM delivery WHERE state = 'delivered' AND department <> 'd0'`) < each*9 {
			if time.Now().After(end) {
				tb.Fatal("the nine are not done")
			}
			time.Sleep(20 * time.Millisecond)
		}
		return float64(each*9) / time.Since(start).Seconds()
	}
	for tb.Loop() {
		all[0].answer.Store(202)
		round() // warms up
		var well, dead float64
		for range rounds { // one after another, so that a neighbour's load falls on both
			all[0].answer.Store(202)
			well += round() / rounds
			all[0].answer.Store(0)
			dead += round() / rounds
		}
		publish(tb, map[string]float64{"one_dead_of_ten_rate": dead / well, "nine_rate": well, "nine_rate_beside_dead": dead},
			map[string]string{"nine_rate": "1/s", "nine_rate_beside_dead": "1/s"})
	}
}

// BenchmarkReceipt measures how long a submission takes to be at an idle stand, from its commit to the row that says so.
func BenchmarkReceipt(tb *testing.B) {
	const count = 200
	b := setup(tb)
	b.jobs.Policy = departments.Policy{}
	b.work()
	for tb.Loop() {
		var took []float64
		for range count {
			start := time.Now()
			d := b.submit("zags", uuid.Nil)
			for b.state(d) != "delivered" {
				time.Sleep(2 * time.Millisecond)
			}
			took = append(took, time.Since(start).Seconds())
		}
		slices.Sort(took)
		publish(tb, map[string]float64{"receipt_p50_s": took[count/2], "receipt_p99_s": took[count*99/100]},
			map[string]string{"receipt_p50_s": "s", "receipt_p99_s": "s"})
	}
}

// BenchmarkBacklog drains what has piled up for ten departments: 100,000 messages, or TAMGA_BACKLOG.
func BenchmarkBacklog(tb *testing.B) {
	count := 100_000
	if n, err := strconv.Atoi(os.Getenv("TAMGA_BACKLOG")); err == nil && n > 0 {
		count = n
	}
	b := setup(tb)
	b.jobs.Policy = departments.Policy{}
	for i := range 10 {
		newSystem(b, fmt.Sprintf("d%d", i), 202)
	}
	for tb.Loop() {
		for from := 0; from < count; from += 1000 {
			b.must(pgx.BeginFunc(tb.Context(), b.portal, func(tx pgx.Tx) error {
				for n := from; n < min(from+1000, count); n++ {
					id := uuid.Must(uuid.NewV7())
					if err := departments.Enqueue(tb.Context(), tx, b.river, b.jobs.Box, departments.Delivery{ID: id, ApplicationID: id,
						Number: strconv.Itoa(n), Department: fmt.Sprintf("d%d", n%10), Service: "marriage", ServiceVersion: 1, Data: []byte(`{"x":"y"}`)}); err != nil {
						return err
					}
				}
				return nil
			}))
		}
		start, peak, early := time.Now(), uint64(0), uint64(0)
		stop := b.work()
		for {
			left := one[int](b, b.portal, `SELECT count(*) FROM delivery WHERE state = 'waiting'`)
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			if peak = max(peak, m.HeapInuse); left > count*3/4 {
				early = max(early, m.HeapInuse)
			}
			if left == 0 {
				break
			}
			time.Sleep(500 * time.Millisecond)
		}
		rate := float64(count) / time.Since(start).Seconds()
		stop()
		publish(tb, map[string]float64{"backlog": float64(count), "backlog_rate": rate, "backlog_heap_peak_mb": float64(peak) / (1 << 20),
			"backlog_heap_first_quarter_mb": float64(early) / (1 << 20)},
			map[string]string{"backlog_rate": "1/s", "backlog_heap_peak_mb": "MB", "backlog_heap_first_quarter_mb": "MB"})
	}
}
