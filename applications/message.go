package applications

import (
	"context"
	"crypto/rand"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/catalog"
	"tamga/departments"
	"tamga/internal/calendar"
	"tamga/internal/db"
	"tamga/internal/fault"
	"tamga/internal/rus"
)

// What the parties and the department say to each other after the submission. Every word is kept sealed; what is sent by SMS or
// e-mail says only that there is something to read.

// The kinds of words.
const (
	saidMessage = "message" // either way
	saidRequest = "request" // the department needs something; see correction.go
	saidAnswer  = "answer"  // to a request
	saidAppeal  = "appeal"  // a complaint before court (210-ФЗ, article 11.1)

	saidDecision = "decision" // of the department's people on a complaint; see appeal.go
)

// Limits of what one person says.
const (
	maxWords    = 4000
	maxAttached = 5
)

// saidAgain is how long the same words count as a button pressed twice.
const saidAgain = time.Minute

// appealGrounds are what one may disagree with: the ends of locale keys applications_after.ground_<name>.
var appealGrounds = []string{"refusal", "late", "papers", "fee", "intake", "other"}

// words is what somebody said.
type words struct {
	Text      string   `json:"text,omitempty"`
	Ground    string   `json:"ground,omitempty"`    // of an appeal
	Documents []string `json:"documents,omitempty"` // of a request
	Fields    []string `json:"fields,omitempty"`
	Request   string   `json:"request,omitempty"` // of an answer: the request's id; of a decision: the complaint's
	Outcome   string   `json:"outcome,omitempty"` // of a decision
}

// message is words in their place.
type message struct {
	ID         uuid.UUID
	Kind       string
	Party      string // "" for the department
	At         time.Time
	Until      *time.Time
	AnsweredAt *time.Time
	Words      words
	Files      []*attachment
}

// mayWrite tells whether the parties may write to the department now.
func (d *dossier) mayWrite() bool { return d.State.WithDepartment() && d.may(catalog.ActionMessage) }

// mayAppeal tells whether a decision, or its absence, may be complained of: what was sent, and not taken back. The law gives that right
// whatever a definition says.
func (d *dossier) mayAppeal() bool { return d.State.WithDepartment() }

// say keeps what a party says, with files that were uploaded for it, and sends it to the department.
func (k *Core) say(ctx context.Context, tx pgx.Tx, d *dossier, m *message, files []uuid.UUID) error {
	switch {
	case m.Kind == saidAppeal && !d.mayAppeal(), m.Kind == saidMessage && !d.mayWrite():
		return errClosed
	}
	m.ID, m.Party, m.At = uuid.Must(uuid.NewV7()), d.Me.ID, k.Now()
	if twice, err := k.justSaid(ctx, tx, d, m, files); err != nil || twice {
		return err
	}
	if m.Kind == saidAppeal {
		m.Until = k.appealUntil(m.Words.Ground, m.At)
	}
	if err := k.keepWords(ctx, tx, d, m); err != nil {
		return err
	}
	if err := k.attach(ctx, tx, d, m.ID, files); err != nil {
		return err
	}
	attached, err := k.attachedTo(ctx, tx, d.ID, m.ID)
	if err != nil {
		return err
	}
	data := departments.MessageData{Text: k.spoken(d, m), Files: k.attachments(d, attached)}
	if err := k.send(ctx, tx, d, departments.TypeMessage, m.ID, data); err != nil {
		return err
	}
	if err := k.note(ctx, tx, d, Event{Kind: "said_" + m.Kind, Party: d.Me.ID}); err != nil {
		return err
	}
	k.stay(d)
	return k.store(ctx, tx, d)
}

// justSaid tells whether a party has said the very same a moment ago: the button was pressed twice. Two complaints would be two terms.
func (k *Core) justSaid(ctx context.Context, tx pgx.Tx, d *dossier, m *message, files []uuid.UUID) (bool, error) {
	if len(files) > 0 || m.Kind == saidAnswer { // an answer closes its request
		return false, nil
	}
	said, err := k.conversation(ctx, tx, d.ID)
	return slices.ContainsFunc(said, func(was *message) bool {
		return was.Kind == m.Kind && was.Party == m.Party && was.Words.Text == m.Words.Text && was.Words.Ground == m.Words.Ground &&
			len(was.Files) == 0 && m.At.Sub(was.At) < saidAgain
	}), err
}

