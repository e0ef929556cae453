package organisation

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
)

// Seed is an organisation of the demo and of tests, active from the beginning. It is also how a service centre comes to be: nobody
// opens an agency by themselves.
type Seed struct {
	Organisation Organisation
	Employees    []SeedEmployee
	Branches     []Branch
}

// SeedEmployee is somebody who works there.
type SeedEmployee struct {
	Account  uuid.UUID
	Chief    bool
	Admin    bool
	Position string
	Powers   map[string]time.Duration // how long from now; 0 is without an end
}

// Put stores an active organisation with its people, unless one with the id exists.
func Put(ctx context.Context, d db.DB, s Seed, now time.Time) error {
	return pgx.BeginFunc(ctx, d, func(tx pgx.Tx) error {
		o := s.Organisation
		done, err := tx.Exec(ctx, `
			INSERT INTO organisation (id, oid, type, state, round, ogrn, inn, kpp, full_name, short_name, legal_form, okved,
			                          founding_type, founding_number, founding_date, legal_address, postal_address, phone, email,
			                          oktmo, accreditation, created_at, submitted_at, decided_at, verified_at)
			VALUES ($1, $2, $3, 'active', 1, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $20, $20, $20)
			ON CONFLICT (id) DO NOTHING`,
			o.ID, o.OID, o.Type, o.OGRN, o.INN, o.KPP, o.FullName, o.ShortName, o.LegalForm, o.OKVED, o.FoundingType,
			o.FoundingNumber, o.FoundingDate, o.LegalAddress, o.PostalAddress, o.Phone, o.Email, o.OKTMO, o.Accreditation, now)
		if err != nil || done.RowsAffected() == 0 {
			return err
		}
		if err := putBranches(ctx, tx, o.ID, s.Branches); err != nil {
			return err
		}
		for _, e := range s.Employees {
			if err := putEmployee(ctx, tx, o.ID, e, now); err != nil {
				return err
			}
		}
		return nil
	})
}

func putEmployee(ctx context.Context, tx pgx.Tx, organisation uuid.UUID, e SeedEmployee, now time.Time) error {
	id := uuid.Must(uuid.NewV7())
	err := insertEmployee(ctx, tx, employment{ID: id, Organisation: organisation, Account: e.Account, Chief: e.Chief, Admin: e.Admin,
		Position: e.Position, JoinedAt: now})
	if err != nil {
		return err
	}
	for power, life := range e.Powers {
		g := grant{ID: uuid.Must(uuid.NewV7()), Power: power, FromAt: now, GrantedAt: now}
		if life > 0 {
			end := now.Add(life)
			g.Until = &end
		}
		if err := insertGrant(ctx, tx, id, g, nil); err != nil {
			return err
		}
	}
	return nil
}
