package stand

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/departments"
	"tamga/internal/fault"
)

// System is a departmental system. Its modes, chosen on its page:
//
//	normal     it works
//	down       it answers 503 and calls nobody: «система не работает»
//	slow       it takes its time to answer
//	duplicate  it calls back twice with each piece of news
//	reject     it rejects whatever comes, with a reason
//	drop       it keeps the message, but its answer is lost
type System struct {
	Code   string
	AtOnce bool // it accepts when it receives (200); others receive first (202) and accept by a button

	visits  *visits           // when it receives people; nil when it gives no times
	settles map[string]string // service → question that chose the bill which the payment settles
	rules   map[string]ruling // service → what the system decides by itself

	seal   seal
	cfg    *Config
	keys   *departments.Keys
	client *departments.Client
	trust  *departments.Trust
}

// modes in the order of the page.
var modes = []string{"normal", "down", "slow", "duplicate", "reject", "drop"}

// received is an application at a system.
type received struct {
	ID            uuid.UUID // the message's
	ApplicationID uuid.UUID
	Number        string
	Service       string
	Data          json.RawMessage
	State         string
	Ground        string
	Copies        int
	ReceivedAt    time.Time
	Base          string // where the portal reached us
}

// decisions are what the buttons do: from which states, to which, and what the portal is told.
var decisions = map[string]struct {
	From   []string
	To     string
	Status string
}{
	"accept":   {[]string{"new"}, "accepted", departments.Accepted},
	"complete": {[]string{"accepted"}, "completed", departments.Completed},
	"refuse":   {[]string{"new", "accepted"}, "refused", departments.Refused},
}

// may tells whether the decision fits the application's state.
func (r *received) may(action string) bool {
	d, ok := decisions[action]
	return ok && slices.Contains(d.From, r.State)
}

// decide changes the application and queues the news for the portal, in one transaction.
func (s *System) decide(ctx context.Context, id uuid.UUID, action, text string) error {
	return pgx.BeginFunc(ctx, s.cfg.DB, func(tx pgx.Tx) error {
		r, err := lockReceived(ctx, tx, s.Code, id)
		if err != nil {
			return err
		}
		if !r.may(action) {
			return fault.New(fault.Conflict, "stand.decided")
		}
		return s.apply(ctx, tx, r, action, text)
	})
}

func (s *System) apply(ctx context.Context, tx pgx.Tx, r *received, action, text string) error {
	d := decisions[action]
	ground := ""
	if d.To == "refused" {
		ground = text
	}
	if err := setState(ctx, tx, s.Code, r.ID, d.To, ground); err != nil {
		return err
	}
	return queueEvent(ctx, tx, s.Code, r, departments.TypeStatus, d.Status, text, nil, s.cfg.Now())
}

// receive keeps a message and does what it asks of the system's books. A message with a known id only counts as a copy. The text
// is for the applicant.
func (s *System) receive(ctx context.Context, e *departments.Event, m *departments.Message, sum []byte, base string) (text string, err error) {
	id, err1 := uuid.Parse(e.ID)
	application, err2 := uuid.Parse(e.Subject)
	if err := errors.Join(err1, err2); err != nil {
		return "", errBadEvent
	}
	r := &received{ID: id, ApplicationID: application, Number: m.Number, Service: m.Service, Data: m.Application, State: "new",
		ReceivedAt: s.cfg.Now(), Base: base}
	err = pgx.BeginFunc(ctx, s.cfg.DB, func(tx pgx.Tx) error {
		known, err := insertReceived(ctx, tx, s.Code, r, sum)
		if err != nil {
			return err
		}
		fresh := known == nil
		if !fresh && string(known) != string(sum) {
			return errOtherContent
		}
		if text, err = s.settle(ctx, tx, r); err != nil {
			return err
		}
		switch {
		case !fresh:
			return nil
		case s.AtOnce:
			if err := setState(ctx, tx, s.Code, r.ID, "accepted", ""); err != nil {
				return err
			}
			return s.rule(ctx, tx, r)
		case s.cfg.AutoAccept:
			return s.apply(ctx, tx, r, "accept", "")
		}
		return nil
	})
	return text, err
}

var (
	errBadEvent     = errors.New("the event cannot be understood")
	errOtherContent = errors.New("the id is known with another content")
)
