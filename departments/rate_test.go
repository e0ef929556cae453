package departments_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"

	"tamga/departments"
)

// TestOneDeadOfTen measures what one dead department costs the nine others. It takes the whole machine, so that it runs only
// where TAMGA_BENCH names the folder of results: make bench-departments.
func TestOneDeadOfTen(t *testing.T) {
	dir := os.Getenv("TAMGA_BENCH")
	if dir == "" {
		t.Skip("TAMGA_BENCH is not set")
	}
	const each, rounds = 100, 2
	b := setup(t)
	b.jobs.Client = departments.NewClient(departments.ClientConfig{Private: true, Plain: true, Timeout: 2 * time.Second})
	b.jobs.Policy = departments.Policy{} // as in service
	var all []*system
	for i := range 10 {
		all = append(all, newSystem(b, fmt.Sprintf("d%d", i), 202))
	}
	round := func() float64 {
		b.exec(b.portal, `TRUNCATE told, delivery, delivery_attempt, department_event, river_job CASCADE`)
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
				t.Fatal("the nine are not done")
			}
			time.Sleep(20 * time.Millisecond)
		}
		return float64(each*9) / time.Since(start).Seconds()
	}
	round() // warms up
	var well, dead float64
	for range rounds { // one after another, so that a neighbour's load falls on both
		all[0].answer.Store(202)
		well += round() / rounds
		all[0].answer.Store(0)
		dead += round() / rounds
	}
	t.Logf("nine of ten alive: %.0f/s; one dead: %.0f/s; %.3f", well, dead, dead/well)
	value := func(v float64, unit string) map[string]any { return map[string]any{"value": v, "unit": unit} }
	raw, err := json.MarshalIndent(map[string]any{"metrics": map[string]any{"one_dead_of_ten_rate": value(dead/well, ""),
		"nine_rate": value(well, "1/s"), "nine_rate_beside_dead": value(dead, "1/s")}}, "", "  ")
	b.must(err)
	b.must(os.MkdirAll(dir, 0o755))
	b.must(os.WriteFile(filepath.Join(dir, "departments.json"), append(raw, '\n'), 0o644))
}
