package main

import (
	"fmt"
	"net/url"
	"time"

	"github.com/valyala/fasthttp"
)

// measure does all the works, one after the other, or only one of them.
func (p *target) measure(d time.Duration, workers int, only string) (*measures, error) {
	m := &measures{}
	works := []struct {
		name string
		into *result
		with func(time.Duration, int) (result, error)
	}{
		{"discovery", &m.discovery, p.discoveries},
		{"client_credentials", &m.credentials, p.credentials},
		{"introspection", &m.introspection, p.introspections},
		{"refresh", &m.refresh, p.refreshes},
		{"flow", &m.flow, p.flows},
	}
	for _, w := range works {
		if only != "" && only != w.name && only != "ours" {
			continue
		}
		before, done := p.meter.read(), counter.Load()
		got, err := w.with(d, workers)
		if err != nil {
			return nil, fmt.Errorf("%s, %s: %w", p.name, w.name, err)
		}
		*w.into = got
		m.cost = p.meter.read().minus(before).each(int(counter.Load() - done)) // of the last, the whole flow
		fmt.Printf("  %-20s %8.0f/s  %s\n", w.name, got.Rate, m.cost)
	}
	return m, nil
}

func (p *target) discoveries(d time.Duration, workers int) (result, error) {
	return load(workers, d/2, func(int, int) error {
		status, _, err := p.client.Get(nil, p.issuer+"/.well-known/openid-configuration")
		if err == nil && status != fasthttp.StatusOK {
			err = fmt.Errorf("answered %d", status)
		}
		return err
	})
}

func (p *target) credentials(d time.Duration, workers int) (result, error) {
	return load(workers, d/2, func(int, int) error {
		_, err := p.ask(p.token, p.secret, url.Values{"grant_type": {"client_credentials"}})
		return err
	})
}

// introspections ask about one token again and again, as a resource server does.
func (p *target) introspections(d time.Duration, workers int) (result, error) {
	t, err := p.ask(p.token, p.secret, url.Values{"grant_type": {"client_credentials"}})
	if err != nil {
		return result{}, err
	}
	return load(workers, d/2, func(int, int) error {
		_, err := p.ask(p.introspect, p.secret, url.Values{"token": {t.Access}})
		return err
	})
}

// refreshes rotate one family a worker.
func (p *target) refreshes(d time.Duration, workers int) (result, error) {
	families := make([]*tokens, workers)
	for w := range families {
		var err error
		if families[w], err = p.flow(int(counter.Add(1)), "openid offline_access"); err != nil {
			return result{}, err
		}
	}
	return load(workers, d/2, func(w, _ int) error {
		next, err := p.ask(p.token, "", url.Values{"grant_type": {"refresh_token"}, "client_id": {"bench"}, "refresh_token": {families[w].Refresh}})
		if err == nil {
			families[w] = next
		}
		return err
	})
}

func (p *target) flows(d time.Duration, workers int) (result, error) {
	return load(workers, d, func(_, n int) error {
		_, err := p.flow(n, "openid")
		return err
	})
}
