package departments

import (
	"context"
	"fmt"
	"net/url"

	"github.com/google/uuid"
)

// Carrier brings a message to a department and comes back with its answer: 200, 202 or 422, or another that means "again later".
// It may be called again with the same message, also after the department has taken it, and must then make no second one of it.
type Carrier interface {
	Carry(ctx context.Context, to *Endpoint, m *Outgoing) (*Answer, error)
}

// Outgoing is a message ready to leave.
type Outgoing struct {
	ID        uuid.UUID // the idempotency key, as Event.ID
	Event     *Event
	Body      []byte // the event as JSON: exactly what Signature is over
	Signature string // value of SignatureHeader or CMSHeader
}

// Carry posts the message: a Client is the carrier of departments with a service.
func (c *Client) Carry(ctx context.Context, to *Endpoint, m *Outgoing) (*Answer, error) {
	return c.PostEvent(ctx, to.events(), m.Signature, m.Body)
}

// carrier chooses by the scheme of the endpoint's address.
func (j *Jobs) carrier(to *Endpoint) (Carrier, error) {
	u, err := url.Parse(to.URL)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errOurs, err)
	}
	switch u.Scheme {
	case "http", "https":
		return j.Client, nil
	}
	if u.Scheme == "file" {
		return Folder{Trust: j.Trust}, nil
	}
	if carrier := j.Carriers[u.Scheme]; carrier != nil {
		return carrier, nil
	}
	return nil, fmt.Errorf("%w: nobody carries messages by the scheme %s", errOurs, u.Scheme)
}
