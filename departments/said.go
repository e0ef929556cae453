package departments

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// What departments say, read and checked. Bounds keep one message from filling a page or a disk.
const (
	maxListed    = 20       // documents or fields of a request
	maxName      = 200      // runes of a name, a place
	maxDocuments = 8        // of a result
	maxDocument  = 10 << 20 // bytes of one
	maxResult    = 20 << 20 // bytes of all
	maxSigned    = 64 << 10 // bytes of a CMS signature
)

// kinds are the types of events that departments send.
var kinds = map[string]string{TypeStatus: KindStatus, TypeMessage: KindMessage, TypeRequest: KindRequest, TypeResult: KindResult,
	TypeAppointment: KindAppointment}

// say reads the data of an event into u, and the documents of a result. Its errors are for the department's engineers.
func say(e *Event, u *Update, own string, now time.Time) (documents []Document, err error) {
	if len(e.Data) == 0 {
		return nil, errors.New("data is missing")
	}
	switch u.Kind {
	case KindStatus:
		return nil, sayStatus(e.Data, u)
	case KindMessage:
		var data SaidData
		if err := json.Unmarshal(e.Data, &data); err != nil {
			return nil, errors.New("data: want {\"text\"}")
		}
		if u.Text = clean(data.Text, maxText); u.Text == "" {
			return nil, errors.New("data: text is empty")
		}
		return nil, nil
	case KindRequest:
		return nil, sayRequest(e.Data, u, now)
	case KindAppointment:
		return nil, sayAppointment(e.Data, u)
	}
	return sayResult(e.Data, u, own)
}

var fromDepartments = map[string]bool{Accepted: true, Rejected: true, InProgress: true, Completed: true, Refused: true}

func sayStatus(raw json.RawMessage, u *Update) error {
	var data StatusData
	if err := json.Unmarshal(raw, &data); err != nil || !fromDepartments[data.Status] {
		return errors.New("data: want a status: accepted, rejected, in_progress, completed or refused")
	}
	u.Status, u.Text = data.Status, clean(data.Text, maxText)
	if u.Text == "" && (u.Status == Refused || u.Status == Rejected) {
		return errors.New("data: a refusal must name its ground in text")
	}
	return nil
}

// fieldKey is the key of a question: "address", "second.passport".
var fieldKey = regexp.MustCompile(`^[a-z][a-z0-9_]*(\.[a-z0-9_]+){0,3}$`)

func sayRequest(raw json.RawMessage, u *Update, now time.Time) error {
	var data RequestData
	if err := json.Unmarshal(raw, &data); err != nil {
		return errors.New(`data: want {"text", "until", "documents", "fields"}`)
	}
	u.Text = clean(data.Text, maxText)
	switch {
	case u.Text == "":
		return errors.New("data: text must say what is needed and why")
	case !data.Until.After(now):
		return errors.New("data: until must be in the future")
	case data.Until.After(now.AddDate(1, 0, 0)):
		return errors.New("data: until is more than a year away")
	case len(data.Documents) == 0 && len(data.Fields) == 0:
		return errors.New("data: name documents, or fields; to say something else send a message")
	case len(data.Documents) > maxListed || len(data.Fields) > maxListed:
		return fmt.Errorf("data: at most %d documents and %d fields", maxListed, maxListed)
	}
	for i, name := range data.Documents {
		if data.Documents[i] = line1(name); data.Documents[i] == "" {
			return errors.New("data: the name of a document is empty")
		}
	}
	for _, key := range data.Fields {
		if len(key) > maxName || !fieldKey.MatchString(key) {
			return errors.New("data: fields must be keys of questions, as in the application's answers")
		}
	}
	u.Request = &data.Request
	return nil
}

