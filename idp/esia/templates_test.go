package esia

import (
	"strings"
	"testing"

	"tamga/frontend"
	"tamga/internal/i18n"
)

// TestTemplates holds each page to the struct that fills it.
func TestTemplates(t *testing.T) {
	t.Parallel()
	pages, err := frontend.New(frontend.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{
		problemFile.Check(pages), consentForm.Check(pages), publicFile.Check(pages), techList.Check(pages), techFile.Check(pages),
		loggedOut.Check(pages),
	} {
		if err != nil {
			t.Error(err)
		}
	}
	for _, name := range Scopes() { // people read in words what they give
		if key := "idp_esia.scope_" + strings.ReplaceAll(name, "-", "_"); !pages.Bundle.Has(i18n.TT, key) {
			t.Errorf("no text %s", key)
		}
	}
}
