package check

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"tamga/departments"
)

// rule is one promise of the protocol. do returns what the department did, and whether that is right.
type rule struct {
	name string
	mend string
	do   func(ctx context.Context) (got string, ok, seen bool)
}

// rules tries all of them in order: later ones build on the application that the first sends.
func (c *checker) rules(ctx context.Context) []Finding {
	var found []Finding
	for _, r := range append(c.messages(), c.callbacks()...) {
		start := time.Now()
		got, ok, seen := r.do(ctx)
		f := Finding{Rule: r.name, OK: ok, Seen: seen, Got: got, Takes: time.Since(start)}
		if !ok {
			f.Mend = r.mend
		}
		found = append(found, f)
		if ctx.Err() != nil || r.name == "submitted" && c.status == 0 {
			break // nobody is there: the other rules would only wait
		}
	}
	return found
}

func (c *checker) messages() []rule {
	all := []rule{
		c.certificate(),
		{"keys", "Serve a JWKS at URL/jwks.json with at least one P-256 public key that has kid, and without private parts.", c.tryKeys},
		{"submitted", "Answer a signed application with 200 (accepted), 202 (received) or 422 with {\"reason\": \"…\"} for the applicant.", c.trySubmitted},
		{"duplicate", "Remember the event's id: a message that comes again must be answered as before, and must make no second application.", c.tryDuplicate},
		{"changed duplicate", "Keep the SHA-256 of the body beside the id: the same id with another content must be answered 409.", c.tryChanged},
	}
	if c.cms() {
		all = slices.Delete(all, 1, 2) // it need not have a JWKS
	} else {
		all = all[1:]
	}
	all = append(all, c.forged()...)
	return append(all, c.misaddressed()...)
}

func (c *checker) tryKeys(ctx context.Context) (string, bool, bool) {
	answer, err := c.client.Get(ctx, c.cfg.URL+"/jwks.json")
	if err != nil {
		return "no answer: " + err.Error(), false, true
	}
	var set struct{ Keys []map[string]any }
	if err := json.Unmarshal(answer.Body, &set); err != nil || answer.Status != http.StatusOK {
		return fmt.Sprintf("%d, not a JWKS", answer.Status), false, true
	}
	for _, key := range set.Keys {
		if _, private := key["d"]; private {
			return "the private key is published", false, true
		}
		if kid, _ := key["kid"].(string); kid != "" && key["crv"] == "P-256" {
			return fmt.Sprintf("%d keys", len(set.Keys)), true, true
		}
	}
	return fmt.Sprintf("%d keys, none of them P-256 with kid", len(set.Keys)), false, true
}

func (c *checker) trySubmitted(ctx context.Context) (string, bool, bool) {
	l := c.letter(departments.TypeSubmitted, c.application, c.cfg.Data)
	r := c.send(ctx, l)
	c.first, c.taken, c.status = &l.Event, r.received(), r.Status
	return r.String(), r.settled(), true
}

// again is the first letter under another signature, as the portal sends it when an answer was lost.
func (c *checker) again() *letter {
	return &letter{Event: *c.first, Keys: c.keys, Form: c.cfg.Signature, Signed: c.cfg.Now()}
}

func (c *checker) tryDuplicate(ctx context.Context) (string, bool, bool) {
	r := c.send(ctx, c.again())
	return r.String(), r.settled() && r.received() == c.taken, true
}

func (c *checker) tryChanged(ctx context.Context) (string, bool, bool) {
	l := c.again()
	l.Event.Data = bytes.Replace(l.Event.Data, []byte(`"service_version":1`), []byte(`"service_version":2`), 1)
	r := c.send(ctx, l)
	return r.String(), r.Status == http.StatusConflict, true
}

// fresh is a good letter about a new application.
func (c *checker) fresh() *letter {
	return c.letter(departments.TypeSubmitted, uuid.Must(uuid.NewV7()), c.cfg.Data)
}

// spoilt is a rule about a letter that has one thing wrong and must not be taken.
func (c *checker) spoilt(name, mend string, right func(*reply) bool, spoil func(*letter)) rule {
	return rule{name, mend, func(ctx context.Context) (string, bool, bool) {
		l := c.fresh()
		spoil(l)
		r := c.send(ctx, l)
		return r.String(), right(r), true
	}}
}

func (c *checker) forged() []rule {
	mend := "Verify the detached JWS of X-JWS-Signature over the body's bytes, by our key of that kid, before anything else; answer 401. "
	strange, clock := "A kid that our JWKS does not list is refused.", "iat of the protected header"
	if c.cms() {
		mend = "Verify the detached CMS of X-CMS-Signature over the body's bytes, by our certificate as you have registered it, before anything else; answer 401. "
		strange, clock = "A certificate inside the message proves nothing.", "the signed attribute signingTime"
	}
	unauthorised := func(r *reply) bool { return r.Status == http.StatusUnauthorized }
	all := []rule{
		c.spoilt("no signature", mend+"A missing header is not a valid one.", unauthorised, func(l *letter) { l.Unsign = true }),
		c.spoilt("changed body", mend+"Verify the bytes as they came, not the parsed JSON.", unauthorised, func(l *letter) {
			l.Tamper = func(raw []byte) []byte { return bytes.Replace(raw, []byte("CHECK-"), []byte("CHECK_"), 1) }
		}),
		c.spoilt("stranger's key", mend+strange, unauthorised, func(l *letter) { l.Keys = c.wrong }),
		c.spoilt("old signature", mend+"Compare "+clock+" with your clock: more than 5 minutes is a replay.", unauthorised,
			func(l *letter) { l.Signed = c.cfg.Now().Add(-time.Hour) }),
		c.spoilt("signature of the future", mend+"Compare "+clock+" with your clock in both directions.", unauthorised,
			func(l *letter) { l.Signed = c.cfg.Now().Add(time.Hour) }),
	}
	if c.cms() {
		all = append(all, c.spoilt("JWS in place of CMS", mend+"What comes in the other form is refused, even when that signature holds.", unauthorised,
			func(l *letter) { l.Form = departments.FormJWS }))
	}
	return all
}

