package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// report is the outcome of a run.
type report struct {
	limits limits
	peer   *measures
	ours   *measures // without the password's hash
	hashed *measures // with it: the flow alone
}

func (r *report) vsPeer() float64 { return r.ours.flow.Rate / r.peer.flow.Rate }
func (r *report) vsHash() float64 { return r.hashed.flow.Rate / r.limits.hash.Rate }

func (r *report) print(w io.Writer) {
	line := func(name string, ours, peer result) {
		fmt.Fprintf(w, "%-22s %10.0f %10.0f %8.2f   %7.1f %7.1f   %7.1f %7.1f\n", name, ours.Rate, peer.Rate, ours.Rate/peer.Rate,
			ms(ours.P50), ms(ours.P99), ms(peer.P50), ms(peer.P99))
	}
	fmt.Fprintf(w, "\n%-22s %10s %10s %8s   %15s   %15s\n", "a second", "Tamga", "npm", "ratio", "Tamga p50 p99", "npm p50 p99 ms")
	line("discovery", r.ours.discovery, r.peer.discovery)
	line("client_credentials", r.ours.credentials, r.peer.credentials)
	line("introspection", r.ours.introspection, r.peer.introspection)
	line("refresh", r.ours.refresh, r.peer.refresh)
	line("whole flow, no hash", r.ours.flow, r.peer.flow)
	fmt.Fprintf(w, "%-22s %10.1f %10s %8s   %7.1f %7.1f\n", "whole flow, argon2id", r.hashed.flow.Rate, "", "", ms(r.hashed.flow.P50), ms(r.hashed.flow.P99))
	fmt.Fprintf(w, "\nthe machine alone: %.1f password hashes, %.0f ES256 signatures, %.0f committed one-row inserts a second\n",
		r.limits.hash.Rate, r.limits.sign.Rate, r.limits.commit.Rate)
	fmt.Fprintf(w, "processor time of a whole flow without hash: %s\n     npm oidc-provider: %s\n", r.ours.cost, r.peer.cost)
	fmt.Fprintf(w, "whole flow, no hash: %.2f × npm oidc-provider (aim 3); with argon2id: %.0f %% of what the hash alone allows (aim 85 %%)\n",
		r.vsPeer(), 100*r.vsHash())
}

// write leaves the figures where the project's benchmarks keep them.
func (r *report) write(path string) error {
	type metric struct {
		Value float64 `json:"value"`
		Unit  string  `json:"unit"`
	}
	raw, err := json.MarshalIndent(map[string]any{"metrics": map[string]metric{
		"flow_vs_oidc_provider_nohash": {r.vsPeer(), ""},
		"signin_vs_hash_limit":         {r.vsHash(), ""},
		"flow_cpu":                     {ms(r.ours.cost.sum()), "ms"},
		"flow_cpu_server":              {ms(r.ours.cost.Server), "ms"},
		"flow_cpu_postgres":            {ms(r.ours.cost.Postgres), "ms"},
		"flow_cpu_redis":               {ms(r.ours.cost.Redis), "ms"},
		"flow_cpu_load":                {ms(r.ours.cost.Load), "ms"},
		"flow_cpu_oidc_provider":       {ms(r.peer.cost.sum()), "ms"},
	}}, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, append(raw, '\n'), 0o644)
}
