package local

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	embeddedpostgres "github.com/fergusstrange/embedded-postgres"
)

// downloaded is what is fetched when nothing is installed.
const downloaded = embeddedpostgres.V17

// download fetches PostgreSQL's programs from Maven Central (the builds of zonkyio/embedded-postgres-binaries, with their
// SHA-256) and keeps them for the next time. The library can only fetch by starting a server: we let it, in a folder of its
// own, and ask no more of it than the unpacked programs, since as root its initdb is bound to fail.
func download(ctx context.Context) (string, error) {
	// Not the user's cache folder: as root, the account that runs PostgreSQL could not enter it.
	place := filepath.Join("/var/tmp", fmt.Sprintf("tamga-postgresql-%s-%d", downloaded, os.Geteuid()))
	bin := filepath.Join(place, "programs", "bin")
	if err := ownedByUs(place); err != nil {
		return "", err
	}
	if complete(bin) {
		return bin, nil
	}
	port, err := freePort()
	if err != nil {
		return "", err
	}
	server := embeddedpostgres.NewDatabase(embeddedpostgres.DefaultConfig().
		Version(downloaded).
		Port(uint32(port)).
		CachePath(filepath.Join(place, "cache")).
		BinariesPath(filepath.Join(place, "programs")).
		RuntimePath(filepath.Join(place, "run")).
		StartTimeout(time.Minute).
		Logger(io.Discard))
	started := make(chan error, 1)
	go func() {
		err := server.Start()
		if err == nil {
			err = server.Stop()
		}
		started <- err
	}()
	select {
	case err = <-started:
	case <-ctx.Done():
		err = ctx.Err()
	}
	if !complete(bin) {
		return "", fmt.Errorf("%w\nIt could not be downloaded either: %w", ErrNoPostgres, err)
	}
	// The server may end as another account; the programs are no secret.
	return bin, os.Chmod(place, 0o755)
}

func complete(bin string) bool {
	for _, name := range []string{"initdb", "postgres", "pg_ctl"} {
		if _, err := os.Stat(filepath.Join(bin, name)); err != nil {
			return false
		}
	}
	return true
}
