package workplace

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/google/uuid"

	"tamga/departments"
	"tamga/internal/calendar"
	"tamga/internal/fault"
	"tamga/internal/rus"
)

// Case is an application at a department of the workplace.
type Case struct {
	ID                           uuid.UUID // of the application
	Department, Number, Service  string
	Version                      int // of the service's definition
	ServiceName, Office, State   string
	Assignee                     *uuid.UUID
	AssigneeName                 string
	Letter                       []byte // sealed
	ReceivedAt                   time.Time
	DueAt, AskedUntil, DecidedAt *time.Time
	Ground                       string
	Sequence                     int64
	Fresh                        bool
}

// Open tells whether a decision is awaited.
func (c *Case) Open() bool {
	return c.State == "new" || c.State == "accepted" || c.State == "in_progress"
}

// Late tells whether the promised term is over.
func (c *Case) Late(now time.Time) bool { return c.Open() && c.DueAt != nil && now.After(*c.DueAt) }

// letter is what the department received. Files are for it alone.
type letter struct {
	departments.Application
	AnswerBy *time.Time               `json:"answer_by"`
	Files    []departments.Attachment `json:"files"`
}

// office is where the citizen wants to be served, "" when the service has one office.
func (l *letter) office() string {
	if l.Slot != nil {
		return l.Slot.Name
	}
	return ""
}

// due is the end of the working hours of the day that was promised.
func (l *letter) due() *time.Time {
	if l.AnswerBy == nil {
		return nil
	}
	day := l.AnswerBy.In(rus.Moscow)
	ends := calendar.Office.Close
	if calendar.Default().IsShort(day) {
		ends -= calendar.Office.ShorterBeforeHoliday
	}
	at := time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, rus.Moscow).Add(ends)
	return &at
}

func readLetter(raw []byte) (*letter, error) {
	var l letter
	return &l, json.Unmarshal(raw, &l)
}

// move is a decision: from which states it leads to which.
type move struct {
	from   []string
	to     string
	status string // that the portal is told
}

var moves = map[string]move{
	"accept":   {[]string{"new"}, "accepted", departments.Accepted},
	"begin":    {[]string{"accepted"}, "in_progress", departments.InProgress},
	"complete": {[]string{"accepted", "in_progress"}, "completed", departments.Completed},
	"refuse":   {[]string{"new", "accepted", "in_progress"}, "refused", departments.Refused},
}

func (c *Case) may(do string) bool { return slices.Contains(moves[do].from, c.State) }

var (
	errNone  = fault.New(fault.NotFound, "workplace.none")
	errMoved = fault.New(fault.Conflict, "workplace.moved_on")
)

// sealer is the part of secret.Box that is used here.
type sealer interface {
	Seal(plain, aad []byte) []byte
	Open(sealed, aad []byte) ([]byte, error)
}

func placeOf(kind string, id uuid.UUID) []byte {
	return []byte("workplace/" + kind + "/" + id.String())
}
