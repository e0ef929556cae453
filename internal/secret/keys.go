package secret

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Keys are 32-byte random keys by name.
type Keys map[string][]byte

// LoadOrCreateKeys reads the keys of the demo from a file (JSON, 0600), and makes those of names that it lacks. A real
// deployment takes its keys from the environment. The file is never written over a damaged one: what was sealed with lost
// keys is lost too.
func LoadOrCreateKeys(path string, names ...string) (Keys, error) {
	keys, err := loadKeys(path)
	if err != nil {
		return nil, fmt.Errorf("keys in %s: %w", path, err)
	}
	fresh := false
	for _, name := range names {
		if keys[name] == nil {
			keys[name] = make([]byte, KeySize)
			rand.Read(keys[name])
			fresh = true
		}
	}
	if !fresh {
		return keys, nil
	}
	if err := keys.save(path); err != nil {
		return nil, fmt.Errorf("keys in %s: %w", path, err)
	}
	return keys, nil
}

func loadKeys(path string) (Keys, error) {
	keys := Keys{}
	info, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) {
		return keys, nil
	}
	if err != nil {
		return nil, err
	}
	if open := info.Mode().Perm() &^ 0o600; open != 0 {
		return nil, fmt.Errorf("others may read it (mode %04o): chmod 600 it", info.Mode().Perm())
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(raw, &keys); err != nil {
		return nil, err
	}
	for name, key := range keys {
		if len(key) != KeySize {
			return nil, fmt.Errorf("key %s has %d bytes, want %d", name, len(key), KeySize)
		}
	}
	return keys, nil
}

// save writes beside and renames, the disk told to keep it: a half-written file of keys would be worse than none.
func (k Keys) save(path string) error {
	raw, err := json.MarshalIndent(k, "", "  ")
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*") // 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // fails when renamed, as it should
	if _, err := f.Write(append(raw, '\n')); err != nil {
		f.Close()
		return err
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
