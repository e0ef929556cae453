package applications

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"tamga/catalog"
	"tamga/internal/db"
	"tamga/internal/i18n"
	"tamga/internal/notify"
	"tamga/internal/secret"
)

// Core is what the pages, the jobs and the departments' answers have in common. The rules of an application are its methods;
// each runs in the caller's transaction and under the application's lock.
type Core struct {
	DB        db.DB
	River     *river.Client[pgx.Tx] // for inserting only
	Catalog   *catalog.Catalog
	Box       *secret.Box
	Notify    *notify.Outbox
	Texts     *i18n.Bundle
	Now       func() time.Time
	Find      Finder // nil: no question can ask a department
	Files     FileRoom
	PublicURL string // of the portal, for links in letters, without a slash at the end

	// Present keeps a person's cabinet from being deleted until the transaction ends; an error when it is gone. nil: there are no cabinets.
	Present func(ctx context.Context, tx pgx.Tx, person uuid.UUID) error
}

// openFor reads an application for one of its parties.
func (k *Core) openFor(ctx context.Context, d db.DB, person, id uuid.UUID) (*dossier, error) {
	return k.gather(ctx, d, id, person, func(b *pgx.Batch, into *[]Application) { askApplicationOf(b, person, id, into) })
}

// lockFor reads an application for one of its parties, to change it.
func (k *Core) lockFor(ctx context.Context, tx pgx.Tx, person, id uuid.UUID) (*dossier, error) {
	return k.gather(ctx, tx, id, person, func(b *pgx.Batch, into *[]Application) { askLockedOf(b, person, id, into) })
}

// lock reads an application for the portal itself, to change it.
func (k *Core) lock(ctx context.Context, tx pgx.Tx, id uuid.UUID) (*dossier, error) {
	return k.gather(ctx, tx, id, uuid.Nil, func(b *pgx.Batch, into *[]Application) { askLocked(b, id, into) })
}

// whole is all that is stored of an application.
type whole struct {
	parties    []partyRow
	letters    []invitation
	answers    []answersRow
	files      []fileRow
	bookings   []booking
	signatures []Signature
}

// gather reads an application and all that belongs to it, in one trip. When it is to be locked, the lock is had before the rest is read.
func (k *Core) gather(ctx context.Context, d db.DB, id, reader uuid.UUID, find func(*pgx.Batch, *[]Application)) (*dossier, error) {
	var b pgx.Batch
	var found []Application
	var w whole
	find(&b, &found)
	askParties(&b, id, &w.parties)
	askInvitations(&b, id, &w.letters)
	askAnswers(&b, id, &w.answers)
	askFiles(&b, id, &w.files)
	askBooking(&b, id, &w.bookings)
	askSignatures(&b, id, &w.signatures)
	err := db.All(ctx, d, &b)
	a, err := theOnly(found, err)
	if err != nil {
		return nil, err
	}
	s, err := k.Catalog.Service(a.Service, a.ServiceVersion)
	if err != nil {
		return nil, err
	}
	f := &dossier{Application: *a, Definition: s}
	if err := k.gatherParties(f, w.parties, w.letters, reader); err != nil {
		return nil, err
	}
	if err := k.gatherAnswers(f, w.answers); err != nil {
		return nil, err
	}
	if err := k.gatherFiles(f, w.files); err != nil {
		return nil, err
	}
	if len(w.bookings) > 0 {
		f.Booking = &w.bookings[0] // an index allows one
	}
	f.gatherSignatures(w.signatures)
	return f, nil
}

// gatherSignatures gives the parties their signatures. Over another text one does not count, whatever the reason.
func (d *dossier) gatherSignatures(rows []Signature) {
	present := d.hash()
	for i := range rows {
		sig := &rows[i]
		p := d.party(sig.Party)
		switch {
		case p == nil:
		case bytes.Equal(sig.Hash, d.Hash) || bytes.Equal(sig.Hash, present):
			p.Signature = sig
			p.Superseded = !bytes.Equal(sig.Hash, present)
		default:
			p.Superseded = true
		}
	}
}

