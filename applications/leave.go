package applications

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
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

// EraseDrafts erases the drafts that a person has begun, each as its own button does: with its time at an office, its unpaid duty and its
// files, and a line in the journal.
func (k *Core) EraseDrafts(ctx context.Context, tx pgx.Tx, person uuid.UUID) (int, error) {
	ids, err := draftsOf(ctx, tx, person)
	if err != nil {
		return 0, err
	}
	for _, id := range ids {
		d, err := k.lockFor(ctx, tx, person, id)
		if err != nil {
			return 0, err
		}
		if err := k.eraseOwn(ctx, tx, d); err != nil {
			return 0, err
		}
	}
	return len(ids), nil
}
