package catalog

import (
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"tamga/frontend"
)

// File is an uploaded file as an answer holds it: what the signature is over names it by its hash.
type File struct {
	ID     string
	Name   string
	Type   string // "pdf"
	Size   int64
	SHA256 string
	State  string // of the scan; not part of the answer
}

// Limits of a file question where the definition does not say.
const (
	defaultMB    = 10
	defaultCount = 1
)

var defaultTypes = []string{"pdf", "jpeg", "png", "heic"}

// FileTypes are what a question takes.
func (q *Question) FileTypes() []string {
	if len(q.Types) > 0 {
		return q.Types
	}
	return defaultTypes
}

// MaxBytes is the largest file that a question takes.
func (q *Question) MaxBytes() int64 {
	if q.MaxMB > 0 {
		return int64(q.MaxMB) << 20
	}
	return defaultMB << 20
}

// MaxFiles is how many files a question takes.
func (q *Question) MaxFiles() int { return max(q.Count, defaultCount) }

// FileList is a file question on a page: what is there, and the input for more.
type FileList struct {
	Name     string
	Attached []AttachedFile
	Upload   *frontend.FileUpload // nil when no more may come
	Small    bool
}

// AttachedFile is a file on a page, with the button that takes it away.
type AttachedFile struct {
	File
	Size   string
	Note   string // what the scan says, "" when it is clean
	Href   string
	Remove frontend.Button
}

// asFiles reads the stored form of a file answer.
func asFiles(raw any) []File {
	var files []File
	list, _ := raw.([]any)
	for _, one := range list {
		m, _ := one.(map[string]any)
		f := File{}
		f.ID, _ = m["id"].(string)
		f.Name, _ = m["name"].(string)
		f.Type, _ = m["type"].(string)
		f.SHA256, _ = m["sha256"].(string)
		switch n := m["size"].(type) {
		case float64:
			f.Size = int64(n)
		case int64:
			f.Size = n
		}
		if f.ID != "" {
			files = append(files, f)
		}
	}
	return files
}

// fileValues is the stored form, the same whether it was just read or comes out of the database.
func fileValues(files []File) []any {
	var list []any
	for _, f := range files {
		list = append(list, map[string]any{"id": f.ID, "name": f.Name, "type": f.Type, "size": float64(f.Size), "sha256": f.SHA256})
	}
	return list
}

func fileIDs(value any) []string {
	var ids []string
	for _, f := range asFiles(value) {
		ids = append(ids, f.ID)
	}
	return ids
}

func showFiles(files []File) string {
	var names []string
	for _, f := range files {
		names = append(names, f.Name+" ("+showSize(f.Size)+")")
	}
	return strings.Join(names, "\n")
}

func showSize(n int64) string {
	if n < 1<<20 {
		return fmt.Sprintf("%d КБ", max(1, n>>10))
	}
	return strings.Replace(fmt.Sprintf("%.1f МБ", float64(n)/(1<<20)), ".", ",", 1)
}

// readFiles takes the ids that the form carries. Only files of this application count: Env.File finds them.
func readFiles(r *reading, q *Question, name string) (any, *Problem) {
	var files []File
	for _, id := range r.form[name] {
		if _, err := uuid.Parse(id); err != nil || r.env.File == nil {
			continue
		}
		if f, ok := r.env.File(id); ok && !slices.ContainsFunc(files, func(g File) bool { return g.ID == f.ID }) {
			files = append(files, f)
		}
	}
	switch {
	case len(files) == 0:
		return q.missing(name, "catalog_fields.missing_file")
	case len(files) > q.MaxFiles():
		p := q.problem(name, "catalog_fields.file_many", q.Invalid, q.MaxFiles())
		return nil, &p
	}
	return fileValues(files), nil
}

// RemoveFile is the name of the button that takes an attached file away; its value is the file's id.
const RemoveFile = "_remove_file"

func drawFiles(d *drawing, q *Question, name string) Field {
	files := &FileList{Name: name, Small: d.several}
	for _, id := range d.values[name] {
		if d.env.File == nil {
			break
		}
		if f, ok := d.env.File(id); ok {
			files.Attached = append(files.Attached, AttachedFile{File: f, Size: showSize(f.Size), Remove: frontend.Button{
				Text: d.tr.T("catalog_fields.file_remove", f.Name), Name: RemoveFile, Value: f.ID, Classes: "govuk-button--secondary"}})
		}
	}
	label := frontend.Label{Text: d.label(q), Classes: "govuk-label--s"}
	hint := d.hint(q)
	limits := d.tr.T("catalog_fields.file_limits", strings.ToUpper(strings.Join(q.FileTypes(), ", ")), int(q.MaxBytes()>>20), q.MaxFiles())
	hint.Text = strings.TrimSpace(hint.Text + " " + limits)
	files.Upload = &frontend.FileUpload{Name: name, Label: label, Hint: hint, ErrorMessage: d.message(name), Multiple: q.MaxFiles() > 1}
	return Field{Files: files}
}
