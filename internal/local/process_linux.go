package local

import (
	"os"
	"strconv"
	"syscall"
)

// diesWithParent tells whether this system can end a child at the death of its parent.
const diesWithParent = true

// dieWithParent makes the kernel send SIGINT, PostgreSQL's fast shutdown, when the parent dies in any way.
func dieWithParent(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGINT }

// servesData tells whether pid is a server on the folder data: a postmaster's working folder is its data folder. A zombie,
// whose link is unreadable, has let go of the data.
func servesData(pid int, data string) bool {
	cwd, err := os.Readlink("/proc/" + strconv.Itoa(pid) + "/cwd")
	return err == nil && cwd == data
}
