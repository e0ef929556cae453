package checks

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"tamga/departments"
)

var (
	countChecks = promauto.NewCounterVec(prometheus.CounterOpts{
		Name: "tamga_register_checks_total", Help: "Questions to registers that have ended: answered, reused, failed, timed_out.",
	}, []string{"register", "kind", "outcome"})
	registerSeconds = promauto.NewHistogramVec(prometheus.HistogramOpts{
		Name: "tamga_register_seconds", Help: "Time of one question to a register.", Buckets: prometheus.ExponentialBuckets(0.01, 3, 8),
	}, []string{"register", "outcome"})
)

// Ask is the body of a question: POST <url of the register>/checks/<kind>, signed like a message to a department (SignatureHeader).
type Ask struct {
	ID         uuid.UUID `json:"id"` // asked again with the same id, the question is the same
	Audience   string    `json:"audience"`
	Kind       string    `json:"kind"`
	Department string    `json:"department"` // who asks
	Number     string    `json:"number"`     // of the application for which it is asked: the ground
	Question   Question  `json:"question"`
}

// Reply is the body of an answer with status 200, signed by the register over its bytes. Found false needs no Answer.
type Reply struct {
	ID     uuid.UUID       `json:"id"`   // of the question
	Kind   string          `json:"kind"` // of the question
	Found  bool            `json:"found"`
	Answer json.RawMessage `json:"answer,omitempty"`
}

// What came of one attempt.
const (
	answered  = "answered"
	later     = "later"     // 202: the register is still looking
	refused   = "refused"   // 422: it will never answer this
	silent    = "silent"    // nothing came in time
	failed    = "failed"    // another status, or the question never left us
	malformed = "malformed" // an answer that is not what the contract says, or not signed by the register
)

type attempt struct {
	At         time.Time
	Took       time.Duration
	Status     int
	Outcome    string
	Problem    string // for staff; nothing of what was asked or said
	RetryAfter string
	Question   Question
	Answer     Answer // nil: not found
}

// send asks once. It holds no transaction: a register may take its time.
func (j *Jobs) send(ctx context.Context, c *Check, k *Kind) *attempt {
	a := &attempt{At: j.Now(), Outcome: failed}
	patience := k.Patience.Duration
	if j.Patience > 0 {
		patience = min(patience, j.Patience)
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	began := time.Now()
	url, answer, err := j.post(ctx, c, k, a)
	if a.Took = time.Since(began); err == nil {
		j.understand(ctx, c, k, url, answer, a)
	} else {
		a.Problem = problemOf(err)
		if isSilence(err) {
			a.Outcome = silent
		}
	}
	registerSeconds.WithLabelValues(c.Register, a.Outcome).Observe(a.Took.Seconds())
	return a
}

var (
	errDisconnected = errors.New("checks: the register is not connected")
	errErased       = errors.New("checks: the question is kept no longer")
)

func (j *Jobs) post(ctx context.Context, c *Check, k *Kind, a *attempt) (string, *departments.Answer, error) {
	url, err := registerURL(ctx, j.DB, c.Register)
	if err != nil {
		return "", nil, err
	}
	if url == "" {
		return "", nil, errDisconnected
	}
	if a.Question, err = c.question(j.Box, k); err != nil {
		return "", nil, err
	}
	if a.Question == nil {
		return "", nil, errErased
	}
	body, err := json.Marshal(Ask{ID: c.ID, Audience: c.Register, Kind: c.Kind, Department: c.Department, Number: c.Number, Question: a.Question})
	if err != nil {
		return "", nil, err
	}
	signature, err := j.Keys.Sign(body, j.Now())
	if err != nil {
		return "", nil, err
	}
	answer, err := j.Client.PostSigned(ctx, url+"/checks/"+c.Kind, signature, body)
	return url, answer, err
}

// understand reads what came.
func (j *Jobs) understand(ctx context.Context, c *Check, k *Kind, url string, answer *departments.Answer, a *attempt) {
	a.Status, a.RetryAfter = answer.Status, answer.RetryAfter
	switch answer.Status {
	case http.StatusOK:
	case http.StatusAccepted:
		a.Outcome, a.Problem = later, "the register is still looking"
		return
	case http.StatusUnprocessableEntity:
		a.Outcome, a.Problem = refused, "the register refuses the question"
		return
	default:
		a.Problem = fmt.Sprint("the register answers ", answer.Status)
		if answer.Status == http.StatusServiceUnavailable || answer.Status == http.StatusGatewayTimeout || answer.Status == http.StatusTooManyRequests {
			a.Outcome = silent
		}
		return
	}
	if err := j.Trust.Verify(ctx, url+"/jwks.json", answer.Signature, answer.Body); err != nil {
		if a.Problem = "the answer is not signed by the register"; errors.Is(err, departments.ErrKeys) {
			a.Problem = "the register's keys cannot be fetched"
			return
		}
		a.Outcome = malformed
		return
	}
	said, err := readReply(answer.Body, c.ID, k)
	if err != nil {
		a.Outcome, a.Problem = malformed, err.Error()
		return
	}
	a.Outcome, a.Answer = answered, said
}

// readReply reads the body of an answer; nil without an error means that the register has found nothing. Its errors hold nothing of what
// the answer says.
func readReply(body []byte, id uuid.UUID, k *Kind) (Answer, error) {
	var r Reply
	if err := json.Unmarshal(body, &r); err != nil {
		return nil, errors.New("the answer is no JSON of the contract")
	}
	switch {
	case r.ID != id || r.Kind != k.ID:
		return nil, errors.New("the answer is to another question")
	case !r.Found:
		return nil, nil
	case len(r.Answer) == 0:
		return nil, errors.New("the answer says found, and nothing else")
	}
	said, err := k.typ.answer(r.Answer)
	if err != nil {
		return nil, errors.New("the answer is not of its kind")
	}
	if err := said.check(); err != nil {
		return nil, fmt.Errorf("the answer cannot be: %w", err)
	}
	return said, nil
}

func isSilence(err error) bool {
	var slow interface{ Timeout() bool }
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &slow) && slow.Timeout()
}

// problemOf says what went wrong without the address, which may name hosts of the inner network.
func problemOf(err error) string {
	switch {
	case isSilence(err):
		return "the register did not answer in time"
	case errors.Is(err, errDisconnected), errors.Is(err, errErased):
		return strings.TrimPrefix(err.Error(), "checks: ")
	}
	return "the register cannot be reached"
}
