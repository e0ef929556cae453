package organisation

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
	"tamga/internal/fault"
)

// putDraft stores what a person says about an organisation, and returns its number: of the one that the person has begun
// before, when the same form comes twice.
func putDraft(ctx context.Context, d db.DB, o *Organisation, now time.Time) (oid int64, err error) {
	err = d.QueryRow(ctx, `
		INSERT INTO organisation AS old (id, type, ogrn, inn, kpp, full_name, short_name, legal_form, okved, founding_type,
		                                 founding_number, founding_date, legal_address, postal_address, phone, email, created_by,
		                                 created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
		ON CONFLICT (created_by, ogrn) WHERE state IN ('draft', 'checking', 'refused') DO UPDATE SET created_at = old.created_at
		RETURNING oid`,
		o.ID, o.Type, o.OGRN, o.INN, o.KPP, o.FullName, o.ShortName, o.LegalForm, o.OKVED, o.FoundingType, o.FoundingNumber,
		o.FoundingDate, o.LegalAddress, o.PostalAddress, o.Phone, o.Email, o.CreatedBy, now).Scan(&oid)
	if err != nil {
		return 0, fmt.Errorf("insert organisation: %w", err)
	}
	return oid, nil
}

// countOpen counts what a person has begun and not brought to an end.
func countOpen(ctx context.Context, d db.DB, account uuid.UUID) (n int, err error) {
	err = d.QueryRow(ctx, `
		SELECT count(*) FROM organisation WHERE created_by = $1 AND state IN ('draft', 'checking', 'refused')`, account).Scan(&n)
	return n, err
}

// correctDraft replaces what was said, as long as nobody checks it.
func correctDraft(ctx context.Context, d db.DB, o *Organisation) error {
	done, err := d.Exec(ctx, `
		UPDATE organisation
		SET ogrn = $2, inn = $3, kpp = $4, full_name = $5, short_name = $6, legal_form = $7, okved = $8, founding_type = $9,
		    founding_number = $10, founding_date = $11, legal_address = $12, postal_address = $13, phone = $14, email = $15
		WHERE id = $1 AND state IN ('draft', 'refused')`,
		o.ID, o.OGRN, o.INN, o.KPP, o.FullName, o.ShortName, o.LegalForm, o.OKVED, o.FoundingType, o.FoundingNumber,
		o.FoundingDate, o.LegalAddress, o.PostalAddress, o.Phone, o.Email)
	if db.IsUnique(err, "organisation_open_once") {
		return fault.New(fault.Conflict, "idp_org.open_twice")
	}
	return one(done.RowsAffected(), err, "idp_org.not_now")
}

// correctActive replaces what an active organisation says about itself, and leaves what the register says.
func correctActive(ctx context.Context, d db.DB, o *Organisation) error {
	done, err := d.Exec(ctx, `
		UPDATE organisation
		SET okved = $2, founding_type = $3, founding_number = $4, founding_date = $5, postal_address = $6, phone = $7, email = $8
		WHERE id = $1 AND state = 'active'`,
		o.ID, o.OKVED, o.FoundingType, o.FoundingNumber, o.FoundingDate, o.PostalAddress, o.Phone, o.Email)
	return one(done.RowsAffected(), err, "idp_org.not_now")
}

// one turns a change of nothing into a Conflict: another tab was here first.
func one(changed int64, err error, key string) error {
	if err == nil && changed == 0 {
		return fault.New(fault.Conflict, key)
	}
	return err
}

func removeDraft(ctx context.Context, d db.DB, id uuid.UUID) error {
	done, err := d.Exec(ctx, `DELETE FROM organisation WHERE id = $1 AND state IN ('draft', 'refused')`, id)
	return one(done.RowsAffected(), err, "idp_org.not_now")
}

// sendDraft begins the next round of checks. It changes nothing when they are under way: found is false then.
func sendDraft(ctx context.Context, d db.DB, id uuid.UUID, now time.Time) (round int, found bool, err error) {
	err = d.QueryRow(ctx, `
		UPDATE organisation
		SET state = 'checking', round = round + 1, submitted_at = $2, decided_at = NULL
		WHERE id = $1 AND state IN ('draft', 'refused')
		RETURNING round`, id, now).Scan(&round)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, false, nil
	}
	return round, err == nil, err
}

