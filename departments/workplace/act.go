package workplace

import (
	"context"
	"net/netip"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/departments"
	"tamga/internal/i18n"
	"tamga/internal/journal"
)

// deed is something that a clerk does with a case. Its key comes from the form.
type deed struct {
	Key     uuid.UUID
	Kind    string // of the entry
	Text    string // for the history
	From    netip.Addr
	Details map[string]any // for the journal; never what was said
}

// act does a deed once, in one transaction with what the portal is told and with the journal.
func (h *Handler) act(ctx context.Context, who *departments.Clerk, id uuid.UUID, d deed, do func(tx pgx.Tx, c *Case) error) error {
	return pgx.BeginFunc(ctx, h.DB, func(tx pgx.Tx) error {
		c, err := lockCase(ctx, tx, who.Department, id)
		if err != nil {
			return err
		}
		e := entry{ID: d.Key, Kind: d.Kind, Actor: who.ID.String(), At: h.Now()}
		if e.Sealed, err = (said{Text: d.Text}).seal(h.Box, d.Key); err != nil {
			return err
		}
		fresh, err := insertEntry(ctx, tx, id, e)
		if err != nil || !fresh {
			return err
		}
		if err := do(tx, c); err != nil {
			return err
		}
		return h.note(ctx, tx, who, c, "workplace."+d.Kind, d.From, d.Details)
	})
}

// note journals what was done with a person's application.
func (h *Handler) note(ctx context.Context, tx pgx.Tx, who *departments.Clerk, c *Case, action string, from netip.Addr, details map[string]any) error {
	person, err := applicantOf(ctx, tx, c.ID)
	if err != nil || person == uuid.Nil {
		return err
	}
	all := map[string]any{"application": c.ID}
	for k, v := range details {
		all[k] = v
	}
	return journal.Write(ctx, tx, journal.Entry{Actor: who.ID.String(), ActorRole: "employee", Action: action, Subject: person.String(),
		Purpose: h.Pages.T(i18n.RU, "workplace.purpose", c.Number), Details: all, Address: from})
}

// tell passes news to the application, as the department's call-back.
func (h *Handler) tell(ctx context.Context, tx pgx.Tx, c *Case, key uuid.UUID, typ string, data any) error {
	e, err := departments.NewEvent(typ, key.String(), departments.Source(c.Department), h.Exchange.Audience, c.ID.String(), h.Now(), data)
	if err != nil {
		return err
	}
	c.Sequence++
	e.Sequence = c.Sequence
	if err := h.Exchange.Tell(ctx, tx, c.Department, e); err != nil {
		return err
	}
	return setSequence(ctx, tx, c.ID, c.Sequence)
}

// decide moves a case. ground is the id of a refusal's ground.
func (h *Handler) decide(ctx context.Context, who *departments.Clerk, id uuid.UUID, d deed, ground string) error {
	return h.act(ctx, who, id, d, func(tx pgx.Tx, c *Case) error {
		m := moves[d.Kind]
		moved, err := setState(ctx, tx, c, m, ground, h.Now())
		if err != nil {
			return err
		}
		if !moved {
			return errMoved
		}
		if c.Assignee == nil {
			if err := setAssignee(ctx, tx, id, &who.ID); err != nil {
				return err
			}
		}
		return h.tell(ctx, tx, c, d.Key, departments.TypeStatus, departments.StatusData{Status: m.status, Text: d.Text})
	})
}

// open refuses what cannot be done with a case that is decided.
func (h *Handler) whileOpen(do func(tx pgx.Tx, c *Case) error) func(tx pgx.Tx, c *Case) error {
	return func(tx pgx.Tx, c *Case) error {
		if !c.Open() {
			return errMoved
		}
		return do(tx, c)
	}
}

func (h *Handler) request(ctx context.Context, who *departments.Clerk, id uuid.UUID, d deed, text string, r departments.Request) error {
	return h.act(ctx, who, id, d, h.whileOpen(func(tx pgx.Tx, c *Case) error {
		if err := setAsked(ctx, tx, id, r.Until); err != nil {
			return err
		}
		return h.tell(ctx, tx, c, d.Key, departments.TypeRequest, departments.RequestData{Text: text, Request: r})
	}))
}

func (h *Handler) say(ctx context.Context, who *departments.Clerk, id uuid.UUID, d deed) error {
	return h.act(ctx, who, id, d, func(tx pgx.Tx, c *Case) error {
		return h.tell(ctx, tx, c, d.Key, departments.TypeMessage, departments.SaidData{Text: d.Text})
	})
}

func (h *Handler) invite(ctx context.Context, who *departments.Clerk, id uuid.UUID, d deed, at time.Time, place, text string) error {
	return h.act(ctx, who, id, d, h.whileOpen(func(tx pgx.Tx, c *Case) error {
		return h.tell(ctx, tx, c, d.Key, departments.TypeAppointment, departments.Appointment{At: at, Place: place, Text: text})
	}))
}

func (h *Handler) assign(ctx context.Context, who *departments.Clerk, id uuid.UUID, d deed, to *uuid.UUID) error {
	return h.act(ctx, who, id, d, h.whileOpen(func(tx pgx.Tx, _ *Case) error { return setAssignee(ctx, tx, id, to) }))
}

// nothing is all that a note does to a case.
func nothing(pgx.Tx, *Case) error { return nil }