// spoken is what the department reads: a complaint says that it is one, and by when the law wants a decision.
func (k *Core) spoken(d *dossier, m *message) string {
	if m.Kind != saidAppeal {
		return m.Words.Text
	}
	tr := k.russian()
	head := tr.T("applications_after.appeal_letter", tr.T("applications_after.ground_"+m.Words.Ground))
	if m.Until != nil {
		head += " " + tr.T("applications_after.appeal_by", rus.FormatDate(*m.Until, tr.Lang))
	}
	return head + "\n\n" + m.Words.Text
}

// appealUntil is the last day of the decision on a complaint, by the dated parameters appeal_days and, when the department would not take
// documents, appeal_intake_days: working days (210-ФЗ, article 11.2, part 6). Nil where the parameters do not say.
func (k *Core) appealUntil(ground string, from time.Time) *time.Time {
	name := "appeal_days"
	if ground == "intake" {
		name = "appeal_intake_days"
	}
	days, err := k.Catalog.Parameter(name, from)
	if err != nil {
		return nil
	}
	by := calendar.Default().AddWorkingDays(from, int(days))
	return &by
}

// send puts a message about a sent application into the outbox, to the department that has it.
func (k *Core) send(ctx context.Context, tx pgx.Tx, d *dossier, kind string, id uuid.UUID, data any) error {
	department, err := departmentOf(ctx, tx, d.ID)
	if err != nil {
		return err
	}
	raw, err := marshal(data)
	if err != nil {
		return err
	}
	return departments.Enqueue(ctx, tx, k.River, k.Box, departments.Delivery{ID: id, Type: kind, ApplicationID: d.ID, Number: d.Number,
		Department: department, Service: d.Service, ServiceVersion: d.ServiceVersion, Data: raw})
}

// stay keeps an application that is over, and about which people still talk, for another while.
func (k *Core) stay(d *dossier) {
	if until := k.Now().Add(d.Definition.KeepFinished()); d.State.Final() && until.After(d.KeptUntil) {
		d.KeptUntil = until
	}
}

// keepWords stores a message.
func (k *Core) keepWords(ctx context.Context, tx pgx.Tx, d *dossier, m *message) error {
	body, err := k.seal(m.Words, d.ID, "message", m.ID.String())
	if err != nil {
		return err
	}
	return insertMessage(ctx, tx, d.ID, messageRow{ID: m.ID, Kind: m.Kind, Party: m.Party, Body: body, At: m.At, Until: m.Until})
}

// conversation is everything that was said about an application, oldest first.
func (k *Core) conversation(ctx context.Context, on db.DB, application uuid.UUID) ([]*message, error) {
	rows, err := messagesOf(ctx, on, application)
	if err != nil {
		return nil, err
	}
	files, err := messageFiles(ctx, on, application)
	if err != nil {
		return nil, err
	}
	var all []*message
	for _, row := range rows {
		m := &message{ID: row.ID, Kind: row.Kind, Party: row.Party, At: row.At, Until: row.Until, AnsweredAt: row.AnsweredAt}
		if err := k.unseal(row.Body, &m.Words, application, "message", m.ID.String()); err != nil {
			return nil, err
		}
		for _, f := range files {
			if f.Message != nil && *f.Message == m.ID {
				a, err := k.opened(application, f.fileRow)
				if err != nil {
					return nil, err
				}
				m.Files = append(m.Files, a)
			}
		}
		all = append(all, m)
	}
	return all, nil
}

