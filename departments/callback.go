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
	Event         *Event
	ApplicationID uuid.UUID
	Department    string
	Status        string
	Text          string
	Sum           [32]byte
}

var fromDepartments = map[string]bool{Accepted: true, Rejected: true, InProgress: true, Completed: true, Refused: true}

// read checks who speaks, to whom and when, and then what is said.
func (h *Handler) read(ctx context.Context, code, mediaType, signature string, body []byte) (*news, error) {
	if len(body) > maxAnswer {
		return nil, refuse(http.StatusRequestEntityTooLarge, "too_large", "at most 64 KiB")
	}
	if mediaType != MediaType {
		return nil, refuse(http.StatusUnsupportedMediaType, "media_type", "want "+MediaType)
	}
	endpoint, err := endpointByCode(ctx, h.DB, code)
	if err != nil {
		return nil, err
	}
	if endpoint == nil {
		return nil, refuse(http.StatusNotFound, "department", "no such department")
	}
	if err := h.Trust.Verify(ctx, endpoint.jwks(), signature, body); err != nil {
		if errors.Is(err, ErrKeys) {
			return nil, refuse(http.StatusServiceUnavailable, "keys", "your public keys cannot be fetched, try again")
		}
		return nil, refuse(http.StatusUnauthorized, "signature", err.Error())
	}
	return h.understand(code, body)
}

func (h *Handler) understand(code string, body []byte) (*news, error) {
	bad := func(text string) (*news, error) { return nil, refuse(http.StatusUnprocessableEntity, "event", text) }
	e, err := ParseEvent(body)
	if err != nil {
		return bad(err.Error())
	}
	switch {
	case e.Audience != h.Audience:
		return nil, refuse(http.StatusForbidden, "audience", "the event is for another portal")
	case e.Source != Source(code):
		return nil, refuse(http.StatusForbidden, "source", "want "+Source(code))
	case e.Type != TypeStatus:
		return bad("type: want " + TypeStatus)
	case e.Time.After(h.Now().Add(5 * time.Minute)):
		return bad("time is in the future")
	}
	application, err := uuid.Parse(e.Subject)
	if err != nil {
		return bad("subject: want the application's id")
	}
	var data StatusData
	if err := json.Unmarshal(e.Data, &data); err != nil || !fromDepartments[data.Status] {
		return bad("data: want a status: accepted, rejected, in_progress, completed or refused")
	}
	n := &news{Event: e, ApplicationID: application, Department: code, Status: data.Status,
		Text: clean(data.Text, maxText), Sum: sha256.Sum256(body)}
	if n.Text == "" && (n.Status == Refused || n.Status == Rejected) {
		return bad("data: a refusal must name its ground in text")
	}
	return n, nil
}

// keep records a call-back and its effect in one transaction. It tells whether the event was new.
func (h *Handler) keep(ctx context.Context, n *news) (fresh bool, err error) {
	err = pgx.BeginFunc(ctx, h.DB, func(tx pgx.Tx) error {
		p, err := lockOwned(ctx, tx, n.ApplicationID, n.Department)
		if err != nil {
			return err
		}
		if p == nil {
			return refuse(http.StatusForbidden, "application", "the application is not at this department")
		}
		applied := n.Event.Sequence == 0 || n.Event.Sequence > p.LastSequence
		if fresh, err = insertEvent(ctx, tx, n, p.ID, h.Now(), applied); err != nil {
			return err
		}
		if !fresh {
			return sameEvent(ctx, tx, n)
		}
		if !applied {
			return nil
		}
		return h.apply(ctx, tx, p, n)
	})
	var known *fault.Error
	if errors.As(err, &known) {
		return false, refuse(http.StatusConflict, "state", "the application cannot take this status")
	}
	return fresh, err
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
	if err := markStatus(ctx, tx, p.ID, n.Status, n.Event.Sequence); err != nil {
		return err
	}
	return h.OnUpdate(ctx, tx, Update{EventID: n.Department + "/" + n.Event.ID, ApplicationID: n.ApplicationID,
		Status: n.Status, Text: n.Text, At: n.Event.Time})
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
