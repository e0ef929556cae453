package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// cost is the processor time of something, by process.
type cost struct {
	Server, Postgres, Redis, Load time.Duration
}

func (c cost) sum() time.Duration { return c.Server + c.Postgres + c.Redis + c.Load }

// each is the cost of one of n.
func (c cost) each(n int) cost {
	d := time.Duration(max(n, 1))
	return cost{c.Server / d, c.Postgres / d, c.Redis / d, c.Load / d}
}

func (c cost) minus(b cost) cost {
	return cost{c.Server - b.Server, c.Postgres - b.Postgres, c.Redis - b.Redis, c.Load - b.Load}
}

func (c cost) String() string {
	return fmt.Sprintf("server %.2f, PostgreSQL %.2f, Redis %.2f, load %.2f: together %.2f ms",
		ms(c.Server), ms(c.Postgres), ms(c.Redis), ms(c.Load), ms(c.sum()))
}

// meter reads what the processes of a provider have used so far. A process that it has not is 0.
type meter struct{ server, postgres, redis int }

func (m meter) read() cost {
	var own syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &own)
	return cost{
		Server: used(m.server, false), Postgres: used(m.postgres, true), Redis: used(m.redis, false),
		Load: time.Duration(own.Utime.Nano() + own.Stime.Nano()),
	}
}

// tick is the unit of /proc/PID/stat, the same on all architectures of Linux.
const tick = time.Second / 100

// used is the processor time of a process, with its children, ended ones too, if asked. Elsewhere than on Linux it is 0.
func used(pid int, children bool) time.Duration {
	if pid == 0 {
		return 0
	}
	own := stat(strconv.Itoa(pid))
	if own == nil {
		return 0
	}
	sum := own[11] + own[12]
	if children {
		sum += own[13] + own[14]
		all, _ := filepath.Glob("/proc/[0-9]*")
		for _, dir := range all {
			if s := stat(filepath.Base(dir)); s != nil && s[1] == pid {
				sum += s[11] + s[12]
			}
		}
	}
	return time.Duration(sum) * tick
}

func parentOf(pid int) int {
	if s := stat(strconv.Itoa(pid)); s != nil {
		return s[1]
	}
	return 0
}

// stat returns the numbers of /proc/PID/stat from the third field on, the state: so 1 is the parent, 11 and 12 the own time, 13 and 14
// that of children who have ended.
func stat(pid string) []int {
	raw, err := os.ReadFile("/proc/" + pid + "/stat")
	if err != nil {
		return nil
	}
	fields := strings.Fields(string(raw[bytes.LastIndexByte(raw, ')')+1:]))
	if len(fields) < 15 {
		return nil
	}
	numbers := make([]int, len(fields))
	for i, f := range fields {
		numbers[i], _ = strconv.Atoi(f)
	}
	return numbers
}
