package files

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"testing"
)

// Small honest files of every kind.

func aPNG(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func aJPEG(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8)), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func aPDF(inside string) []byte {
	return []byte("%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R" + inside + ">>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n" +
		"trailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n")
}

func aBox(name string, body []byte) []byte {
	return append(binary.BigEndian.AppendUint32(nil, uint32(8+len(body))), append([]byte(name), body...)...)
}

func aHEIC() []byte {
	return append(append(aBox("ftyp", []byte("heic\x00\x00\x00\x00mif1heic")), aBox("meta", make([]byte, 40))...), aBox("mdat", make([]byte, 64))...)
}

func aTIFF() []byte { return append([]byte("II*\x00\x08\x00\x00\x00\x01\x00"), make([]byte, 16)...) }

type entry struct{ name, text string }

func archive(t testing.TB, entries ...entry) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, e := range entries {
		f, err := w.Create(e.name)
		if err == nil {
			_, err = fmt.Fprint(f, e.text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func aDOCX(t testing.TB, more ...entry) []byte {
	t.Helper()
	return archive(t, append([]entry{{"[Content_Types].xml", `<Types><Override ContentType="` + wordType + `"/></Types>`},
		{"word/document.xml", "<w:document/>"}}, more...)...)
}
