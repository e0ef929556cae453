package confirm

import (
	"testing"

	"tamga/frontend"
)

// TestTemplates holds each page to the struct that fills it.
func TestTemplates(t *testing.T) {
	t.Parallel()
	pages, err := frontend.New(frontend.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{pageFile.Check(pages), levelsFile.Check(pages), waysFile.Check(pages), centresFile.Check(pages)} {
		if err != nil {
			t.Error(err)
		}
	}
}

// Whatever people make of a printed code, it is read as it was printed.
func TestPlainCode(t *testing.T) {
	t.Parallel()
	for range 100 {
		code := newCode()
		if len(code) != 11 || len(plainCode(code)) != 10 {
			t.Fatalf("code %q", code)
		}
	}
	for typed, want := range map[string]string{"3a4cd-7efgh": "3A4CD7EFGH", " 3А4СD—7ЕFGН ": "3A4CD7EFGH", "O1": "??"} {
		if got := plainCode(typed); got != want {
			t.Errorf("%q is read as %q, want %q", typed, got, want)
		}
	}
}
