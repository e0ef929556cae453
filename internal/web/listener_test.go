package web

import (
	"context"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
)

// TestStopDoesNotWaitForTheSilent: a connection that was opened ahead and never used holds no stop up, and a request under way
// is answered.
func TestStopDoesNotWaitForTheSilent(t *testing.T) {
	t.Parallel()
	app := New(Config{})
	began := make(chan struct{})
	app.Get("/", func(c *fiber.Ctx) error {
		close(began)
		time.Sleep(500 * time.Millisecond)
		return c.SendString("done")
	})
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	stopped := make(chan error, 1)
	go func() { stopped <- Serve(ctx, app, ln, 20*time.Second) }()
	dial := func() net.Conn {
		t.Helper()
		c, err := net.Dial("tcp", ln.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() })
		return c
	}
	dial()
	busy := dial()
	if _, err := io.WriteString(busy, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	<-began
	stop()
	if answer, err := io.ReadAll(busy); err != nil || !strings.Contains(string(answer), "done") {
		t.Errorf("the request under way got %q, %v", answer, err)
	}
	if err := <-stopped; err != nil {
		t.Error(err)
	}
}
