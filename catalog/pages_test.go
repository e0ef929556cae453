package catalog

import (
	"testing"

	"tamga/frontend"
)

func newPages(t testing.TB) *frontend.Pages {
	t.Helper()
	pages, err := frontend.New(frontend.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return pages
}

func TestTemplatesFitTheirData(t *testing.T) {
	t.Parallel()
	pages := newPages(t)
	for _, check := range []func(*frontend.Pages) error{serviceHTML.Check, catalogueHTML.Check, searchHTML.Check, situationsHTML.Check,
		organisationsHTML.Check} {
		if err := check(pages); err != nil {
			t.Error(err)
		}
	}
}
