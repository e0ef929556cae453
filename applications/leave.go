package applications

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/fault"
)

// Unfinished is an application that stands in the way of who wants to leave: others wait for it, or it has been paid for.
type Unfinished struct {
	ID      uuid.UUID
	Service string
	Version int
	Begun   time.Time
}

// Unfinished returns what must end before the cabinet of a person can.
func (k *Core) Unfinished(ctx context.Context, person uuid.UUID) ([]Unfinished, error) {
	return unfinishedOf(ctx, k.DB, person)
}

// Leave erases the drafts that a person has begun, each as its own button does: with its time at an office, its unpaid duty and its
// files, and a line in the journal. Then it holds the cabinet, and tells whether nothing keeps it: what somebody began or joined
// meanwhile does, and is not erased any more.
//
// The rows of applications are locked first and the cabinet last, as by everything that changes an application. Whoever takes a place in
// one holds the cabinet too (Core.Present), so that after the last look there can be no new place.
func (k *Core) Leave(ctx context.Context, tx pgx.Tx, person uuid.UUID, hold func() error) (drafts int, free bool, err error) {
	ids, err := draftsOf(ctx, tx, person)
	if err != nil {
		return 0, false, err
	}
	for _, id := range ids {
		switch err := k.eraseDraft(ctx, tx, person, id); {
		case err == nil:
			drafts++
		case !errors.Is(err, fault.NotFound): // erased meanwhile
			return 0, false, err
		}
	}
	if err := hold(); err != nil {
		return 0, false, err
	}
	kept, err := keeps(ctx, tx, person)
	return drafts, !kept, err
}

func (k *Core) eraseDraft(ctx context.Context, tx pgx.Tx, person, id uuid.UUID) error {
	d, err := k.lockFor(ctx, tx, person, id)
	if err != nil || d.State != Draft || d.PaidCharge != nil {
		return err // what became of it is found by the last look
	}
	if err := k.eraseOwn(ctx, tx, d); !errors.Is(err, errClosed) {
		return err
	}
	return nil
}
