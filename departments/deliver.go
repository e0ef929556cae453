package departments

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
)

// attempt is what came of sending a message once.
type attempt struct {
	At         time.Time
	Took       time.Duration
	Status     int    // HTTP, 0 when there was no answer
	Outcome    string // accepted, received, rejected, failed
	Text       string // what the department says: of the acceptance, or why it is rejected
	Error      string // for staff
	RetryAfter string
	Sum        []byte // of the body that was sent
	ours       bool   // the message has not left us: nothing is known of the department
}

// send makes one attempt. It holds no transaction: a department may take its time.
func (j *Jobs) send(ctx context.Context, d *claimed) *attempt {
	a := &attempt{At: j.Now(), Outcome: "failed"}
	start := time.Now()
	answer, sum, err := j.post(ctx, d)
	a.Sum = sum
	a.Took = time.Since(start)
	if err != nil {
		a.Error, a.ours = describe(err), errors.Is(err, errOurs)
		return a
	}
	a.Status, a.RetryAfter = answer.Status, answer.RetryAfter
	if err := j.checkAnswer(ctx, d, answer); err != nil {
		if !errors.Is(err, ErrKeys) && !errors.Is(err, errOurs) {
			noteRefusal(ctx, j.DB, j.Log, j.Now(), d.Department, &refusal{http.StatusUnauthorized, "answer", describe(err)}, "")
		}
		a.Error = fmt.Sprintf("answer %d: %s", answer.Status, describe(err))
		return a
	}
	var said struct {
		Text   string `json:"text"`
		Reason string `json:"reason"`
	}
	_ = json.Unmarshal(answer.Body, &said) // an answer without a body, or with another one, is an answer too
	switch answer.Status {
	case http.StatusOK:
		a.Outcome, a.Text = "accepted", clean(said.Text, maxText)
	case http.StatusAccepted:
		a.Outcome = "received"
	case http.StatusUnprocessableEntity:
		a.Text = clean(said.Reason, maxText)
		if a.Text == "" {
			// Without a reason the citizen would be turned away in silence: it is a fault of the exchange, and staff must see it.
			a.Error = "422 without a reason"
			return a
		}
		a.Outcome, a.Error = "rejected", a.Text
	default:
		a.Error = fmt.Sprintf("answer %d: %s", answer.Status, clean(string(answer.Body), 300))
	}
	return a
}

// post makes the event anew and hands it to whoever carries messages to that department.
func (j *Jobs) post(ctx context.Context, d *claimed) (answer *Answer, sum []byte, err error) {
	data, err := open(j.Box, d)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: the sealed data cannot be opened: %w", errOurs, err)
	}
	m := Message{Number: d.Number, Department: d.Department, Service: d.Service, ServiceVersion: d.ServiceVersion}
	m.put(d.Type, data)
	e, err := NewEvent(d.Type, d.ID.String(), j.Source, d.Department, d.ApplicationID.String(), d.CreatedAt, m)
	if err != nil {
		return nil, nil, err
	}
	body, err := json.Marshal(e)
	if err != nil {
		return nil, nil, err
	}
	to := d.endpoint()
	signature, err := j.Keys.In(to.Signature)(body, j.Now())
	if err != nil {
		return nil, nil, err
	}
	carrier, err := j.carrier(to)
	if err != nil {
		return nil, nil, err
	}
	whole := sha256.Sum256(body)
	answer, err = carrier.Carry(ctx, to, &Outgoing{ID: d.ID, Event: e, Body: body, Signature: signature})
	return answer, whole[:], err
}

// checkAnswer holds an answer that is signed to its signature: what a stranger put in between is no answer.
func (j *Jobs) checkAnswer(ctx context.Context, d *claimed, answer *Answer) error {
	from := d.endpoint()
	switch {
	case answer.checked:
		return answer.problem
	case from.Signature == FormCMS:
		return j.Trust.answered(ctx, from, d.ID, answer, 0)
	case j.Trust == nil || answer.Signature == "":
		return nil
	}
	return j.Trust.From(ctx, from, answer.Signature, answer.Body)
}

// answered holds a department that signs by GOST CMS to what decides a message: the answer is signed, and names message and status, so that
// it is worth nothing as the answer to another. It may be older than usual by age.
func (t *Trust) answered(ctx context.Context, from *Endpoint, id uuid.UUID, answer *Answer, age time.Duration) error {
	switch answer.Status {
	case http.StatusOK, http.StatusAccepted, http.StatusUnprocessableEntity:
	default:
		return nil // decides nothing: the message comes again
	}
	if t == nil {
		return fmt.Errorf("%w: nothing to check answers by", errOurs)
	}
	if answer.Signature == "" || formOf(answer.Signature) != FormCMS {
		return errForm
	}
	if err := t.registered(ctx, from.Code, answer.Signature, answer.Body, t.window()+age); err != nil {
		return err
	}
	var said struct {
		ID     string `json:"id"`
		Status int    `json:"status"`
	}
	if err := json.Unmarshal(answer.Body, &said); err != nil || said.ID != id.String() || said.Status != answer.Status {
		return errors.New("the answer that is signed is not to this message: want its id and the status inside")
	}
	return nil
}

