// Package papertest reads the text of a paper back, for tests.
package papertest

import (
	"bytes"
	"compress/zlib"
	"io"
	"strings"
	"testing"
	"unicode/utf16"
)

// Text returns what a reader can find and copy in a document of package paper: the strings of its pages, through the map from glyphs to
// Unicode that the document brings along. Spaces are left out, since lines are broken where the page ends.
func Text(t testing.TB, raw []byte) string {
	t.Helper()
	var all strings.Builder
	mapped := false
	for rest := raw; ; {
		_, after, found := bytes.Cut(rest, []byte("stream\n"))
		if !found {
			break
		}
		body, next, _ := bytes.Cut(after, []byte("\nendstream"))
		rest = next
		content := inflated(body)
		mapped = mapped || bytes.Contains(content, []byte("<0000> <FFFF> <0000>"))
		shown(content, &all)
	}
	if !mapped || !bytes.Contains(raw, []byte("/ToUnicode")) {
		t.Error("nothing in the document says which letters its glyphs are")
	}
	return all.String()
}

func inflated(body []byte) []byte {
	r, err := zlib.NewReader(bytes.NewReader(body))
	if err != nil {
		return body
	}
	text, err := io.ReadAll(r)
	if err != nil {
		return nil
	}
	return text
}

// shown reads the strings of the operator Tj: two bytes a letter, with \ before brackets and itself.
func shown(content []byte, into *strings.Builder) {
	if !bytes.Contains(content, []byte("BT ")) {
		return
	}
	for i := 0; i < len(content); i++ {
		if content[i] != '(' {
			continue
		}
		var letters []byte
		for i++; i < len(content) && content[i] != ')'; i++ {
			if content[i] == '\\' && i+1 < len(content) {
				i++
				letters = append(letters, unescaped(content[i]))
				continue
			}
			letters = append(letters, content[i])
		}
		var units []uint16
		for k := 0; k+1 < len(letters); k += 2 {
			units = append(units, uint16(letters[k])<<8|uint16(letters[k+1]))
		}
		into.WriteString(strings.Join(strings.Fields(string(utf16.Decode(units))), ""))
	}
}

func unescaped(c byte) byte {
	if c == 'r' {
		return '\r'
	}
	return c
}
