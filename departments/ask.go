package departments

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"tamga/internal/db"
)

// Asker asks departmental systems what they know: bills of an account, doctors of a clinic, free times. Nothing is changed by
// asking, so a question has no key and is not repeated.
type Asker struct {
	DB     db.DB
	Client *Client
	Keys   *Keys
	Now    func() time.Time
}

// Ask is the body of a question: POST <url>/records/<source>, signed like a message. Audience keeps it from being shown to
// another department.
type Ask struct {
	Audience string            `json:"audience"`
	Source   string            `json:"source"`
	Keys     map[string]string `json:"keys"`
}

// askPatience is how long a reader waits for a department before being told to come again.
const askPatience = 4 * time.Second

// Records asks for records and decodes the list into a pointer to a slice.
func (a *Asker) Records(ctx context.Context, department, source string, keys map[string]string, list any) error {
	ctx, cancel := context.WithTimeout(ctx, askPatience)
	defer cancel()
	to, err := endpointByCode(ctx, a.DB, department)
	if err != nil {
		return err
	}
	if to == nil {
		return fmt.Errorf("department %s has no address", department)
	}
	body, err := json.Marshal(Ask{Audience: department, Source: source, Keys: keys})
	if err != nil {
		return err
	}
	signature, err := a.Keys.In(to.Signature)(body, a.Now())
	if err != nil {
		return err
	}
	answer, err := a.Client.do(ctx, http.MethodPost, to.URL+"/records/"+source, body, http.Header{
		"Content-Type": {"application/json"}, "Accept": {"application/json"}, HeaderOf(signature): {signature}})
	if err != nil {
		return err
	}
	if answer.Status != http.StatusOK {
		return fmt.Errorf("department %s answered %d for %s", department, answer.Status, source)
	}
	said := struct {
		Records any `json:"records"`
	}{list}
	return json.Unmarshal(answer.Body, &said)
}
