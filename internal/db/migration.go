package db

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
)

// migration is one file of a schema.
type migration struct {
	Version int
	Name    string // verb_noun, for the reader
	Sum     string // SHA-256 of the text, hex
	sql     string
}

var migrationName = regexp.MustCompile(`^(\d{4})_([a-z0-9]+(?:_[a-z0-9]+)+)\.sql$`)

// readMigrations returns the files of set in order of version. A misnamed file is an error: it would silently not run.
func readMigrations(set fs.FS) ([]migration, error) {
	names, err := fs.Glob(set, "*.sql")
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	var all []migration
	for _, name := range names {
		part := migrationName.FindStringSubmatch(name)
		if part == nil {
			return nil, fmt.Errorf("migration %s: want NNNN_verb_noun.sql", name)
		}
		text, err := fs.ReadFile(set, name)
		if err != nil {
			return nil, err
		}
		version, err := strconv.Atoi(part[1])
		if err != nil {
			return nil, err
		}
		if n := len(all); n > 0 && all[n-1].Version == version {
			return nil, fmt.Errorf("migrations %s and %04d_%s.sql share a number", name, version, all[n-1].Name)
		}
		sum := sha256.Sum256(text)
		all = append(all, migration{version, part[2], hex.EncodeToString(sum[:]), string(text)})
	}
	return all, nil
}

// pending returns the files that the database has not run. It is an error when a file was changed after it ran. A version
// that the binary does not know is fine: during a deploy the old binary meets the new schema.
func pending(files []migration, applied map[int]migration) ([]migration, error) {
	var todo []migration
	for _, f := range files {
		was, done := applied[f.Version]
		switch {
		case !done:
			todo = append(todo, f)
		case was.Sum != f.Sum:
			return nil, fmt.Errorf("migration %04d_%s was changed after it ran (as %s): put the old text back, "+
				"and mend it in a new file", f.Version, f.Name, was.Name)
		}
	}
	return todo, nil
}
