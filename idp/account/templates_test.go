package account

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
	for _, err := range []error{
		dataPageFile.Check(pages), profile.Check(pages), checksPages.Check(pages), confirmPage.Check(pages),
		registrationForm.Check(pages), codeForm.Check(pages), passwordForm.Check(pages), registered.Check(pages), loginForm.Check(pages),
	} {
		if err != nil {
			t.Error(err)
		}
	}
}
