package applications

import (
	"time"

	"github.com/google/uuid"

	"tamga/catalog"
	"tamga/internal/i18n"
	"tamga/internal/rus"
)

// Person is somebody signed in to the portal, as the applications need to know them.
type Person struct {
	ID                  uuid.UUID
	Level               catalog.Level
	Last, First, Middle string
	SNILS               string            // 11 digits, "" when not known
	Profile             map[string]string // by the keys of catalog.Question.Prefill
	Organisation        *Organisation     // in whose name the person acts at this sign-in, nil for the own
}

// Application is the row itself.
type Application struct {
	ID             uuid.UUID
	Service        string
	ServiceVersion int
	State          State
	Version        int64
	Number         string
	Hash           []byte // of the canonical form that was submitted
	Deadline       *time.Time
	PaidCharge     *uuid.UUID
	PaidAt         *time.Time
	RefundDue      bool
	LateAt         *time.Time
	KeptUntil      time.Time
	CreatedAt      time.Time
	UpdatedAt      time.Time
	SubmittedAt    *time.Time
	AnswerBy       *time.Time    // last day of the department's term, nil before it runs, and where a chosen time takes its place
	ControlCode    string        // shows a stranger, with the number, that the application was filed
	Organisation   *Organisation // in whose name it was begun, nil for the person's own
}

// Overdue tells whether the clock has run out at now, whether or not somebody has noticed yet.
func (a *Application) Overdue(now time.Time) bool {
	return a.State.Clocked() && a.Deadline != nil && !now.Before(*a.Deadline)
}

// Party is somebody's place in an application.
type Party struct {
	ID       string // in the service's definition
	Position int    // 0 files
	Person   *uuid.UUID
	Last     string // names are "" until joined
	First    string
	Middle   string
	SNILS    string
	Contact  contact
	JoinedAt *time.Time

	Complete  bool       // the own part is filled; for the filer the shared part too
	Invited   *time.Time // when the invitation that is open now was sent
	Masked    string     // the invited one's SNILS as far as it may be shown: its last digits
	Signature *Signature // over the present text, or nil

	Superseded bool // there is a signature over another text that nobody has voided
}

// Joined tells whether a person stands behind the party.
func (p *Party) Joined() bool { return p.Person != nil }

// Name returns the full name, "" until the person has come.
func (p *Party) Name() string { return rus.FullName(p.Last, p.First, p.Middle) }

// contact is where notices go.
type contact struct {
	Phone string `json:"phone,omitempty"`
	Email string `json:"email,omitempty"`

	Lang i18n.Lang `json:"lang,omitempty"`
}

// Signature is a simple electronic signature over the canonical form.
type Signature struct {
	Party    string
	Person   uuid.UUID
	Name     string
	Level    catalog.Level
	Hash     []byte
	SignedAt time.Time
}

// dossier is an application with all that belongs to it, as one transaction sees it.
type dossier struct {
	Application
	Definition *catalog.Service
	Parties    []*Party // by position
	Set        catalog.Set
	Booking    *booking // held or booked, or nil
	Files      []*attachment
	Me         *Party // who looks, nil for a job
	Form       []byte // the canonical form of the present answers
}

// filer is the first party.
func (d *dossier) filer() *Party { return d.Parties[0] }

// party returns the party with this id, or nil.
func (d *dossier) party(id string) *Party {
	for _, p := range d.Parties {
		if p.ID == id {
			return p
		}
	}
	return nil
}

// absent returns the first party whom nobody stands behind yet, or nil.
func (d *dossier) absent() *Party {
	for _, p := range d.Parties {
		if !p.Joined() {
			return p
		}
	}
	return nil
}

// complete tells whether every part is filled by somebody.
func (d *dossier) complete() bool {
	for _, p := range d.Parties {
		if !p.Joined() || !p.Complete {
			return false
		}
	}
	return true
}

// signed tells whether every party has signed the present text.
func (d *dossier) signed() bool {
	for _, p := range d.Parties {
		if p.Signature == nil {
			return false
		}
	}
	return true
}

// anySignature tells whether an edit would void something.
func (d *dossier) anySignature() bool {
	for _, p := range d.Parties {
		if p.Signature != nil {
			return true
		}
	}
	return false
}

// payer returns the party that pays the duty.
func (d *dossier) payer() *Party {
	if d.Definition.Duty != nil {
		if p := d.party(d.Definition.Duty.PaidBy); p != nil {
			return p
		}
	}
	return d.filer()
}

// steps returns the pages that p sees.
func (d *dossier) steps(p *Party) []catalog.Step {
	return d.Definition.StepsOf(p.ID, d.Set)
}
