package local

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

// oldest is the least major version of PostgreSQL that Tamga runs on (DESIGN.md).
const oldest = 15

// installHint says how to get PostgreSQL, in the words of the systems that people have.
const installHint = `PostgreSQL 15 or newer is needed and its programs (initdb, postgres) were not found
on PATH, in /usr/lib/postgresql/*/bin, /usr/pgsql-*/bin or Homebrew. Install it, no set-up is needed:
  Debian, Ubuntu    apt-get install postgresql
  Fedora, RHEL      dnf install postgresql-server
  Alpine            apk add postgresql
  macOS             brew install postgresql@17`

// ErrNoPostgres is the error of a machine without PostgreSQL. Its text says what to install.
var ErrNoPostgres = errors.New(installHint)

// installed is a folder with initdb and postgres.
type installed struct {
	dir   string
	major int
}

// FindPostgres returns the folder of installed binaries: those on PATH if they are new enough, else the newest. It is
// ErrNoPostgres when there are none.
func FindPostgres() (dir string, err error) {
	return findInstalled("")
}

// findInstalled is FindPostgres limited to one major version, since a cluster can only be run by the version that made it.
func findInstalled(major string) (string, error) {
	all := listInstalled()
	for _, i := range all {
		if major == "" || strconv.Itoa(i.major) == major {
			return i.dir, nil
		}
	}
	if major != "" && len(all) > 0 {
		return "", fmt.Errorf("the data were made by PostgreSQL %s, and only %d is installed: install version %s, "+
			"or delete the data (make clean-data)", major, all[0].major, major)
	}
	return "", ErrNoPostgres
}

func listInstalled() []installed {
	var onPath, elsewhere []installed
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		if i, ok := inspect(dir); ok {
			onPath = append(onPath, i)
		}
	}
	for _, pattern := range []string{
		"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/libexec/postgresql*", "/usr/local/pgsql/bin",
		"/opt/homebrew/opt/postgresql*/bin", "/usr/local/opt/postgresql*/bin", "/home/linuxbrew/.linuxbrew/opt/postgresql*/bin",
	} {
		dirs, _ := filepath.Glob(pattern) // the only error is a bad pattern
		for _, dir := range dirs {
			if i, ok := inspect(dir); ok {
				elsewhere = append(elsewhere, i)
			}
		}
	}
	slices.SortStableFunc(elsewhere, func(a, b installed) int { return b.major - a.major })
	return append(onPath, elsewhere...)
}

// inspect tells whether dir holds both programs, new enough. It follows links: a distribution may link only some of the
// programs into /usr/local/bin, and postgres finds its share folder from its real place.
func inspect(dir string) (installed, bool) {
	real, err := filepath.EvalSymlinks(filepath.Join(dir, "postgres"))
	if err != nil {
		return installed{}, false
	}
	dir = filepath.Dir(real)
	if _, err := os.Stat(filepath.Join(dir, "initdb")); err != nil {
		return installed{}, false
	}
	out, err := exec.Command(real, "--version").Output() // "postgres (PostgreSQL) 15.18 (Debian ...)"
	if err != nil {
		return installed{}, false
	}
	words := strings.Fields(string(out))
	if len(words) < 3 {
		return installed{}, false
	}
	number, _, _ := strings.Cut(words[2], ".")
	digits := strings.IndexFunc(number, func(r rune) bool { return r < '0' || r > '9' }) // 18beta1
	if digits >= 0 {
		number = number[:digits]
	}
	major, err := strconv.Atoi(number)
	return installed{dir, major}, err == nil && major >= oldest
}

// findBinaries returns installed binaries of the major version ("" for any), else downloads some.
func findBinaries(ctx context.Context, major string, log func(string)) (string, error) {
	dir, err := findInstalled(major)
	if !errors.Is(err, ErrNoPostgres) {
		return dir, err
	}
	log("PostgreSQL is not installed: downloading it for " + runtime.GOOS + "/" + runtime.GOARCH)
	return download(ctx)
}
