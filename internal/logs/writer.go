package logs

import (
	"io"
	"sync"
	"time"
)

const (
	most     = 32 << 10 // bytes that wait
	patience = 100 * time.Millisecond
)

// Writer collects lines.
type Writer struct {
	to io.Writer

	mu    sync.Mutex
	lines []byte
	timed bool // somebody comes to write them
}

// NewWriter returns a writer to a file or a terminal.
func NewWriter(to io.Writer) *Writer { return &Writer{to: to} }

// Write takes a line. An error may be that of lines before it.
func (w *Writer) Write(line []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lines = append(w.lines, line...)
	if len(w.lines) >= most {
		return len(line), w.flush()
	}
	if !w.timed {
		w.timed = true
		time.AfterFunc(patience, w.late)
	}
	return len(line), nil
}

// Flush writes what waits. It is due before the process ends.
func (w *Writer) Flush() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.flush()
}

func (w *Writer) late() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.timed = false
	_ = w.flush() // there is nowhere else to say that a log cannot be written
}

func (w *Writer) flush() error {
	if len(w.lines) == 0 {
		return nil
	}
	_, err := w.to.Write(w.lines)
	w.lines = w.lines[:0]
	return err
}
