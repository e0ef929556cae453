package applications

import (
	"bytes"
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/fault"
	"tamga/internal/secret"
)

// errWrongPerson leads to a page that says so without saying whom the letter was for.
var errWrongPerson = fault.New(fault.Forbidden, "applications.wrong_person")

// invite sends a letter to a further party and starts the clock. A second letter takes the place of one that nobody has
// answered, a mistyped SNILS for one, and leaves the clock as it is.
func (k *Core) invite(ctx context.Context, tx pgx.Tx, d *dossier, p *Party, snils string, to contact) error {
	switch {
	case d.Me.Position != 0 || p == nil || p.Position == 0:
		return errNoApplication
	case p.Joined() || d.State != Draft && d.State != Filling:
		return errClosed
	case !d.filer().Complete:
		return errIncomplete
	}
	first := d.Deadline == nil
	if first {
		if err := k.timely(d); err != nil {
			return err
		}
		k.setDeadline(d, partyClock)
	}
	if err := k.keepSlot(ctx, tx, d, *d.Deadline); err != nil {
		return err
	}
	if err := revokeInvitations(ctx, tx, d.ID, p.ID, k.Now()); err != nil {
		return err
	}
	token, err := k.write(ctx, tx, d, p, snils, to)
	if err != nil {
		return err
	}
	if err := k.note(ctx, tx, d, Event{Kind: "invited", Party: d.Me.ID}); err != nil {
		return err
	}
	if err := k.move(ctx, tx, d, Filling); err != nil {
		return err
	}
	if err := k.tellInvited(ctx, tx, d, to, token); err != nil || !first {
		return err
	}
	return k.scheduleClock(ctx, tx, d)
}

// write stores the letter and returns the token of its link, which is kept nowhere.
func (k *Core) write(ctx context.Context, tx pgx.Tx, d *dossier, p *Party, snils string, to contact) (string, error) {
	token := secret.Token(32)
	i := &invitation{ID: uuid.Must(uuid.NewV7()), Application: d.ID, Party: p.ID, SNILSBlind: k.blind(snils), SentAt: k.Now()}
	var err error
	if i.SNILS, err = k.seal(snils, d.ID, "invited_snils", p.ID); err != nil {
		return "", err
	}
	if i.Contact, err = k.seal(to, d.ID, "invited_contact", p.ID); err != nil {
		return "", err
	}
	return token, insertInvitation(ctx, tx, i, secret.HashToken(token))
}

// meant tells whether a letter was written to this person.
func (k *Core) meant(i *invitation, p *Person) bool {
	return p.SNILS != "" && bytes.Equal(i.SNILSBlind, k.blind(p.SNILS))
}

// join puts the invited person into the place that the letter names.
func (k *Core) join(ctx context.Context, tx pgx.Tx, d *dossier, i *invitation, p *Person, c contact) error {
	place := d.party(i.Party)
	switch {
	case !k.meant(i, p):
		return errWrongPerson
	case place == nil || !i.open() || place.Joined() || d.State != Filling:
		return errClosed
	}
	row := partyRow{Party: place.ID, Position: place.Position}
	if err := k.seat(ctx, tx, &row, d.ID, p, c); err != nil {
		return err
	}
	if err := fillParty(ctx, tx, d.ID, row); err != nil {
		return err
	}
	if err := answerInvitation(ctx, tx, i.ID, "accepted", k.Now()); err != nil {
		return err
	}
	place.Person, place.Last, place.First, place.Middle, place.SNILS = &p.ID, p.Last, p.First, p.Middle, p.SNILS
	place.Contact, place.JoinedAt, place.Invited = c, row.JoinedAt, nil
	d.Me = place
	if err := k.note(ctx, tx, d, Event{Kind: "joined", Party: place.ID}); err != nil {
		return err
	}
	if err := d.refresh(); err != nil {
		return err
	}
	if err := k.tell(ctx, tx, d, "joined", place); err != nil {
		return err
	}
	return k.settle(ctx, tx, d)
}

// declineInvitation says no before having come.
func (k *Core) declineInvitation(ctx context.Context, tx pgx.Tx, d *dossier, i *invitation, p *Person) error {
	place := d.party(i.Party)
	switch {
	case !k.meant(i, p):
		return errWrongPerson
	case place == nil || !i.open() || place.Joined():
		return errClosed
	}
	if err := answerInvitation(ctx, tx, i.ID, "declined", k.Now()); err != nil {
		return err
	}
	return k.decline(ctx, tx, d, place)
}
