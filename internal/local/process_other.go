//go:build unix && !linux

package local

import (
	"os/exec"
	"strconv"
	"strings"
	"syscall"
)

// diesWithParent tells whether this system can end a child at the death of its parent.
const diesWithParent = false

// dieWithParent does nothing: only Linux can tie a child to its parent. The next start stops what was left (stopOrphan).
func dieWithParent(*syscall.SysProcAttr) {}

// servesData tells whether pid is a server on the folder data, by its command line.
func servesData(pid int, data string) bool {
	out, err := exec.Command("ps", "-o", "command=", "-p", strconv.Itoa(pid)).Output()
	return err == nil && strings.Contains(string(out), "-D "+data)
}
