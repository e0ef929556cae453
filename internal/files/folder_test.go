package files

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"

	"tamga/internal/files/clamdtest"
)

func TestFolderKeepsAndForgets(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "files")
	f, err := OpenFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	kept, orphan, young := uuid.New(), uuid.New(), uuid.New()
	for _, id := range []uuid.UUID{kept, orphan, young} {
		if err := f.Put(id, []byte(id.String())); err != nil {
			t.Fatal(err)
		}
	}
	if info, err := os.Stat(f.path(kept)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("stored with rights %v, %v", info.Mode(), err)
	}
	old := time.Now().Add(-48 * time.Hour)
	leftover := filepath.Join(filepath.Dir(f.path(kept)), ".new-1")
	if err := os.WriteFile(leftover, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{f.path(kept), f.path(orphan), leftover} {
		if err := os.Chtimes(path, old, old); err != nil {
			t.Fatal(err)
		}
	}
	n, err := f.Orphans(context.Background(), time.Now().Add(-24*time.Hour), func(_ context.Context, ids []uuid.UUID) (map[uuid.UUID]bool, error) {
		return map[uuid.UUID]bool{kept: true}, nil
	})
	if n != 1 || err != nil {
		t.Errorf("removed %d, %v", n, err)
	}
	for id, there := range map[uuid.UUID]bool{kept: true, orphan: false, young: true} {
		if content, err := f.Get(id); (err == nil) != there || there && string(content) != id.String() {
			t.Errorf("%q, %v", content, err)
		}
	}
	if _, err := os.Stat(leftover); !errors.Is(err, fs.ErrNotExist) {
		t.Error("a broken-off write stays")
	}
	for range 2 { // the second time there is nothing to remove, which is no mistake
		if err := f.Delete(kept); err != nil {
			t.Error(err)
		}
	}
}

func TestScan(t *testing.T) {
	t.Parallel()
	clamd := clamdtest.New(t)
	s := &Scanner{Address: clamd.Address, Timeout: 5 * time.Second}
	ctx := context.Background()
	big := make([]byte, 3*chunk+1)
	if virus, err := s.Scan(ctx, big); virus != "" || err != nil {
		t.Errorf("a clean file: %q, %v", virus, err)
	}
	if virus, err := s.Scan(ctx, append(big, clamdtest.EICAR...)); virus != "Eicar-Test-Signature" || err != nil {
		t.Errorf("a virus: %q, %v", virus, err)
	}
	clamd.Limit.Store(chunk)
	if _, err := s.Scan(ctx, big); !errors.Is(err, ErrUnavailable) {
		t.Errorf("more than clamd takes: %v", err)
	}
	clamd.Broken.Store(true)
	if _, err := s.Scan(ctx, nil); !errors.Is(err, ErrUnavailable) {
		t.Errorf("clamd hangs up: %v", err)
	}
	if _, err := (&Scanner{Address: filepath.Join(t.TempDir(), "no.sock")}).Scan(ctx, nil); !errors.Is(err, ErrUnavailable) {
		t.Errorf("no clamd: %v", err)
	}
}
