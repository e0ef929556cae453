package factor

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
		secondForm.Check(pages), setupForm.Check(pages), againForm.Check(pages), passkeyFailed.Check(pages), qrShown.Check(pages),
		qrPhone.Check(pages), notMePage.Check(pages), securityShown.Check(pages), removeForm.Check(pages), recoveryShown.Check(pages),
		totpForm.Check(pages), keyForm.Check(pages), signatureForm.Check(pages),
	} {
		if err != nil {
			t.Error(err)
		}
	}
}
