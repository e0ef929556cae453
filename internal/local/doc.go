// Package local runs the servers that `tamga demo` and the tests need, without an account or a container: a private
// PostgreSQL cluster made from installed binaries, and a Redis inside this process.
//
// What it promises about processes: nothing is left behind after Stop, after Ctrl-C, and after the parent was killed with
// SIGKILL. On Linux the kernel tells PostgreSQL of the parent's death (Pdeathsig); elsewhere the next start on the same
// folder finds the old server and stops it first.
//
// The folder of a cluster:
//
//	lock           held with flock by the process that runs the cluster; its PID is inside
//	password       of the superuser tamga, made at random (0600)
//	data           PostgreSQL's own folder
//	postgres.log   what the server said since its last start
//	elsewhere      only if the cluster lives in another folder, because PostgreSQL's account cannot reach this one
package local
