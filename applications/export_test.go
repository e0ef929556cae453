package applications

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"strings"
	"testing"

	"tamga/departments"
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
	w.exec(`UPDATE application SET organisation = '{"oid": 7, "audience": "organisation", "name": "ООО Чулпан", "ogrn": "1", "inn": "1"}' WHERE id = $1`, id)
	fact := export(first)[id.String()]
	if got := string(fact.JSON); fact.PDF != nil || len(fact.Files) > 0 || !strings.Contains(got, "Чулпан") || strings.Contains(got, "Хабибуллин") {
		t.Errorf("what was filed for an organisation is taken away by whoever filed it: %s", got)
	}
	w.exec(`UPDATE application SET organisation = NULL WHERE id = $1`, id)
	if got := export(second); len(got) != 0 {
		t.Error("somebody who has not come yet takes the application away")
	}
	second.send(second.get("/invitations/"+token), "main form", nil)
	if got := string(export(second)[id.String()].JSON); strings.Contains(got, first.p.Profile["passport_number"]) {
		t.Error("half an application shows the other's passport")
	}
}

// What was said after the submission, and what the department issued, is the person's too.
func TestExportOfWhatCameAfter(t *testing.T) {
	t.Parallel()
	w, _, _ := fileWorld(t)
	id, p, _ := w.askedForScan()
	p.attach(p.get(applicationPath(id, "/messages")), map[string]string{"text": "Когда будет готово?"}, "", upload{"files", "договор.pdf", "application/pdf", aPDF("x")})
	content := aPDF("result")
	w.told(id, departments.Update{Kind: departments.KindResult, Results: []departments.Result{{Name: "Выписка.pdf", MediaType: "application/pdf",
		SHA256: sha256.Sum256(content), Content: content, Signature: []byte("a signature")}}})
	list, err := w.core.Export(t.Context(), p.p.ID, i18n.RU)
	if err != nil || len(list) != 1 {
		t.Fatalf("%d applications, %v", len(list), err)
	}
	if got := string(list[0].JSON); !strings.Contains(got, "Когда будет готово?") || !strings.Contains(got, "Скан не читается") {
		t.Errorf("the export says %s", got)
	}
	files := map[string]string{}
	for _, f := range list[0].Files {
		raw, err := f.Content()
		if err != nil {
			t.Fatal(err)
		}
		files[f.Name] = string(raw)
	}
	if files["Выписка.pdf"] != string(content) || files["Выписка.pdf.sig"] != "a signature" || files["договор.pdf"] == "" || files["скан.pdf"] == "" {
		t.Errorf("%d files", len(files))
	}
}
