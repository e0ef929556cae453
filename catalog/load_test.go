package catalog

import "testing"

func load(t testing.TB) *Catalog {
	t.Helper()
	c, err := Load(Files())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestDefinitionsOfTheBinary(t *testing.T) {
	t.Parallel()
	if len(load(t).Services()) < 1 {
		t.Error("fewer than four services")
	}
}
