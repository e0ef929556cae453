package departments

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// Trouble is something that the exchange has found wrong, or that is over now. It holds nothing personal.
type Trouble struct {
	ID         uuid.UUID
	Department string
	Kind       string // late, stuck, result, missing, differs, unknown, digest
	Cause      string
	At         time.Time
	Over       bool // it has mended

	Delivery, Application *uuid.UUID // nil when it is of the whole department
}

// OnTrouble opens an incident, or closes it when the trouble is over. It is told each once, in the transaction that notes it.
type OnTrouble = func(ctx context.Context, tx pgx.Tx, t Trouble) error

// seeTroubles opens and closes what the round finds: one trouble for a department that keeps us waiting, however many applications
// wait, and one for each message that is stuck and each result that cannot be had.
func (j *Jobs) seeTroubles(ctx context.Context) error {
	return pgx.BeginFunc(ctx, j.DB, func(tx pgx.Tx) error {
		fresh, err := raiseTroubles(ctx, tx, j.Now())
		if err != nil {
			return err
		}
		over, err := endTroubles(ctx, tx, j.Now())
		if err != nil {
			return err
		}
		return j.report(ctx, tx, append(fresh, over...))
	})
}

func (j *Jobs) report(ctx context.Context, tx pgx.Tx, all []Trouble) error {
	for _, t := range all {
		if j.Log != nil {
			j.Log.Warn("exchange: trouble", "department", t.Department, "kind", t.Kind, "over", t.Over, "cause", t.Cause)
		}
		if j.OnTrouble == nil {
			continue
		}
		if err := j.OnTrouble(ctx, tx, t); err != nil {
			return err
		}
	}
	return nil
}
