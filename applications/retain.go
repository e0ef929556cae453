package applications

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"tamga/internal/journal"
)

// How long applications are kept is a rule of the service (catalog.Keep). What is over, or a draft that nobody touched for its time, is
// erased by the sweep with its answers, files, messages, documents and letters to the department; the journal says that it was, and
// nothing of what it said. Money that is still owed keeps an application.

// erasedInOne bounds one sweep; the next one goes on.
const erasedInOne = 200

// retain erases what is kept no longer.
func (j *Jobs) retain(ctx context.Context) error {
	ids, err := keptNoLonger(ctx, j.DB, j.Now())
	if err != nil {
		return err
	}
	var all error
	for _, id := range ids {
		err := j.locked(ctx, id, func(tx pgx.Tx, d *dossier) error {
			if d.KeptUntil.After(j.Now()) || d.State != Draft && !d.State.Final() {
				return nil // somebody came back to it meanwhile
			}
			return j.erase(ctx, tx, d, "applications.sweep", "system", "kept_until")
		})
		if err != nil {
			all = errors.Join(all, fmt.Errorf("erase application %s: %w", id, err))
		}
	}
	return all
}

// erase removes an application with everything of it.
func (k *Core) erase(ctx context.Context, tx pgx.Tx, d *dossier, actor, role, why string) error {
	if err := releaseSlot(ctx, tx, d.ID, k.Now()); err != nil {
		return err
	}
	for _, p := range d.Parties {
		if p.Person == nil {
			continue
		}
		err := journal.Write(ctx, tx, journal.Entry{Actor: actor, ActorRole: role, Action: "application.erased", Subject: p.Person.String(),
			Details: map[string]any{"application": d.ID, "service": d.Service, "state": d.State, "why": why}})
		if err != nil {
			return err
		}
	}
	return deleteApplication(ctx, tx, d.ID)
}

// erasable tells whether the reader may erase an application: the own draft that nobody else was asked to, and what came to nothing
// without money.
func (d *dossier) erasable() bool {
	return d.Me.Position == 0 && d.PaidCharge == nil && !d.wasSent() && (d.State == Draft || d.State.Gone())
}

// eraseOwn erases an application because its filer wants it.
func (k *Core) eraseOwn(ctx context.Context, tx pgx.Tx, d *dossier) error {
	if !d.erasable() {
		return errClosed
	}
	if err := k.dropCharge(ctx, tx, d); err != nil {
		return err
	}
	if d.PaidCharge != nil {
		return errClosed
	}
	return k.erase(ctx, tx, d, d.Me.Person.String(), "citizen", "own wish")
}
