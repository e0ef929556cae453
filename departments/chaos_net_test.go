package departments_test

import (
	"bytes"
	"context"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// wire is a network between two sides that delays, doubles and loses, and lets what comes later overtake what came before. What it has
// taken over it delivers: a signature lives for minutes, a wire that kept messages longer would be an outage, and those are the kills.
type wire struct {
	to      string // http://host:port of who is behind it
	calm    atomic.Bool
	overtak bool // call-backs may be taken over and delivered later: their sender believes that they have arrived

	mu   sync.Mutex
	rand *rand.Rand

	held, doubled, lost, delayed, undelivered atomic.Int64
	pending                                   sync.WaitGroup
	client                                    http.Client
}

func (w *wire) roll(n int) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.rand.IntN(n)
}

func (w *wire) pause(most time.Duration) time.Duration { return time.Duration(w.roll(int(most))) }

// ServeHTTP lets people's pages and keys through; messages meet trouble.
func (w *wire) ServeHTTP(out http.ResponseWriter, in *http.Request) {
	body, err := io.ReadAll(in.Body)
	if err != nil {
		return
	}
	if w.calm.Load() || in.Method != http.MethodPost || !strings.HasSuffix(in.URL.Path, "/events") {
		w.pass(out, in, body)
		return
	}
	switch w.roll(10) {
	case 0, 1:
		if w.overtak { // the sender goes on to the next, which may be there first
			w.held.Add(1)
			w.later(in, body, w.pause(3*time.Second))
			out.WriteHeader(http.StatusOK)
			return
		}
		w.delayed.Add(1)
		time.Sleep(w.pause(time.Second))
		w.pass(out, in, body)
	case 2: // a copy comes at once, another long after
		w.doubled.Add(1)
		w.later(in, body, w.pause(5*time.Second))
		w.pass(out, in, body)
	case 3: // it arrives, the answer does not
		w.lost.Add(1)
		_, _, _ = w.send(in, body)
		out.WriteHeader(http.StatusGatewayTimeout)
	case 4: // it does not even arrive
		w.lost.Add(1)
		out.WriteHeader(http.StatusBadGateway)
	default:
		w.pass(out, in, body)
	}
}

func (w *wire) pass(out http.ResponseWriter, in *http.Request, body []byte) {
	answer, said, err := w.send(in, body)
	if err != nil {
		out.WriteHeader(http.StatusBadGateway)
		return
	}
	for name, values := range answer.Header {
		out.Header()[name] = values
	}
	out.WriteHeader(answer.StatusCode)
	_, _ = out.Write(said)
}

func (w *wire) send(in *http.Request, body []byte) (*http.Response, []byte, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(in.Context()), 5*time.Second)
	defer cancel()
	again, err := http.NewRequestWithContext(ctx, in.Method, w.to+in.URL.RequestURI(), bytes.NewReader(body))
	if err != nil {
		return nil, nil, err
	}
	again.Header, again.Host = in.Header.Clone(), in.Host
	answer, err := w.client.Transport.RoundTrip(again)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = answer.Body.Close() }()
	said, err := io.ReadAll(answer.Body)
	return answer, said, err
}

// later delivers after a while, however often it takes: who is behind the wire may be dead for the moment.
func (w *wire) later(in *http.Request, body []byte, after time.Duration) {
	w.pending.Go(func() {
		time.Sleep(after)
		for range 600 {
			answer, _, err := w.send(in, body)
			if err == nil && answer.StatusCode < 500 {
				if answer.StatusCode >= 400 {
					w.undelivered.Add(1)
				}
				return
			}
			time.Sleep(100 * time.Millisecond)
		}
		w.undelivered.Add(1)
	})
}

// lay opens the wire and returns its address.
func (w *wire) lay(t *testing.T) string {
	t.Helper()
	w.client.Transport = &http.Transport{MaxIdleConnsPerHost: 32}
	ln := listen(t)
	server := &http.Server{Handler: w, ReadHeaderTimeout: time.Minute}
	go func() { _ = server.Serve(ln) }()
	t.Cleanup(func() { _ = server.Close() })
	return "http://" + ln.Addr().String()
}
