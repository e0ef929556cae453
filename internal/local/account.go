package local

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// account is who runs PostgreSQL. The server refuses to run as root, so root runs it as somebody else.
type account struct {
	name     string
	uid, gid uint32
	other    bool // not the account of this process
}

// serverAccount returns our own account, or for root: postgres if there is one (the distribution's package makes it), else
// nobody.
func serverAccount() (account, error) {
	if os.Geteuid() != 0 {
		return account{name: "this user", uid: uint32(os.Geteuid()), gid: uint32(os.Getegid())}, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.ParseUint(u.Uid, 10, 32)
		if err != nil {
			return account{}, err
		}
		gid, err := strconv.ParseUint(u.Gid, 10, 32)
		if err != nil {
			return account{}, err
		}
		if uid != 0 {
			return account{name, uint32(uid), uint32(gid), true}, nil
		}
	}
	return account{"65534", 65534, 65534, true}, nil
}

// reaches tells whether the account may enter dir: it needs the search bit on dir and on each folder above. ACLs are not
// looked at; where they close a folder, initdb says so.
func (a account) reaches(dir string) bool {
	for {
		info, err := os.Stat(dir)
		if err != nil {
			return false
		}
		bit := os.FileMode(0o001)
		if st, ok := info.Sys().(*syscall.Stat_t); ok {
			switch {
			case st.Uid == a.uid:
				bit = 0o100
			case st.Gid == a.gid:
				bit = 0o010
			}
		}
		if info.Mode().Perm()&bit == 0 {
			return false
		}
		if dir == filepath.Dir(dir) {
			return true
		}
		dir = filepath.Dir(dir)
	}
}

// own gives path to the account and sets its mode. An ordinary user keeps what is his, and learns whose it is otherwise.
func (a account) own(path string, mode os.FileMode) error {
	if a.other {
		if err := os.Lchown(path, int(a.uid), int(a.gid)); err != nil {
			return err
		}
	}
	err := os.Chmod(path, mode)
	if errors.Is(err, os.ErrPermission) {
		return fmt.Errorf("%s belongs to another user (was the demo run as root before?): %w", path, err)
	}
	return err
}

// ownedByUs refuses a path that exists and is a link, a file, or another account's folder.
func ownedByUs(path string) error {
	info, err := os.Lstat(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	who, err := serverAccount()
	if err != nil {
		return err
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	if !info.IsDir() || !ok || (st.Uid != who.uid && st.Uid != uint32(os.Geteuid())) {
		return fmt.Errorf("%s is in the way and is not ours: delete it", path)
	}
	return nil
}
