package files

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/google/uuid"
)

// Folder keeps files under their ids in a directory that no server shows. Contents come sealed.
type Folder struct{ dir string }

// OpenFolder makes the directory if it is not there.
func OpenFolder(dir string) (*Folder, error) {
	if dir == "" {
		return nil, errors.New("files: no folder is named")
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("folder of files: %w", err)
	}
	return &Folder{dir}, nil
}

// path spreads the files over folders by the last digits of the id, which are random.
func (f *Folder) path(id uuid.UUID) string {
	name := id.String()
	return filepath.Join(f.dir, name[len(name)-2:], name)
}

// Put stores a file so that it is there whole or not at all.
func (f *Folder) Put(id uuid.UUID, content []byte) (err error) {
	path := f.path(id)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	t, err := os.CreateTemp(filepath.Dir(path), ".new-")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(t.Name()))
		}
	}()
	if _, err = t.Write(content); err == nil {
		err = t.Sync()
	}
	if err = errors.Join(err, t.Close()); err != nil {
		return err
	}
	return os.Rename(t.Name(), path)
}

// Get returns a file, or an fs.ErrNotExist.
func (f *Folder) Get(id uuid.UUID) ([]byte, error) { return os.ReadFile(f.path(id)) }

// Delete removes a file. One that is gone is no error.
func (f *Folder) Delete(id uuid.UUID) error {
	if err := os.Remove(f.path(id)); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// Orphans removes the files that were put before a time and that keep does not know, and leftovers of interrupted writes.
func (f *Folder) Orphans(ctx context.Context, before time.Time, keep func(context.Context, []uuid.UUID) (map[uuid.UUID]bool, error)) (int, error) {
	shelves, err := os.ReadDir(f.dir)
	if err != nil {
		return 0, err
	}
	removed := 0
	for _, shelf := range shelves {
		old, err := f.older(filepath.Join(f.dir, shelf.Name()), before)
		if err != nil {
			return removed, err
		}
		known, err := keep(ctx, old)
		if err != nil {
			return removed, err
		}
		for _, id := range old {
			if known[id] {
				continue
			}
			if err := f.Delete(id); err != nil {
				return removed, err
			}
			removed++
		}
	}
	return removed, ctx.Err()
}

// older lists the files of a folder that were put before a time.
func (f *Folder) older(dir string, before time.Time) ([]uuid.UUID, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var ids []uuid.UUID
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || !info.ModTime().Before(before) {
			continue // removed by somebody else in the meantime, or young
		}
		if id, err := uuid.Parse(e.Name()); err == nil {
			ids = append(ids, id)
		} else if err := os.Remove(filepath.Join(dir, e.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	return ids, nil
}
