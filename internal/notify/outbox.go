package notify

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"tamga/internal/secret"
)

// Channel is a way to reach a person.
type Channel string

// The channels.
const (
	SMS   Channel = "sms"
	Email Channel = "email"
)

// Message is what is sent.
type Message struct {
	Channel Channel
	To      string // a phone in E.164, or an e-mail address
	Subject string // of an e-mail; an SMS has none
	Body    string // plain text
	Kind    string // what it is for, as domain.noun: the monitoring's and Worker.MaxAge's word for it

	Account uuid.UUID // whose it is; uuid.Nil is whoever has this phone or e-mail
	About   string    // what tells it from others of its kind, where its ways differ in words: the site keeps the first; "" is its body
}

// Way is how one message reaches a person now.
type Way struct {
	Channel Channel
	To      string // "" when there is no way
	Lang    string // that the person reads
}

// Outbox takes messages.
type Outbox struct {
	River *river.Client[pgx.Tx] // may be a client that only inserts
	Box   *secret.Box
	Now   func() time.Time
	// Inbox, if any, keeps the message where its recipient reads it on the site, and tells whether it is sent as well: people may
	// turn a way off. It runs in the caller's transaction.
	Inbox func(ctx context.Context, tx pgx.Tx, m Message) (send bool, err error)
	// WayTo, if any, tells where an account has messages of a topic: for what is sent long after somebody left an address.
	WayTo func(ctx context.Context, tx pgx.Tx, account uuid.UUID, topic string) (Way, error)
}

// Send queues messages in tx. A missing recipient is no error, since it must not undo the caller's work: the message is kept as
// failed, where the monitoring sees it.
func (o *Outbox) Send(ctx context.Context, tx pgx.Tx, messages ...Message) error {
	jobs, err := o.Keep(ctx, tx, messages...)
	if err != nil || len(jobs) == 0 {
		return err
	}
	if _, err := o.River.InsertManyTx(ctx, tx, jobs); err != nil { // all jobs in one trip
		return fmt.Errorf("notify %s: %w", messages[0].Kind, err)
	}
	return nil
}

// Keep is Send for a caller who queues the jobs together with others of the same transaction: without them nothing is sent.
func (o *Outbox) Keep(ctx context.Context, tx pgx.Tx, messages ...Message) (jobs []river.InsertManyParams, err error) {
	for _, m := range messages {
		n, err := o.keep(ctx, tx, m)
		if err != nil {
			return nil, fmt.Errorf("notify %s: %w", m.Kind, err)
		}
		if n != nil && n.State == queued {
			jobs = append(jobs, river.InsertManyParams{Args: SendArgs{ID: n.ID}})
		}
	}
	return jobs, nil
}

// keep stores one message, or returns nil when its recipient has turned the way off.
func (o *Outbox) keep(ctx context.Context, tx pgx.Tx, m Message) (*notification, error) {
	if m.Channel != SMS && m.Channel != Email || m.Kind == "" || m.Body == "" {
		return nil, fmt.Errorf("a message needs a channel, a kind and a body (channel %q, kind %q)", m.Channel, m.Kind)
	}
	if o.Inbox != nil && m.To != "" {
		if send, err := o.Inbox(ctx, tx, m); err != nil || !send {
			return nil, err
		}
	}
	id, err := uuid.NewV7()
	if err != nil {
		return nil, err
	}
	n := &notification{
		ID: id, Channel: m.Channel, Kind: m.Kind, State: queued, CreatedAt: o.Now(),
		Recipient: o.Box.Seal([]byte(m.To), aad(id, "recipient")),
		Subject:   o.Box.Seal([]byte(m.Subject), aad(id, "subject")),
		Body:      o.Box.Seal([]byte(m.Body), aad(id, "body")),
	}
	if m.To == "" {
		n.State, n.LastError = failed, new("no recipient")
	}
	return n, insertNotification(ctx, tx, *n)
}

// open returns the message of a row.
func (n *notification) open(box *secret.Box) (Message, error) {
	m := Message{Channel: n.Channel, Kind: n.Kind}
	var errs []error
	for _, part := range []struct {
		name   string
		sealed []byte
		text   *string
	}{{"recipient", n.Recipient, &m.To}, {"subject", n.Subject, &m.Subject}, {"body", n.Body, &m.Body}} {
		plain, err := box.Open(part.sealed, aad(n.ID, part.name))
		errs = append(errs, err)
		*part.text = string(plain)
	}
	return m, errors.Join(errs...)
}

// aad ties a sealed value to its row and column.
func aad(id uuid.UUID, column string) []byte {
	return []byte("notification/" + id.String() + "/" + column)
}
