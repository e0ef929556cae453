package support

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/calendar"
	"tamga/internal/db"
	"tamga/internal/fault"
)

// Report is what the system itself found. Cause is for staff and never holds personal data.
type Report struct {
	Key   string // of the cause: the same key makes no second incident
	Topic string // a row of support_topic
	Cause string

	Application, Delivery, Payment *uuid.UUID
	At                             time.Time
}

// Raise makes an incident in the caller's transaction, unless there is one with this key. It returns the incident either way.
func Raise(ctx context.Context, tx pgx.Tx, r Report) (uuid.UUID, error) {
	if r.Key == "" {
		return uuid.Nil, errors.New("support: an incident of the system needs a key")
	}
	cause := []rune(strings.ToValidUTF8(r.Cause, ""))
	i := Incident{Key: &r.Key, Source: "system", Topic: r.Topic, Kind: "problem", Lang: "ru", Cause: string(cause[:min(len(cause), 500)]),
		Application: r.Application, Delivery: r.Delivery, Payment: r.Payment, RaisedAt: r.At}
	err := raise(ctx, tx, &i, "system")
	return i.ID, err
}

// Incident is something that somebody must answer.
type Incident struct {
	ID, Account                    uuid.UUID
	Number                         string
	Key                            *string
	Source, Line, Topic, Kind      string
	State, Lang, Cause             string
	Step                           int
	Contact                        []byte
	Application, Delivery, Payment *uuid.UUID
	Assignee, MergedInto           *uuid.UUID
	RaisedAt, DueAt                time.Time
	AnsweredAt, ClosedAt           *time.Time
}

// Shown is the number as it is said on the phone: three groups of three.
func (i *Incident) Shown() string { return showNumber(i.Number) }

func showNumber(n string) string {
	if len(n) != 9 {
		return n
	}
	return n[:3] + "-" + n[3:6] + "-" + n[6:]
}

// Open tells whether the clock runs.
func (i *Incident) Open() bool { return i.State == "new" || i.State == "working" }

// Late tells whether the clock is broken at a time.
func (i *Incident) Late(now time.Time) bool {
	if i.AnsweredAt != nil {
		return i.AnsweredAt.After(i.DueAt)
	}
	return now.After(i.DueAt)
}

// newNumber adds a check digit by which a slip on the phone is heard (Luhn).
func newNumber(n int64) string {
	digits := strconv.FormatInt(n, 10)
	return digits + string(rune('0'+luhn(digits)))
}

func luhn(digits string) int {
	sum := 0
	for i := range digits {
		d := int(digits[len(digits)-1-i] - '0')
		if i%2 == 0 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return (10 - sum%10) % 10
}

// validNumber reads a number as people type it; "" is none.
func validNumber(s string) string {
	s = strings.NewReplacer("-", "", " ", "", "№", "").Replace(s)
	if len(s) != 9 || strings.Trim(s, "0123456789") != "" || luhn(s[:8]) != int(s[8]-'0') {
		return ""
	}
	return s
}

// line is a row of support_line.
type line struct {
	Code          string
	Reaction      time.Duration
	Opens, Closes *time.Duration
}

// after returns the moment when a share, in per cent, of the reaction time is over.
func (l *line) after(from time.Time, share int) time.Time {
	d := l.Reaction * time.Duration(share) / 100
	if l.Opens == nil {
		return from.Add(d)
	}
	return calendar.Default().AddWorkingTime(from, d, calendar.Hours{Open: *l.Opens, Close: *l.Closes})
}

// raise numbers an incident, chooses its line and starts its clock. With a key that is known it reads the one that is there.
func raise(ctx context.Context, tx pgx.Tx, i *Incident, actor string) error {
	l, err := lineFor(ctx, tx, i.Topic, i.Kind)
	if err != nil {
		return fmt.Errorf("line of %s/%s: %w", i.Topic, i.Kind, err)
	}
	n, err := nextNumber(ctx, tx)
	if err != nil {
		return err
	}
	i.ID, i.Number, i.Line, i.State, i.Step, i.DueAt = uuid.Must(uuid.NewV7()), newNumber(n), l.Code, "new", 1, l.after(i.RaisedAt, 100)
	fresh, err := insertIncident(ctx, tx, i)
	if err != nil || !fresh {
		return err
	}
	if err := insertEvent(ctx, tx, i, "raised", actor, i.RaisedAt); err != nil {
		return err
	}
	return startClock(ctx, tx, i, l, i.RaisedAt)
}

// startClock begins a clock and writes down when the incident comes to whom.
func startClock(ctx context.Context, tx pgx.Tx, i *Incident, l *line, from time.Time) error {
	if err := insertClock(ctx, tx, i, l.Code, from, l.after(from, 100)); err != nil {
		return err
	}
	chain, err := dutyOf(ctx, tx, l.Code)
	if err != nil {
		return err
	}
	for _, d := range chain {
		if d.Step == 1 {
			continue
		}
		if err := planEscalation(ctx, tx, i.ID, d.Step, l.after(from, d.Share)); err != nil {
			return err
		}
	}
	return nil
}

// contact is where an answer goes.
type contact struct {
	Email string `json:"email,omitempty"`
	Phone string `json:"phone,omitempty"`
}

// sealer is the part of secret.Box that is used here.
type sealer interface {
	Seal(plain, aad []byte) []byte
	Open(sealed, aad []byte) ([]byte, error)
}

func sealContact(box sealer, who contact) ([]byte, error) {
	raw, err := json.Marshal(who)
	return box.Seal(raw, []byte("support/contact")), err
}

func openContact(box sealer, sealed []byte) (who contact, err error) {
	if len(sealed) == 0 {
		return who, nil
	}
	raw, err := box.Open(sealed, []byte("support/contact"))
	if err != nil {
		return who, err
	}
	return who, json.Unmarshal(raw, &who)
}

// message is one thing that was said.
type message struct {
	ID       uuid.UUID
	Author   string // citizen, staff, note
	Employee *uuid.UUID
	Name     string // of the employee
	Sealed   []byte
	Text     string
	At       time.Time
}

func say(ctx context.Context, d db.DB, box sealer, incident uuid.UUID, m message) error {
	m.ID = uuid.Must(uuid.NewV7())
	m.Sealed = box.Seal([]byte(m.Text), m.ID[:])
	return insertMessage(ctx, d, incident, &m)
}

var errNotFound = fault.New(fault.NotFound, "support.none")
