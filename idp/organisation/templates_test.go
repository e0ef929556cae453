package organisation

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
		listPages.Check(pages), statesPages.Check(pages), kindsPages.Check(pages), openPages.Check(pages), showPages.Check(pages),
		leavePages.Check(pages), employeesPages.Check(pages), employeePages.Check(pages), invitePages.Check(pages),
		invitationPages.Check(pages), choicePages.Check(pages),
	} {
		if err != nil {
			t.Error(err)
		}
	}
}
