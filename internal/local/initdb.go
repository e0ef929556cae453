package local

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// locales to try, the best first. All of them know Cyrillic; C.UTF-8 alone does not change with the system's upgrades, which
// would silently break indexes. Some systems lack it.
var locales = []string{"C.UTF-8", "C.utf8", "en_US.UTF-8", "ru_RU.UTF-8"}

// initCluster makes the cluster beside its place and then renames it: a process killed meanwhile leaves no half of a cluster
// that looks whole.
func initCluster(ctx context.Context, bin string, h home) error {
	fresh := filepath.Join(h.dir, "data.new")
	var refused []error
	for _, locale := range locales {
		if err := os.RemoveAll(fresh); err != nil {
			return err
		}
		var out bytes.Buffer
		cmd := command(filepath.Join(bin, "initdb"), []string{
			"--pgdata=" + fresh, "--username=" + superuser, "--pwfile=" + h.password(),
			"--auth=scram-sha-256", "--encoding=UTF8", "--locale=" + locale, "--no-sync", "--no-instructions",
		}, h.account, h.dir)
		cmd.Stdout, cmd.Stderr = &out, &out
		err := runBound(ctx, cmd)
		if err == nil {
			return os.Rename(fresh, h.data())
		}
		err = fmt.Errorf("initdb: %w\n%s", err, strings.TrimSpace(out.String()))
		if !strings.Contains(out.String(), "locale") {
			return err
		}
		refused = append(refused, err)
	}
	return fmt.Errorf("no UTF-8 locale is installed (Debian: apt-get install locales-all): %w", errors.Join(refused...))
}
