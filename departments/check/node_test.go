package check_test

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The client that was written from the document alone, in another language, passes every rule.
func TestNodeClientPasses(t *testing.T) {
	t.Parallel()
	node, err := exec.LookPath("node")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("node is needed here")
		}
		t.Log("node is not installed: its client was not tried")
		return
	}
	ln, portal := listen(t)
	program := exec.CommandContext(t.Context(), node, "server.js")
	program.Dir = filepath.Join("..", "..", "clients", "node")
	program.Env = append(os.Environ(), "PORT=0", "PORTAL="+portal, "CODE=zags", "DATA="+filepath.Join(t.TempDir(), "data.jsonl"))
	program.Stderr = os.Stderr
	out, err := program.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := program.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = program.Process.Kill()
		_ = program.Wait()
	})
	lines := make(chan string, 100)
	go func() {
		for s := bufio.NewScanner(out); s.Scan(); {
			lines <- s.Text()
		}
	}()
	var port string
	select {
	case line := <-lines:
		port = strings.TrimPrefix(line, "listening ")
	case <-time.After(30 * time.Second):
		t.Fatal("node does not listen")
	}
	broken, unseen, said := failed(t, "http://127.0.0.1:"+port, portal, ln)
	if len(broken)+len(unseen) > 0 {
		t.Errorf("broken %q, not seen %q\n%s", broken, unseen, said)
	}
}
