package logs_test

import (
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tamga/internal/logs"
)

// file keeps what is written, and how often.
type file struct {
	mu    sync.Mutex
	text  string
	calls int
}

func (f *file) Write(b []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.text += string(b)
	f.calls++
	return len(b), nil
}

func (f *file) read() (string, int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.text, f.calls
}

func newLog() (*slog.Logger, *logs.Writer, *file) {
	f := &file{}
	out := logs.NewWriter(f)
	return slog.New(out.Handler(slog.NewTextHandler(out, nil))).With("role", "portal"), out, f
}

func TestLinesAreWrittenTogether(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log, _, f := newLog()
		for range 2 {
			log.Info("one")
			log.Info("two")
			time.Sleep(99 * time.Millisecond)
			if text, _ := f.read(); strings.Count(text, "two") > strings.Count(text, "one") {
				t.Fatal(text)
			}
			time.Sleep(2 * time.Millisecond)
		}
		text, calls := f.read()
		if calls != 2 || strings.Count(text, "\n") != 4 || strings.Index(text, "one") > strings.Index(text, "two") {
			t.Errorf("%d calls:\n%s", calls, text)
		}
	})
}

func TestWarningsDoNotWait(t *testing.T) {
	t.Parallel()
	log, _, f := newLog()
	log.Info("before")
	if text, _ := f.read(); text != "" {
		t.Fatalf("a line was written at once: %s", text)
	}
	log.WithGroup("g").Warn("here", "n", 1)
	if text, calls := f.read(); calls != 1 || !strings.Contains(text, "before") || !strings.Contains(text, "g.n=1") {
		t.Errorf("%d calls:\n%s", calls, text)
	}
}

func TestMuchIsWrittenAtOnce(t *testing.T) {
	t.Parallel()
	log, out, f := newLog()
	for range 1000 {
		log.Info(strings.Repeat("x", 100))
	}
	if text, calls := f.read(); len(text) < 100_000 || calls > 10 {
		t.Errorf("%d bytes in %d calls", len(text), calls)
	}
	if err := out.Flush(); err != nil {
		t.Fatal(err)
	}
	if text, _ := f.read(); strings.Count(text, "\n") != 1000 {
		t.Errorf("%d lines", strings.Count(text, "\n"))
	}
}
