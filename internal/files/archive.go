package files

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"io"
	"slices"
	"strings"
)

func startsZip(b []byte) bool { return bytes.HasPrefix(b, []byte("PK\x03\x04")) }

var directorySign = []byte("PK\x05\x06")

// hasDirectory tells whether a file ends with the directory of an archive, which makes it one whatever it begins with.
func hasDirectory(b []byte) bool {
	tail := b[max(0, len(b)-(1<<16+22)):]
	for at := bytes.LastIndex(tail, directorySign); at >= 0; at = bytes.LastIndex(tail[:at], directorySign) {
		if end := tail[at:]; len(end) >= 22 && int(binary.LittleEndian.Uint16(end[20:])) <= len(end)-22 {
			return true
		}
	}
	return false
}

// How far a document may unfold. Honest ones stay far below: pictures do not shrink, and text not a hundredfold.
const (
	maxEntries  = 4000
	maxUnfolded = 300 << 20
	maxRatio    = 200
)

const wordType = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
const sheetType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
const odtType = "application/vnd.oasis.opendocument.text"

// kindOfArchive tells which document an archive is, "" for none of ours.
func kindOfArchive(b []byte) Kind {
	r, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return ""
	}
	has := func(name string) bool {
		return slices.ContainsFunc(r.File, func(f *zip.File) bool { return f.Name == name })
	}
	switch {
	case has("[Content_Types].xml") && has("word/document.xml"):
		return DOCX
	case has("[Content_Types].xml") && has("xl/workbook.xml"):
		return XLSX
	case has("content.xml") && has("mimetype"):
		return ODT
	}
	return ""
}

func checkDOCX(b []byte) error { return checkOffice(b, "[Content_Types].xml", wordType) }
func checkXLSX(b []byte) error { return checkOffice(b, "[Content_Types].xml", sheetType) }
func checkODT(b []byte) error  { return checkOffice(b, "mimetype", odtType) }

// active are parts of a document that run by themselves or carry another file.
var active = []string{"vbaproject", "vbadata", "activex", "oleobject", "embeddings/", "macrosheets/", "basic/", "scripts/"}

// checkOffice reads the directory: nothing before the archive or behind it, no macros, no paths that lead out, no bomb, and the
// part that names the document's type names the expected one.
func checkOffice(b []byte, typePart, want string) error {
	r, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil || len(r.File) > maxEntries || !endsWithDirectory(b, r.Comment) {
		return ErrBroken
	}
	var unfolded, packed uint64
	for _, f := range r.File {
		name := strings.ToLower(f.Name)
		if strings.Contains(name, "..") || strings.HasPrefix(name, "/") || strings.Contains(name, `\`) {
			return ErrBroken
		}
		if slices.ContainsFunc(active, func(part string) bool { return strings.Contains(name, part) }) {
			return ErrActive
		}
		if f.Flags&1 != 0 {
			return ErrEncrypted
		}
		unfolded, packed = unfolded+f.UncompressedSize64, packed+f.CompressedSize64
	}
	if unfolded > maxUnfolded || packed > uint64(len(b)) || unfolded > 1<<20 && unfolded/maxRatio > packed {
		return ErrBroken
	}
	text, err := part(r, typePart)
	switch {
	case err != nil || !bytes.Contains(text, []byte(want)):
		return ErrBroken
	case bytes.Contains(asciiLower(text), []byte("macroenabled")):
		return ErrActive
	}
	return nil
}

// endsWithDirectory tells whether the directory is the last thing of the file.
func endsWithDirectory(b []byte, comment string) bool {
	at := len(b) - 22 - len(comment)
	return at >= 0 && bytes.HasPrefix(b[at:], directorySign)
}

// part reads one file of an archive, as far as a list of types may be long.
func part(r *zip.Reader, name string) ([]byte, error) {
	f, err := r.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, 1<<20))
}
