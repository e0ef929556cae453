package checks

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"tamga/internal/fault"
	"tamga/internal/secret"
)

// The states of a check.
const (
	Asked    = "asked"
	Answered = "answered"
	Failed   = "failed"
	TimedOut = "timed_out"
)

var states = []string{Asked, Answered, Failed, TimedOut}

// Check is a question of a department to a register about an application.
type Check struct {
	ID, Application                            uuid.UUID
	Department, Number, Kind, Register         string
	Asker, Subject                             *uuid.UUID
	AskerName                                  string // "" when the rule of the service asked
	Question, Key                              []byte // sealed; keyed hash
	State, Outcome                             string
	Differs                                    []string
	Answer                                     []byte // sealed
	Reused                                     *uuid.UUID
	Attempts                                   int
	Problem                                    string
	AskedAt                                    time.Time
	EndedAt, AnsweredAt, FreshUntil, KeepUntil *time.Time
}

var (
	errNone      = fault.New(fault.NotFound, "checks.none")
	errMayNot    = fault.New(fault.Forbidden, "checks.may_not")
	errNoLetter  = fault.New(fault.NotFound, "checks.no_application")
	errNoGateway = fault.New(fault.Unavailable, "checks.not_connected")
)

func place(what string, id uuid.UUID) []byte {
	return []byte("register_check." + what + " " + id.String())
}

func seal(box *secret.Box, what string, id uuid.UUID, v any) ([]byte, error) {
	raw, err := json.Marshal(v)
	return box.Seal(raw, place(what, id)), err
}

// question opens what was asked; nil when it is kept no longer.
func (c *Check) question(box *secret.Box, k *Kind) (Question, error) {
	if len(c.Question) == 0 {
		return nil, nil
	}
	raw, err := box.Open(c.Question, place("question", c.ID))
	if err != nil {
		return nil, err
	}
	return k.typ.question(raw)
}

// answer opens what the register said; nil when there is none, or it is kept no longer.
func (c *Check) answer(box *secret.Box, k *Kind) (Answer, error) {
	if len(c.Answer) == 0 {
		return nil, nil
	}
	raw, err := box.Open(c.Answer, place("answer", c.ID))
	if err != nil {
		return nil, err
	}
	return k.typ.answer(raw)
}

// keyOf names a question without telling it.
func keyOf(box *secret.Box, kind string, q Question) ([]byte, error) {
	raw, err := json.Marshal(q)
	return box.Blind("register_check:" + kind + ":" + string(raw)), err
}
