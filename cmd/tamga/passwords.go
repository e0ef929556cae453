package main

import (
	"os"
	"runtime"
	"sync"

	"tamga/internal/secret"
)

// passwords is the hasher of the process, for as many passwords at once as there are processors.
//
// Go runs as many goroutines at once as processors, and a hash keeps one of them busy for 25 ms. Were there no more, whoever waits for
// a socket would wait for hashes, at every step of a request: with both of two processors hashing, an answer from the database was
// noticed after 68 ms instead of 3. So everything else gets as many again, and the system shares the processors out.
var passwords = sync.OnceValue(func() *secret.Hasher {
	n := runtime.GOMAXPROCS(0)
	if os.Getenv("GOMAXPROCS") == "" {
		runtime.GOMAXPROCS(2 * n)
	}
	return secret.NewHasher(n)
})
