package check

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"tamga/departments"
)

// calls is what the department has called back.
type calls struct {
	mu      sync.Mutex
	all     []call
	patient map[string]int // times that each event came
	problem string         // of the first that was wrong
	changed bool           // an event came again with another content
	order   string         // what is wrong with the sequence
	last    int64
}

type call struct {
	ID       string
	Sum      [32]byte
	Sequence int64
}

// portal is our side: keys, and a listener that takes each call-back at its second coming.
func (c *checker) portal() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/departments/jwks.json", func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(c.keys.Public())
	})
	mux.HandleFunc("GET /api/departments/certificates.pem", func(w http.ResponseWriter, _ *http.Request) {
		if !c.cms() {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		_, _ = w.Write(c.keys.CMS.Public())
	})
	mux.HandleFunc("POST /api/departments/{code}/events", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(io.LimitReader(r.Body, 64<<10+1))
		if err != nil {
			return
		}
		status, text := c.take(r, body)
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(map[string]string{"result": text})
	})
	return mux
}

func (c *checker) take(r *http.Request, body []byte) (int, string) {
	if wrong := c.wrongWith(r, body); wrong != "" {
		c.calls.mu.Lock()
		defer c.calls.mu.Unlock()
		if c.calls.problem == "" {
			c.calls.problem = wrong
		}
		return http.StatusUnauthorized, wrong
	}
	e, _ := departments.ParseEvent(body) // wrongWith has parsed it
	return c.calls.note(e, sha256.Sum256(body))
}

// wrongWith says what is wrong with a call-back, "" when nothing is.
func (c *checker) wrongWith(r *http.Request, body []byte) string {
	if code := r.PathValue("code"); code != c.cfg.Code {
		return fmt.Sprintf("the address names department %q, want %q", code, c.cfg.Code)
	}
	if len(body) > 64<<10 {
		return "a call-back of more than 64 KiB"
	}
	if mediaType, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";"); mediaType != departments.MediaType {
		return fmt.Sprintf("Content-Type %q, want %s", mediaType, departments.MediaType)
	}
	if err := c.verify(r.Context(), cmp.Or(r.Header.Get(departments.SignatureHeader), r.Header.Get(departments.CMSHeader)), body); err != nil {
		return err.Error()
	}
	if _, err := departments.ReadNews(body, &departments.Endpoint{Code: c.cfg.Code, URL: c.cfg.URL}, c.cfg.Portal, c.cfg.Now()); err != nil {
		return err.Error()
	}
	return ""
}

// note sends each event away once, to see that it comes back.
func (l *calls) note(e *departments.Event, sum [32]byte) (int, string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.patient == nil {
		l.patient = map[string]int{}
	}
	l.patient[e.ID]++
	for _, known := range l.all {
		if known.ID == e.ID && known.Sum != sum {
			l.changed = true
			return http.StatusConflict, "the id is known with another content"
		}
	}
	if l.patient[e.ID] == 1 {
		l.all = append(l.all, call{e.ID, sum, e.Sequence})
		if e.Sequence != 0 && e.Sequence <= l.last {
			l.order = fmt.Sprintf("sequence %d came after %d", e.Sequence, l.last)
		}
		l.last = max(l.last, e.Sequence)
		return http.StatusServiceUnavailable, "later"
	}
	return http.StatusOK, "taken"
}

// wait looks until there is what ready wants, or the time is over.
func (c *checker) wait(ctx context.Context, ready func(*calls) bool) {
	end := time.Now().Add(c.cfg.Wait)
	for time.Now().Before(end) && ctx.Err() == nil {
		c.calls.mu.Lock()
		done := ready(&c.calls)
		c.calls.mu.Unlock()
		if done {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
}

const noneCame = "no call-back came: let somebody decide on the application while the check waits (--wait)"

func (c *checker) tryCallback(ctx context.Context) (string, bool, bool) {
	c.wait(ctx, func(l *calls) bool { return len(l.all) > 0 || l.problem != "" })
	c.calls.mu.Lock()
	defer c.calls.mu.Unlock()
	switch {
	case c.calls.problem != "":
		return c.calls.problem, false, true
	case len(c.calls.all) == 0:
		return noneCame, true, false
	}
	return fmt.Sprintf("%d came", len(c.calls.all)), true, true
}

func (c *checker) tryRepeat(ctx context.Context) (string, bool, bool) {
	c.calls.mu.Lock()
	none := len(c.calls.all) == 0
	c.calls.mu.Unlock()
	if none {
		return noneCame, true, false
	}
	first := func(l *calls) bool { return l.patient[l.all[0].ID] > 1 }
	c.wait(ctx, func(l *calls) bool { return l.changed || first(l) })
	c.calls.mu.Lock()
	defer c.calls.mu.Unlock()
	switch {
	case c.calls.changed:
		return "the event came again with another content", false, true
	case !first(&c.calls):
		return "after an answer of 503 the event did not come again", false, true
	}
	return "it came again, the same", true, true
}

func (c *checker) tryOrder(context.Context) (string, bool, bool) {
	c.calls.mu.Lock()
	defer c.calls.mu.Unlock()
	switch {
	case c.calls.order != "":
		return c.calls.order, false, true
	case c.calls.last == 0:
		return "no sequence was seen, which is allowed", true, false
	}
	return fmt.Sprintf("up to %d", c.calls.last), true, true
}