func sayAppointment(raw json.RawMessage, u *Update) error {
	var data Appointment
	if err := json.Unmarshal(raw, &data); err != nil {
		return errors.New(`data: want {"at", "place", "text"}`)
	}
	data.Place, data.Text = line1(data.Place), clean(data.Text, maxText)
	switch {
	case data.Place == "":
		return errors.New("data: place is empty")
	case data.At.IsZero() || data.At.Before(u.At) || data.At.After(u.At.AddDate(2, 0, 0)):
		return errors.New("data: at must be a moment within two years after the event's time")
	}
	u.Appointment, u.Text = &data, data.Text
	return nil
}

// mediaTypes are what citizens can open. Each is checked against the first bytes too.
var mediaTypes = map[string]bool{"application/pdf": true, "image/png": true, "image/jpeg": true, "application/xml": true, "text/xml": true}

func sayResult(raw json.RawMessage, u *Update, own string) ([]Document, error) {
	var data ResultData
	if err := json.Unmarshal(raw, &data); err != nil {
		return nil, errors.New(`data: want {"text", "documents"}`)
	}
	u.Text = clean(data.Text, maxText)
	if len(data.Documents) == 0 || len(data.Documents) > maxDocuments {
		return nil, fmt.Errorf("data: want 1 to %d documents", maxDocuments)
	}
	inside, total := 0, int64(0)
	for i := range data.Documents {
		d := &data.Documents[i]
		if err := checkDocument(d, own); err != nil {
			return nil, fmt.Errorf("data: document %d: %w", i+1, err)
		}
		if total += d.Size; d.URL == "" {
			inside++
		}
	}
	switch {
	case total > maxResult:
		return nil, fmt.Errorf("data: at most %d bytes in all documents", maxResult)
	case inside > 0 && inside < len(data.Documents):
		return nil, errors.New("data: either all documents have url, or all have content")
	case inside > 0:
		for i, d := range data.Documents {
			if err := checkContent(&d, d.MediaType, d.Content); err != nil {
				return nil, fmt.Errorf("data: document %d: %w", i+1, err)
			}
			u.Results = append(u.Results, d.result(d.Content))
		}
		return nil, nil
	}
	return data.Documents, nil
}

func checkDocument(d *Document, own string) error {
	d.Name = line1(d.Name)
	sum, err := hex.DecodeString(d.SHA256)
	switch {
	case d.Name == "" || strings.ContainsAny(d.Name, `/\`):
		return errors.New("name is empty or has a slash")
	case !mediaTypes[d.MediaType]:
		return errors.New("media_type: want application/pdf, image/png, image/jpeg, application/xml or text/xml")
	case d.Size <= 0 || d.Size > maxDocument:
		return fmt.Errorf("size: want 1 to %d bytes", maxDocument)
	case err != nil || len(sum) != sha256.Size:
		return errors.New("sha256: want 64 hexadecimal digits")
	case len(d.Signature) > maxSigned:
		return fmt.Errorf("signature: at most %d bytes", maxSigned)
	case (d.URL == "") == (len(d.Content) == 0):
		return errors.New("want either url or content")
	case d.URL != "" && !sameHost(d.URL, own):
		return errors.New("url must be at the host that your endpoint is at")
	}
	return nil
}

// sameHost tells whether a document lies at the department's own scheme, host and port: it cannot send us elsewhere.
func sameHost(address, own string) bool {
	u, err1 := url.Parse(address)
	o, err2 := url.Parse(own)
	return err1 == nil && err2 == nil && o.Host != "" && len(address) <= 2000 && u.User == nil && u.Fragment == "" &&
		u.Scheme == o.Scheme && u.Host == o.Host
}

// line1 is clean for what must fit into a line.
func line1(s string) string { return clean(strings.Join(strings.Fields(s), " "), maxName) }

// result is the document with its content, which has been checked.
func (d *Document) result(content []byte) Result {
	return Result{Name: d.Name, MediaType: d.MediaType, SHA256: sha256.Sum256(content), Content: content, Signature: d.Signature}
}
