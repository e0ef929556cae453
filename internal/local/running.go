package local

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// RunningURL returns the address of a database of the cluster in dir, which another process runs: for a command that looks into
// a demo. It changes nothing.
func RunningURL(dir, database string) (string, error) {
	none := func(why string) error { return fmt.Errorf("no cluster runs in %s: %s", dir, why) }
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	if abs, err = filepath.EvalSymlinks(abs); err != nil {
		return "", none("there is no such folder")
	}
	h := home{dir: abs}
	if h.version() == "" { // see elsewhere
		raw, err := os.ReadFile(filepath.Join(abs, "elsewhere"))
		if err != nil {
			return "", none("there is none")
		}
		h.dir, _, _ = strings.Cut(string(raw), "\n")
	}
	pid, state := readPidFile(h.data())
	if pid == 0 || state != "ready" || !servesData(pid, h.data()) {
		return "", none("it is stopped")
	}
	raw, err := os.ReadFile(filepath.Join(h.data(), "postmaster.pid"))
	if err != nil {
		return "", none(err.Error())
	}
	// The fourth line is the port; see readPidFile.
	port, err := strconv.Atoi(strings.TrimSpace(strings.Split(string(raw), "\n")[3]))
	if err != nil {
		return "", none("postmaster.pid has no port")
	}
	password, err := os.ReadFile(h.password())
	if err != nil {
		return "", fmt.Errorf("password of the database: %w", err)
	}
	p := &Postgres{home: h, port: port, password: string(password)}
	return p.URL(database), nil
}
