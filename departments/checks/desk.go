package checks

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"tamga/departments"
	"tamga/internal/db"
	"tamga/internal/i18n"
	"tamga/internal/journal"
	"tamga/internal/secret"
)

// Desk asks registers: it writes a check down, journals it for the person, and either answers it from what is still fresh or wakes a job.
type Desk struct {
	DB    db.DB
	River *river.Client[pgx.Tx]
	Box   *secret.Box
	Texts *i18n.Bundle
	Now   func() time.Time
}

// request is what is to be asked.
type request struct {
	ID          uuid.UUID // the same twice asks once
	Department  string
	Application uuid.UUID
	Number      string
	Kind        *Kind
	Party       string // of the application: whose journal tells
	Question    Question
	Asker       *uuid.UUID // nil: the rule of the service
	From        netip.Addr
	Anew        bool       // not from what is still fresh
	Subject     *uuid.UUID // whose journal tells; found by the party when nil
}

// ask asks, in the caller's transaction.
func (d *Desk) ask(ctx context.Context, tx pgx.Tx, r request) error {
	if !r.Kind.may(r.Department) {
		return errMayNot
	}
	url, err := registerURL(ctx, tx, r.Kind.Register)
	if err != nil {
		return err
	}
	if url == "" {
		return errNoGateway
	}
	c := &Check{ID: r.ID, Department: r.Department, Application: r.Application, Number: r.Number, Kind: r.Kind.ID, Register: r.Kind.Register,
		Asker: r.Asker, AskedAt: d.Now()}
	if c.Subject = r.Subject; c.Subject == nil {
		if c.Subject, err = personOf(ctx, tx, r.Application, r.Party); err != nil {
			return err
		}
	}
	if c.Question, err = seal(d.Box, "question", c.ID, r.Question); err != nil {
		return err
	}
	if c.Key, err = keyOf(d.Box, c.Kind, r.Question); err != nil {
		return err
	}
	fresh, err := insertCheck(ctx, tx, c)
	if err != nil || !fresh {
		return err
	}
	if !r.Anew {
		reused, err := d.reuse(ctx, tx, c, r.Kind)
		if err != nil || reused {
			return d.note(ctx, tx, c, r, reused, err)
		}
	}
	if err := wake(ctx, tx, d.River, c); err != nil {
		return err
	}
	return d.note(ctx, tx, c, r, false, nil)
}

// reuse answers from what is still fresh.
func (d *Desk) reuse(ctx context.Context, tx pgx.Tx, c *Check, k *Kind) (bool, error) {
	old, err := freshAnswer(ctx, tx, c, c.AskedAt)
	if err != nil || old == nil {
		return false, err
	}
	now := c.AskedAt
	c.State, c.Outcome, c.Differs, c.Reused, c.EndedAt = Answered, old.Outcome, old.Differs, &old.ID, &now
	if old.Reused != nil {
		c.Reused = old.Reused
	}
	c.AnsweredAt, c.FreshUntil, c.KeepUntil = old.AnsweredAt, old.FreshUntil, old.KeepUntil
	said, err := old.answer(d.Box, k)
	if err != nil {
		return false, err
	}
	if said != nil {
		if c.Answer, err = seal(d.Box, "answer", c.ID, said); err != nil {
			return false, err
		}
	}
	countChecks.WithLabelValues(c.Register, c.Kind, "reused").Inc()
	return endCheck(ctx, tx, c)
}

// note writes into the journal of the person whom it is about that it was asked, by whom and why.
func (d *Desk) note(ctx context.Context, tx pgx.Tx, c *Check, r request, reused bool, err error) error {
	if err != nil || c.Subject == nil {
		return err
	}
	name, err := departmentName(ctx, tx, c.Department)
	if err != nil {
		return err
	}
	e := journal.Entry{Actor: "departments.checks", ActorRole: "department", Action: "checks.asked", Subject: c.Subject.String(), Address: r.From,
		Purpose: d.Texts.T(i18n.RU, "checks.purpose", r.Kind.Name.RU, c.Number, name),
		Details: map[string]any{"application": c.Application, "check": c.ID, "kind": c.Kind, "register": c.Register, "reused": reused}}
	if c.Asker != nil {
		e.Actor, e.ActorRole = c.Asker.String(), "employee"
	}
	return journal.Write(ctx, tx, e)
}

// askArgs wakes the worker for one check. It holds no data: the row does.
type askArgs struct {
	ID uuid.UUID `json:"id"`
}

// Kind names the job in River's tables.
func (askArgs) Kind() string { return "checks.ask" }

// queueOf names the queue of a register: one that is slow never takes another's workers.
func queueOf(register string) string { return "register-" + register }

func wake(ctx context.Context, tx pgx.Tx, r *river.Client[pgx.Tx], c *Check) error {
	_, err := r.InsertTx(ctx, tx, askArgs{ID: c.ID}, &river.InsertOpts{Queue: queueOf(c.Register)})
	if err != nil {
		return fmt.Errorf("wake check %s: %w", c.ID, err)
	}
	return nil
}

// SaveRegisters puts the configured registers into the database, at each start of a worker. url is checked as a department's.
func SaveRegisters(ctx context.Context, d db.DB, c *departments.Client, urls map[string]string, now time.Time) error {
	codes := []string{}
	for code, url := range urls {
		if err := c.CheckURL(url); err != nil {
			return fmt.Errorf("register %s: %w", code, err)
		}
		if err := saveRegister(ctx, d, code, url, now); err != nil {
			return fmt.Errorf("register %s: %w", code, err)
		}
		codes = append(codes, code)
	}
	return disconnect(ctx, d, codes, now)
}
