package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

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

func request(path string) *http.Request {
	req := httptest.NewRequest(http.MethodGet, path, nil)
	req.Header.Set("Accept-Encoding", "gzip, deflate, br")
	return req
}

// fetch asks for one page by wrk, whose work takes less of the processors than ours would.
func fetch(url string, d time.Duration, workers int) (result, error) {
	wrk, err := exec.LookPath("wrk")
	if err != nil {
		return fetchHere(url, d, workers)
	}
	seconds := strconv.Itoa(max(1, int(d.Seconds())))
	raw, err := exec.CommandContext(context.Background(), wrk, "-t2", "-c"+strconv.Itoa(workers), "-d"+seconds+"s", "--latency",
		"-H", "Accept-Encoding: gzip, deflate, br", url).CombinedOutput()
	if err != nil {
		return result{}, fmt.Errorf("wrk: %w\n%s", err, raw)
	}
	return readWrk(string(raw))
}

var (
	wrkRate    = regexp.MustCompile(`Requests/sec:\s+([\d.]+)`)
	wrkLatency = regexp.MustCompile(`(50|99)%\s+([\d.]+)(us|ms|s)\b`)
	wrkErrors  = regexp.MustCompile(`(?m)^\s*(Non-2xx|Socket errors).*$`)
)

func readWrk(text string) (r result, err error) {
	if wrong := wrkErrors.FindString(text); wrong != "" {
		return r, fmt.Errorf("wrk: %s", wrong)
	}
	found := wrkRate.FindStringSubmatch(text)
	if found == nil {
		return r, fmt.Errorf("wrk said\n%s", text)
	}
	if r.Rate, err = strconv.ParseFloat(found[1], 64); err != nil {
		return r, err
	}
	for _, line := range wrkLatency.FindAllStringSubmatch(text, -1) {
		took, err := time.ParseDuration(line[2] + line[3])
		if err != nil {
			return r, err
		}
		if line[1] == "50" {
			r.P50 = took
		} else {
			r.P99 = took
		}
	}
	return r, nil
}

func fetchHere(url string, d time.Duration, workers int) (result, error) {
	client := &fasthttp.Client{MaxConnsPerHost: workers}
	return load(workers, d, func(int) (time.Duration, error) {
		began := time.Now()
		ask, got := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
		defer fasthttp.ReleaseRequest(ask)
		defer fasthttp.ReleaseResponse(got)
		ask.SetRequestURI(url)
		ask.Header.Set("Accept-Encoding", "gzip, deflate, br")
		err := client.Do(ask, got)
		if err == nil && got.StatusCode() != fasthttp.StatusOK {
			err = fmt.Errorf("%s answered %d", url, got.StatusCode())
		}
		return time.Since(began), err
	})
}

// load does the work by so many workers at once for so long; each piece says itself how long it took. The first tenth of the time
// warms up and does not count. Any error ends it.
func load(workers int, d time.Duration, work func(worker int) (time.Duration, error)) (result, error) {
	var (
		took   = make([][]time.Duration, workers)
		failed atomic.Pointer[error]
		wg     sync.WaitGroup
	)
	began := time.Now()
	counted, end := began.Add(d/10), began.Add(d)
	for w := range workers {
		wg.Go(func() {
			for failed.Load() == nil && time.Now().Before(end) {
				one, err := work(w)
				if err != nil {
					failed.CompareAndSwap(nil, &err)
					return
				}
				if time.Now().After(counted) {
					took[w] = append(took[w], one)
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
	return result{Rate: float64(len(all)) / spent.Seconds(), P50: all[len(all)/2], P99: all[len(all)*99/100]}, nil
}
