package applications

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/catalog"
	"tamga/internal/fault"
)

// draftHold is how long a time chosen in a draft is kept before anybody is invited or has signed. Others may take it
// afterwards; nobody else having done so, it is still the drafter's.
const draftHold = 30 * time.Minute

// errSlotTaken is shown on the page where times are chosen.
var errSlotTaken = fault.New(fault.Conflict, "applications.slot_taken")

// errSlotMany is shown there too: the person keeps as many times as one may.
var errSlotMany = fault.New(fault.Conflict, "applications.slot_many")

// mostHeld is how many times one person may hold in applications that are not sent: enough for a family, too few to close an office to
// everybody else.
const mostHeld = 5

// errSlotPast is shown there too: the time was chosen so long ago that the law does not allow it any more.
var errSlotPast = fault.New(fault.Conflict, "applications.slot_past")

// timely refuses a chosen time that is too near for somebody who applies now. It was far enough when it was chosen, but a
// draft waits for months, and the term of the law runs from the day of applying: the first invitation, or the signature.
func (k *Core) timely(d *dossier) error {
	want := d.chosen()
	if want == nil {
		return nil
	}
	if _, q := slotQuestion(d.Definition); q.Window != nil {
		if first, _ := q.Window.Range(k.Now()); want.At.Before(first) {
			return errSlotPast
		}
	}
	return nil
}

// booking is a time at an office that an application holds.
type booking struct {
	ID        uuid.UUID
	Office    string
	StartsAt  time.Time
	State     string // "held", "booked"
	HoldUntil *time.Time
}

// place is a time at an office.
type place struct {
	Office string
	At     time.Time
}

// slotQuestion returns the question of the service that asks for a time, with its step, or nils.
func slotQuestion(s *catalog.Service) (*catalog.Step, *catalog.Question) {
	for i := range s.Steps {
		for j := range s.Steps[i].Questions {
			if q := &s.Steps[i].Questions[j]; q.Type == "slot" {
				return &s.Steps[i], q
			}
		}
	}
	return nil, nil
}

// chosen returns the time that the answers name, or nil.
func (d *dossier) chosen() *place {
	step, q := slotQuestion(d.Definition)
	if q == nil {
		return nil
	}
	owner := step.Owner(d.filer().ID)
	value, _ := d.Set.Of(owner)[q.ID].(string)
	office := d.answer(q.Office)
	at, err := time.Parse(time.RFC3339, value)
	if err != nil || office == "" {
		return nil
	}
	return &place{office, at.UTC()}
}

func samePlace(a, b *place) bool {
	return a == b || a != nil && b != nil && a.Office == b.Office && a.At.Equal(b.At)
}

// answer returns a text that was answered once for all, or by the filer.
func (d *dossier) answer(question string) string {
	for _, owner := range []string{"", d.filer().ID} {
		if v, ok := d.Set.Of(owner)[question].(string); ok && v != "" {
			return v
		}
	}
	return ""
}

// keepSlot makes the booking what the answers say, held until a moment. It returns errSlotTaken when somebody else has it.
func (k *Core) keepSlot(ctx context.Context, tx pgx.Tx, d *dossier, until time.Time) error {
	want := d.chosen()
	if b := d.Booking; b != nil && !samePlace(&place{b.Office, b.StartsAt}, want) {
		if err := lockPlaces(ctx, tx, place{b.Office, b.StartsAt}, want); err != nil {
			return err
		}
		if err := releaseSlot(ctx, tx, d.ID, k.Now()); err != nil {
			return err
		}
		d.Booking = nil
	}
	if want == nil {
		return nil
	}
	if d.Booking != nil {
		mine, err := extendHold(ctx, tx, d.Booking.ID, until)
		if err != nil {
			return err
		}
		if mine {
			d.Booking.HoldUntil = &until
			return nil
		}
		d.Booking = nil // the hold had expired, and somebody has just released it
	}
	if err := lockPlaces(ctx, tx, *want, nil); err != nil {
		return err
	}
	b, err := holdSlot(ctx, tx, d.ID, *want, k.Now(), until)
	if err != nil {
		return err
	}
	d.Booking = b
	return nil
}

// mayHold refuses a time that the reader has just chosen beside too many others.
func (k *Core) mayHold(ctx context.Context, tx pgx.Tx, d *dossier, was *place) error {
	if is := d.chosen(); is == nil || samePlace(was, is) || d.Me == nil || d.Me.Person == nil {
		return nil
	}
	n, err := heldElsewhere(ctx, tx, *d.Me.Person, d.ID, k.Now())
	if err == nil && n >= mostHeld {
		return errSlotMany
	}
	return err
}

// bookSlot turns the hold into a booking, for good. It needs a hold: keepSlot first.
func (k *Core) bookSlot(ctx context.Context, tx pgx.Tx, d *dossier) error {
	if d.chosen() == nil {
		return nil
	}
	if err := k.keepSlot(ctx, tx, d, k.Now().Add(time.Minute)); err != nil {
		return err
	}
	d.Booking.State, d.Booking.HoldUntil = "booked", nil
	return confirmSlot(ctx, tx, d.Booking.ID)
}

// freeDays returns the free times of an office within the window of the service's question.
func (k *Core) freeDays(ctx context.Context, d *dossier, office string) ([]catalog.Day, error) {
	_, q := slotQuestion(d.Definition)
	o := k.Catalog.Office(office)
	if q == nil || q.Window == nil || o == nil {
		return nil, nil
	}
	first, last := q.Window.Range(k.Now())
	busy, err := takenTimes(ctx, k.DB, d.ID, office, first, last.AddDate(0, 0, 1), k.Now())
	if err != nil {
		return nil, err
	}
	return o.Days(first, last, func(at time.Time) bool { return busy[at.Unix()] }), nil
}
