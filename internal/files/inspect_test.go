package files

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

func TestHonestFilesPass(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		content        []byte
		name, declared string
		want           Kind
	}{
		{aPDF(""), "скан.pdf", "application/pdf", PDF},
		{aPDF(""), "СКАН.PDF", "application/octet-stream", PDF},
		{aJPEG(t), "IMG_2077.JPG", "image/jpeg", JPEG},
		{aJPEG(t), "photo", "", JPEG},
		{append(aJPEG(t), make([]byte, 400)...), "с двойным снимком.jpeg", "image/jpeg", JPEG},
		{aPNG(t), "a.png", "image/png", PNG},
		{aHEIC(), "IMG.HEIC", "image/heic", HEIC},
		{aHEIC(), "IMG.heif", "", HEIC},
		{aTIFF(), "a.tif", "image/tiff", TIFF},
		{aDOCX(t), "справка.docx", wordMedia, DOCX},
		{aDOCX(t), "справка.docx", "application/zip", DOCX},
		{archive(t, entry{"mimetype", odtType}, entry{"content.xml", "<x/>"}), "a.odt", "", ODT},
		{archive(t, entry{"[Content_Types].xml", sheetType}, entry{"xl/workbook.xml", "<x/>"}), "a.xlsx", "", XLSX},
	} {
		if got, err := Inspect(test.content, test.name, test.declared, Kinds); got != test.want || err != nil {
			t.Errorf("%s as %q: %q, %v", test.name, test.declared, got, err)
		}
	}
}

const wordMedia = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

func TestFilesThatAreRefused(t *testing.T) {
	t.Parallel()
	pdf, jpg, png, docx := aPDF(""), aJPEG(t), aPNG(t), aDOCX(t)
	for _, test := range []struct {
		why            string
		content        []byte
		name, declared string
		want           error
	}{
		{"empty", nil, "a.pdf", "application/pdf", ErrEmpty},
		{"page under the name of a scan", []byte("<!DOCTYPE html><script>alert(1)</script>"), "a.pdf", "application/pdf", ErrKind},
		{"drawing with scripts", []byte(`<svg xmlns="http://www.w3.org/2000/svg" onload="x()"/>`), "a.png", "image/png", ErrKind},
		{"script", []byte("#!/bin/sh\nrm -rf /"), "a.jpg", "image/jpeg", ErrKind},
		{"program", []byte("MZ\x90\x00\x03"), "a.pdf.exe", "", ErrKind},
		{"plain archive", archive(t, entry{"a.exe", "MZ"}), "a.docx", "", ErrKind},
		{"kind that is not wanted here", aTIFF(), "a.tif", "image/tiff", nil},
		{"picture under the name of a document", png, "a.pdf", "", ErrMismatch},
		{"picture declared a document", png, "a.png", "application/pdf", ErrMismatch},
		{"picture under the name of a page", jpg, "a.html", "image/jpeg", ErrMismatch},
		{"declared a page", jpg, "a.jpg", "text/html", ErrMismatch},
		{"double name", pdf, "a.pdf.exe", "", ErrMismatch},
		{"cut picture", png[:len(png)-5], "a.png", "", ErrBroken},
		{"picture with something behind it", append(slices.Clone(png), "tail"...), "a.png", "", ErrBroken},
		{"picture and archive", append(slices.Clone(jpg), docx...), "a.jpg", "", ErrBroken},
		{"picture and page", append(slices.Clone(jpg), "<SCRIPT>alert(1)</SCRIPT>"...), "a.jpg", "", ErrBroken},
		{"picture and document", append(slices.Clone(jpg), pdf...), "a.jpg", "", ErrBroken},
		{"photo with a wrong box", append(aHEIC(), "<html>"...), "a.heic", "", ErrBroken},
		{"document and archive", append(slices.Clone(pdf), docx...), "a.pdf", "", ErrBroken},
		{"document without an end", []byte("%PDF-1.4 nothing"), "a.pdf", "", ErrBroken},
		{"document with a page behind it", append(slices.Clone(pdf), "<html>"...), "a.pdf", "", ErrBroken},
		{"document with scripts", aPDF("/OpenAction<</S/JavaScript/JS(app.alert(1))>>"), "a.pdf", "", ErrActive},
		{"document that starts a program", aPDF("/OpenAction<</S/Launch/F(cmd)>>"), "a.pdf", "", ErrActive},
		{"document with a hidden word", aPDF("/OpenAction<</S/J#61vaScript>>"), "a.pdf", "", ErrActive},
		{"document with an attachment", aPDF("/Names<</EmbeddedFiles 3 0 R>>"), "a.pdf", "", ErrActive},
		{"document under a password", aPDF("/Encrypt 3 0 R"), "a.pdf", "", ErrEncrypted},
		{"text with macros", aDOCX(t, entry{"word/vbaProject.bin", "x"}), "a.docx", "", ErrActive},
		{"text with a path out", aDOCX(t, entry{"../../etc/passwd", "x"}), "a.docx", "", ErrBroken},
		{"text that unfolds", aDOCX(t, entry{"word/bomb.xml", strings.Repeat("0", 20<<20)}), "a.docx", "", ErrBroken},
		{"text with something behind it", append(slices.Clone(docx), "tail"...), "a.docx", "", ErrBroken},
		{"text of another type", archive(t, entry{"[Content_Types].xml", "application/x"}, entry{"word/document.xml", ""}), "a.docx", "", ErrBroken},
	} {
		wanted := []Kind{PDF, JPEG, PNG, HEIC, DOCX}
		if test.want == nil {
			test.want = ErrKind
		}
		if got, err := Inspect(test.content, test.name, test.declared, wanted); got != "" || !errors.Is(err, test.want) {
			t.Errorf("%s: %q, %v, want %v", test.why, got, err, test.want)
		}
	}
}

