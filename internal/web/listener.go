package web

import (
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// silentFor is how long a connection that has said nothing may still begin when the server stops.
const silentFor = 2 * time.Second

// listener remembers connections that have said nothing yet. Clients open some ahead and never use them; fasthttp counts such a
// connection as one with a request under way, and a stop would wait for it as long as for a slow reader.
type listener struct {
	net.Listener
	mu     sync.Mutex
	silent map[*heardConn]struct{}
	until  time.Time // set when the server stops: nobody stays silent longer
}

func listen(ln net.Listener) *listener {
	return &listener{Listener: ln, silent: map[*heardConn]struct{}{}}
}

// Accept is net.Listener.
func (l *listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	heard := &heardConn{Conn: c, of: l}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.silent[heard] = struct{}{}
	return heard, nil
}

// hurry gives the silent ones a moment more.
func (l *listener) hurry() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.until = time.Now().Add(silentFor)
	for c := range l.silent {
		_ = c.Conn.SetReadDeadline(l.until)
	}
}

// heardConn leaves the list with its first byte, or when it is closed.
type heardConn struct {
	net.Conn
	of    *listener
	heard atomic.Bool
}

// Read is net.Conn.
func (c *heardConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if n > 0 {
		c.forget()
	}
	return n, err
}

// SetReadDeadline is net.Conn. fasthttp sets its own before it first reads, which may be after hurry.
func (c *heardConn) SetReadDeadline(t time.Time) error {
	c.of.mu.Lock()
	defer c.of.mu.Unlock()
	if _, silent := c.of.silent[c]; silent && !c.of.until.IsZero() {
		t = c.of.until
	}
	return c.Conn.SetReadDeadline(t)
}

// Close is net.Conn.
func (c *heardConn) Close() error {
	c.forget()
	return c.Conn.Close()
}

func (c *heardConn) forget() {
	if c.heard.Swap(true) {
		return
	}
	c.of.mu.Lock()
	defer c.of.mu.Unlock()
	delete(c.of.silent, c)
}
