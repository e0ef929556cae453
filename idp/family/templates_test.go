package family

import (
	"testing"

	"tamga/frontend"
	"tamga/internal/i18n"
)

// TestTemplates holds each page to the struct that fills it, and each reason to its texts.
func TestTemplates(t *testing.T) {
	t.Parallel()
	pages, err := frontend.New(frontend.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{
		listPages.Check(pages), childPages.Check(pages), formPages.Check(pages), removePages.Check(pages), invitePages.Check(pages),
		joinPages.Check(pages), ownPages.Check(pages),
	} {
		if err != nil {
			t.Error(err)
		}
	}
	for reason := range reasons {
		for _, lang := range i18n.Langs {
			if !pages.Bundle.Has(lang, "idp_family.reason_"+reason) || !pages.Bundle.Has(lang, "idp_family.advice_"+reason) {
				t.Errorf("%s lacks the reason %s", lang, reason)
			}
		}
	}
}
