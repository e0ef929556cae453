package files

import (
	"mime"
	"path"
	"slices"
	"strings"
)

// Kind is a kind of file that can be taken.
type Kind string

// The kinds.
const (
	PDF  Kind = "pdf"
	JPEG Kind = "jpeg"
	PNG  Kind = "png"
	HEIC Kind = "heic"
	TIFF Kind = "tiff"
	DOCX Kind = "docx"
	XLSX Kind = "xlsx"
	ODT  Kind = "odt"
)

// Kinds are all of them.
var Kinds = []Kind{PDF, JPEG, PNG, HEIC, TIFF, DOCX, XLSX, ODT}

type traits struct {
	media      []string // the first is ours, the others are what browsers say too
	extensions []string // the first is ours
	find       func([]byte) error
	starts     func([]byte) bool
}

var known = map[Kind]traits{
	PDF:  {[]string{"application/pdf", "application/x-pdf"}, []string{".pdf"}, checkPDF, startsPDF},
	JPEG: {[]string{"image/jpeg", "image/jpg", "image/pjpeg"}, []string{".jpg", ".jpeg", ".jpe", ".jfif"}, checkJPEG, startsJPEG},
	PNG:  {[]string{"image/png", "image/x-png"}, []string{".png"}, checkPNG, startsPNG},
	HEIC: {[]string{"image/heic", "image/heif", "image/heic-sequence", "image/heif-sequence"}, []string{".heic", ".heif", ".hif"}, checkHEIC, startsHEIC},
	TIFF: {[]string{"image/tiff"}, []string{".tif", ".tiff"}, checkTIFF, startsTIFF},
	DOCX: {[]string{"application/vnd.openxmlformats-officedocument.wordprocessingml.document"}, []string{".docx"}, checkDOCX, nil},
	XLSX: {[]string{"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}, []string{".xlsx"}, checkXLSX, nil},
	ODT:  {[]string{"application/vnd.oasis.opendocument.text"}, []string{".odt"}, checkODT, nil},
}

// Known tells whether there is such a kind.
func (k Kind) Known() bool { return slices.Contains(Kinds, k) }

// Media is the kind's media type.
func (k Kind) Media() string { return known[k].media[0] }

// Accept lists what a file input with these kinds lets a person choose: extensions and media types, as phones heed the one and
// desktops the other.
func Accept(kinds []Kind) string {
	var all []string
	for _, k := range kinds {
		all = append(all, known[k].extensions...)
		all = append(all, known[k].media[0])
	}
	return strings.Join(all, ",")
}

// byExtension returns the kind that a name claims, "" when it claims none, and whether the claim is one of ours.
func byExtension(name string) (Kind, bool) {
	ext := strings.ToLower(path.Ext(name))
	if ext == "" {
		return "", true
	}
	for k, t := range known {
		if slices.Contains(t.extensions, ext) {
			return k, true
		}
	}
	return "", false
}

// vague are media types that browsers give to files that they do not know.
var vague = []string{"", "application/octet-stream", "binary/octet-stream", "application/zip", "application/x-zip-compressed",
	"application/force-download", "application/download", "application/x-download", "multipart/form-data"}

// byMedia is byExtension for the declared media type.
func byMedia(declared string) (Kind, bool) {
	media, _, err := mime.ParseMediaType(declared)
	if err != nil {
		media = strings.ToLower(strings.TrimSpace(declared))
	}
	if slices.Contains(vague, media) {
		return "", true
	}
	for k, t := range known {
		if slices.Contains(t.media, media) {
			return k, true
		}
	}
	return "", false
}
