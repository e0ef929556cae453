package rus

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// typed is one row of a table: what a person types and what becomes of it. Exactly one of want and key is set.
type typed struct {
	name string // why the row is here
	in   string
	want string // the stored form
	key  string // or the key of the error
}

// check runs parse over the rows, and over each stored form again: a stored value must stay as it is.
func check(t *testing.T, parse func(string) (string, error), rows []typed) {
	t.Helper()
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			got, err := parse(row.in)
			if diff := cmp.Diff([]string{row.want, row.key}, []string{got, keyOf(err)}); diff != "" {
				t.Fatalf("%q (-want +got):\n%s", row.in, diff)
			}
			if row.key != "" {
				return
			}
			if again, err := parse(got); err != nil || again != got {
				t.Errorf("stored %q reads back as %q, %v", got, again, err)
			}
		})
	}
}

// keyOf returns the key of a FormatError, or "" for no error.
func keyOf(err error) string {
	var format *FormatError
	switch {
	case err == nil:
		return ""
	case errors.As(err, &format):
		return format.Key
	}
	return "not a FormatError: " + err.Error()
}

// fuzz checks what holds for every parser and any text: it does not panic, an error is a FormatError without a value beside
// it, and a stored form reads back as itself.
func fuzz(f *testing.F, parse func(string) (string, error), seeds ...string) {
	f.Helper()
	for _, seed := range append(seeds, "", "0", "№ —", "\xff\xfe", "İ\u0306") {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := parse(s)
		if err != nil {
			if key := keyOf(err); got != "" || key[:4] != "rus." {
				t.Fatalf("%q gives %q and error %q", s, got, key)
			}
			return
		}
		if again, err := parse(got); err != nil || again != got {
			t.Fatalf("%q is stored as %q, which reads back as %q, %v", s, got, again, err)
		}
	})
}