// begunBy returns what a person has begun and not brought to an end, newest first.
func begunBy(ctx context.Context, d db.DB, account uuid.UUID) ([]Organisation, error) {
	rows, _ := d.Query(ctx, `
		SELECT id, oid, type, state, round, ogrn, inn, kpp, full_name, short_name, legal_form, okved, founding_type,
		       founding_number, founding_date, legal_address, postal_address, phone, email, oktmo, accreditation, created_by,
		       created_at, submitted_at, decided_at, verified_at
		FROM organisation
		WHERE created_by = $1 AND state IN ('draft', 'checking', 'refused')
		ORDER BY created_at DESC`, account)
	return pgx.CollectRows(rows, pgx.RowToStructByName[Organisation])
}

// lockOrganisation makes all that decides about one organisation wait for each other.
func lockOrganisation(ctx context.Context, tx pgx.Tx, id uuid.UUID) (*Organisation, error) {
	rows, _ := tx.Query(ctx, `
		SELECT id, oid, type, state, round, ogrn, inn, kpp, full_name, short_name, legal_form, okved, founding_type,
		       founding_number, founding_date, legal_address, postal_address, phone, email, oktmo, accreditation, created_by,
		       created_at, submitted_at, decided_at, verified_at
		FROM organisation
		WHERE id = $1
		FOR UPDATE`, id)
	return pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByName[Organisation])
}

// activeByOGRN returns the active organisation of that number and whether it has a head, or nil.
func activeByOGRN(ctx context.Context, d db.DB, ogrn string) (id *uuid.UUID, oid int64, headed bool, err error) {
	err = d.QueryRow(ctx, `
		SELECT o.id, o.oid, EXISTS (SELECT 1 FROM organisation_employee e WHERE e.organisation_id = o.id AND e.chief AND e.ended_at IS NULL)
		FROM organisation o
		WHERE o.ogrn = $1 AND o.state = 'active'
		FOR UPDATE OF o`, ogrn).Scan(&id, &oid, &headed)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, 0, false, nil
	}
	return id, oid, headed, err
}

// setState writes a decision.
func setState(ctx context.Context, d db.DB, id uuid.UUID, state State, now time.Time) error {
	_, err := d.Exec(ctx, `UPDATE organisation SET state = $2, decided_at = $3 WHERE id = $1`, id, state, now)
	return err
}

// confirmByRegister takes over what the register says.
func confirmByRegister(ctx context.Context, d db.DB, id uuid.UUID, e *extract, now time.Time) error {
	_, err := d.Exec(ctx, `
		UPDATE organisation
		SET full_name = $2, short_name = $3, kpp = $4, verified_at = $5,
		    legal_form = CASE WHEN $6 ~ '^\d{5}$' THEN $6 ELSE legal_form END,
		    legal_address = CASE WHEN $7 <> '' THEN $7 ELSE legal_address END,
		    okved = CASE WHEN okved = '' AND $8 ~ '^\d{2}(\.\d{1,2}){0,2}$' THEN $8 ELSE okved END,
		    oktmo = CASE WHEN $9 ~ '^(\d{8}|\d{11})$' THEN $9 ELSE oktmo END
		WHERE id = $1`, id, e.FullName, e.ShortName, e.KPP, now, e.LegalForm, e.Address, e.OKVED, e.OKTMO)
	if err != nil || e.Branches == nil {
		return err
	}
	return putBranches(ctx, d, id, clean(*e.Branches))
}

// stale returns active organisations whose last answer of the register is older than the time, the oldest first.
func stale(ctx context.Context, d db.DB, before time.Time, limit int) ([]uuid.UUID, error) {
	rows, _ := d.Query(ctx, `
		SELECT id
		FROM organisation
		WHERE state = 'active' AND verified_at < $1
		ORDER BY verified_at
		LIMIT $2`, before, limit)
	return pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
}

// statesInOrder returns the states and from which each is reached.
func statesInOrder(ctx context.Context, d db.DB) ([]stateRow, error) {
	rows, _ := d.Query(ctx, `SELECT code, after FROM organisation_state ORDER BY place`)
	return pgx.CollectRows(rows, pgx.RowToStructByName[stateRow])
}

type stateRow struct {
	Code  State
	After []string
}

func organisationByID(ctx context.Context, d db.DB, id uuid.UUID) (*Organisation, error) {
	rows, _ := d.Query(ctx, `
		SELECT id, oid, type, state, round, ogrn, inn, kpp, full_name, short_name, legal_form, okved, founding_type,
		       founding_number, founding_date, legal_address, postal_address, phone, email, oktmo, accreditation, created_by,
		       created_at, submitted_at, decided_at, verified_at
		FROM organisation
		WHERE id = $1`, id)
	return pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByName[Organisation])
}

// lockNumber makes two applications for one number wait for each other, when there is no row to wait for.
func lockNumber(ctx context.Context, tx pgx.Tx, ogrn string) error {
	_, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('organisation:' || $1, 0))`, ogrn)
	return err
}
