package secret

import (
	"bytes"
	"crypto/rand"
	"errors"
	"testing"
)

func key(t *testing.T) []byte {
	t.Helper()
	k := make([]byte, KeySize)
	rand.Read(k)
	return k
}

func box(t *testing.T, keys ...[]byte) *Box {
	t.Helper()
	b, err := NewBox(keys...)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestBoxOpensOnlyInItsPlace(t *testing.T) {
	t.Parallel()
	b := box(t, key(t))
	sealed := b.Seal([]byte("112-233-445 95"), []byte("person/1"))
	if plain, err := b.Open(sealed, []byte("person/1")); err != nil || string(plain) != "112-233-445 95" {
		t.Fatalf("got %q, %v", plain, err)
	}
	if _, err := b.Open(sealed, []byte("person/2")); !errors.Is(err, ErrSealed) {
		t.Errorf("opened in another row: %v", err)
	}
	for i := range sealed {
		bad := bytes.Clone(sealed)
		bad[i] ^= 1
		if _, err := b.Open(bad, []byte("person/1")); !errors.Is(err, ErrSealed) {
			t.Errorf("opened with byte %d changed: %v", i, err)
		}
	}
	for n := range sealed {
		if _, err := b.Open(sealed[:n], []byte("person/1")); !errors.Is(err, ErrSealed) {
			t.Errorf("opened when cut to %d bytes: %v", n, err)
		}
	}
}

func TestBoxRotation(t *testing.T) {
	t.Parallel()
	older, newer := key(t), key(t)
	before, after := box(t, older), box(t, newer, older)
	sealed := before.Seal([]byte("x"), nil)
	if plain, err := after.Open(sealed, nil); err != nil || string(plain) != "x" {
		t.Errorf("the old key's value: got %q, %v", plain, err)
	}
	if before.Stale(sealed) || !after.Stale(sealed) || after.Stale(after.Seal(nil, nil)) {
		t.Error("Stale does not tell old from new")
	}
	if !bytes.Equal(before.Blind("snils:1"), after.Blind("snils:1")) {
		t.Error("the new key makes searches miss")
	}
	if _, err := before.Open(after.Seal(nil, nil), nil); !errors.Is(err, ErrSealed) {
		t.Errorf("a value of an unknown key: %v", err)
	}
}

func TestBoxSealsAfresh(t *testing.T) {
	t.Parallel()
	b := box(t, key(t))
	if bytes.Equal(b.Seal([]byte("x"), nil), b.Seal([]byte("x"), nil)) {
		t.Error("equal values look equal when sealed")
	}
	if bytes.Equal(b.Blind("a"), box(t, key(t)).Blind("a")) {
		t.Error("Blind does not depend on the key")
	}
}

func TestBoxRefusesShortKey(t *testing.T) {
	t.Parallel()
	if _, err := NewBox(make([]byte, 16)); err == nil {
		t.Error("a short key was taken")
	}
	if _, err := NewBox(); err == nil {
		t.Error("no key was taken")
	}
}
