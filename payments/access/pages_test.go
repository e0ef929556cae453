package access

import (
	"testing"

	"tamga/payments/paytest"
)

func TestPagesFitTheirData(t *testing.T) {
	t.Parallel()
	p, err := paytest.Pages()
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{newView.Check(p), listView.Check(p), requestView.Check(p), watchView.Check(p), rolesView.Check(p), clientsView.Check(p)} {
		if err != nil {
			t.Error(err)
		}
	}
}
