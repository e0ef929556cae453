package oauth

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
		showRefusal.Check(pages), finishedPages.Check(pages), consentForm.Check(pages), levelNeeded.Check(pages), logoutForm.Check(pages), loggedOut.Check(pages), formPost.Check(pages),
		deviceForm.Check(pages), deviceConfirm.Check(pages), deviceDone.Check(pages),
	} {
		if err != nil {
			t.Error(err)
		}
	}
}
