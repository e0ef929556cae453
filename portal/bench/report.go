package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// report is the outcome of a run.
type report struct {
	visit        *visit
	pages        []pair
	search, step result
}

// vsBare is how many open pages the portal answers for each that the bare handler answers.
func (r *report) vsBare() float64 {
	ours, bare := 0.0, 0.0
	for _, p := range r.pages {
		ours, bare = ours+p.ours.Rate, bare+p.bare.Rate
	}
	return ours / bare
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func (r *report) print(w io.Writer) {
	line := "%-28s %10.0f %10s %8s   %8.2f %8.2f\n"
	fmt.Fprintf(w, "\n%-28s %10s %10s %8s   %8s %8s\n", "a second", "Tamga", "bare", "ratio", "p50 ms", "p99 ms")
	for _, p := range r.pages {
		fmt.Fprintf(w, line, "open page "+p.path, p.ours.Rate, fmt.Sprintf("%.0f", p.bare.Rate), fmt.Sprintf("%.2f", p.ours.Rate/p.bare.Rate), ms(p.ours.P50), ms(p.ours.P99))
	}
	fmt.Fprintf(w, line, "search, with its page", r.search.Rate, "", "", ms(r.search.P50), ms(r.search.P99))
	fmt.Fprintf(w, line, "form step saved", r.step.Rate, "", "", ms(r.step.P50), ms(r.step.P99))
	fmt.Fprintf(w, "\nfirst visit of the home page: %.1f KB in %d files (aim 100 KB)\n", float64(r.visit.bytes)/1000, len(r.visit.files))
	for _, f := range r.visit.files {
		fmt.Fprintf(w, "  %8d  %s\n", f.bytes, f.path)
	}
	fmt.Fprintf(w, "open pages: %.2f of the bare handler's rate (aim 0.5)\n", r.vsBare())
}

// write leaves the figures where the project's benchmarks keep them.
func (r *report) write(path string) error {
	type metric struct {
		Value float64 `json:"value"`
		Unit  string  `json:"unit"`
	}
	raw, err := json.MarshalIndent(map[string]any{"metrics": map[string]metric{
		"anonymous_vs_bare": {r.vsBare(), ""},
		"home_kb":           {float64(r.visit.bytes) / 1000, "KB"},
		"search_p99_ms":     {ms(r.search.P99), "ms"},
		"form_step_p99_ms":  {ms(r.step.P99), "ms"},
	}}, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, append(raw, '\n'), 0o644)
}
