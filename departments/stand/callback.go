package stand

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/google/uuid"

	"tamga/departments"
)

// callback is news on its way to the portal.
type callback struct {
	ID            uuid.UUID
	ApplicationID uuid.UUID
	Sequence      int64
	Status        string
	Text          string
	CreatedAt     time.Time
	Attempts      int
	Type          string
	Data          json.RawMessage
}

const (
	callbackTick  = 200 * time.Millisecond
	callbackLease = 30 * time.Second
	callbackMost  = time.Minute // longest pause between attempts
	tellTicks     = 10          // how seldom a register looks for what it tells of its own accord: there is little
)

// run sends call-backs until ctx ends.
func (s *System) run(ctx context.Context) {
	tick := time.NewTicker(callbackTick)
	defer tick.Stop()
	tellings := s.tellings()
	for n := 0; ; n++ {
		if err := s.callBack(ctx); err != nil && ctx.Err() == nil {
			s.cfg.Log.Error("stand: call-backs", "system", s.Code, "err", err)
		}
		for _, t := range tellings {
			if n%tellTicks != 0 {
				break
			}
			if err := s.tellDue(ctx, t); err != nil && ctx.Err() == nil {
				s.cfg.Log.Error("stand: telling the portal", "system", s.Code, "err", err)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// callBack sends once what is due. News of one application leave in their order: the second waits until the first has arrived.
func (s *System) callBack(ctx context.Context) error {
	mode, err := modeOf(ctx, s.cfg.DB, s.Code)
	if err != nil || mode == "down" {
		return err
	}
	now := s.cfg.Now()
	due, err := claimCallbacks(ctx, s.cfg.DB, s.Code, now, now.Add(callbackLease))
	if err != nil {
		return err
	}
	for _, b := range due {
		if err := s.send(ctx, &b, mode == "duplicate"); err != nil {
			return err
		}
	}
	return nil
}

// send makes one attempt and notes how it went.
func (s *System) send(ctx context.Context, b *callback, twice bool) error {
	status, err := s.post(ctx, b)
	if err == nil && status == http.StatusOK && twice {
		status, err = s.post(ctx, b)
	}
	now := s.cfg.Now()
	if ctx.Err() != nil { // stopping: the next process tries again. The portal takes the same news only once
		return endCallback(context.WithoutCancel(ctx), s.cfg.DB, b.ID, nil, &now, "stopped")
	}
	switch {
	case err == nil && status == http.StatusOK:
		return endCallback(ctx, s.cfg.DB, b.ID, &now, nil, "")
	case err == nil:
		err = fmt.Errorf("answer %d", status)
	}
	switch status {
	case http.StatusForbidden, http.StatusConflict, http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity:
		// The same message will not become better. A person sees the error on the application's page.
		return endCallback(ctx, s.cfg.DB, b.ID, nil, nil, err.Error())
	}
	pause := min(callbackMost, time.Second<<min(b.Attempts, 10))
	next := now.Add(pause/2 + rand.N(pause/2))
	return endCallback(ctx, s.cfg.DB, b.ID, nil, &next, err.Error())
}

func (s *System) post(ctx context.Context, b *callback) (status int, err error) {
	var data any = departments.StatusData{Status: b.Status, Text: b.Text}
	if b.Type != departments.TypeStatus {
		data = b.Data
	}
	e, err := departments.NewEvent(b.Type, b.ID.String(), departments.Source(s.Code), s.cfg.Portal, b.ApplicationID.String(), b.CreatedAt, data)
	if err != nil {
		return 0, err
	}
	e.Sequence = b.Sequence
	body, err := json.Marshal(e)
	if err != nil {
		return 0, err
	}
	signature, err := s.sign(ctx, body)
	if err != nil {
		return 0, err
	}
	answer, err := s.client.PostEvent(ctx, s.cfg.PortalAPI+"/api/departments/"+s.Code+"/events", signature, body)
	if err != nil {
		return 0, err
	}
	return answer.Status, nil
}
