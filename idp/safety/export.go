package safety

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"time"

	"github.com/google/uuid"

	"tamga/idp/account"
	"tamga/internal/db"
	"tamga/internal/fault"
	"tamga/internal/journal"
)

// Exporter adds a part to what a person takes away. Func returns what encoding/json can write, or nil when there is nothing.
type Exporter struct {
	Name string // of the part, in the JSON; "idp_safety.part_<name>" is its title
	Func func(ctx context.Context, d db.DB, account uuid.UUID) (any, error)
}

// exportPart is one part gathered.
type exportPart struct {
	Name string
	Data any
}

// exported are a person's own words about the account, without the keys and hashes that only the provider can use.
type exported struct {
	Number         string        `json:"number"`
	LastName       string        `json:"last_name"`
	FirstName      string        `json:"first_name"`
	MiddleName     string        `json:"middle_name"`
	Phone          string        `json:"phone"`
	Email          string        `json:"email"`
	EmailConfirmed bool          `json:"email_confirmed"`
	Level          account.Level `json:"level"`
	LevelAt        time.Time     `json:"level_at"`
}

type exportedIdentity struct {
	State       string           `json:"state"`
	LastName    string           `json:"last_name"`
	FirstName   string           `json:"first_name"`
	MiddleName  string           `json:"middle_name"`
	Sex         string           `json:"sex"`
	BirthDate   string           `json:"birth_date"`
	BirthPlace  string           `json:"birth_place"`
	Citizenship string           `json:"citizenship"`
	SNILS       string           `json:"snils"`
	Document    account.Document `json:"document"`
	SubmittedAt time.Time        `json:"submitted_at"`
}

type exportedSession struct {
	StartedAt time.Time  `json:"started_at"`
	SeenAt    time.Time  `json:"seen_at"`
	EndedAt   *time.Time `json:"ended_at"`
	Methods   []string   `json:"methods"`
	Device    string     `json:"device"`
	Address   string     `json:"address"`
}

type exportedEvent struct {
	At      time.Time `json:"at"`
	Action  string    `json:"action"`
	Actor   string    `json:"actor"`
	Role    string    `json:"role"`
	Purpose string    `json:"purpose"`
	Address string    `json:"address"`
}

// maxEvents bounds an export: it is made while the person waits.
const maxEvents = 10_000

// gather collects all parts.
func (h *Handler) gather(ctx context.Context, a *account.Account) ([]exportPart, error) {
	own := []Exporter{
		{"account", func(context.Context, db.DB, uuid.UUID) (any, error) {
			return exported{a.Subject(), a.LastName, a.FirstName, a.MiddleName, a.Phone, a.Email, a.EmailConfirmed, a.Level, a.LevelAt}, nil
		}},
		{"identity", h.exportIdentity},
	}
	last := []Exporter{
		{"consents", func(ctx context.Context, d db.DB, id uuid.UUID) (any, error) { return consentsOf(ctx, d, id) }},
		{"sessions", h.exportSessions},
		{"events", exportEvents},
	}
	var parts []exportPart
	for _, list := range [][]Exporter{own, h.Exporters, last} {
		for _, e := range list {
			data, err := e.Func(ctx, h.DB, a.ID)
			if err != nil {
				return nil, errors.Join(errors.New("export "+e.Name), err)
			}
			if data != nil {
				parts = append(parts, exportPart{e.Name, data})
			}
		}
	}
	return parts, nil
}

func (h *Handler) exportIdentity(ctx context.Context, d db.DB, id uuid.UUID) (any, error) {
	i, err := account.IdentityOf(ctx, d, h.Box, id)
	if errors.Is(err, fault.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return exportedIdentity{i.State, i.LastName, i.FirstName, i.MiddleName, i.Sex, i.BirthDate.Format(time.DateOnly), i.BirthPlace,
		i.Citizenship, i.SNILS, i.Document, i.SubmittedAt}, nil
}

func (h *Handler) exportSessions(ctx context.Context, d db.DB, id uuid.UUID) (any, error) {
	all, err := account.SessionsOf(ctx, d, id, h.Now().Add(-RuleAt(h.Now()).Past), maxSessions)
	list := make([]exportedSession, len(all))
	for i, s := range all {
		list[i] = exportedSession{s.StartedAt, s.SeenAt, s.EndedAt, s.Methods, s.Device, s.Address}
	}
	return list, err
}

func exportEvents(ctx context.Context, d db.DB, id uuid.UUID) (any, error) {
	records, err := journal.OfSubject(ctx, d, id.String(), 0, maxEvents)
	list := make([]exportedEvent, len(records))
	for i, r := range records {
		list[i] = exportedEvent{At: r.At, Action: r.Action, Actor: r.Actor, Role: r.ActorRole, Purpose: r.Purpose}
		if r.Address.IsValid() {
			list[i].Address = r.Address.String()
		}
	}
	return list, err
}

// archive packs the parts: one JSON for machines, one page for people.
func archive(parts []exportPart, page func(io.Writer, []exportPart) error, at time.Time) ([]byte, error) {
	all := map[string]any{"made_at": at.UTC()}
	for _, p := range parts {
		all[p.Name] = p.Data
	}
	raw, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return nil, err
	}
	var packed bytes.Buffer
	w := zip.NewWriter(&packed)
	add := func(name string, write func(io.Writer) error) error {
		f, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: at})
		if err != nil {
			return err
		}
		return write(f)
	}
	err = errors.Join(
		add("data.json", func(f io.Writer) error { _, err := f.Write(raw); return err }),
		add("data.html", func(f io.Writer) error { return page(f, parts) }),
		w.Close())
	return packed.Bytes(), err
}
