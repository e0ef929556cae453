package catalog

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"tamga/frontend"
	upload "tamga/internal/files"
	"tamga/internal/i18n"
)

// File is an uploaded file as an answer holds it: what the signature is over names it by its hash.
type File struct {
	ID     string
	Name   string
	Type   string // "pdf"
	Size   int64
	SHA256 string
	State  string // of the scan: "none", "waiting", "unavailable", "clean", "infected"; not part of the answer
	Href   string // where it is read; not part of the answer
}

// Limits of a file question where the definition does not say.
const (
	defaultMB    = 10
	defaultCount = 1
)

var defaultKinds = []upload.Kind{upload.PDF, upload.JPEG, upload.PNG, upload.HEIC}

// FileKinds are what a question takes.
func (q *Question) FileKinds() []upload.Kind {
	if len(q.Types) > 0 {
		return q.Types
	}
	return defaultKinds
}

// FileNames lists the kinds for a reader: "PDF, JPEG".
func (q *Question) FileNames() string {
	var names []string
	for _, k := range q.FileKinds() {
		names = append(names, strings.ToUpper(string(k)))
	}
	return strings.Join(names, ", ")
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
	Upload   *frontend.FileUpload
}

// AttachedFile is a file on a page, with the button that takes it away.
type AttachedFile struct {
	File
	Size   string
	Note   string // what the scan says, "" when it is clean
	Remove *frontend.Button
}

// asFiles reads the stored form of a file answer.
func asFiles(raw any) []File {
	var found []File
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
			found = append(found, f)
		}
	}
	return found
}

// fileValues is the stored form, the same whether it was just read or comes out of the database.
func fileValues(list []File) []any {
	var values []any
	for _, f := range list {
		values = append(values, map[string]any{"id": f.ID, "name": f.Name, "type": f.Type, "size": float64(f.Size), "sha256": f.SHA256})
	}
	return values
}

func fileIDs(value any) []string {
	var ids []string
	for _, f := range asFiles(value) {
		ids = append(ids, f.ID)
	}
	return ids
}

func showFiles(list []File, tr Tr) string {
	var names []string
	for _, f := range list {
		names = append(names, f.Name+" ("+SizeInWords(f.Size, tr)+")")
	}
	return strings.Join(names, "\n")
}

// SizeInWords writes a size as people do: "2,4 МБ".
func SizeInWords(n int64, tr Tr) string {
	if n < 1<<20 {
		return tr.T("catalog_fields.kilobytes", max(1, int(n>>10)))
	}
	text := strconv.FormatFloat(math.Round(float64(n)/(1<<20)*10)/10, 'f', -1, 64)
	if tr.Lang != i18n.EN {
		text = strings.Replace(text, ".", ",", 1)
	}
	return tr.T("catalog_fields.megabytes", text)
}

// readFiles takes the ids that the form carries. Only files of this application count: Env.File finds them.
func readFiles(r *reading, q *Question, name string) (any, *Problem) {
	var found []File
	for _, id := range r.form[name] {
		if _, err := uuid.Parse(id); err != nil || r.env.File == nil {
			continue
		}
		if f, ok := r.env.File(id); ok && slices.Contains(q.FileKinds(), upload.Kind(f.Type)) && !slices.ContainsFunc(found, func(g File) bool { return g.ID == f.ID }) {
			found = append(found, f)
		}
	}
	switch {
	case slices.ContainsFunc(found, func(f File) bool { return f.State == "infected" }):
		p := q.problem(name, "catalog_fields.scan_infected", i18n.Text{})
		return nil, &p
	case len(found) == 0:
		return q.missing(name, "catalog_fields.missing_file")
	case len(found) > q.MaxFiles():
		p := q.problem(name, "catalog_fields.file_many", q.Invalid, q.MaxFiles())
		return nil, &p
	}
	return fileValues(found), nil
}

// RemoveFile is the name of the button that takes an attached file away; its value is the file's id.
const RemoveFile = "_remove_file"

func drawFiles(d *drawing, q *Question, name string) Field {
	list := &FileList{Name: name}
	for _, id := range d.values[name] {
		if d.env.File == nil {
			break
		}
		if f, ok := d.env.File(id); ok {
			list.Attached = append(list.Attached, d.attached(f))
		}
	}
	limits := d.tr.T("catalog_fields.file_limits", q.FileNames(), int(q.MaxBytes()>>20))
	if q.MaxFiles() > 1 {
		limits = d.tr.T("catalog_fields.file_limits_several", q.FileNames(), int(q.MaxBytes()>>20), q.MaxFiles())
	}
	label := frontend.Label{Text: d.label(q)}
	if len(list.Attached) > 0 {
		label.Text = d.tr.T("catalog_fields.file_more", label.Text)
	}
	list.Upload = &frontend.FileUpload{Name: name, Label: label, ErrorMessage: d.message(name), Multiple: q.MaxFiles() > 1,
		Hint:       frontend.Hint{Text: sentences(q.Hint.In(d.tr.Lang), limits)},
		Attributes: frontend.Attributes{"accept": upload.Accept(q.FileKinds())}}
	return Field{Files: list}
}

func (d *drawing) attached(f File) AttachedFile {
	a := AttachedFile{File: f, Size: SizeInWords(f.Size, d.tr), Remove: &frontend.Button{Name: RemoveFile, Value: f.ID,
		Text: d.tr.T("catalog_fields.file_remove", f.Name), Classes: "govuk-button--secondary tm-files__remove", Attributes: skipChecks}}
	switch f.State {
	case "waiting", "unavailable":
		a.Note = d.tr.T("catalog_fields.scan_wait")
	case "infected":
		a.Note, a.Href = d.tr.T("catalog_fields.scan_infected"), ""
	}
	return a
}

// AsksFiles tells whether any question of a step takes files.
func (t *Step) AsksFiles() bool {
	return slices.ContainsFunc(t.Questions, func(q Question) bool { return q.Type == "file" })
}

// AsksFiles tells whether any question of a service takes files.
func (s *Service) AsksFiles() bool {
	return slices.ContainsFunc(s.Steps, func(t Step) bool { return t.AsksFiles() })
}

// FileQuestion returns the question that an input of a step belongs to, in a group too, or nil.
func (t *Step) FileQuestion(input string) *Question {
	if t.Repeat != nil {
		rest, ours := strings.CutPrefix(input, t.ID+".")
		number, id, split := strings.Cut(rest, ".")
		if n, err := strconv.Atoi(number); !ours || !split || err != nil || n < 0 || n >= t.Repeat.Max {
			return nil
		}
		input = id
	}
	for i := range t.Questions {
		if q := &t.Questions[i]; q.ID == input && q.Type == "file" {
			return q
		}
	}
	return nil
}

// FilesIn returns the ids of all files that answers name.
func FilesIn(answers Answers) []string {
	var ids []string
	for _, value := range answers {
		switch v := value.(type) {
		case []any:
			ids = append(ids, fileIDs(v)...)
			for _, one := range v {
				if group, ok := one.(map[string]any); ok {
					ids = append(ids, FilesIn(group)...)
				}
			}
		case []map[string]any:
			for _, group := range v {
				ids = append(ids, FilesIn(group)...)
			}
		}
	}
	return ids
}
