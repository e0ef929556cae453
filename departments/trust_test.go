package departments_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tamga/departments"
)

func deriveKeys(t *testing.T, purpose string) *departments.Keys {
	t.Helper()
	k, err := departments.DeriveKeys(purpose, standSecret)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// keyServer serves what is set, and counts.
type keyServer struct {
	keys  atomic.Pointer[departments.Keys]
	down  atomic.Bool
	count atomic.Int64
	URL   string
}

func newKeyServer(t *testing.T, keys *departments.Keys) *keyServer {
	s := &keyServer{}
	s.keys.Store(keys)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		s.count.Add(1)
		if s.down.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		raw, _ := json.Marshal(s.keys.Load().Public())
		_, _ = w.Write([]byte(strings.Replace(string(raw), `{"keys":[`, `{"keys":[{"kty":"GOST","kid":"g"},{"kty":"oct","k":"AAAA","kid":"o"},`, 1)))
	}))
	t.Cleanup(server.Close)
	s.URL = server.URL
	return s
}

func TestKeysRotate(t *testing.T) {
	t.Parallel()
	old, fresh := deriveKeys(t, "old"), deriveKeys(t, "new")
	server := newKeyServer(t, old)
	var moved time.Duration
	now := func() time.Time { return time.Now().Add(moved) }
	trust := &departments.Trust{Now: now, Client: departments.NewClient(departments.ClientConfig{Private: true, Plain: true})}
	verify := func(k *departments.Keys) error {
		signature, err := k.Sign([]byte("x"), now())
		if err != nil {
			t.Fatal(err)
		}
		return trust.Verify(t.Context(), server.URL, signature, []byte("x"))
	}
	for range 5 {
		if err := verify(old); err != nil {
			t.Fatal(err)
		}
	}
	for range 5 {
		if err := verify(fresh); err == nil || errors.Is(err, departments.ErrKeys) {
			t.Fatalf("an unknown key: %v", err)
		}
	}
	if n := server.count.Load(); n != 1 {
		t.Errorf("keys were fetched %d times", n)
	}
	server.keys.Store(fresh)
	moved += 20 * time.Second
	if err := verify(fresh); err != nil {
		t.Errorf("the new key is not found: %v", err)
	}
	if err := verify(old); err == nil {
		t.Error("the withdrawn key still passes")
	}
	server.down.Store(true)
	moved += time.Hour
	if err := verify(fresh); err != nil {
		t.Errorf("a department whose keys cannot be fetched is not heard: %v", err)
	}
	moved += 24 * time.Hour
	if err := verify(fresh); !errors.Is(err, departments.ErrKeys) {
		t.Errorf("keys of yesterday: %v", err)
	}
	server.down.Store(false)
	moved += 2 * time.Second
	if err := verify(fresh); err != nil {
		t.Errorf("a department that is back is not heard: %v", err)
	}
}

func TestClientGuard(t *testing.T) {
	t.Parallel()
	var hits atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		hits.Add(1)
		switch r.URL.Path {
		case "/away":
			http.Redirect(w, r, "/", http.StatusTemporaryRedirect)
		case "/big":
			_, _ = fmt.Fprint(w, strings.Repeat("x", 1<<20))
		case "/slow":
			<-r.Context().Done()
		}
	}))
	t.Cleanup(server.Close)
	strict := departments.NewClient(departments.ClientConfig{Plain: true})
	if _, err := strict.Get(t.Context(), server.URL); err == nil || hits.Load() != 0 {
		t.Errorf("loopback was called: %v", err)
	}
	open := departments.NewClient(departments.ClientConfig{Private: true, Plain: true, Timeout: 300 * time.Millisecond})
	for _, address := range []string{"http://169.254.169.254/latest", "http://0.0.0.0:1/", "http://[fe80::1]/", "http://[::ffff:169.254.169.254]/",
		"http://224.0.0.1/", "ftp://example.org/", "http://user:x@example.org/", "file:///etc/passwd", "http:///x", "http://example.org/?a=b"} {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		if a, err := open.Get(ctx, address); err == nil || errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: %v %v", address, a, err)
		}
		cancel()
	}
	a, err := open.Get(t.Context(), server.URL+"/away")
	if err != nil || a.Status != http.StatusTemporaryRedirect {
		t.Errorf("redirect: %v %v", a, err)
	}
	if a, err = open.Get(t.Context(), server.URL+"/big"); err != nil || len(a.Body) != 64<<10 {
		t.Errorf("a big answer: %v", err)
	}
	if _, err = open.Get(t.Context(), server.URL+"/slow"); err == nil {
		t.Error("a slow answer was waited for")
	}
	https := departments.NewClient(departments.ClientConfig{Private: true})
	if _, err = https.Get(t.Context(), server.URL); err == nil {
		t.Error("http without leave")
	}
}

func FuzzParseEvent(f *testing.F) {
	f.Add([]byte(`{"specversion":"1.0","id":"1","source":"s","type":"t","subject":"x","audience":"a","time":"2026-11-22T00:00:00Z","sequence":"1"}`))
	f.Add([]byte(`{"specversion":"1.0","id":"` + "\\u0000" + `"}`))
	f.Add([]byte(`[]`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		e, err := departments.ParseEvent(raw)
		if err != nil {
			return
		}
		if e.ID == "" || len(e.ID) > 200 || strings.ContainsAny(e.ID, "\x00\n\r") || e.Sequence < 0 || e.Time.IsZero() {
			t.Errorf("passed: %+v", e)
		}
	})
}
