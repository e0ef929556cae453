package departments

import (
	"encoding/json"
	"time"
)

// Message is the data of what we send: the envelope and one of the four bodies, by the event's type.
type Message struct {
	Number         string          `json:"number"`
	Department     string          `json:"department"`
	Service        string          `json:"service"`
	ServiceVersion int             `json:"service_version"`
	Application    json.RawMessage `json:"application,omitempty"`  // of TypeSubmitted: Application
	Message        json.RawMessage `json:"message,omitempty"`      // of TypeMessage: MessageData
	Correction     json.RawMessage `json:"correction,omitempty"`   // of TypeCorrected: CorrectedData
	Cancellation   json.RawMessage `json:"cancellation,omitempty"` // of TypeCancelled: CancelledData
}

// put places the data under the name of its type.
func (m *Message) put(typ string, data json.RawMessage) {
	switch typ {
	case TypeMessage:
		m.Message = data
	case TypeCorrected:
		m.Correction = data
	case TypeCancelled:
		m.Cancellation = data
	default:
		m.Application = data
	}
}

// Attachment is a file that goes with a message: the department fetches it from URL, which is signed and lasts for a time.
type Attachment struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Type   string `json:"type"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"` // hex
	URL    string `json:"url"`
}

// MessageData is what a citizen says to the department about an application that it has: an answer, or a question.
type MessageData struct {
	Text  string       `json:"text"`
	Files []Attachment `json:"files,omitempty"`
}

// CorrectedData is the application anew, after the department asked for it. Fields are the keys of the questions whose answers differ.
type CorrectedData struct {
	Application json.RawMessage `json:"application"` // as of TypeSubmitted
	Fields      []string        `json:"fields"`
	Files       []Attachment    `json:"files,omitempty"` // documents that were asked for
	Text        string          `json:"text,omitempty"`
}

// CancelledData tells that the citizen takes the application back. A department that has decided already answers 422.
type CancelledData struct {
	Reason string `json:"reason,omitempty"`
}

// StatusData is the data of TypeStatus. Text is the ground of a refusal and must not be empty there.
type StatusData struct {
	Status string `json:"status"`
	Text   string `json:"text,omitempty"`
}

// SaidData is the data of TypeMessage from a department: what it says to the applicant.
type SaidData struct {
	Text string `json:"text"`
}

// RequestData is the data of TypeRequest: the department cannot go on without something.
type RequestData struct {
	Text string `json:"text"` // what is needed and why, in words
	Request
}

// Request is what a department asks of the applicant.
type Request struct {
	Until     time.Time `json:"until"`               // the day after which it decides with what it has
	Documents []string  `json:"documents,omitempty"` // names, in words
	Fields    []string  `json:"fields,omitempty"`    // keys of questions to be answered anew
}

// ResultData is the data of TypeResult: documents that the applicant gets.
type ResultData struct {
	Text      string     `json:"text,omitempty"`
	Documents []Document `json:"documents"`
}

// Document is one of a result. Either URL names it at the department's own host, or Content has it whole.
type Document struct {
	Name      string `json:"name"`
	MediaType string `json:"media_type"`
	Size      int64  `json:"size"`
	SHA256    string `json:"sha256"` // hex
	URL       string `json:"url,omitempty"`
	Content   []byte `json:"content,omitempty"`   // base64; for what is small
	Signature []byte `json:"signature,omitempty"` // base64 of a detached CMS signature of the content
}

// Appointment is the data of TypeAppointment: when and where the applicant is awaited.
type Appointment struct {
	At    time.Time `json:"at"`
	Place string    `json:"place"`
	Text  string    `json:"text,omitempty"`
}

// Said is the body that the type of the event calls for.
func (m *Message) Said() json.RawMessage {
	for _, body := range []json.RawMessage{m.Application, m.Message, m.Correction, m.Cancellation} {
		if body != nil {
			return body
		}
	}
	return json.RawMessage("{}")
}