func TestCleanName(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"C:\\Users\\Алия\\скан.pdf":       "скан.pdf",
		"../../etc/passwd":                "passwd",
		"a\u202egpj.exe":                  "agpj.exe",
		"  ":                              "файл",
		"...":                             "файл",
		"a\r\nSet-Cookie: x.pdf":          "aSet-Cookie_ x.pdf",
		`a";filename="b.html`:             "a__filename=_b.html",
		strings.Repeat("я", 200) + ".pdf": strings.Repeat("я", 116) + ".pdf",
	} {
		if got := CleanName(in); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}

// TestPDFHidesNothingInComments writes what begins a stream where no reader of PDF takes it for one.
func TestPDFHidesNothingInComments(t *testing.T) {
	t.Parallel()
	for _, hidden := range []string{"\n%stream\n<</S/Launch/F(x)>>\n%endstream\n", "\n%>>stream\n<</S/Launch/F(x)>>\n%endstream\n",
		"\n(>>stream\n) <</S/Launch/F(x)>>\n(endstream)\n"} {
		if _, err := Inspect(aPDF(hidden), "a.pdf", "application/pdf", Kinds); !errors.Is(err, ErrActive) {
			t.Errorf("%q: %v", hidden, err)
		}
	}
	if _, err := Inspect(aPDF(">>\n3 0 obj<</Length 9>>\nstream\n/Launch 1 \nendstream endobj 4 0 obj<<"), "a.pdf", "application/pdf", Kinds); err != nil {
		t.Errorf("packed bytes that look like a name: %v", err)
	}
}

func FuzzInspect(f *testing.F) {
	for _, seed := range [][]byte{aPDF("/JS(x)"), aHEIC(), aTIFF(), aPNG(f), aJPEG(f), aDOCX(f), []byte("PK\x05\x06"), []byte("\x00\x00\x00\x01ftypheic\xff")} {
		f.Add(seed, "a.pdf", "image/png")
	}
	f.Fuzz(func(t *testing.T, content []byte, name, declared string) {
		kind, err := Inspect(content, name, declared, Kinds)
		if (kind == "") == (err == nil) || err == nil && !kind.Known() {
			t.Fatalf("%q, %v", kind, err)
		}
		if clean := CleanName(name); clean == "" || strings.ContainsAny(clean, "/\\\x00\r\n\"") || CleanName(clean) != clean {
			t.Fatalf("%q is called %q, and then %q", name, clean, CleanName(clean))
		}
	})
}
