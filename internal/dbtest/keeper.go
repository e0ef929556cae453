package dbtest

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"tamga/internal/db"
	"tamga/internal/local"
)

const (
	// idle is how long the cluster lives after its last use.
	idle = 10 * time.Minute
	// keeperEnv in the environment turns a test binary into the keeper of the folder it names.
	keeperEnv = "TAMGA_DBTEST_KEEPER"
)

// init is the keeper's entrance: the test binary runs itself again, since it is the only program that is sure to be there, and
// a package cannot reach the TestMain of those who import it.
func init() {
	if dir := os.Getenv(keeperEnv); dir != "" {
		if err := keep(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
}

// place is the folder shared by the test processes of one user:
//
//	lock    flock: held for a moment by whoever starts, ends or begins to use the cluster
//	used    its time is that of the last use
//	url     address of the running cluster
//	log     what the keeper said
//	pg-PID  the cluster of the keeper with that PID
func place() string {
	return filepath.Join(os.TempDir(), fmt.Sprintf("tamga-dbtest-%d", os.Geteuid()))
}

// makePlace makes the folder. In /tmp somebody else could have made it before us, and would learn the cluster's password.
func makePlace(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	if st, ok := info.Sys().(*syscall.Stat_t); !info.IsDir() || ok && st.Uid != uint32(os.Geteuid()) {
		return fmt.Errorf("%s is in the way and is not ours: delete it", dir)
	}
	return nil
}

// keep runs the cluster until nobody has used it for a while.
func keep(dir string) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	// A folder for each keeper: one that is about to end must not meet the next. What a killed keeper left is deleted and not
	// recovered, since without fsync it may be damaged.
	deleteStale(dir)
	pg := filepath.Join(dir, pgPrefix+strconv.Itoa(os.Getpid()))
	server, err := local.StartPostgres(ctx, local.Options{Dir: pg, Settings: map[string]string{
		"max_connections": "400", // many packages in parallel, several pools in each
		"autovacuum":      "off", // it would hold a template while a test copies it
		"max_wal_size":    "256MB",
	}})
	if err != nil {
		return err
	}
	defer func() {
		server.Stop()
		os.RemoveAll(server.Dir())
		os.RemoveAll(pg)
	}()
	if err := writeWhole(filepath.Join(dir, "url"), server.URL("postgres")); err != nil {
		return err
	}
	tick := time.NewTicker(10 * time.Second)
	defer tick.Stop()
	for {
		select {
		case <-server.Done():
			return errors.New("the test cluster has ended, see postgres.log")
		case <-tick.C:
			if retire(dir) {
				return nil
			}
		}
	}
}

// pgPrefix begins the name of a keeper's cluster, its PID follows.
const pgPrefix = "pg-"

// deleteStale deletes the clusters of keepers that have ended: nobody holds their lock. (Their PIDs tell less: in a container
// without an init the dead stay as zombies.) Where the kernel did not stop their server, it ends by itself within a minute of
// losing its postmaster.pid.
func deleteStale(dir string) {
	old, _ := filepath.Glob(filepath.Join(dir, pgPrefix+"*")) // the only error is a bad pattern
	for _, path := range old {
		f, err := os.OpenFile(filepath.Join(path, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
		if err != nil {
			continue
		}
		if syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil {
			os.RemoveAll(path)
		}
		f.Close()
	}
}

// retire takes the address away, so that nobody begins to use a cluster that ends, and tells whether it did.
func retire(dir string) bool {
	unlock, err := lock(dir)
	if err != nil {
		return true // the folder was deleted
	}
	defer unlock()
	info, err := os.Stat(filepath.Join(dir, "used"))
	if err == nil && time.Since(info.ModTime()) < idle {
		return false
	}
	os.Remove(filepath.Join(dir, "url"))
	return true
}

// theCluster returns the running cluster, started if need be. It looks once per process.
var theCluster = func() func(context.Context) (*cluster, error) {
	var (
		mu sync.Mutex
		c  *cluster
	)
	return func(ctx context.Context) (*cluster, error) {
		mu.Lock()
		defer mu.Unlock()
		if c != nil {
			return c, nil
		}
		found, err := findOrStart(ctx)
		if err != nil {
			return nil, err
		}
		if err := found.dropStale(ctx); err != nil {
			return nil, err
		}
		c = found
		go stayInUse()
		return c, nil
	}
}()

// findOrStart does all its work under the lock, so that of many test processes one starts the cluster.
func findOrStart(ctx context.Context) (*cluster, error) {
	if _, err := local.FindPostgres(); err != nil {
		return nil, err
	}
	dir := place()
	if err := makePlace(dir); err != nil {
		return nil, err
	}
	unlock, err := lock(dir)
	if err != nil {
		return nil, err
	}
	defer unlock()
	if err := touch(filepath.Join(dir, "used")); err != nil {
		return nil, err
	}
	if c, err := connect(ctx, dir); err == nil {
		return c, nil
	}
	os.Remove(filepath.Join(dir, "url"))
	ended, err := startKeeper(dir)
	if err != nil {
		return nil, err
	}
	for {
		if c, err := connect(ctx, dir); err == nil {
			return c, nil
		}
		select {
		case <-ended:
			said, _ := os.ReadFile(filepath.Join(dir, "log"))
			return nil, fmt.Errorf("the test cluster did not start:\n%s", said)
		case <-ctx.Done():
			return nil, fmt.Errorf("the test cluster does not start: %w (see %s)", ctx.Err(), filepath.Join(dir, "log"))
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// startKeeper runs this binary as the keeper, in a session of its own and with no pipe of ours: `go test` waits for all
// writers of the test's output.
func startKeeper(dir string) (ended <-chan struct{}, err error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		return nil, err
	}
	defer log.Close()
	cmd := exec.Command(self)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), keeperEnv+"="+dir)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = cmd.Wait() // what went wrong is in its log
	}()
	return done, nil
}

func connect(ctx context.Context, dir string) (*cluster, error) {
	raw, err := os.ReadFile(filepath.Join(dir, "url"))
	if err != nil {
		return nil, err
	}
	address, err := url.Parse(strings.TrimSpace(string(raw)))
	if err != nil {
		return nil, err
	}
	admin, err := db.Open(ctx, address.String())
	if err != nil {
		return nil, err
	}
	return &cluster{address, admin}, nil
}

// stayInUse keeps the cluster alive as long as this process lives.
func stayInUse() {
	for range time.Tick(idle / 10) {
		_ = touch(filepath.Join(place(), "used")) // at worst the cluster ends, and the test says so
	}
}

func lock(dir string) (unlock func(), err error) {
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		f.Close()
		return nil, err
	}
	return func() { f.Close() }, nil
}

func touch(path string) error { return os.WriteFile(path, nil, 0o600) }

// writeWhole writes by renaming, so that a reader never sees half a file.
func writeWhole(path, text string) error {
	if err := os.WriteFile(path+".new", []byte(text), 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}
