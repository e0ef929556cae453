package journal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"tamga/internal/db"
)

// Entry is one action.
type Entry struct {
	Actor     string         // who: an account's id, an employee's login, or the name of a job
	ActorRole string         // in what capacity: citizen, operator, auditor, system
	Action    string         // what, as domain.verb: "person.read"
	Subject   string         // whose data were touched; empty when nobody's. This person sees the entry
	Purpose   string         // why; needed whenever staff read a person's data
	Details   map[string]any // what else is to be known. Never the personal data themselves: nothing here can be erased
	Address   netip.Addr     // from where, if known
}

// Record is an entry as it stands in the journal.
type Record struct {
	ID int64
	At time.Time
	Entry
}

// Write adds e to the journal, in d's transaction when d is one.
func Write(ctx context.Context, d db.DB, e Entry) error {
	if e.Actor == "" || e.ActorRole == "" || e.Action == "" {
		return errors.New("journal: an entry needs an actor, a role and an action")
	}
	details := []byte("{}")
	if len(e.Details) > 0 {
		var err error
		if details, err = json.Marshal(e.Details); err != nil {
			return fmt.Errorf("journal %s: %w", e.Action, err)
		}
	}
	if err := insertEntry(ctx, d, e, details); err != nil {
		return fmt.Errorf("journal %s: %w", e.Action, err)
	}
	return nil
}

// OfSubject returns what was done to a person's data, newest first, at most limit entries. For the next page give the least
// id of this one as before; 0 starts at the newest.
func OfSubject(ctx context.Context, d db.DB, subject string, before int64, limit int) ([]Record, error) {
	return recordsOfSubject(ctx, d, subject, before, limit)
}
