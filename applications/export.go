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
	Messages     []exportedMessage `json:"messages"`
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

// exportedMessage is what was said about the application: by a party, or by the department for "".
type exportedMessage struct {
	At        time.Time  `json:"at"`
	Kind      string     `json:"kind"`
	Party     string     `json:"party,omitempty"`
	Text      string     `json:"text,omitempty"`
	Ground    string     `json:"ground,omitempty"`
	Outcome   string     `json:"outcome,omitempty"`
	Documents []string   `json:"documents,omitempty"`
	Until     *time.Time `json:"until,omitempty"`
	Answered  *time.Time `json:"answered_at,omitempty"`
	Files     []string   `json:"files,omitempty"`
}

type exportedEvent struct {
	At   time.Time `json:"at"`
	Kind string    `json:"kind"`
	Note string    `json:"note,omitempty"`
}

// Export gives a person all applications that they take part in, as they may read them themselves: the own and the shared part at any
// time, those of the others once there is a whole. Of what was filed for an organisation there is the fact alone: the rest is the
// organisation's, and who takes it away may not be its employee any more.
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
	if d.Organisation != nil && d.Organisation.Audience == catalog.Organisation {
		var err error
		one.JSON, err = json.MarshalIndent(k.exportFact(d, tr), "", "  ")
		return one, err
	}
	history, err := eventsOf(ctx, k.DB, d.ID)
	if err != nil {
		return nil, err
	}
	said, err := k.conversation(ctx, k.DB, d.ID)
	if err != nil {
		return nil, err
	}
	issued, err := k.exportIssued(ctx, d)
	if err != nil {
		return nil, err
	}
	if one.JSON, err = json.MarshalIndent(k.exportData(d, history, said, tr), "", "  "); err != nil {
		return nil, err
	}
	one.Files = append(k.exportFiles(d, said), issued...)
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

// exportFact is that there is an application, without what stands in it.
func (k *Core) exportFact(d *dossier, tr catalog.Tr) exportedApplication {
	return exportedApplication{ID: d.ID, Service: d.Service, Version: d.ServiceVersion, Name: d.Definition.Name.In(tr.Lang), State: d.State,
		Number: d.Number, Role: d.Me.ID, Organisation: d.Organisation, Begun: d.CreatedAt, Changed: d.UpdatedAt, Submitted: d.SubmittedAt,
		KeptUntil: d.KeptUntil, Parties: []exportedParty{}, Answers: []exportedSection{}, History: []exportedEvent{}, Messages: []exportedMessage{}}
}

func (k *Core) exportData(d *dossier, history []Event, said []*message, tr catalog.Tr) exportedApplication {
	out := k.exportFact(d, tr)
	out.Messages = exportMessages(said)
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

func exportMessages(said []*message) []exportedMessage {
	list := []exportedMessage{}
	for _, m := range said {
		one := exportedMessage{At: m.At, Kind: m.Kind, Party: m.Party, Text: m.Words.Text, Ground: m.Words.Ground, Outcome: m.Words.Outcome,
			Documents: m.Words.Documents, Until: m.Until, Answered: m.AnsweredAt}
		for _, f := range m.Files {
			one.Files = append(one.Files, f.Name)
		}
		list = append(list, one)
	}
	return list
}

// exportFiles are those that the reader sent or may read, with those of the messages.
func (k *Core) exportFiles(d *dossier, said []*message) []ExportedFile {
	var list []ExportedFile
	add := func(f *attachment) {
		if f.clean() && k.Files.Folder != nil {
			list = append(list, ExportedFile{f.Name, func() ([]byte, error) { return k.Files.read(k, d.ID, f.ID) }})
		}
	}
	for _, f := range d.Files {
		if f.Party == d.Me.ID || f.Party == "" || f.Kept && d.complete() {
			add(f)
		}
	}
	for _, m := range said {
		for _, f := range m.Files {
			add(f)
		}
	}
	return list
}

// exportIssued are the documents that the department sent, with their signatures.
func (k *Core) exportIssued(ctx context.Context, d *dossier) ([]ExportedFile, error) {
	issued, err := documentsOf(ctx, k.DB, d.ID)
	if err != nil || k.Files.Folder == nil {
		return nil, err
	}
	var list []ExportedFile
	for _, o := range issued {
		var name string
		if err := k.unseal(o.Name, &name, d.ID, "document", o.ID.String()); err != nil {
			return nil, err
		}
		list = append(list, ExportedFile{name, func() ([]byte, error) { return k.Files.read(k, d.ID, o.ID) }})
		if o.Signature != nil {
			list = append(list, ExportedFile{name + ".sig", func() ([]byte, error) { return o.Signature, nil }})
		}
	}
	return list, nil
}