// attachedTo lists the files of one message.
func (k *Core) attachedTo(ctx context.Context, on db.DB, application, message uuid.UUID) ([]*attachment, error) {
	files, err := messageFiles(ctx, on, application)
	if err != nil {
		return nil, err
	}
	var list []*attachment
	for _, f := range files {
		if f.Message == nil || *f.Message != message {
			continue
		}
		a, err := k.opened(application, f.fileRow)
		if err != nil {
			return nil, err
		}
		list = append(list, a)
	}
	return list, nil
}

var errTooManyFiles = fault.New(fault.Invalid, "applications_after.files_many", maxAttached)

// attach gives uploaded files to a message. Nothing goes to a department before the scanner has called it clean.
func (k *Core) attach(ctx context.Context, tx pgx.Tx, d *dossier, message uuid.UUID, files []uuid.UUID) error {
	if len(files) == 0 {
		return nil
	}
	if len(files) > maxFiles {
		return errTooManyFiles
	}
	n, err := giveFiles(ctx, tx, d.ID, *d.Me.Person, message, files)
	if err == nil && n != int64(len(files)) {
		return errScanning
	}
	return err
}

// attachments are files as the department is told of them.
func (k *Core) attachments(d *dossier, files []*attachment) []departments.Attachment {
	var list []departments.Attachment
	for _, f := range files {
		list = append(list, k.passFor(d.ID, f))
	}
	return list
}

// heard takes what the department says.
func (k *Core) heard(ctx context.Context, tx pgx.Tx, d *dossier, u departments.Update) error {
	m := &message{ID: uuid.Must(uuid.NewV7()), Kind: saidMessage, At: u.At, Words: words{Text: u.Text}}
	notice := saidMessage
	if u.Kind == departments.KindRequest && u.Request != nil {
		m.Kind, notice = saidRequest, saidRequest
		m.Words.Documents, m.Words.Fields = u.Request.Documents, d.askable(u.Request.Fields)
		if !u.Request.Until.IsZero() {
			m.Until = &u.Request.Until
		}
	}
	if err := k.keepWords(ctx, tx, d, m); err != nil {
		return err
	}
	return k.tidings(ctx, tx, d, Event{Kind: "heard_" + notice, At: u.At}, "after_"+notice)
}

// tidings notes news that do not move the application, and tells the parties.
func (k *Core) tidings(ctx context.Context, tx pgx.Tx, d *dossier, e Event, notice string) error {
	if err := k.note(ctx, tx, d, e); err != nil {
		return err
	}
	k.stay(d)
	if err := k.store(ctx, tx, d); err != nil {
		return err
	}
	return k.tell(ctx, tx, d, notice, nil)
}

// awaits takes when and where the department awaits the applicant.
func (k *Core) awaits(ctx context.Context, tx pgx.Tx, d *dossier, u departments.Update) error {
	a := appointment{At: u.Appointment.At, Place: u.Appointment.Place, Note: u.Appointment.Text}
	if err := putAppointment(ctx, tx, d.ID, a, k.Now()); err != nil {
		return err
	}
	return k.tidings(ctx, tx, d, Event{Kind: "appointment", At: u.At}, "after_appointment")
}

// delivered takes how it went with our own message to the department. What it could not take is said; that it waits is not a reason to
// worry anybody a second time.
func (k *Core) delivered(ctx context.Context, tx pgx.Tx, d *dossier, u departments.Update) error {
	if u.Status != departments.Rejected {
		return nil
	}
	return k.tidings(ctx, tx, d, Event{Kind: "not_taken", Note: u.Text, At: u.At}, "after_not_taken")
}

// controlCode makes what a stranger needs beside the number: 40 bits in letters that are not mistaken for digits.
func controlCode() string {
	const letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	raw := make([]byte, 8)
	_, _ = rand.Read(raw)
	for i := range raw {
		raw[i] = letters[raw[i]&31]
	}
	return string(raw)
}

// cut makes a typed text fit to keep.
func cut(text string, limit int) string {
	text = strings.TrimSpace(strings.ToValidUTF8(strings.ReplaceAll(text, "\x00", ""), " "))
	if runes := []rune(text); len(runes) > limit {
		return string(runes[:limit])
	}
	return text
}
