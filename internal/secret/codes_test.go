package secret_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/google/go-cmp/cmp"

	"tamga/internal/dbtest"
	"tamga/internal/fault"
	"tamga/internal/secret"
)

const phone = "+79991234567"

func codes(t *testing.T) (*secret.Codes, *miniredis.Miniredis) {
	client, server := dbtest.RedisServer(t)
	return &secret.Codes{Redis: client, Key: make([]byte, 32), TTL: 5 * time.Minute, Attempts: 3, ResendAfter: time.Minute}, server
}

// said returns the fault as "kind key args".
func said(err error) string {
	var f *fault.Error
	if errors.As(err, &f) {
		return fmt.Sprint(f.Kind, " ", f.Key, " ", f.Args)
	}
	return fmt.Sprint(err)
}

func issue(t *testing.T, c *secret.Codes) string {
	t.Helper()
	code, err := c.Issue(t.Context(), "signin", phone)
	if err != nil {
		t.Fatal(err)
	}
	return code
}

func TestCodeIsGoodOnce(t *testing.T) {
	t.Parallel()
	c, _ := codes(t)
	code := issue(t, c)
	for _, step := range []struct{ what, got, want string }{
		{"another purpose", said(c.Check(t.Context(), "reset", phone, code)), "invalid code.expired []"},
		{"another person", said(c.Check(t.Context(), "signin", "+79990000000", code)), "invalid code.expired []"},
		{"wrong", said(c.Check(t.Context(), "signin", phone, "x")), "invalid code.wrong [2]"},
		{"right", said(c.Check(t.Context(), "signin", phone, code)), "<nil>"},
		{"again", said(c.Check(t.Context(), "signin", phone, code)), "invalid code.expired []"},
	} {
		if step.got != step.want {
			t.Errorf("%s: got %s, want %s", step.what, step.got, step.want)
		}
	}
	issue(t, c) // a used code does not delay the next
}

func TestCodeIsSpent(t *testing.T) {
	t.Parallel()
	c, server := codes(t)
	code := issue(t, c)
	var got []string
	for range 3 {
		got = append(got, said(c.Check(t.Context(), "signin", phone, "wrong")))
	}
	got = append(got, said(c.Check(t.Context(), "signin", phone, code)))
	_, err := c.Issue(t.Context(), "signin", phone)
	got = append(got, said(err))
	server.FastForward(61 * time.Second)
	got = append(got, said(c.Check(t.Context(), "signin", phone, issue(t, c))))
	want := []string{"invalid code.wrong [2]", "invalid code.wrong [1]", "invalid code.spent []",
		"invalid code.spent []", "too_many code.too_soon [60]", "<nil>"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestCodeExpires(t *testing.T) {
	t.Parallel()
	c, server := codes(t)
	code := issue(t, c)
	server.FastForward(5*time.Minute + time.Second)
	if got := said(c.Check(t.Context(), "signin", phone, code)); got != "invalid code.expired []" {
		t.Errorf("got %s", got)
	}
}

func TestNewCodeVoidsOld(t *testing.T) {
	t.Parallel()
	c, server := codes(t)
	old := issue(t, c)
	server.FastForward(time.Minute)
	fresh := issue(t, c)
	if got := said(c.Check(t.Context(), "signin", phone, old)); old != fresh && got != "invalid code.wrong [2]" {
		t.Errorf("the old code: %s", got)
	}
	if err := c.Check(t.Context(), "signin", phone, fresh); err != nil {
		t.Errorf("the new code: %v", err)
	}
}

// TestGuessesAtOnce sends all guesses before any is answered, and then the right code many times at once.
func TestGuessesAtOnce(t *testing.T) {
	t.Parallel()
	c, _ := codes(t)
	issue(t, c)
	var heard atomic.Int32
	together(50, func() {
		if said(c.Check(t.Context(), "signin", phone, "wrong")) != "invalid code.spent []" {
			heard.Add(1)
		}
	})
	if heard.Load() != 2 { // the third is heard too, and is told that the code is spent
		t.Errorf("%d guesses got a further chance, want 2", heard.Load())
	}
	code, err := c.Issue(t.Context(), "reset", phone)
	if err != nil {
		t.Fatal(err)
	}
	var in atomic.Int32
	together(50, func() {
		if c.Check(t.Context(), "reset", phone, code) == nil {
			in.Add(1)
		}
	})
	if in.Load() != 1 {
		t.Errorf("one code let in %d", in.Load())
	}
}

func together(n int, f func()) {
	var wg sync.WaitGroup
	for range n {
		wg.Go(f)
	}
	wg.Wait()
}

func TestRedisHoldsNoSecret(t *testing.T) {
	t.Parallel()
	c, server := codes(t)
	code := issue(t, c)
	dump := server.Dump()
	for _, s := range []string{code, phone, phone[1:]} {
		if strings.Contains(dump, s) {
			t.Errorf("%q stands in Redis:\n%s", s, dump)
		}
	}
}
