package catalog

import (
	"sync"
	"testing"
)

var loaded = sync.OnceValues(func() (*Catalog, error) { return Load(Files()) })

// load returns the catalog of the binary, shared by all tests: those that publish need their own.
func load(t testing.TB) *Catalog {
	t.Helper()
	c, err := loaded()
	if err != nil {
		t.Fatal(err)
	}
	return c
}
