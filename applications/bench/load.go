package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/valyala/fasthttp"
)

// result is how a piece of work went.
type result struct {
	Rate     float64 // done a second
	P50, P99 time.Duration
}

// and is the mean of two runs, with the worse of the slow ends.
func (r result) and(s result) result {
	if r.Rate == 0 {
		return s
	}
	return result{(r.Rate + s.Rate) / 2, max(r.P50, s.P50), max(r.P99, s.P99)}
}

// ready is a filled application that only has to be signed.
type ready struct{ person, path, cookie, body string }

var (
	client = &fasthttp.Client{MaxConnsPerHost: 1024}
	hidden = regexp.MustCompile(`name="(_csrf|hash|version)" value="([^"]*)"`)
)

// ask sends one request and returns the status, where it leads, the body and the cookie.
func (g *ground) ask(method, path, person, cookie, form string) (status int, to, body, kept string, err error) {
	req, res := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
	defer fasthttp.ReleaseRequest(req)
	defer fasthttp.ReleaseResponse(res)
	req.SetRequestURI(g.site + path)
	req.Header.SetMethod(method)
	req.Header.Set("X-Person", person)
	if cookie != "" {
		req.Header.SetCookie("c", cookie)
	}
	if form != "" {
		req.Header.SetContentType("application/x-www-form-urlencoded")
		req.SetBodyString(form)
	}
	if err := client.Do(req, res); err != nil {
		return 0, "", "", "", err
	}
	kept = cookie
	if raw := res.Header.PeekCookie("c"); len(raw) > 0 {
		var c fasthttp.Cookie
		if err := c.ParseBytes(raw); err == nil {
			kept = string(c.Value())
		}
	}
	return res.StatusCode(), string(res.Header.Peek("Location")), string(res.Body()), kept, nil
}

// hiddenIn are the hidden inputs of a page.
func hiddenIn(body string) url.Values {
	values := url.Values{}
	for _, m := range hidden.FindAllStringSubmatch(body, -1) {
		values.Set(m[1], m[2])
	}
	return values
}

// one begins and fills an application, as a person does.
func (g *ground) one() (r ready, err error) {
	r.person = uuid.NewString()
	step := func(method, path string, form url.Values, want int) (to string, values url.Values, err error) {
		status, to, body, cookie, err := g.ask(method, path, r.person, r.cookie, form.Encode())
		if err == nil && status != want {
			err = fmt.Errorf("%s %s: %d, want %d", method, path, status, want)
		}
		r.cookie = cookie
		return to, hiddenIn(body), err
	}
	_, values, err := step(fasthttp.MethodGet, "/applications/new?service="+serviceID, nil, 200)
	if err != nil {
		return r, err
	}
	values.Set("service", serviceID)
	page, _, err := step(fasthttp.MethodPost, "/applications", values, 303)
	if err != nil {
		return r, err
	}
	if _, values, err = step(fasthttp.MethodGet, page, nil, 200); err != nil {
		return r, err
	}
	for name, value := range map[string]string{"last_name": "Гарипова", "birth_date-day": "3", "birth_date-month": "9", "birth_date-year": "1996",
		"snils": "112-112-445 75", "about": strings.Repeat("Прошу выдать справку. ", 10)} {
		values.Set(name, value)
	}
	check, _, err := step(fasthttp.MethodPost, page, values, 303)
	if err != nil {
		return r, err
	}
	_, values, err = step(fasthttp.MethodGet, check, nil, 200)
	r.path, r.body = strings.TrimSuffix(check, "/check")+"/sign", values.Encode()
	return r, err
}

// prepare fills so many applications.
func (g *ground) prepare(workers, n int) ([]ready, error) {
	var (
		wg     sync.WaitGroup
		next   atomic.Int64
		failed atomic.Pointer[error]
		all    = make([]ready, n)
	)
	for range workers {
		wg.Go(func() {
			for failed.Load() == nil {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				r, err := g.one()
				if err != nil {
					failed.CompareAndSwap(nil, &err)
					return
				}
				all[i] = r
			}
		})
	}
	wg.Wait()
	if err := failed.Load(); err != nil {
		return nil, *err
	}
	return all, nil
}

// submit signs filled applications by so many people at once, until the time or the applications are over. The first tenth of the time
// warms up and does not count.
func (g *ground) submit(workers int, d time.Duration, list []ready) (result, error) {
	var (
		took   = make([][]time.Duration, workers)
		next   atomic.Int64
		failed atomic.Pointer[error]
		wg     sync.WaitGroup
	)
	began := time.Now()
	counted, end := began.Add(d/10), began.Add(d)
	for w := range workers {
		wg.Go(func() {
			for failed.Load() == nil && time.Now().Before(end) {
				i := int(next.Add(1)) - 1
				if i >= len(list) {
					return
				}
				at := time.Now()
				status, _, _, _, err := g.ask(fasthttp.MethodPost, list[i].path, list[i].person, list[i].cookie, list[i].body)
				if err == nil && status != 303 {
					err = fmt.Errorf("signing answers %d", status)
				}
				if err != nil {
					failed.CompareAndSwap(nil, &err)
					return
				}
				if time.Now().After(counted) {
					took[w] = append(took[w], time.Since(at))
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
	slices.Sort(all)
	if len(all) == 0 {
		return result{}, fmt.Errorf("nothing was submitted in %s", d)
	}
	return result{float64(len(all)) / spent.Seconds(), all[len(all)/2], all[len(all)*99/100]}, g.durable(len(all))
}

// durable checks that what was answered is in the tables.
func (g *ground) durable(atLeast int) error {
	n, err := submitted(context.Background(), g.pool)
	if err == nil && n < atLeast {
		err = fmt.Errorf("%d submitted applications in the tables, want %d", n, atLeast)
	}
	return err
}

var tps = regexp.MustCompile(`tps = ([\d.]+) \(without`)

// pgbench inserts one row a transaction.
func (g *ground) pgbench(ctx context.Context, d time.Duration, workers int) (result, error) {
	bin, err := exec.LookPath("pgbench")
	if err != nil {
		found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/pgbench")
		if len(found) == 0 {
			return result{}, errors.New("pgbench is not installed")
		}
		bin = found[len(found)-1]
	}
	script := filepath.Join(g.dir, "insert.sql")
	if err := os.WriteFile(script, []byte(insertOne), 0o600); err != nil {
		return result{}, err
	}
	raw, err := exec.CommandContext(ctx, bin, "-n", "-M", "prepared", "-f", script, "-c", strconv.Itoa(workers), "-j", "2", "-T", strconv.Itoa(max(1, int(d.Seconds()))), g.database).CombinedOutput()
	if err != nil {
		return result{}, fmt.Errorf("pgbench: %w\n%s", err, raw)
	}
	m := tps.FindStringSubmatch(string(raw))
	if m == nil {
		return result{}, fmt.Errorf("pgbench said\n%s", raw)
	}
	rate, err := strconv.ParseFloat(m[1], 64)
	return result{Rate: rate}, err
}
