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
	for c := range l.silent {
		_ = c.Conn.SetReadDeadline(time.Now().Add(silentFor))
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
