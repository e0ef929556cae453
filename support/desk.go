package support

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/frontend"
	"tamga/internal/db"
	"tamga/internal/i18n"
	"tamga/internal/notify"
	"tamga/internal/secret"
)

// Desk is what pages and jobs of support share.
type Desk struct {
	DB        db.DB
	Box       *secret.Box
	Notify    *notify.Outbox
	Pages     *frontend.Pages
	Now       func() time.Time
	PublicURL string // of the portal
}

const maxText = 2000 // characters of a question or an answer

// cleanText is what somebody typed, without what no text holds.
func cleanText(s string) string {
	return strings.TrimSpace(strings.NewReplacer("\x00", "", "\r\n", "\n").Replace(strings.ToValidUTF8(s, "")))
}

// question is what a citizen or an employee asks.
type question struct {
	Key, Source, Topic, Kind, Text, Lang, Actor string
	Account                                     uuid.UUID
	Employee                                    *uuid.UUID
	To                                          contact
	Application                                 *uuid.UUID
	Files                                       []attached
}

// ask raises an incident with its first message and files. A key that is known, being the form sent twice, adds nothing.
func (d *Desk) ask(ctx context.Context, q question) (*Incident, error) {
	i := &Incident{Key: &q.Key, Source: q.Source, Topic: q.Topic, Kind: q.Kind, Account: q.Account, Lang: q.Lang, Application: q.Application, RaisedAt: d.Now()}
	err := pgx.BeginFunc(ctx, d.DB, func(tx pgx.Tx) (err error) {
		if q.Application != nil {
			if own, err := ownApplication(ctx, tx, q.Account, *q.Application); err != nil {
				return err
			} else if !own {
				return errNotFound
			}
		}
		if q.To != (contact{}) {
			if i.Contact, err = sealContact(d.Box, q.To); err != nil {
				return err
			}
		}
		wanted := i.RaisedAt
		if err := raise(ctx, tx, i, q.Actor); err != nil {
			return err
		}
		if said, err := messagesOf(ctx, tx, i.ID, true); err != nil || len(said) > 0 {
			return err
		}
		author := "citizen"
		if q.Employee != nil {
			author = "note"
		}
		if err := say(ctx, tx, d.Box, i.ID, message{Author: author, Employee: q.Employee, Text: q.Text, At: wanted}); err != nil {
			return err
		}
		for n := range q.Files {
			if err := insertFile(ctx, tx, i.ID, &q.Files[n], wanted); err != nil {
				return err
			}
		}
		return nil
	})
	return i, err
}

