package frontend

import "testing"

func newPages(t *testing.T) *Pages {
	t.Helper()
	p, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestFailurePage(t *testing.T) {
	t.Parallel()
	if err := failurePage.Check(newPages(t)); err != nil {
		t.Fatal(err)
	}
}
