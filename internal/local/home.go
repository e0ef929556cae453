package local

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// home is the folder of a cluster, and the account that owns it.
type home struct {
	dir     string  // where the cluster is
	lockDir string  // what the owner asked for; differs from dir when PostgreSQL cannot reach it
	account account // who runs PostgreSQL
}

func (h home) data() string     { return filepath.Join(h.dir, "data") }
func (h home) log() string      { return filepath.Join(h.dir, "postgres.log") }
func (h home) password() string { return filepath.Join(h.dir, "password") }

// version returns the major version that made the cluster, or "" when there is none yet.
func (h home) version() string {
	raw, err := os.ReadFile(filepath.Join(h.data(), "PG_VERSION"))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(raw))
}

// openHome makes the folder, or one in its stead when we are root and PostgreSQL's account cannot reach it: PostgreSQL refuses
// to run as root, and /root is closed to all others.
func openHome(dir string, log func(string)) (home, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return home{}, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return home{}, fmt.Errorf("folder of the database: %w", err)
	}
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		return home{}, err
	}
	who, err := serverAccount()
	if err != nil {
		return home{}, err
	}
	h := home{dir: dir, lockDir: dir, account: who}
	if who.other && !who.reaches(filepath.Dir(dir)) {
		if h.dir, err = elsewhere(dir); err != nil {
			return home{}, err
		}
		log(fmt.Sprintf("PostgreSQL runs as %s, who cannot enter %s: the database is kept in %s", who.name, dir, h.dir))
	}
	return h, who.own(h.dir, 0o700)
}

// elsewhere returns the folder in /var/tmp that stands for dir. The two share a random mark: when dir was deleted (make
// clean-data), the mark is gone, and the data that stood for it are deleted too instead of coming back.
func elsewhere(dir string) (string, error) {
	sum := sha256.Sum256([]byte(dir))
	place := filepath.Join("/var/tmp", "tamga-"+hex.EncodeToString(sum[:6]))
	mark, err := readOrCreate(filepath.Join(dir, "elsewhere"), 0o600, func() string { return place + "\n" + rand.Text() })
	if err != nil {
		return "", err
	}
	// The name can be foretold and /var/tmp is everybody's, so a folder or link that somebody else put there is refused.
	if err := ownedByUs(place); err != nil {
		return "", err
	}
	theirs, err := os.ReadFile(filepath.Join(place, "mark"))
	if err == nil && string(theirs) == mark {
		return place, nil
	}
	if err := os.RemoveAll(place); err != nil {
		return "", err
	}
	if err := os.Mkdir(place, 0o700); err != nil {
		return "", err
	}
	return place, os.WriteFile(filepath.Join(place, "mark"), []byte(mark), 0o600)
}

// readPassword returns the superuser's password, made on first use.
func (h home) readPassword() (string, error) {
	password, err := readOrCreate(h.password(), 0o600, rand.Text)
	if err != nil {
		return "", fmt.Errorf("password of the database: %w", err)
	}
	return password, h.account.own(h.password(), 0o600) // initdb reads it as that account
}

// readOrCreate returns the content of the file, written whole by create when there is none.
func readOrCreate(path string, mode os.FileMode, create func() string) (string, error) {
	raw, err := os.ReadFile(path)
	if err == nil && len(raw) > 0 {
		return string(raw), nil
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", err
	}
	text := create()
	return text, os.WriteFile(path, []byte(text), mode)
}
