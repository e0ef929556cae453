package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// commandEnv makes the test binary the command tamga with these arguments.
const commandEnv = "TAMGA_TEST_COMMAND"

func TestMain(m *testing.M) {
	if args := os.Getenv(commandEnv); args != "" {
		os.Args = append([]string{"tamga"}, strings.Fields(args)...)
		main()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// TestDemo is the life of a demo on one folder: first start, Ctrl-C, second start, a death without warning, third start.
func TestDemo(t *testing.T) {
	t.Parallel()
	dir, port := openDir(t), freePorts(t)
	d := startDemo(t, dir, port, "empty folder")
	for _, want := range []string{d.w.state.portal, d.w.state.idp, d.w.state.intra, d.w.state.stand + "/outbox", "+79172000001", "Tamga2026",
		"Валеева Гузель Рашитовна", "Temp2026", "Ctrl-C"} {
		if !strings.Contains(d.said(), want) {
			t.Errorf("the demo does not name %s:\n%s", want, d.said())
		}
	}
	p := d.w.person(t).open("/register").fill("phone", "+79175550001", "consent", "yes").press("portal.register_do")
	password := d.w.letter(t, "+79175550001", `пароль: (\S+)\.`)
	signIn := func(d *demo) {
		t.Helper()
		p := d.w.person(t).open("/sign-in").fill("phone", "+79175550001", "password", password).press("portal.sign_in")
		p.open("/cabinet").at("/cabinet").see("portal.my_data")
		d.w.person(t).enter(resident{Phone: "+79172000001"}).open("/cabinet").see("Алия")
	}
	p.fill("password", password).press("portal.sign_in")
	signIn(d)
	if lines := strings.Count(d.said(), "\n"); lines > 25 || strings.Contains(d.said(), `"level"`) {
		t.Errorf("the terminal shows the log:\n%s", d.said())
	}

	t.Run("ports are taken", func(t *testing.T) {
		out, err := runDemo(t, openDir(t), port)
		if err == nil || !strings.Contains(out, "is taken by another program") || !strings.Contains(out, "TAMGA_PORT_BASE=") {
			t.Errorf("%v: %s", err, out)
		}
	})
	t.Run("folder is taken", func(t *testing.T) {
		out, err := runDemo(t, dir, freePorts(t))
		if err == nil || !strings.Contains(out, "already running") {
			t.Errorf("%v: %s", err, out)
		}
	})

	server := d.postgres()
	d.end(syscall.SIGINT)
	if alive(server) {
		t.Error("PostgreSQL outlives Ctrl-C")
	}
	if !strings.Contains(d.said(), "stopping") {
		t.Errorf("Ctrl-C is answered by silence:\n%s", d.said())
	}

	d = startDemo(t, dir, port, "existing folder")
	signIn(d)
	server = d.postgres()
	d.end(syscall.SIGKILL)
	eventually(t, "PostgreSQL ends with its killed parent", func() bool { return !alive(server) })

	d = startDemo(t, dir, port, "after kill -9")
	signIn(d)
	d.end(syscall.SIGTERM)
}

func TestDemoRefusesProduction(t *testing.T) {
	t.Parallel()
	out, err := runDemo(t, openDir(t), freePorts(t), "TAMGA_ENV=production")
	if err == nil || !strings.Contains(out, "does not start with TAMGA_ENV=production") {
		t.Errorf("%v: %s", err, out)
	}
}

// demo is `tamga demo` in a process of its own.
type demo struct {
	t   *testing.T
	dir string
	cmd *exec.Cmd
	w   *town // only its addresses

	mu  sync.Mutex
	out bytes.Buffer
}

func demoProcess(ctx context.Context, dir string, port int, env ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, os.Args[0])
	cmd.Env = append(os.Environ(), commandEnv+"=demo", "TAMGA_DATA="+dir, "TAMGA_PORT_BASE="+strconv.Itoa(port))
	cmd.Env = append(cmd.Env, env...)
	return cmd
}

// startDemo starts one and waits for its first page.
func startDemo(t *testing.T, dir string, port int, what string) *demo {
	t.Helper()
	d := &demo{t: t, dir: dir, cmd: demoProcess(context.Background(), dir, port), w: &town{t: t, state: &demoState{}}}
	(&demoCommand{PortBase: port}).addresses(d.w.state)
	d.cmd.Stdout, d.cmd.Stderr = d, d
	began := time.Now()
	if err := d.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if d.cmd.ProcessState == nil {
			d.end(syscall.SIGKILL)
		}
	})
	for {
		res, err := http.Get(d.w.state.portal + "/")
		if err == nil {
			_ = res.Body.Close()
			break
		}
		if time.Since(began) > time.Minute {
			t.Fatalf("no page within a minute:\n%s", d.said())
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Logf("%s: %.1f s to the first page", what, time.Since(began).Seconds())
	return d
}

// Write keeps what the process says.
func (d *demo) Write(p []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.out.Write(p)
}

func (d *demo) said() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.out.String()
}

// end sends the signal and waits. After one that may be heeded the process ends well and soon.
func (d *demo) end(signal syscall.Signal) {
	d.t.Helper()
	began := time.Now()
	_ = d.cmd.Process.Signal(signal)
	if err := d.cmd.Wait(); err != nil && signal != syscall.SIGKILL {
		d.t.Errorf("the demo ended with %v:\n%s", err, d.said())
	}
	if took := time.Since(began); took > grace {
		d.t.Errorf("the demo took %v to end", took)
	}
}

var firstLine = regexp.MustCompile(`^\d+`)

// postgres is the PID of its server.
func (d *demo) postgres() int {
	d.t.Helper()
	raw, err := os.ReadFile(filepath.Join(d.dir, "postgres", "data", "postmaster.pid"))
	if err != nil {
		d.t.Fatal(err)
	}
	pid, err := strconv.Atoi(firstLine.FindString(string(raw)))
	if err != nil {
		d.t.Fatal(err)
	}
	return pid
}

// runDemo runs one that is expected to end by itself.
func runDemo(t *testing.T, dir string, port int, env ...string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	out, err := demoProcess(ctx, dir, port, env...).CombinedOutput()
	return string(out), err
}

// openDir returns a folder that PostgreSQL's account can enter when we are root, unlike t.TempDir's.
func openDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "tamga-demo-test")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// alive asks ps and not kill: in a container without an init the dead stay as zombies, which kill takes for living.
func alive(pid int) bool {
	state, err := exec.Command("ps", "-o", "stat=", "-p", fmt.Sprint(pid)).Output()
	return err == nil && len(state) > 0 && state[0] != 'Z'
}