// askAgain is a citizen who is not content with the answer: a new clock begins.
func (d *Desk) askAgain(ctx context.Context, account, id uuid.UUID, text string) error {
	return pgx.BeginFunc(ctx, d.DB, func(tx pgx.Tx) error {
		if _, err := incidentOf(ctx, tx, account, id); err != nil {
			return err
		}
		i, err := lockIncident(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := move(ctx, tx, i, "asked_again", "citizen", d.Now()); err != nil {
			return err
		}
		if i.AnsweredAt != nil {
			l, err := lineFor(ctx, tx, i.Topic, i.Kind)
			if err != nil {
				return err
			}
			if err := startClock(ctx, tx, i, l, d.Now()); err != nil {
				return err
			}
		}
		return say(ctx, tx, d.Box, id, message{Author: "citizen", Text: text, At: d.Now()})
	})
}

// closeOwn is a citizen who is content.
func (d *Desk) closeOwn(ctx context.Context, account, id uuid.UUID) error {
	return pgx.BeginFunc(ctx, d.DB, func(tx pgx.Tx) error {
		if _, err := incidentOf(ctx, tx, account, id); err != nil {
			return err
		}
		i, err := lockIncident(ctx, tx, id)
		if err != nil {
			return err
		}
		return move(ctx, tx, i, "closed", "citizen", d.Now())
	})
}

// answer tells the citizen, and those whose incidents were merged into this one. It stops their clocks.
func (d *Desk) answer(ctx context.Context, id, employee uuid.UUID, text string) error {
	return pgx.BeginFunc(ctx, d.DB, func(tx pgx.Tx) error {
		i, err := lockIncident(ctx, tx, id)
		if err != nil {
			return err
		}
		now := d.Now()
		if err := stopClock(ctx, tx, id, now); err != nil { // before the move, which lets nothing be answered with its clock running
			return err
		}
		if err := move(ctx, tx, i, "answered", employee.String(), now); err != nil {
			return err
		}
		if i.Assignee == nil {
			if err := setAssignee(ctx, tx, id, employee); err != nil {
				return err
			}
		}
		merged, err := mergedInto(ctx, tx, id)
		if err != nil {
			return err
		}
		for _, one := range append(merged, i) {
			if one.ID != i.ID {
				if err := stopClock(ctx, tx, one.ID, now); err != nil {
					return err
				}
			}
			if err := say(ctx, tx, d.Box, one.ID, message{Author: "staff", Employee: &employee, Text: text, At: now}); err != nil {
				return err
			}
			if err := d.tell(ctx, tx, one, text); err != nil {
				return err
			}
		}
		return nil
	})
}

// tell sends the news of an answer. Who has a cabinet reads it there; to others the answer itself is mailed.
func (d *Desk) tell(ctx context.Context, tx pgx.Tx, i *Incident, text string) error {
	who, err := openContact(d.Box, i.Contact)
	if err != nil || who == (contact{}) || d.Notify == nil {
		return err
	}
	lang := i18n.Parse(i.Lang)
	m := notify.Message{Channel: notify.Email, To: who.Email, Kind: "support.answer", Subject: d.Pages.T(lang, "support.mail_subject", i.Shown())}
	at := d.PublicURL + "/support/requests/" + i.ID.String()
	switch {
	case i.Account == uuid.Nil:
		m.Body = d.Pages.T(lang, "support.mail_answer", i.Shown(), text)
	case who.Email != "":
		m.Body = d.Pages.T(lang, "support.mail_cabinet", i.Shown(), at)
	default:
		m.Channel, m.To, m.Subject, m.Body = notify.SMS, who.Phone, "", d.Pages.T(lang, "support.sms", i.Shown(), at)
	}
	return d.Notify.Send(ctx, tx, m)
}

// change does something to a locked incident.
func (d *Desk) change(ctx context.Context, id uuid.UUID, do func(tx pgx.Tx, i *Incident) error) error {
	return pgx.BeginFunc(ctx, d.DB, func(tx pgx.Tx) error {
		i, err := lockIncident(ctx, tx, id)
		if err != nil {
			return err
		}
		return do(tx, i)
	})
}

// thread opens what was said.
func (d *Desk) thread(ctx context.Context, id uuid.UUID, notes bool) ([]*message, error) {
	list, err := messagesOf(ctx, d.DB, id, notes)
	if err != nil {
		return nil, err
	}
	for _, m := range list {
		raw, err := d.Box.Open(m.Sealed, m.ID[:])
		if err != nil {
			return nil, err
		}
		m.Text = string(raw)
	}
	return list, nil
}

// escalate moves all incidents whose time has come along their chains of duty, each in a transaction of its own.
func (d *Desk) escalate(ctx context.Context) error {
	for {
		done := false
		err := pgx.BeginFunc(ctx, d.DB, func(tx pgx.Tx) error {
			id, step, err := takeEscalation(ctx, tx, d.Now())
			if err != nil || id == uuid.Nil {
				done = true
				return err
			}
			i, err := lockIncident(ctx, tx, id)
			if err != nil {
				return err
			}
			moved, err := raiseStep(ctx, tx, i, step)
			if err != nil || !moved {
				return err
			}
			i.Step = step
			return d.passed(ctx, tx, i, "system")
		})
		if err != nil || done {
			return err
		}
	}
}

// passed writes down that an incident has come to the next on duty, and calls them.
func (d *Desk) passed(ctx context.Context, tx pgx.Tx, i *Incident, actor string) error {
	if err := insertEvent(ctx, tx, i, "escalated", actor, d.Now()); err != nil {
		return err
	}
	return d.callOut(ctx, tx, i)
}

// passOn moves an incident along the chain by hand, before its time.
func (d *Desk) passOn(ctx context.Context, tx pgx.Tx, i *Incident, actor string) error {
	next, err := d.next(ctx, tx, i)
	if err != nil {
		return err
	}
	moved := false
	if next > 0 {
		if moved, err = raiseStep(ctx, tx, i, next); err != nil {
			return err
		}
	}
	if !moved {
		return errMoved
	}
	i.Step = next
	return d.passed(ctx, tx, i, actor)
}

// next is the step of duty after the incident's own, 0 when there is none or nobody is waited for.
func (d *Desk) next(ctx context.Context, q db.DB, i *Incident) (int, error) {
	chain, err := dutyOf(ctx, q, i.Line)
	if err != nil || !i.Open() {
		return 0, err
	}
	for _, on := range chain {
		if on.Step > i.Step {
			return on.Step, nil
		}
	}
	return 0, nil
}

// callOut mails those on duty at the incident's step. The mail names no citizen.
func (d *Desk) callOut(ctx context.Context, tx pgx.Tx, i *Incident) error {
	chain, err := dutyOf(ctx, tx, i.Line)
	if err != nil || d.Notify == nil {
		return err
	}
	for _, on := range chain {
		if on.Step == i.Step && on.Email != "" {
			return d.Notify.Send(ctx, tx, notify.Message{Channel: notify.Email, To: on.Email, Kind: "support.escalated",
				Subject: d.Pages.T(i18n.RU, "support_staff.mail_subject", i.Shown()), Body: d.Pages.T(i18n.RU, "support_staff.mail_text", i.Shown(),
					d.Pages.T(i18n.RU, "support_staff.line_"+i.Line))})
		}
	}
	return nil
}
