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
}

// openFor reads an application for one of its parties.
func (k *Core) openFor(ctx context.Context, d db.DB, person, id uuid.UUID) (*dossier, error) {
	a, err := applicationOf(ctx, d, person, id)
	if err != nil {
		return nil, err
	}
	return k.gather(ctx, d, a, person)
}

// lockFor reads an application for one of its parties, to change it.
func (k *Core) lockFor(ctx context.Context, tx pgx.Tx, person, id uuid.UUID) (*dossier, error) {
	a, err := lockApplicationOf(ctx, tx, person, id)
	if err != nil {
		return nil, err
	}
	return k.gather(ctx, tx, a, person)
}

// lock reads an application for the portal itself, to change it.
func (k *Core) lock(ctx context.Context, tx pgx.Tx, id uuid.UUID) (*dossier, error) {
	a, err := lockApplication(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	return k.gather(ctx, tx, a, uuid.Nil)
}

// gather reads all that belongs to an application.
func (k *Core) gather(ctx context.Context, d db.DB, a *Application, reader uuid.UUID) (*dossier, error) {
	s, err := k.Catalog.Service(a.Service, a.ServiceVersion)
	if err != nil {
		return nil, err
	}
	f := &dossier{Application: *a, Definition: s}
	if err := k.gatherParties(ctx, d, f, reader); err != nil {
		return nil, err
	}
	if err := k.gatherAnswers(ctx, d, f); err != nil {
		return nil, err
	}
	if err := k.gatherFiles(ctx, d, f); err != nil {
		return nil, err
	}
	if f.Booking, err = bookingOf(ctx, d, a.ID); err != nil {
		return nil, err
	}
	signatures, err := signaturesOf(ctx, d, a.ID)
	if err != nil {
		return nil, err
	}
	for _, sig := range signatures {
		if p := f.party(sig.Party); p != nil && (bytes.Equal(sig.Hash, a.Hash) || bytes.Equal(sig.Hash, f.hash())) {
			p.Signature = sig // over another text it does not count, whatever the reason
		}
	}
	return f, nil
}

func (k *Core) gatherParties(ctx context.Context, d db.DB, f *dossier, reader uuid.UUID) error {
	rows, err := partiesOf(ctx, d, f.ID)
	if err != nil {
		return err
	}
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
	letters, err := openInvitations(ctx, d, f.ID)
	if err != nil {
		return err
	}
	for _, i := range letters {
		var snils string
		if err := k.unseal(i.SNILS, &snils, f.ID, "invited_snils", i.Party); err != nil {
			return err
		}
		if p := f.party(i.Party); p != nil {
			p.Invited, p.Masked = &i.SentAt, maskSNILS(snils)
			if err := k.unseal(i.Contact, &p.Contact, f.ID, "invited_contact", i.Party); err != nil {
				return err
			}
		}
	}
	return nil
}

func (k *Core) gatherAnswers(ctx context.Context, d db.DB, f *dossier) error {
	sealed, err := answersOf(ctx, d, f.ID)
	if err != nil {
		return err
	}
	f.Set = catalog.Set{Shared: catalog.Answers{}, Parties: map[string]catalog.Answers{}, Today: f.CreatedAt, Acting: f.audienceOf()}
	for owner, row := range sealed {
		answers := catalog.Answers{}
		if row.at.After(f.Set.Today) { // the rules and rates of the day on which somebody last changed something
			f.Set.Today = row.at
		}
		if err := k.unseal(row.sealed, &answers, f.ID, "answers", owner); err != nil {
			return err
		}
		if owner == "" {
			f.Set.Shared = answers
		} else {
			f.Set.Parties[owner] = answers
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
