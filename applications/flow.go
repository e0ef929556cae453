package applications

import (
	"bytes"
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/catalog"
	"tamga/internal/fault"
	"tamga/payments"
)

// The clocks. They are the portal's own; a later issue makes them dated parameters of a service.
const (
	partyClock   = 24 * time.Hour      // from the invitation, or from the signature under a held time, to the payment
	payClock     = 30 * 24 * time.Hour // to pay for an application of one person that holds no time
	payGrace     = time.Hour           // that the clock waits for somebody who is at the bank when it ends
	remindBefore = 3 * time.Hour       // before the end of partyClock
)

var (
	errClosed     = fault.New(fault.Conflict, "applications.closed")
	errIncomplete = fault.New(fault.Conflict, "applications.incomplete")
	errChanged    = fault.New(fault.Conflict, "applications.changed_meanwhile")
)

// start makes a draft for a person, in the name in which the service is begun.
func (k *Core) start(ctx context.Context, tx pgx.Tx, s *catalog.Service, p *Person, c contact) (uuid.UUID, error) {
	now := k.Now()
	in, _ := p.capacityFor(s)
	a := &Application{ID: uuid.Must(uuid.NewV7()), Service: s.ID, ServiceVersion: s.Version, State: Draft,
		KeptUntil: now.Add(s.KeepDraft()), CreatedAt: now, Organisation: in.inWhoseName()}
	if err := insertApplication(ctx, tx, a); err != nil {
		return uuid.Nil, err
	}
	for i := range s.Parties {
		row := partyRow{Party: s.Parties[i].ID, Position: i}
		if i == 0 {
			if err := k.seat(ctx, tx, &row, a.ID, p, c); err != nil {
				return uuid.Nil, err
			}
		}
		if err := insertParty(ctx, tx, a.ID, row); err != nil {
			return uuid.Nil, err
		}
	}
	return a.ID, insertEvent(ctx, tx, a.ID, Event{Kind: "started", Party: s.Parties[0].ID, At: now})
}

// seat puts a person's data into a party's row, and holds the person's cabinet: a place without one could be left by nobody.
func (k *Core) seat(ctx context.Context, tx pgx.Tx, row *partyRow, application uuid.UUID, p *Person, c contact) error {
	if k.Present != nil {
		if err := k.Present(ctx, tx, p.ID); err != nil {
			return err
		}
	}
	now := k.Now()
	row.Person, row.LastName, row.FirstName, row.MiddleName, row.JoinedAt = &p.ID, p.Last, p.First, p.Middle, &now
	var err error
	if row.SNILS, err = k.seal(p.SNILS, application, "snils", row.Party); err != nil {
		return err
	}
	row.Contact, err = k.seal(c, application, "contact", row.Party)
	return err
}

// save stores the answers of a step. A real change voids every signature and takes back an unpaid duty.
func (k *Core) save(ctx context.Context, tx pgx.Tx, d *dossier, step *catalog.Step, answers catalog.Answers) error {
	if !d.editable() {
		return errClosed
	}
	before, was := d.Set, d.chosen()
	d.Set = d.Definition.With(before, step, d.Me.ID, answers)
	changed := false
	for _, owner := range append([]string{""}, partyIDs(d)...) {
		then, now, err := bothTexts(before.Of(owner), d.Set.Of(owner))
		if err != nil {
			return err
		}
		if bytes.Equal(then, now) {
			continue
		}
		changed = true
		sealed, err := k.seal(d.Set.Of(owner), d.ID, "answers", owner)
		if err != nil {
			return err
		}
		if err := saveAnswers(ctx, tx, d.ID, owner, sealed, k.Now()); err != nil {
			return err
		}
	}
	if err := k.keepFiles(ctx, tx, d); err != nil {
		return err
	}
	d.KeptUntil = k.Now().Add(d.Definition.KeepDraft()) // also for a save that changes nothing: the person was here
	if !changed {
		return k.store(ctx, tx, d)
	}
	d.Set.Today = k.Now() // the rules and rates of the last change
	if err := d.refresh(); err != nil {
		return err
	}
	if err := k.mayHold(ctx, tx, d, was); err != nil {
		return err
	}
	err := k.keepSlot(ctx, tx, d, k.holdUntil(d))
	// A time that others took after its hold had ended is no reason to refuse another answer: the invitation or the signature
	// asks for a new one.
	if err != nil && (err != errSlotTaken || !samePlace(was, d.chosen())) {
		return err
	}
	if err := k.void(ctx, tx, d); err != nil {
		return err
	}
	return k.settle(ctx, tx, d)
}

