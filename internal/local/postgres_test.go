package local

import (
	"bufio"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

func TestDataSurviveRestart(t *testing.T) {
	t.Parallel()
	dir := openDir(t)
	p := start(t, Options{Dir: dir, Databases: []string{"portal", "idp"}, Fsync: true})
	pid := p.proc.pid()
	execute(t, p.URL("portal"), `CREATE TABLE t AS SELECT lower('Ё') AS v`)
	if got := query(t, p.URL("idp"), `SHOW fsync`); got != "on" {
		t.Errorf("fsync is %s", got)
	}
	p.Stop()
	p.Stop() // does nothing
	if alive(pid) {
		t.Errorf("postgres %d lives after Stop", pid)
	}
	p = start(t, Options{Dir: dir, Databases: []string{"portal", "idp"}, Fsync: true})
	if got := query(t, p.URL("portal"), `SELECT v FROM t`); got != "ё" {
		t.Errorf("got %q after the restart, want ё", got)
	}
}

func TestSecondStartIsRefused(t *testing.T) {
	t.Parallel()
	dir := openDir(t)
	start(t, Options{Dir: dir})
	_, err := StartPostgres(t.Context(), Options{Dir: dir})
	var running *RunningError
	if !errors.As(err, &running) || running.PID != os.Getpid() {
		t.Fatalf("got %v, want a RunningError with pid %d", err, os.Getpid())
	}
	if want := "already running, pid " + strconv.Itoa(os.Getpid()); !strings.Contains(err.Error(), want) {
		t.Errorf("got %q, want %q in it", err, want)
	}
}

func TestKilledParentLeavesNoServer(t *testing.T) {
	t.Parallel()
	dir := openDir(t)
	pid := startAndKillHelper(t, dir)
	// On Linux the kernel stops it at once; elsewhere the next start does.
	p := start(t, Options{Dir: dir})
	eventually(t, "the old server ends", func() bool { return !alive(pid) })
	if got := query(t, p.URL("postgres"), `SELECT 'up'`); got != "up" {
		t.Errorf("got %q", got)
	}
}

func TestKilledParentLeavesNoServerWithoutRestart(t *testing.T) {
	t.Parallel()
	if !diesWithParent {
		t.Log("this system cannot tie a child to its parent: TestKilledParentLeavesNoServer shows what happens here")
		return
	}
	pid := startAndKillHelper(t, openDir(t))
	eventually(t, "the server ends", func() bool { return !alive(pid) })
}

// startAndKillHelper runs a cluster in another process, kills that with SIGKILL, and returns the server's pid.
func startAndKillHelper(t *testing.T, dir string) int {
	t.Helper()
	helper := exec.Command(os.Args[0])
	helper.Env = append(os.Environ(), helperEnv+"="+dir)
	out, err := helper.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := helper.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		t.Fatalf("the helper said %q", line)
	}
	if !alive(pid) {
		t.Fatalf("server %d does not run", pid)
	}
	if err := helper.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	helper.Wait() // "signal: killed"
	return pid
}

func TestOrphanIsStopped(t *testing.T) {
	t.Parallel()
	dir := openDir(t)
	p := start(t, Options{Dir: dir})
	pid := p.proc.pid()
	// As on a system without Pdeathsig: the lock is free and the server runs.
	p.unlock()
	p2 := start(t, Options{Dir: dir})
	if alive(pid) || p2.proc.pid() == pid {
		t.Errorf("server %d still runs", pid)
	}
}

func TestStalePidFile(t *testing.T) {
	t.Parallel()
	dir := openDir(t)
	p := start(t, Options{Dir: dir})
	data := p.home.data()
	p.Stop()
	// After a power cut the pid may belong to a stranger: here, to this test.
	stale := strconv.Itoa(os.Getpid()) + "\n" + data + "\n"
	if err := os.WriteFile(filepath.Join(data, "postmaster.pid"), []byte(stale), 0o600); err != nil {
		t.Fatal(err)
	}
	start(t, Options{Dir: dir})
}

func TestClosedFolder(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Log("an ordinary user runs PostgreSQL as himself, no folder of his is closed to it")
		return
	}
	dir := filepath.Join(t.TempDir(), "closed", "postgres")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Dir(dir), 0o700); err != nil {
		t.Fatal(err)
	}
	p := start(t, Options{Dir: dir})
	t.Cleanup(func() { os.RemoveAll(p.Dir()) })
	if p.Dir() == dir {
		t.Fatalf("the cluster is in %s, which its account cannot enter", dir)
	}
	execute(t, p.URL("postgres"), `CREATE TABLE kept AS SELECT 1`)
	p.Stop()
	p = start(t, Options{Dir: dir})
	if got := query(t, p.URL("postgres"), `SELECT coalesce(to_regclass('kept')::text, '')`); got != "kept" {
		t.Error("the data are gone after a restart")
	}
	p.Stop()
	if err := os.RemoveAll(dir); err != nil { // make clean-data
		t.Fatal(err)
	}
	p = start(t, Options{Dir: dir})
	if got := query(t, p.URL("postgres"), `SELECT coalesce(to_regclass('kept')::text, '')`); got != "" {
		t.Error("the data came back after the folder was deleted")
	}
}

func TestPasswordIsNeeded(t *testing.T) {
	t.Parallel()
	p := start(t, Options{Dir: openDir(t)})
	info, err := os.Stat(p.home.password())
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("password file has mode %v, %v", info.Mode(), err)
	}
	p.password = "wrong"
	if err := p.createDatabases(t.Context(), nil); err == nil || !strings.Contains(err.Error(), "password") {
		t.Errorf("got %v for a wrong password", err)
	}
}

func TestFailedStartSaysWhy(t *testing.T) {
	t.Parallel()
	_, err := StartPostgres(t.Context(), Options{Dir: openDir(t), Settings: map[string]string{"shared_buffers": "lots"}})
	if err == nil || !strings.Contains(err.Error(), "shared_buffers") {
		t.Errorf("got %v, want the server's own words", err)
	}
}