func (c *checker) misaddressed() []rule {
	return []rule{
		c.spoilt("another's audience", "Refuse with 4xx an event whose audience is not your code: it was meant for another department.", (*reply).refused,
			func(l *letter) { l.Event.Audience = "somebody-else" }),
		c.spoilt("another's source", "Refuse with 4xx an event whose source is not the portal that you know.", (*reply).refused,
			func(l *letter) { l.Event.Source = "https://somebody.example" }),
		c.spoilt("unknown type", "Refuse with 4xx a type that you do not know; 5xx makes the portal try for days.", (*reply).refused,
			func(l *letter) { l.Event.Type = "tamga.application.nonsense" }),
		c.spoilt("not an event", "Refuse with 4xx what is not a CloudEvent; 5xx makes the portal try for days.", (*reply).refused,
			func(l *letter) { l.Event.SpecVersion, l.Event.Subject = "", "" }),
		c.spoilt("oversized", "Bound the body that you read and answer 413, or close the connection; the portal never sends more than 1 MiB.",
			func(r *reply) bool { return r.refused() || r.Status == 0 && !strings.Contains(r.Problem, "Timeout") },
			func(l *letter) {
				l.Event.Data, _ = json.Marshal(map[string]string{"application": strings.Repeat("x", 8<<20)})
			}),
		{"message", "Answer a message about an application that you have with 200 or 202, or 422 with a reason.", c.later(departments.TypeMessage,
			func() any {
				return departments.MessageData{Text: "Проверка: сообщение заявителя"}
			})},
		{"correction", "Answer a correction with 200 or 202, or 422 with a reason when it is too late.", c.later(departments.TypeCorrected,
			func() any {
				return departments.CorrectedData{Application: c.cfg.Data, Fields: []string{"first.address"}}
			})},
		{"unknown application", "Answer a message about an application that you do not have with 422 and a reason.", func(ctx context.Context) (string, bool, bool) {
			r := c.send(ctx, c.letter(departments.TypeMessage, uuid.Must(uuid.NewV7()), departments.MessageData{Text: "Проверка"}))
			return r.String(), r.Status == http.StatusUnprocessableEntity && r.Reason != "", true
		}},
	}
}

// later is a message about the first application, sent twice: the second time it must be answered alike.
func (c *checker) later(typ string, data func() any) func(context.Context) (string, bool, bool) {
	return func(ctx context.Context) (string, bool, bool) {
		if !c.taken {
			return "the application was not taken", true, false
		}
		l := c.letter(typ, c.application, data())
		first := c.send(ctx, l)
		if !first.settled() {
			return first.String(), false, true
		}
		second := c.send(ctx, l)
		return second.String(), second.settled() && second.received() == first.received(), true
	}
}

func (c *checker) callbacks() []rule {
	const form = "Post call-backs to PORTAL/api/departments/CODE/events: see docs/departments.md. "
	return []rule{
		{"call-back", form + "Each must be signed by a key of your JWKS, or by your registered certificate, and be a correct event.", c.tryCallback},
		{"call-back again", form + "An answer of 503 means later: send the same event, byte for byte, under a fresh signature.", c.tryRepeat},
		{"order of call-backs", form + "sequence must grow with each call-back about an application.", c.tryOrder},
		{"cancellation", "Answer a cancellation with 200 or 202, or 422 with a reason when the decision is made.", c.later(departments.TypeCancelled,
			func() any { return departments.CancelledData{Reason: "Проверка закончена"} })},
		{"signed answers", "A signature in the answer's header must be over the answer's body, by a key of your JWKS; or leave it out. By GOST CMS each 200, 202 and 422 is signed, and has id and status inside.", c.trySignedAnswer},
	}
}

// trySignedAnswer asks for an answer that is signed, if the department signs answers at all.
func (c *checker) trySignedAnswer(ctx context.Context) (string, bool, bool) {
	r := c.send(ctx, c.again())
	switch {
	case c.cms() && r.Status != 0:
		return c.signedCMS(ctx, r)
	case r.Signature == "":
		return "answers are not signed, which is allowed", true, false
	}
	if err := c.verify(ctx, r.Signature, r.Body); err != nil {
		return err.Error(), false, true
	}
	return "signed", true, true
}

// Names are those of all rules.
func Names() (names []string) {
	for _, form := range []string{departments.FormJWS, departments.FormCMS} {
		c := &checker{cfg: Config{Signature: form}}
		for _, r := range append(c.messages(), c.callbacks()...) {
			if !slices.Contains(names, r.name) {
				names = append(names, r.name)
			}
		}
	}
	return names
}
