package safety

import (
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
		formFile.Check(pages), messageFile.Check(pages), safetyFile.Check(pages), sessionsFile.Check(pages), consentsFile.Check(pages),
		eventsFile.Check(pages),
	} {
		if err != nil {
			t.Error(err)
		}
	}
	for _, k := range eventKinds {
		if !pages.Bundle.Has(i18n.RU, "idp_safety.events_"+k.name) {
			t.Errorf("the filter %q has no name", k.name)
		}
	}
}
