package files

import (
	"bytes"
	"regexp"
)

var pdfHead = regexp.MustCompile(`^%PDF-[12]\.\d`)

func startsPDF(b []byte) bool { return pdfHead.Match(b[:min(len(b), 16)]) }

var (
	pdfActive = regexp.MustCompile(`/(JavaScript|EmbeddedFiles?|RichMedia|SubmitForm|ImportData)[\s/<(\[\d]`)

	// Names as short as these come up in packed pictures by chance, so they are looked for between the streams alone.
	pdfShort  = regexp.MustCompile(`/(JS|Launch|XFA)[\s/<(\[\d]`)
	pdfLocked = regexp.MustCompile(`/Encrypt[\s/<\[\d]`)

	// A name may be written with any of its letters as #xx, which honest programs do for odd letters only.
	pdfHidden = regexp.MustCompile(`/[A-Za-z]*#(?:4[1-9a-fA-F]|5[0-9aA]|6[1-9a-fA-F]|7[0-9aA])`)
)

// A stream begins on the line after its dictionary has closed.
var pdfStream = regexp.MustCompile(`>>[ \t\r\n]*stream\r?\n`)

// pdfTail is what may follow the last %%EOF: the ends of lines that programs add.
const pdfTail = 64

// checkPDF wants the file to begin and end as one, and nothing in it that acts by itself. What is packed inside of object streams
// is for the scanner: here only the plain structure is read.
func checkPDF(b []byte) error {
	end := bytes.LastIndex(b, []byte("%%EOF"))
	if end < 0 {
		return ErrBroken
	}
	rest := b[end+len("%%EOF"):]
	if len(rest) > pdfTail || len(bytes.Trim(rest, "\r\n\t \x00")) > 0 || hasDirectory(b) {
		return ErrBroken
	}
	plain := withoutStreams(b)
	switch {
	case pdfLocked.Match(plain):
		return ErrEncrypted
	case pdfActive.Match(b), pdfShort.Match(plain), pdfHidden.Match(plain), hasMarkup(plain):
		return ErrActive
	}
	return nil
}

// withoutStreams returns the structure of the file: the pictures and texts between "stream" and "endstream" are packed, and may
// have any bytes. Only the word after a dictionary begins one: in a comment or a text it would hide what follows from a reader of ours
// and from none of theirs.
func withoutStreams(b []byte) []byte {
	var plain []byte
	for {
		at := pdfStream.FindIndex(b)
		if at == nil {
			return append(plain, b...)
		}
		start := at[1]
		if line := b[bytes.LastIndexAny(b[:at[0]], "\r\n")+1 : at[0]]; bytes.IndexByte(line, '%') >= 0 || bytes.Count(line, []byte("(")) > bytes.Count(line, []byte(")")) {
			plain, b = append(plain, b[:start]...), b[start:]
			continue
		}
		plain = append(plain, b[:start]...)
		plain = append(plain, ' ')
		end := bytes.Index(b[start:], []byte("endstream"))
		if end < 0 {
			return append(plain, b[start:]...)
		}
		b = b[start+end+len("endstream"):]
	}
}
