package secret_test

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tamga/internal/secret"
)

func TestKeysStay(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "keys.json")
	first, err := secret.LoadOrCreateKeys(path, "box")
	if err != nil {
		t.Fatal(err)
	}
	more, err := secret.LoadOrCreateKeys(path, "box", "codes")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(first["box"], more["box"]); diff != "" || len(more["codes"]) != secret.KeySize {
		t.Errorf("a new name changed the old key: %s", diff)
	}
	again, err := secret.LoadOrCreateKeys(path, "box", "codes")
	if diff := cmp.Diff(more, again); diff != "" || err != nil {
		t.Errorf("%v %s", err, diff)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := secret.LoadOrCreateKeys(path, "box"); err == nil {
		t.Error("a file that others may read was taken")
	}
}

func TestDamagedKeysAreKept(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "keys.json")
	if err := os.WriteFile(path, []byte(`{"box": "AAA`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := secret.LoadOrCreateKeys(path, "box"); err == nil {
		t.Error("damaged keys were taken")
	}
	if raw, _ := os.ReadFile(path); string(raw) != `{"box": "AAA` {
		t.Errorf("damaged keys were written over: %s", raw)
	}
}

func TestTokens(t *testing.T) {
	t.Parallel()
	if got := secret.Token(32); !regexp.MustCompile(`^[\w-]{43}$`).MatchString(got) || got == secret.Token(32) {
		t.Errorf("got %q", got)
	}
	if got := len(secret.HashToken("x")); got != 32 {
		t.Errorf("hash has %d bytes", got)
	}
	for digits := range 7 {
		if got := secret.Code(digits + 1); len(got) != digits+1 {
			t.Errorf("%d digits: got %q", digits+1, got)
		}
	}
}
