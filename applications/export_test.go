package applications

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"tamga/internal/i18n"
	"tamga/internal/paper/papertest"
)

// A person takes away every application they take part in, and of the others' parts only what the pages show too.
func TestExport(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, first, second, token := w.couple()
	draft, _ := first.begin("marriage") // nothing answered
	export := func(b *browser) map[string]Exported {
		t.Helper()
		list, err := w.core.Export(context.Background(), b.p.ID, i18n.RU)
		if err != nil {
			t.Fatal(err)
		}
		found := map[string]Exported{}
		for _, one := range list {
			if !json.Valid(one.JSON) {
				t.Errorf("not JSON: %s", one.JSON)
			}
			found[one.ID.String()] = one
		}
		return found
	}
	of := export(first)
	if len(of) != 2 || of[draft.String()].PDF != nil || !strings.Contains(papertest.Text(t, of[id.String()].PDF), "Хабибуллин") {
		t.Errorf("%d applications", len(of))
	}
	if got := string(of[id.String()].JSON); !strings.Contains(got, "Хабибуллин") || strings.Contains(got, second.p.SNILS) {
		t.Errorf("the export says %s", got)
	}
	if got := export(second); len(got) != 0 {
		t.Error("somebody who has not come yet takes the application away")
	}
	second.send(second.get("/invitations/"+token), "main form", nil)
	if got := string(export(second)[id.String()].JSON); strings.Contains(got, first.p.Profile["passport_number"]) {
		t.Error("half an application shows the other's passport")
	}
}
