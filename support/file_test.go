package support

import (
	"bytes"
	"mime/multipart"
	"strings"
	"testing"

	"github.com/google/uuid"
)

// A file of a question is kept only together with the question: a form that comes back says beside its field which were left.
func TestFormSaysWhichFilesWereNotKept(t *testing.T) {
	t.Parallel()
	w, citizen := newWorld(t), uuid.New()
	send := func(text string) reply {
		form := w.get(w.portal, citizen, "/support/new").Page.Form("form[action=/support/new]")
		form.Values.Set("text", text)
		form.Values.Set("kind", "question")
		form.Values.Set("topic", "payment")
		var body bytes.Buffer
		m := multipart.NewWriter(&body)
		for name := range form.Values {
			_ = m.WriteField(name, form.Values.Get(name))
		}
		file, _ := m.CreateFormFile("files", "чек.pdf")
		_, _ = file.Write([]byte("%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n" +
			"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"))
		_ = m.Close()
		return w.send(w.portal, citizen, "POST", form.Action, m.FormDataContentType(), &body)
	}
	r := send("")
	if says := r.Page.Text("#files-error"); r.Status != 422 || !strings.Contains(says, "не сохранились, приложите их снова: «чек.pdf»") {
		t.Errorf("%d %q", r.Status, says)
	}
	if r = send("Где моя квитанция?"); r.Status != 303 {
		t.Fatalf("%d %s", r.Status, r.Page.Words())
	}
	if n := w.count(`SELECT count(*) FROM support_file`); n != 1 {
		t.Errorf("%d files", n)
	}
}
