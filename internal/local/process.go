package local

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"time"
)

// stopPatience is how long a server may take to end before it is told so more firmly.
const stopPatience = 20 * time.Second

// process is a running postgres.
type process struct {
	cmd  *exec.Cmd
	done chan struct{} // closed when it has ended
}

// startProcess runs path as the account, its output going to the file log. The thread that starts it is kept until the
// process ends: Pdeathsig fires at the death of the parent *thread*, and Go ends threads as it likes.
func startProcess(path string, args []string, who account, log string) (*process, error) {
	out, err := os.OpenFile(log, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer out.Close()
	cmd := command(path, args, who, filepath.Dir(log))
	cmd.Stdout, cmd.Stderr = out, out
	p := &process{cmd: cmd, done: make(chan struct{})}
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer close(p.done)
		err := cmd.Start()
		started <- err
		if err == nil {
			// How it ended is in its log.
			_ = cmd.Wait()
		}
	}()
	if err := <-started; err != nil {
		return nil, err
	}
	return p, nil
}

// command prepares a program to run as the account, in a folder it can enter, and in a process group of its own: the
// terminal's Ctrl-C must reach us first, so that connections are closed before the server.
func command(path string, args []string, who account, dir string) *exec.Cmd {
	cmd := exec.Command(path, args...)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "TZ=UTC", "HOME=" + dir}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	dieWithParent(cmd.SysProcAttr)
	if who.other {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: who.uid, Gid: who.gid}
	}
	return cmd
}

func (p *process) pid() int { return p.cmd.Process.Pid }

// stop asks for a fast shutdown (SIGINT: connections are cut, data written), then for an immediate one, then kills.
func (p *process) stop() {
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGQUIT, syscall.SIGKILL} {
		if err := p.cmd.Process.Signal(sig); err != nil {
			break // ended already
		}
		select {
		case <-p.done:
			return
		case <-time.After(stopPatience):
		}
	}
	<-p.done
}

// runBound runs cmd to its end, or kills it with all its children when ctx ends. Like startProcess it keeps its thread.
func runBound(ctx context.Context, cmd *exec.Cmd) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := cmd.Start(); err != nil {
		return err
	}
	unwatch := context.AfterFunc(ctx, func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // fails only if it ended meanwhile
	})
	defer unwatch()
	return cmd.Wait()
}
