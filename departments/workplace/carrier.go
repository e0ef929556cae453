package workplace

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/departments"
	"tamga/internal/db"
)

// Carrier takes messages of the exchange into the inbox.
type Carrier struct {
	DB  db.DB
	Box sealer
	Now func() time.Time
}

// Carry answers as a department's system would: 202 for an application and 200 for what comes later, when it is kept, now or before;
// 422 when it comes too late or cannot be read.
func (k *Carrier) Carry(ctx context.Context, to *departments.Endpoint, m *departments.Outgoing) (a *departments.Answer, err error) {
	id, err := uuid.Parse(m.Event.Subject)
	if err != nil {
		return reject("the subject is no application")
	}
	var data departments.Message
	if err := json.Unmarshal(m.Event.Data, &data); err != nil {
		return reject("the data cannot be read")
	}
	err = pgx.BeginFunc(ctx, k.DB, func(tx pgx.Tx) error {
		if m.Event.Type == departments.TypeSubmitted {
			a, err = k.submitted(ctx, tx, to.Code, id, m.ID, &data)
		} else {
			a, err = k.later(ctx, tx, to.Code, id, m, &data)
		}
		return err
	})
	return a, err
}

func reject(reason string) (*departments.Answer, error) {
	body, err := json.Marshal(map[string]string{"reason": reason})
	return &departments.Answer{Status: http.StatusUnprocessableEntity, Body: body}, err
}

// A submission is received, and the clerk calls back; what comes later is taken as it is.
var (
	received = &departments.Answer{Status: http.StatusAccepted}
	taken    = &departments.Answer{Status: http.StatusOK}
)

func (k *Carrier) submitted(ctx context.Context, tx pgx.Tx, code string, id, message uuid.UUID, m *departments.Message) (*departments.Answer, error) {
	l, err := readLetter(m.Application)
	if err != nil {
		return reject("the application cannot be read")
	}
	c := &Case{ID: id, Department: code, Number: m.Number, Service: m.Service, Version: m.ServiceVersion, ServiceName: l.ServiceName, Office: l.office(),
		Letter: k.Box.Seal(m.Application, placeOf("letter", id)), ReceivedAt: k.Now(), DueAt: l.due()}
	if c.ServiceName == "" {
		c.ServiceName = c.Service
	}
	fresh, err := insertCase(ctx, tx, c)
	if err != nil || !fresh {
		return received, err
	}
	_, err = insertEntry(ctx, tx, id, entry{ID: message, Kind: "submitted", Actor: "citizen", At: c.ReceivedAt})
	return received, err
}

// later takes what a citizen says about an application that is here.
func (k *Carrier) later(ctx context.Context, tx pgx.Tx, code string, id uuid.UUID, m *departments.Outgoing, data *departments.Message) (*departments.Answer, error) {
	c, err := lockCase(ctx, tx, code, id)
	if err != nil {
		return nil, fmt.Errorf("message %s: %w", m.ID, err)
	}
	kind := strings.TrimPrefix(m.Event.Type, "tamga.application.")
	s, corrected, err := understand(kind, data)
	if err != nil {
		return reject(err.Error())
	}
	if kind == "cancelled" && !c.Open() && c.State != "cancelled" {
		return reject("Заявление уже рассмотрено")
	}
	e := entry{ID: m.ID, Kind: kind, Actor: "citizen", At: k.Now()}
	if e.Sealed, err = s.seal(k.Box, m.ID); err != nil {
		return nil, err
	}
	fresh, err := insertEntry(ctx, tx, id, e)
	if err != nil || !fresh {
		return taken, err
	}
	switch {
	case kind == "cancelled":
		_, err = setState(ctx, tx, c, move{from: []string{"new", "accepted", "in_progress"}, to: "cancelled"}, "", k.Now())
	case len(corrected) > 0:
		err = setLetter(ctx, tx, id, k.Box.Seal(corrected, placeOf("letter", id)))
	}
	if err != nil {
		return nil, err
	}
	return taken, setFresh(ctx, tx, id, true)
}

// said is the text of an entry, with what came with it.
type said struct {
	Text  string                   `json:"text,omitempty"`
	Files []departments.Attachment `json:"files,omitempty"`
}

func (s said) seal(box sealer, id uuid.UUID) ([]byte, error) {
	raw, err := json.Marshal(s)
	return box.Seal(raw, placeOf("entry", id)), err
}

func openSaid(box sealer, id uuid.UUID, sealed []byte) (s said, err error) {
	if len(sealed) == 0 {
		return s, nil
	}
	raw, err := box.Open(sealed, placeOf("entry", id))
	if err != nil {
		return s, err
	}
	return s, json.Unmarshal(raw, &s)
}

// understand reads what a message says, and the application anew when it was corrected.
func understand(kind string, m *departments.Message) (s said, corrected json.RawMessage, err error) {
	switch kind {
	case "message":
		var d departments.MessageData
		err = json.Unmarshal(m.Message, &d)
		s = said{d.Text, d.Files}
	case "corrected":
		var d departments.CorrectedData
		err = json.Unmarshal(m.Correction, &d)
		s, corrected = said{d.Text, d.Files}, d.Application
		if err == nil && len(corrected) > 0 {
			_, err = readLetter(corrected)
		}
	case "cancelled":
		var d departments.CancelledData
		err = json.Unmarshal(m.Cancellation, &d)
		s = said{Text: d.Reason}
	default:
		err = fmt.Errorf("unknown kind of message %q", kind)
	}
	return s, corrected, err
}
