package departments

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/fault"
)

// maxText bounds what a department says to a citizen, in runes.
const maxText = 4000

// refusal is an answer to a department whose call-back is not taken.
type refusal struct {
	Status int    `json:"-"`
	Code   string `json:"error"`
	Text   string `json:"text"`
}

func (r *refusal) Error() string { return r.Code + ": " + r.Text }

func refuse(status int, code, text string) error { return &refusal{status, code, text} }

// news is a call-back that was understood.
type news struct {
	Update
	Event     *Event
	Documents []Document // still to be fetched
	Sum       [32]byte
}

// read checks who speaks, to whom and when, and then what is said.
func (h *Handler) read(ctx context.Context, from *Endpoint, mediaType, signature string, body []byte) (*news, error) {
	if len(body) > maxAnswer {
		return nil, refuse(http.StatusRequestEntityTooLarge, "too_large", "at most 64 KiB")
	}
	if mediaType != MediaType {
		return nil, refuse(http.StatusUnsupportedMediaType, "media_type", "want "+MediaType)
	}
	if from == nil {
		return nil, refuse(http.StatusNotFound, "department", "no such department")
	}
	if err := unsigned(h.Trust.From(ctx, from, signature, body)); err != nil {
		return nil, err
	}
	return h.understand(from, body)
}

// unsigned is the answer to a signature that does not hold.
func unsigned(err error) error {
	switch {
	case errors.Is(err, ErrKeys):
		return refuse(http.StatusServiceUnavailable, "keys", "your public keys cannot be had now, try again")
	case err != nil:
		return refuse(http.StatusUnauthorized, "signature", err.Error())
	}
	return nil
}

func (h *Handler) understand(from *Endpoint, body []byte) (*news, error) {
	bad := func(text string) (*news, error) { return nil, refuse(http.StatusUnprocessableEntity, "event", text) }
	e, err := ParseEvent(body)
	if err != nil {
		return bad(err.Error())
	}
	kind := kinds[e.Type]
	switch {
	case e.Audience != h.Audience:
		return nil, refuse(http.StatusForbidden, "audience", "the event is for another portal")
	case e.Source != Source(from.Code):
		return nil, refuse(http.StatusForbidden, "source", "want "+Source(from.Code))
	case kind == "":
		return bad("type: want tamga.application.status, message, request, result or appointment")
	case e.Time.After(h.Now().Add(5 * time.Minute)):
		return bad("time is in the future")
	}
	application, err := uuid.Parse(e.Subject)
	if err != nil {
		return bad("subject: want the application's id")
	}
	n := &news{Event: e, Sum: sha256.Sum256(body), Update: Update{EventID: from.Code + "/" + e.ID, ApplicationID: application,
		Department: from.Code, Kind: kind, At: e.Time}}
	if n.Documents, err = say(e, &n.Update, from.URL, h.Now()); err != nil {
		return bad(err.Error())
	}
	return n, nil
}

// keep records a call-back and its effect in one transaction. It tells whether the event was new.
func (h *Handler) keep(ctx context.Context, n *news) (fresh bool, err error) {
	err = pgx.BeginFunc(ctx, h.DB, func(tx pgx.Tx) error {
		fresh, err = h.keepIn(ctx, tx, n)
		return err
	})
	var known *fault.Error
	if errors.As(err, &known) {
		return false, refuse(http.StatusConflict, "state", "the application cannot take this news now")
	}
	return fresh, err
}

func (h *Handler) keepIn(ctx context.Context, tx pgx.Tx, n *news) (fresh bool, err error) {
	p, err := lockOwned(ctx, tx, n.ApplicationID, n.Department)
	if err != nil {
		return false, err
	}
	if p == nil {
		return false, refuse(http.StatusForbidden, "application", "the application is not at this department")
	}
	n.DeliveryID = p.ID
	applied, err := n.counts(ctx, tx, p)
	if err != nil {
		return false, err
	}
	if fresh, err = insertEvent(ctx, tx, n, p.ID, h.Now(), applied); err != nil {
		return false, err
	}
	if !fresh {
		return false, sameEvent(ctx, tx, n)
	}
	if !applied {
		return true, nil
	}
	return true, h.apply(ctx, tx, p, n)
}

// counts tells whether nothing later has come before. A message and a result are worth the same at any time.
func (n *news) counts(ctx context.Context, tx pgx.Tx, p *progress) (bool, error) {
	switch {
	case n.Event.Sequence == 0, n.Kind == KindMessage, n.Kind == KindResult:
		return true, nil
	case n.Kind == KindAppointment:
		last, err := lastAppointment(ctx, tx, p.ID)
		return n.Event.Sequence > last, err
	}
	return n.Event.Sequence > p.LastSequence, nil
}

// Tell takes an event from a department that has no service of its own: a decision at our workplace, an answer in a folder. It passes
// the checks of a call-back but the signature. The caller's transaction is that of the decision. An event that was told before changes
// nothing. Its errors are a fault.Conflict when the application cannot take the news, or say what is wrong with the event.
func (h *Handler) Tell(ctx context.Context, tx pgx.Tx, department string, e *Event) error {
	from, err := endpointByCode(ctx, tx, department)
	if err != nil {
		return err
	}
	if from == nil {
		return refuse(http.StatusNotFound, "department", "no such department")
	}
	body, err := json.Marshal(e)
	if err != nil {
		return err
	}
	n, err := h.understand(from, body)
	if err != nil {
		return err
	}
	_, err = h.keepIn(ctx, tx, n)
	return err
}

// apply gives the news to the application. A call-back that is quicker than the answer to the message proves that the message
// has arrived, and that is told first.
func (h *Handler) apply(ctx context.Context, tx pgx.Tx, p *progress, n *news) error {
	if p.State == "waiting" || p.State == "stuck" {
		if err := deliver(ctx, tx, p, h.OnUpdate, h.Now()); err != nil {
			return err
		}
		next, department, err := nextWaiting(ctx, tx, p.ApplicationID)
		if err != nil {
			return err
		}
		if next != uuid.Nil {
			if err := wake(ctx, tx, h.River, next, department); err != nil {
				return err
			}
		}
	}
	switch {
	case n.Kind == KindStatus:
		if err := markStatus(ctx, tx, p.ID, n.Status, n.Event.Sequence); err != nil {
			return err
		}
	case n.Kind == KindRequest:
		if err := markSequence(ctx, tx, p.ID, n.Event.Sequence); err != nil {
			return err
		}
	case len(n.Documents) > 0:
		return h.order(ctx, tx, n) // told when the documents are here
	}
	return h.OnUpdate(ctx, tx, n.Update)
}

// ReadNews reads a call-back as the portal named audience does, but for its signature: what the error says is what the department hears.
func ReadNews(body []byte, from *Endpoint, audience string, now time.Time) (*Event, error) {
	h := &Handler{Audience: audience, Now: func() time.Time { return now }}
	n, err := h.understand(from, body)
	if err != nil {
		return nil, err
	}
	return n.Event, nil
}

// sameEvent accepts the repetition of a message, and refuses another message under a used id.
func sameEvent(ctx context.Context, tx pgx.Tx, n *news) error {
	sum, err := eventSum(ctx, tx, n.Department, n.Event.ID)
	if err != nil {
		return err
	}
	if string(sum) != string(n.Sum[:]) {
		return refuse(http.StatusConflict, "id", fmt.Sprintf("id %s is known with another content", n.Event.ID))
	}
	return nil
}
