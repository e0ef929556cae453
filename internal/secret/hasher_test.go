package secret

import (
	"context"
	"errors"
	"strings"
	"testing"
)

func TestHasher(t *testing.T) {
	t.Parallel()
	h := NewHasher(2)
	hash, err := h.Hash(t.Context(), "пароль й")
	if err != nil || !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Fatalf("got %q, %v", hash, err)
	}
	for _, c := range []struct {
		what, password string
		want           bool
	}{
		{"the same", "пароль й", true},
		{"й of two letters, as another keyboard sends it", "пароль и\u0306", true},
		{"another", "пароль и", false},
		{"empty", "", false},
	} {
		ok, rehash, err := h.Verify(t.Context(), hash, c.password)
		if ok != c.want || rehash || err != nil {
			t.Errorf("%s: got %v, rehash %v, %v", c.what, ok, rehash, err)
		}
	}
}

func TestHasherReadsStoredHash(t *testing.T) {
	t.Parallel()
	h := NewHasher(0)
	hash, err := h.Hash(t.Context(), "x")
	if err != nil {
		t.Fatal(err)
	}
	weaker := current
	weaker.memory /= 2
	salt := []byte("somesaltsomesalt")
	sum, err := h.sum(t.Context(), "x", salt, weaker, hashSize)
	if err != nil {
		t.Fatal(err)
	}
	old := "$argon2id$v=19$m=9728,t=2,p=1$" + phc.EncodeToString(salt) + "$" + phc.EncodeToString(sum)
	if ok, rehash, err := h.Verify(t.Context(), old, "x"); !ok || !rehash || err != nil {
		t.Errorf("weaker hash: got %v, rehash %v, %v", ok, rehash, err)
	}
	for what, bad := range map[string]string{
		"empty":           "",
		"bcrypt":          "$2b$12$abcdefghijklmnopqrstuu",
		"argon2i":         strings.Replace(hash, "argon2id", "argon2i", 1),
		"too much memory": strings.Replace(hash, "m=19456", "m=4194304", 1),
		"no passes":       strings.Replace(hash, "t=2", "t=0", 1),
	} {
		if ok, _, err := h.Verify(t.Context(), bad, "x"); ok || err == nil {
			t.Errorf("%s: got %v, %v", what, ok, err)
		}
	}
}

func TestHasherWaitsForPlace(t *testing.T) {
	t.Parallel()
	h := NewHasher(1)
	h.places <- struct{}{}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := h.Hash(ctx, "x"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v with no place free", err)
	}
	<-h.places
	if err := h.VerifyDummy(t.Context(), "x"); err != nil {
		t.Error(err)
	}
	if len(h.places) != 0 {
		t.Error("a place was not given back")
	}
}

func BenchmarkHash(b *testing.B) {
	h := NewHasher(0)
	for b.Loop() {
		if _, err := h.Hash(b.Context(), "correct horse"); err != nil {
			b.Fatal(err)
		}
	}
}
