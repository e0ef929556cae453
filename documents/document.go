package documents

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"tamga/catalog"
	"tamga/internal/db"
	"tamga/internal/secret"
)

// The sources.
const (
	own  = "own"
	esia = "esia"
)

// Document is a document of a person.
type Document struct {
	ID        uuid.UUID
	Kind      string
	Source    string
	Verified  bool
	Answers   catalog.Answers // by the questions of the kind
	CreatedAt time.Time
	ChangedAt time.Time
}

// Own tells whether the person typed it.
func (d *Document) Own() bool { return d.Source == own }

// Rows are the document in the reader's words.
func (d *Document) Rows(tr catalog.Tr) []catalog.Row {
	var rows []catalog.Row
	for _, section := range d.sections(tr) {
		for _, row := range section.Rows {
			if _, has := d.Answers[row.Question]; has {
				rows = append(rows, row)
			}
		}
	}
	return rows
}

// sections are the whole form in the reader's words, with what was left out.
func (d *Document) sections(tr catalog.Tr) []catalog.Section {
	return slices.DeleteFunc(form.Summary(catalog.Set{Shared: d.Answers}, "", tr), func(s catalog.Section) bool { return s.Step != d.Kind })
}

// tag names the answers, as a form carries it.
func (d *Document) tag() (string, error) { return catalog.Tag(d.Kind, d.Answers) }

// overtakes tells whether saving would write over words that the form, opened with those of a tag, has never shown.
func (d *Document) overtakes(stored *Document, tag string) (bool, error) {
	is, err := stored.tag()
	if err != nil {
		return false, err
	}
	would, err := d.tag()
	return is != tag && is != would, err
}

// Title is what the kind is called.
func Title(kind string, tr catalog.Tr) string {
	if step := form.Step(kind); step != nil {
		return step.Title.In(tr.Lang)
	}
	return kind
}

func place(id uuid.UUID) []byte { return []byte("document/" + id.String()) }

func (d *Document) seal(box *secret.Box) ([]byte, error) {
	raw, err := json.Marshal(d.Answers)
	if err != nil {
		return nil, err
	}
	return box.Seal(raw, place(d.ID)), nil
}

func (d *Document) open(box *secret.Box, content []byte) error {
	raw, err := box.Open(content, place(d.ID))
	if err != nil {
		return fmt.Errorf("document %s: %w", d.ID, err)
	}
	return json.Unmarshal(raw, &d.Answers)
}

// Of returns all documents of a person, kind by kind: ESIA's first.
func Of(ctx context.Context, d db.DB, box *secret.Box, account uuid.UUID) ([]Document, error) {
	return documentsOf(ctx, d, box, account)
}
