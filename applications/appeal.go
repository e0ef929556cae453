package applications

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/calendar"
	"tamga/internal/fault"
)

// A complaint is answered on the staff site by the department's people, within the term that the citizen was told when it was sent. The
// decision stands in the conversation of the application, and the parties are told of it.

// outcomes are how a complaint may end: the ends of locale keys applications_after.outcome_<name>.
var outcomes = []string{"satisfied", "partly", "refused"}

var errAppealDecided = fault.New(fault.Conflict, "applications_staff.appeal_decided")

// decideAppeal answers a complaint, once.
func (k *Core) decideAppeal(ctx context.Context, tx pgx.Tx, d *dossier, appeal uuid.UUID, outcome, text string) error {
	fresh, err := answered(ctx, tx, appeal, k.Now())
	switch {
	case err != nil:
		return err
	case !fresh:
		return errAppealDecided
	}
	m := &message{ID: uuid.Must(uuid.NewV7()), Kind: saidDecision, At: k.Now(),
		Words: words{Text: text, Outcome: outcome, Request: appeal.String()}}
	if err := k.keepWords(ctx, tx, d, m); err != nil {
		return err
	}
	return k.tidings(ctx, tx, d, Event{Kind: "appeal_decided", At: m.At}, "after_decision")
}

// daysLeft counts the working days until the last day of a term; it is negative when the day is over.
func daysLeft(now time.Time, until *time.Time) int {
	if until == nil {
		return 0
	}
	return calendar.Default().WorkingDaysBetween(now, *until)
}