func partyIDs(d *dossier) []string {
	ids := make([]string, len(d.Parties))
	for i, p := range d.Parties {
		ids[i] = p.ID
	}
	return ids
}

func bothTexts(a, b catalog.Answers) (was, is []byte, err error) {
	if len(a) == 0 && len(b) == 0 {
		return nil, nil, nil
	}
	if was, err = marshal(a); err != nil {
		return nil, nil, err
	}
	is, err = marshal(b)
	return was, is, err
}

// holdUntil is how long a time is kept from now on.
func (k *Core) holdUntil(d *dossier) time.Time {
	if d.Deadline != nil {
		return *d.Deadline
	}
	return k.Now().Add(draftHold)
}

// void ends all signatures after an edit, takes an unpaid duty back and tells the others.
func (k *Core) void(ctx context.Context, tx pgx.Tx, d *dossier) error {
	n, err := voidSignatures(ctx, tx, d.ID, k.Now())
	if err != nil || n == 0 {
		return err
	}
	for _, p := range d.Parties {
		p.Signature = nil
	}
	if err := k.dropCharge(ctx, tx, d); err != nil {
		return err
	}
	if err := k.note(ctx, tx, d, Event{Kind: "voided", Party: d.Me.ID}); err != nil {
		return err
	}
	return k.tell(ctx, tx, d, "voided", d.Me)
}

// dropCharge cancels the unpaid duty. When it turns out to be paid, the payment is noted and never asked for again.
func (k *Core) dropCharge(ctx context.Context, tx pgx.Tx, d *dossier) error {
	if d.Definition.Duty == nil || d.PaidCharge != nil {
		return nil
	}
	err := payments.CancelCharge(ctx, tx, origin(d.ID))
	if !errors.Is(err, fault.Conflict) {
		return err
	}
	c, err := payments.ChargeOf(ctx, tx, origin(d.ID))
	if err != nil {
		return err
	}
	return k.notePaid(ctx, tx, d, c)
}

func origin(id uuid.UUID) payments.Origin { return payments.Origin{Kind: "application", ID: id} }

// settle puts an open application into the state that its parts and signatures call for, and stores it.
func (k *Core) settle(ctx context.Context, tx pgx.Tx, d *dossier) error {
	want := d.State
	switch {
	case d.signed():
		want = Paying
	case len(d.Parties) == 1:
		want = Draft
	case d.State == Draft: // nobody is invited yet
	case d.complete():
		want = Signing
	default:
		want = Filling
	}
	if want == Draft {
		d.Deadline = nil
	}
	return k.move(ctx, tx, d, want)
}

// move changes the state, if the new one is another, and stores the application.
func (k *Core) move(ctx context.Context, tx pgx.Tx, d *dossier, to State) error {
	was := d.State
	if was != to {
		if !was.may(to) {
			return errClosed
		}
		d.State = to
		if to.Final() {
			d.KeptUntil = k.Now().Add(d.Definition.KeepFinished())
		}
	}
	if err := k.store(ctx, tx, d); err != nil || was == to {
		return err
	}
	if was == Filling && to == Signing {
		if err := k.note(ctx, tx, d, Event{Kind: string(Signing)}); err != nil {
			return err
		}
		return k.tell(ctx, tx, d, "signing", d.Me)
	}
	return nil
}

func (k *Core) store(ctx context.Context, tx pgx.Tx, d *dossier) error {
	d.UpdatedAt = k.Now()
	return saveApplication(ctx, tx, &d.Application)
}

func (k *Core) note(ctx context.Context, tx pgx.Tx, d *dossier, e Event) error {
	if e.At.IsZero() {
		e.At = k.Now()
	}
	return insertEvent(ctx, tx, d.ID, e)
}
