package stand

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"tamga/departments"
)

// telling is what a register tells the portal of its own accord, until that has taken it.
type telling struct {
	claim, end string // SQL: see claimTold and endTold
	news       func(w *waiting) news
	keep       func(ctx context.Context, w *waiting, uin string) error // what the portal's answer leaves in the books; nil: nothing
}

// waiting is a row of which the portal is to be told.
type waiting struct {
	Key      string
	Body     json.RawMessage
	Attempts int
	At       time.Time
}

// tellings are those of every register.
func (s *System) tellings() []telling {
	return []telling{s.charges(), s.utilities()}
}

// tellDue tells once what is due.
func (s *System) tellDue(ctx context.Context, t telling) error {
	now := s.cfg.Now()
	due, err := claimTold(ctx, s.cfg.DB, t.claim, s.Code, now, now.Add(callbackLease))
	if err != nil {
		return err
	}
	for _, w := range due {
		uin, retry, problem := s.tell(ctx, t.news(&w))
		if ctx.Err() != nil {
			return nil
		}
		if problem == nil && t.keep != nil {
			problem = t.keep(ctx, &w, uin)
			retry = problem != nil
		}
		var next *time.Time
		if problem != nil && retry {
			at := now.Add(min(callbackMost, time.Second<<min(w.Attempts, 6)))
			next = &at
		}
		if err := endTold(ctx, s.cfg.DB, t.end, s.Code, w.Key, next, problem); err != nil {
			return err
		}
	}
	return nil
}

// news is a message of a register to the portal. Its id is made of what it is about: one that comes twice counts once.
type news struct {
	Type, ID, Subject, Path string
	At                      time.Time
	Body                    json.RawMessage
}

// tell makes one attempt. The portal's no is final; anything else may be better next time.
func (s *System) tell(ctx context.Context, n news) (uin string, retry bool, err error) {
	e, err := departments.NewEvent(n.Type, n.ID, departments.Source(s.Code), s.cfg.Portal, n.Subject, n.At, n.Body)
	if err != nil {
		return "", false, err
	}
	body, err := json.Marshal(e)
	if err != nil {
		return "", false, err
	}
	signature, err := s.sign(ctx, body)
	if err != nil {
		return "", false, err
	}
	answer, err := s.client.PostEvent(ctx, s.cfg.PortalAPI+"/api/departments/"+s.Code+"/"+n.Path, signature, body)
	if err != nil {
		return "", true, err
	}
	var said struct {
		UIN  string `json:"uin"`
		Text string `json:"text"`
	}
	_ = json.Unmarshal(answer.Body, &said) // an answer that is no JSON has neither
	switch {
	case answer.Status == 200:
		return said.UIN, false, nil
	case answer.Status == 409 || answer.Status == 422 || answer.Status == 403:
		return "", false, fmt.Errorf("answer %d: %s", answer.Status, said.Text)
	}
	return "", true, errors.Join(fmt.Errorf("answer %d", answer.Status))
}
