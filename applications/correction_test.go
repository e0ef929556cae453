package applications

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"tamga/departments"
)

// askedForScan is an application with files that the department has, and asks for one of them anew. It returns the address of the
// request.
func (w *world) askedForScan() (id uuid.UUID, p *browser, path string) {
	w.t.Helper()
	p = w.browser("Гарипова", "Алия", "female")
	id, path = p.begin("with-files")
	res := p.attach(p.get(path), map[string]string{"note": "Записка"}, "", upload{"scan", "скан.pdf", "application/pdf", aPDF("")})
	p.attach(p.get(res.to), nil, "", upload{"children.0.photo", "фото.png", "image/png", aPNG(w.t)})
	p.sign(id)
	w.wantState(id, Submitted)
	w.told(id, departments.Update{Kind: departments.KindRequest, Text: "Скан не читается", Request: &departments.Request{Fields: []string{"scan"}}})
	return id, p, p.get(applicationPath(id, "")).Attr("#now", "href")
}

// A file of a correction waits for the signatures for as long as they take.
func TestFileOfACorrectionWaitsForSignatures(t *testing.T) {
	t.Parallel()
	w, _, dir := fileWorld(t)
	id, p, path := w.askedForScan()
	res := p.attach(p.get(path), nil, "", upload{"scan", "новый.pdf", "application/pdf", aPDF("new")})
	if res.status != http.StatusSeeOther || stored(t, dir) != 3 {
		t.Fatalf("%d %s, %d stored", res.status, res.errors(), stored(t, dir))
	}
	sweep := func() {
		t.Helper()
		for range 2 { // the rows, then what they leave behind
			if err := w.jobs.workSweep(context.Background(), nil); err != nil {
				t.Fatal(err)
			}
		}
	}
	w.pass(looseKept + time.Hour)
	sweep()
	p.send(p.get(res.to), "main form", nil)
	if sent := w.letters(id, departments.TypeCorrected); len(sent) != 1 || !strings.Contains(sent[0], "новый.pdf") {
		t.Fatalf("sent %v", sent)
	}
	sweep()
	if n := w.count(`SELECT count(*) FROM application_file WHERE application = $1 AND kept`, id); n != 3 || stored(t, dir) != 3 {
		t.Errorf("%d files are kept, %d stored: the department is told of more than there is", n, stored(t, dir))
	}
}
