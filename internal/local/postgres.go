package local

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// superuser is the role that owns the cluster and all its databases.
const superuser = "tamga"

// Options say how to run a cluster.
type Options struct {
	Dir       string            // where the cluster lives; made when missing
	Databases []string          // made when missing
	Log       func(string)      // told of what an owner would want to know; may be nil
	Fsync     bool              // data survive a power cut; the tests switch it off
	Settings  map[string]string // more settings of the server, as in postgresql.conf
}

// Postgres is a running cluster.
type Postgres struct {
	home     home
	port     int
	password string
	proc     *process
	unlock   func()
	stop     sync.Once
}

// StartPostgres makes the cluster in o.Dir if there is none, starts it, and makes the missing databases. ctx bounds the start
// only. A cluster left by a killed process is stopped and recovered first. A folder that a living process uses is refused with
// a *RunningError.
func StartPostgres(ctx context.Context, o Options) (_ *Postgres, err error) {
	if o.Log == nil {
		o.Log = func(string) {}
	}
	h, err := openHome(o.Dir, o.Log)
	if err != nil {
		return nil, err
	}
	unlock, err := lockDir(h.lockDir)
	if err != nil {
		return nil, err
	}
	p := &Postgres{home: h, unlock: unlock}
	defer func() {
		if err != nil {
			p.Stop()
		}
	}()
	bin, err := findBinaries(ctx, h.version(), o.Log)
	if err != nil {
		return nil, err
	}
	if err := stopOrphan(h.data(), o.Log); err != nil {
		return nil, err
	}
	if p.password, err = h.readPassword(); err != nil {
		return nil, err
	}
	if h.version() == "" {
		if err := initCluster(ctx, bin, h); err != nil {
			return nil, err
		}
	}
	if err := p.start(ctx, bin, o); err != nil {
		return nil, err
	}
	return p, p.createDatabases(ctx, o.Databases)
}

// start runs the server on a free port. Another process may take the port between the look and the start, hence the retries.
func (p *Postgres) start(ctx context.Context, bin string, o Options) (err error) {
	for range 3 {
		if p.port, err = freePort(); err != nil {
			return err
		}
		p.proc, err = startProcess(filepath.Join(bin, "postgres"), p.args(o), p.home.account, p.home.log())
		if err != nil {
			return fmt.Errorf("start postgres: %w", err)
		}
		if err = p.waitReady(ctx); err == nil {
			return nil
		}
		p.proc.stop()
		if !strings.Contains(err.Error(), "could not bind") {
			break
		}
	}
	return err
}

func (p *Postgres) args(o Options) []string {
	settings := map[string]string{
		"listen_addresses":        "127.0.0.1",
		"port":                    strconv.Itoa(p.port),
		"unix_socket_directories": "", // a socket's path may not be longer than 107 bytes, and a data folder's may
		"max_connections":         "200",
		"shared_buffers":          "128MB",
		"timezone":                "UTC",
		"log_timezone":            "UTC",
		"logging_collector":       "off",
		"lc_messages":             "C",
		"password_encryption":     "scram-sha-256",
	}
	if !o.Fsync {
		maps.Copy(settings, map[string]string{"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"})
	}
	maps.Copy(settings, o.Settings)
	args := []string{"-D", p.home.data()}
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		args = append(args, "-c", name+"="+settings[name])
	}
	return args
}

// waitReady polls the last line of postmaster.pid, where the server writes its state: cheaper and sooner than trying to
// connect, and than pg_ctl -w, which looks ten times a second.
func (p *Postgres) waitReady(ctx context.Context) error {
	for {
		if pid, state := readPidFile(p.home.data()); pid == p.proc.pid() && state == "ready" {
			return nil
		}
		select {
		case <-p.proc.done:
			return fmt.Errorf("postgres ended at start:\n%s", logTail(p.home.log()))
		case <-ctx.Done():
			return fmt.Errorf("postgres does not become ready: %w\n%s", ctx.Err(), logTail(p.home.log()))
		case <-time.After(5 * time.Millisecond):
		}
	}
}

func (p *Postgres) createDatabases(ctx context.Context, names []string) error {
	conn, err := pgx.Connect(ctx, p.URL("postgres"))
	if err != nil {
		return fmt.Errorf("connect to the cluster in %s: %w", p.home.dir, err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	for _, name := range names {
		var exists bool
		err := conn.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = $1)`, name).Scan(&exists)
		if err == nil && !exists {
			_, err = conn.Exec(ctx, `CREATE DATABASE `+pgx.Identifier{name}.Sanitize())
		}
		if err != nil {
			return fmt.Errorf("create database %s: %w", name, err)
		}
	}
	return nil
}

// URL returns the address of a database of the cluster, password included.
func (p *Postgres) URL(database string) string {
	u := url.URL{
		Scheme:   "postgres",
		User:     url.UserPassword(superuser, p.password),
		Host:     net.JoinHostPort("127.0.0.1", strconv.Itoa(p.port)),
		Path:     "/" + database,
		RawQuery: "sslmode=disable",
	}
	return u.String()
}

// Dir returns the folder of the cluster's files, which is not Options.Dir when PostgreSQL's account could not reach that.
func (p *Postgres) Dir() string { return p.home.dir }

// Done is closed when the server has ended, whoever ended it.
func (p *Postgres) Done() <-chan struct{} { return p.proc.done }

// Stop ends the server, cutting its connections, and waits until it is gone. A second call does nothing.
func (p *Postgres) Stop() {
	p.stop.Do(func() {
		if p.proc != nil {
			p.proc.stop()
		}
		p.unlock()
	})
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("find a free port: %w", err)
	}
	return l.Addr().(*net.TCPAddr).Port, l.Close()
}

// readPidFile returns what postmaster.pid in data says, or 0 when there is no such file. Its lines are listed in
// src/include/utils/pidfile.h of PostgreSQL: the first is the PID, the eighth the state, padded with blanks.
func readPidFile(data string) (pid int, state string) {
	raw, err := os.ReadFile(filepath.Join(data, "postmaster.pid"))
	if err != nil {
		return 0, ""
	}
	lines := strings.Split(string(raw), "\n")
	pid, err = strconv.Atoi(strings.TrimSpace(lines[0]))
	if err != nil {
		return 0, ""
	}
	if len(lines) >= 8 {
		state = strings.TrimSpace(lines[7])
	}
	return pid, state
}

// stopOrphan ends a server that still runs on data though nobody holds the folder's lock: its parent was killed.
func stopOrphan(data string, log func(string)) error {
	pid, _ := readPidFile(data)
	if pid == 0 {
		return nil
	}
	if !servesData(pid, data) {
		// The PID belongs to nobody, or to a stranger by now. PostgreSQL would refuse to start in the second case.
		err := os.Remove(filepath.Join(data, "postmaster.pid"))
		if errors.Is(err, os.ErrNotExist) {
			return nil // the orphan has just ended by itself
		}
		return err
	}
	log(fmt.Sprintf("PostgreSQL of a killed process still runs (pid %d): stopping it", pid))
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGQUIT} {
		if err := syscall.Kill(pid, sig); err != nil && !errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("stop the old postgres, pid %d: %w", pid, err)
		}
		for deadline := time.Now().Add(stopPatience); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
			if !servesData(pid, data) {
				return nil
			}
		}
	}
	return fmt.Errorf("the old postgres, pid %d, does not stop", pid)
}

func logTail(path string) string {
	const tail = 2000 // bytes
	raw, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	return strings.TrimSpace(string(raw[max(0, len(raw)-tail):]))
}
