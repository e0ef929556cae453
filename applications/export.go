package applications

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"tamga/catalog"
	"tamga/internal/i18n"
)

// Exported is one application as its owner takes it away: data to be read by a program, a paper to be read by a person, and what
// belongs to it.
type Exported struct {
	ID      uuid.UUID
	Number  string // "" for what was not sent
	Service string // in the reader's language
	State   State
	Name    string // a name for its files, without an ending: the number, or the id
	JSON    []byte
	PDF     []byte // nil while the own part is not complete: there is nothing yet that a paper could say
	Files   []ExportedFile
}

// ExportedFile is an attached file, or a document that the department sent. Content is read when it is asked for, so that a whole
// cabinet need not be in memory at once.
type ExportedFile struct {
	Name    string
	Content func() ([]byte, error)
}

// exportedApplication is the shape of Exported.JSON.
type exportedApplication struct {
	ID           uuid.UUID         `json:"id"`
	Service      string            `json:"service"`
	Version      int               `json:"service_version"`
	Name         string            `json:"service_name"`
	State        State             `json:"state"`
	Number       string            `json:"number,omitempty"`
	Role         string            `json:"role"` // of the reader among the parties
	Organisation *Organisation     `json:"organisation,omitempty"`
	Begun        time.Time         `json:"begun_at"`
	Changed      time.Time         `json:"changed_at"`
	Submitted    *time.Time        `json:"submitted_at,omitempty"`
	AnswerBy     *time.Time        `json:"answer_by,omitempty"`
	KeptUntil    time.Time         `json:"kept_until"`
	SHA256       string            `json:"sha256,omitempty"`
	Parties      []exportedParty   `json:"parties"`
	Answers      []exportedSection `json:"answers"`
	History      []exportedEvent   `json:"history"`
}

type exportedParty struct {
	Party    string     `json:"party"`
	Name     string     `json:"name,omitempty"`
	SignedAt *time.Time `json:"signed_at,omitempty"`
}

type exportedSection struct {
	Of    string        `json:"of"`
	Title string        `json:"title"`
	Rows  []exportedRow `json:"rows"`
}

type exportedRow struct {
	Question string `json:"question"`
	Value    string `json:"value"`
}

type exportedEvent struct {
	At   time.Time `json:"at"`
	Kind string    `json:"kind"`
	Note string    `json:"note,omitempty"`
}

// Export gives a person all applications that they take part in, as they may read them themselves: the own and the shared part at any
// time, those of the others once there is a whole.
func (k *Core) Export(ctx context.Context, person uuid.UUID, lang i18n.Lang) ([]Exported, error) {
	ids, err := allOf(ctx, k.DB, person)
	if err != nil {
		return nil, err
	}
	all := make([]Exported, 0, len(ids))
	for _, id := range ids {
		d, err := k.openFor(ctx, k.DB, person, id)
		if err != nil {
			return nil, err
		}
		one, err := k.exportOne(ctx, d, catalog.Tr{Lang: lang, Texts: k.Texts})
		if err != nil {
			return nil, err
		}
		all = append(all, *one)
	}
	return all, nil
}

func (k *Core) exportOne(ctx context.Context, d *dossier, tr catalog.Tr) (*Exported, error) {
	one := &Exported{ID: d.ID, Number: d.Number, Service: d.Definition.Name.In(tr.Lang), State: d.State, Name: d.Number}
	if one.Name == "" {
		one.Name = d.ID.String()
	}
	history, err := eventsOf(ctx, k.DB, d.ID)
	if err != nil {
		return nil, err
	}
	if one.JSON, err = json.MarshalIndent(k.exportData(d, history, tr), "", "  "); err != nil {
		return nil, err
	}
	one.Files = k.exportFiles(d)
	if !d.Me.Complete {
		return one, nil
	}
	charge, err := k.chargeOf(ctx, k.DB, d)
	if err != nil {
		return nil, err
	}
	one.PDF, err = k.paper(d, charge, tr)
	return one, err
}

func (k *Core) exportData(d *dossier, history []Event, tr catalog.Tr) exportedApplication {
	out := exportedApplication{ID: d.ID, Service: d.Service, Version: d.ServiceVersion, Name: d.Definition.Name.In(tr.Lang), State: d.State,
		Number: d.Number, Role: d.Me.ID, Organisation: d.Organisation, Begun: d.CreatedAt, Changed: d.UpdatedAt, Submitted: d.SubmittedAt,
		KeptUntil: d.KeptUntil, Parties: []exportedParty{}, Answers: []exportedSection{}, History: []exportedEvent{}}
	if d.SubmittedAt != nil {
		out.AnswerBy = d.answerBy(k.Now())
	}
	if d.Hash != nil {
		out.SHA256 = grouped(d.Hash)
	}
	for _, p := range d.Parties {
		party := exportedParty{Party: p.ID, Name: p.Name()}
		if p.Signature != nil {
			party.SignedAt = &p.Signature.SignedAt
		}
		out.Parties = append(out.Parties, party)
	}
	for _, part := range k.parts(d, tr) {
		for _, list := range part.Lists {
			section := exportedSection{Of: part.Title, Title: list.Card.Title.Text, Rows: []exportedRow{}}
			for _, row := range list.Rows {
				section.Rows = append(section.Rows, exportedRow{row.Key.Text, row.Value.Text})
			}
			out.Answers = append(out.Answers, section)
		}
	}
	for _, e := range history {
		out.History = append(out.History, exportedEvent{e.At, e.Kind, e.Note})
	}
	return out
}

// exportFiles are those that the reader sent or may read.
func (k *Core) exportFiles(d *dossier) []ExportedFile {
	var list []ExportedFile
	for _, f := range d.Files {
		mine := f.Party == d.Me.ID || f.Party == "" || f.Kept && d.complete()
		if !mine || f.Scan != scanClean && f.Scan != scanNone || k.Files.Folder == nil {
			continue
		}
		list = append(list, ExportedFile{f.Name, func() ([]byte, error) { return k.Files.read(k, d.ID, f.ID) }})
	}
	return list
}
