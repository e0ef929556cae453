package departments

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// The types of messages. TypeMessage goes both ways.
const (
	TypeSubmitted = "tamga.application.submitted" // to a department: Message with Application
	TypeCorrected = "tamga.application.corrected" // to a department: Message with CorrectedData
	TypeCancelled = "tamga.application.cancelled" // to a department: Message with CancelledData
	TypeMessage   = "tamga.application.message"   // to a department: Message with MessageData; from it: SaidData

	TypeStatus      = "tamga.application.status"      // from a department: StatusData
	TypeRequest     = "tamga.application.request"     // from a department: RequestData
	TypeResult      = "tamga.application.result"      // from a department: ResultData
	TypeAppointment = "tamga.application.appointment" // from a department: Appointment
)

// MediaType is the Content-Type of a message; SignatureHeader carries its JWS.
const (
	MediaType       = "application/cloudevents+json"
	SignatureHeader = "X-JWS-Signature"
)

// Event is a CloudEvents 1.0 event. Audience is our extension, Sequence the one that CloudEvents describes.
type Event struct {
	SpecVersion     string          `json:"specversion"`
	ID              string          `json:"id"`
	Source          string          `json:"source"`
	Type            string          `json:"type"`
	Subject         string          `json:"subject"` // the application's id
	Time            time.Time       `json:"time"`
	Audience        string          `json:"audience"`
	Sequence        int64           `json:"sequence,string,omitempty"`
	DataContentType string          `json:"datacontenttype"`
	Data            json.RawMessage `json:"data"`
}

// Source is how the department of that code names itself in events.
func Source(code string) string { return "urn:tamga:department:" + code }

// NewEvent returns an event of our version with data as JSON.
func NewEvent(typ, id, source, audience, subject string, at time.Time, data any) (*Event, error) {
	raw, err := json.Marshal(data)
	if err != nil {
		return nil, err
	}
	return &Event{SpecVersion: "1.0", ID: id, Source: source, Type: typ, Subject: subject, Time: at.UTC(), Audience: audience,
		DataContentType: "application/json", Data: raw}, nil
}

// maxID bounds the id of an event: it is a key in two databases.
const maxID = 200

// ParseEvent reads an event and refuses one that lacks what the protocol needs. Unknown attributes are ignored, as
// CloudEvents asks.
func ParseEvent(body []byte) (*Event, error) {
	if !utf8.Valid(body) {
		return nil, errors.New("event is not UTF-8")
	}
	var e Event
	d := json.NewDecoder(bytes.NewReader(body))
	if err := d.Decode(&e); err != nil {
		return nil, fmt.Errorf("event is not JSON: %w", err)
	}
	if d.More() {
		return nil, errors.New("event has something after its end")
	}
	switch {
	case e.SpecVersion != "1.0":
		return nil, fmt.Errorf("specversion %q, want 1.0", clean(e.SpecVersion, 20))
	case e.ID == "" || len(e.ID) > maxID || strings.ContainsFunc(e.ID, isControl):
		return nil, errors.New("id is empty, too long or has control characters")
	case e.Source == "" || e.Type == "" || e.Subject == "" || e.Audience == "":
		return nil, errors.New("source, type, subject or audience is missing")
	case e.Time.IsZero():
		return nil, errors.New("time is missing")
	case e.Sequence < 0:
		return nil, errors.New("sequence is negative")
	}
	return &e, nil
}

func isControl(r rune) bool { return r < ' ' || r == 0x7f || r == 0 || r == '\u2028' || r == '\u2029' }

// clean makes a foreign text fit to keep and show: valid, without control characters, at most limit runes. PostgreSQL refuses
// a NUL in a text, and a refused row would make the message come again for ever.
func clean(s string, limit int) string {
	s = strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case isControl(r), r >= 0x80 && r < 0xa0, r == utf8.RuneError:
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, " ")))
	if runes := []rune(s); len(runes) > limit {
		return string(runes[:limit-1]) + "…"
	}
	return s
}