func (k *Core) gatherParties(f *dossier, rows []partyRow, letters []invitation, reader uuid.UUID) error {
	for _, row := range rows {
		p := &Party{ID: row.Party, Position: row.Position, Person: row.Person, Last: row.LastName, First: row.FirstName,
			Middle: row.MiddleName, JoinedAt: row.JoinedAt}
		if err := k.unseal(row.SNILS, &p.SNILS, f.ID, "snils", p.ID); err != nil {
			return err
		}
		if err := k.unseal(row.Contact, &p.Contact, f.ID, "contact", p.ID); err != nil {
			return err
		}
		if p.Person != nil && *p.Person == reader {
			f.Me = p
		}
		f.Parties = append(f.Parties, p)
	}
	for i := range letters {
		letter := &letters[i]
		var snils string
		if err := k.unseal(letter.SNILS, &snils, f.ID, "invited_snils", letter.Party); err != nil {
			return err
		}
		if p := f.party(letter.Party); p != nil {
			p.Invited, p.Masked = &letter.SentAt, maskSNILS(snils)
			if err := k.unseal(letter.Contact, &p.Contact, f.ID, "invited_contact", letter.Party); err != nil {
				return err
			}
		}
	}
	return nil
}

func (k *Core) gatherAnswers(f *dossier, rows []answersRow) error {
	f.Set = catalog.Set{Shared: catalog.Answers{}, Parties: map[string]catalog.Answers{}, Today: f.CreatedAt, Acting: f.audienceOf()}
	for _, row := range rows {
		answers := catalog.Answers{}
		if row.UpdatedAt.After(f.Set.Today) { // the rules and rates of the day on which somebody last changed something
			f.Set.Today = row.UpdatedAt
		}
		if err := k.unseal(row.Sealed, &answers, f.ID, "answers", row.Party); err != nil {
			return err
		}
		if row.Party == "" {
			f.Set.Shared = answers
		} else {
			f.Set.Parties[row.Party] = answers
		}
	}
	return f.refresh()
}

// refresh computes what follows from the answers.
func (d *dossier) refresh() error {
	for _, p := range d.Parties {
		_, p.Complete = d.Definition.Complete(d.Set, p.ID)
	}
	form, err := d.canonicalForm()
	d.Form = form
	return err
}

// russian is for what goes to departments.
func (k *Core) russian() catalog.Tr { return catalog.Tr{Lang: i18n.RU, Texts: k.Texts} }

// seal encrypts v as JSON. It opens only for the same application, kind and party: a value copied to another row does not.
func (k *Core) seal(v any, application uuid.UUID, kind, party string) ([]byte, error) {
	text, err := marshal(v)
	if err != nil {
		return nil, err
	}
	return k.Box.Seal(text, sealPlace(application, kind, party)), nil
}

// unseal opens what seal made into v. Nothing sealed leaves v as it is.
func (k *Core) unseal(sealed []byte, v any, application uuid.UUID, kind, party string) error {
	if len(sealed) == 0 {
		return nil
	}
	text, err := k.Box.Open(sealed, sealPlace(application, kind, party))
	if err != nil {
		return fmt.Errorf("%s of application %s: %w", kind, application, err)
	}
	return json.Unmarshal(text, v)
}

func sealPlace(application uuid.UUID, kind, party string) []byte {
	return []byte("application/" + application.String() + "/" + kind + "/" + party)
}

// blind returns the keyed hash by which a SNILS is compared.
func (k *Core) blind(snils string) []byte { return k.Box.Blind("snils:" + snils) }

// maskSNILS shows the last digits alone: enough to notice a wrong number, too little to learn one.
func maskSNILS(digits string) string {
	if len(digits) != 11 {
		return ""
	}
	return "•••-•••-" + digits[6:9] + " " + digits[9:]
}
