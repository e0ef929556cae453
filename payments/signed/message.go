package signed

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"net/http"
	"time"
)

// Message is what a department says, after its signature was checked.
type Message struct {
	Department string
	ID, Type   string
	Sent       time.Time // as the department says
	At         time.Time // when it came
	Sum        [32]byte  // of the body: the same id comes again with the same words only
	data       json.RawMessage
}

func (d *Door) read(code string, body []byte) (*Message, error) {
	var e struct {
		SpecVersion string          `json:"specversion"`
		ID          string          `json:"id"`
		Source      string          `json:"source"`
		Type        string          `json:"type"`
		Time        time.Time       `json:"time"`
		Audience    string          `json:"audience"`
		Data        json.RawMessage `json:"data"`
	}
	if err := json.Unmarshal(body, &e); err != nil {
		return nil, Wrong("not a CloudEvent in JSON")
	}
	now := d.Now()
	switch {
	case e.SpecVersion != "1.0" || e.ID == "" || len(e.ID) > 200:
		return nil, Wrong("want specversion 1.0 and an id of at most 200 characters")
	case e.Audience != d.Audience:
		return nil, Refuse(http.StatusForbidden, "audience", "the message is for another portal")
	case e.Source != "urn:tamga:department:"+code:
		return nil, Refuse(http.StatusForbidden, "source", "want urn:tamga:department:"+code)
	case e.Time.IsZero() || e.Time.After(now.Add(5*time.Minute)):
		return nil, Wrong("time is missing or in the future")
	}
	return &Message{Department: code, ID: e.ID, Type: e.Type, Sent: e.Time, At: now, Sum: sha256.Sum256(body), data: e.Data}, nil
}

// Read reads the data of a message; a field that the description lacks is refused, for its word would be lost.
func (m *Message) Read(into any) error {
	d := json.NewDecoder(bytes.NewReader(m.data))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return Wrong("data: " + err.Error())
	}
	return nil
}

// Wrong refuses what is no message of the description.
func Wrong(text string) error { return Refuse(http.StatusUnprocessableEntity, "event", text) }
