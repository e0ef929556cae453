package departments

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/calendar"
	"tamga/internal/fault"
)

// Works are planned works of a departmental system: nothing is sent while they last.
type Works struct {
	ID       uuid.UUID
	StartsAt time.Time
	EndsAt   time.Time
}

// longestWorks bounds works: what lasts longer is a mistyped date.
const longestWorks = 31 * 24 * time.Hour

// checkWorks holds the rule of the instruction (S2, 4.2.4): works are announced at least one working day before they start, so a
// whole working day of the calendar, at the same time of day, lies between.
func checkWorks(now time.Time, w Works) error {
	switch {
	case w.StartsAt.Before(calendar.Default().AddWorkingDays(now, 1)):
		return fault.New(fault.Invalid, "departments_hold.too_soon")
	case !w.EndsAt.After(w.StartsAt) || w.EndsAt.Sub(w.StartsAt) > longestWorks:
		return fault.New(fault.Invalid, "departments_hold.bad_end")
	}
	return nil
}

// who did something, for the journal.
type who struct{ actor, address string }

// pause stops sending to a department; what waits keeps its place. An empty reason lets it go on.
func (h *StaffHandler) pause(ctx context.Context, code, reason string, by who) error {
	return pgx.BeginFunc(ctx, h.DB, func(tx pgx.Tx) error {
		changed, err := setPause(ctx, tx, code, reason, h.Now())
		if err != nil || !changed {
			return err
		}
		action := "department.pause"
		if reason == "" {
			action = "department.resume"
		}
		if err := noteHold(ctx, tx, by, action, map[string]any{"department": code, "reason": reason}); err != nil {
			return err
		}
		return settleQueue(ctx, tx, h.River, code, h.Now())
	})
}

// announce plans works. The watch stops and starts the queue by the clock.
func (h *StaffHandler) announce(ctx context.Context, code string, w Works, by who) error {
	if err := checkWorks(h.Now(), w); err != nil {
		return err
	}
	return pgx.BeginFunc(ctx, h.DB, func(tx pgx.Tx) error {
		if err := insertWorks(ctx, tx, code, w, h.Now(), by.actor); err != nil {
			return err
		}
		return noteHold(ctx, tx, by, "department.works", map[string]any{"department": code, "works": w.ID,
			"starts": w.StartsAt, "ends": w.EndsAt})
	})
}

// callOff ends works before their time, or before they have begun.
func (h *StaffHandler) callOff(ctx context.Context, id uuid.UUID, by who) error {
	return pgx.BeginFunc(ctx, h.DB, func(tx pgx.Tx) error {
		code, err := cancelWorks(ctx, tx, id, h.Now())
		if err != nil {
			return err
		}
		if err := noteHold(ctx, tx, by, "department.works_cancel", map[string]any{"department": code, "works": id}); err != nil {
			return err
		}
		return settleQueue(ctx, tx, h.River, code, h.Now())
	})
}