var errOurs = errors.New("our own fault")

// describe leaves the address out: staff see the department's name.
func describe(err error) string {
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
		if u.Timeout() {
			return "no answer in time"
		}
	}
	return clean(err.Error(), 300)
}

// record writes the attempt down, tells the application what it means, and returns when to try again. A call-back may have
// been quicker than the answer: then only the attempt is written.
func (j *Jobs) record(ctx context.Context, d *claimed, a *attempt) (next time.Time, err error) {
	err = pgx.BeginFunc(ctx, j.DB, func(tx pgx.Tx) error {
		p, err := lockDelivery(ctx, tx, d.ID)
		if err != nil {
			return err
		}
		n, err := insertAttempt(ctx, tx, d.ID, a)
		if err != nil {
			return err
		}
		if err := j.weigh(ctx, tx, p.Department, a); err != nil || p.State == "delivered" || p.State == "rejected" {
			return err
		}
		switch a.Outcome {
		case "accepted", "received":
			return j.received(ctx, tx, p, a)
		case "rejected":
			return j.rejected(ctx, tx, p, a)
		}
		if p.State != "waiting" {
			return nil
		}
		next = j.Now().Add(j.Policy.filled().pause(n, a.RetryAfter))
		return markFailed(ctx, tx, p.ID, a.Error, next)
	})
	if err != nil {
		j.noteOurs(ctx, d, err)
		return time.Time{}, fmt.Errorf("record attempt of delivery %s: %w", d.ID, err)
	}
	return next, nil
}

func (j *Jobs) received(ctx context.Context, tx pgx.Tx, p *progress, a *attempt) error {
	if err := deliver(ctx, tx, p, j.OnUpdate, j.Now()); err != nil {
		return err
	}
	if a.Outcome == "accepted" && p.Type == TypeSubmitted && p.Status == "" {
		if err := markStatus(ctx, tx, p.ID, Accepted, 0); err != nil {
			return err
		}
		if err := j.OnUpdate(ctx, tx, ownUpdate(p, Accepted, a.Text, j.Now())); err != nil {
			return err
		}
	}
	return j.wakeNext(ctx, tx, p)
}

func (j *Jobs) rejected(ctx context.Context, tx pgx.Tx, p *progress, a *attempt) error {
	if err := markRejected(ctx, tx, p.ID, a.Text); err != nil {
		return err
	}
	if err := j.OnUpdate(ctx, tx, ownUpdate(p, Rejected, a.Text, j.Now())); err != nil {
		return err
	}
	return j.wakeNext(ctx, tx, p)
}

// deliver marks the delivery as arrived and tells the application so.
func deliver(ctx context.Context, tx pgx.Tx, p *progress, tell OnUpdate, now time.Time) error {
	if err := markDelivered(ctx, tx, p.ID, now); err != nil {
		return err
	}
	if p.Status != "" {
		return nil // it was lost behind the department's answer, and comes a second time: that is told already
	}
	if err := markStatus(ctx, tx, p.ID, Sent, 0); err != nil {
		return err
	}
	return tell(ctx, tx, ownUpdate(p, Sent, "", now))
}

// ownUpdate is news that we found out ourselves.
func ownUpdate(p *progress, status, text string, now time.Time) Update {
	u := Update{EventID: "delivery/" + p.ID.String() + "/" + status, ApplicationID: p.ApplicationID, DeliveryID: p.ID,
		Department: p.Department, Kind: KindStatus, Status: status, Text: text, At: now}
	if p.Type != TypeSubmitted {
		u.Kind = KindDelivery
	}
	return u
}

func (j *Jobs) wakeNext(ctx context.Context, tx pgx.Tx, p *progress) error {
	id, department, err := nextWaiting(ctx, tx, p.ApplicationID)
	if err != nil || id == uuid.Nil {
		return err
	}
	r, err := river.ClientFromContextSafely[pgx.Tx](ctx)
	if err != nil {
		return err
	}
	return wake(ctx, tx, r, id, department)
}

// noteOurs shows staff that the fault is on our side. It is best effort: what it tells may be that the database is away.
func (j *Jobs) noteOurs(ctx context.Context, d *claimed, cause error) {
	if j.Log != nil {
		j.Log.Error("delivery could not be recorded", "delivery", d.ID, "err", cause)
	}
	next := j.Now().Add(j.Policy.filled().pause(3, ""))
	_ = pgx.BeginFunc(ctx, j.DB, func(tx pgx.Tx) error {
		p, err := lockDelivery(ctx, tx, d.ID)
		if err != nil || p.State != "waiting" {
			return err
		}
		return markFailed(ctx, tx, p.ID, "our own fault: the answer could not be recorded", next)
	})
}
