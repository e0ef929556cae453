package papers

import (
	"slices"
	"testing"

	"tamga/frontend"
	"tamga/internal/i18n"
)

// TestTemplates holds each page to the struct that fills it.
func TestTemplates(t *testing.T) {
	t.Parallel()
	pages := newPages(t)
	for _, err := range []error{listPages.Check(pages), paperPages.Check(pages), formPages.Check(pages), removePages.Check(pages)} {
		if err != nil {
			t.Error(err)
		}
	}
}

// TestKindsHaveTexts: every kind, field, state and reason is named in every language.
func TestKindsHaveTexts(t *testing.T) {
	t.Parallel()
	pages := newPages(t)
	var keys []string
	for _, k := range Kinds {
		keys = append(keys, "kind_"+k.Name, "menu_"+k.Group, "lead_"+k.Group)
		for _, f := range k.Fields {
			keys = append(keys, f.Name)
			if f.Hint {
				keys = append(keys, f.Name+"_hint")
			}
			if !f.Optional && f.Date == "" {
				keys = append(keys, f.Name+"_missing")
			}
		}
	}
	for reason := range reasons {
		keys = append(keys, "reason_"+reason, "advice_"+reason)
	}
	for _, s := range []State{Unchecked, Checking, Verified, Refused} {
		keys = append(keys, "state_"+string(s))
	}
	slices.Sort(keys)
	for _, key := range slices.Compact(keys) {
		for _, lang := range i18n.Langs {
			if !pages.Bundle.Has(lang, "idp_papers."+key) {
				t.Errorf("%s lacks idp_papers.%s", lang, key)
			}
		}
	}
}

func newPages(t *testing.T) *frontend.Pages {
	t.Helper()
	pages, err := frontend.New(frontend.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return pages
}
