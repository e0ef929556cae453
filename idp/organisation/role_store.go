package organisation

import (
	"context"
	"errors"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
	"tamga/internal/fault"
)

// RolesOf returns the organisations in whose name a person may act now, and with what powers. Who has left, whose time is over
// and whose organisation is gone has none.
func RolesOf(ctx context.Context, d db.DB, account uuid.UUID) ([]Role, error) {
	return roles(ctx, d, account, nil)
}

// RoleIn returns what a person is in one organisation now, or a NotFound fault: also when there is no such organisation.
func RoleIn(ctx context.Context, d db.DB, account uuid.UUID, oid int64) (*Role, error) {
	found, err := roles(ctx, d, account, &oid)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, fault.New(fault.NotFound, "idp_org.none_such")
	}
	return &found[0], nil
}

func roles(ctx context.Context, d db.DB, account uuid.UUID, oid *int64) ([]Role, error) {
	rows, _ := d.Query(ctx, `
		SELECT o.oid, e.account_id AS account, o.type, o.full_name, o.short_name, o.ogrn, o.inn, o.kpp,
		       o.legal_address AS address, o.phone, o.email,
		       o.accreditation, e.chief, e.admin, e.position, e.until,
		       ARRAY(SELECT p.code
		             FROM organisation_power p
		             LEFT JOIN organisation_grant g ON g.power = p.code AND g.employee_id = e.id AND g.revoked_at IS NULL
		                   AND g.from_at <= now() AND (g.until IS NULL OR g.until > now())
		             WHERE (g.id IS NOT NULL OR e.chief AND p.chief OR e.admin AND p.admin)
		               AND (o.accreditation IS NOT NULL OR NOT p.needs_accreditation)
		             ORDER BY p.place) AS powers
		FROM organisation_employee e
		JOIN organisation o ON o.id = e.organisation_id
		WHERE e.account_id = $1 AND e.ended_at IS NULL AND (e.until IS NULL OR e.until > now()) AND o.state = 'active'
		  AND ($2::bigint IS NULL OR o.oid = $2)
		ORDER BY e.joined_at, o.oid`, account, oid)
	return pgx.CollectRows(rows, pgx.RowToStructByName[Role])
}

// CentresOf returns the service centres in which a person may confirm identities now.
func CentresOf(ctx context.Context, d db.DB, account uuid.UUID) ([]Centre, error) {
	all, err := RolesOf(ctx, d, account)
	if err != nil {
		return nil, err
	}
	var centres []Centre
	for _, r := range all {
		if r.Accreditation != nil && r.May(PowerConfirm) {
			centres = append(centres, Centre{r.OID, r.Name(), *r.Accreditation})
		}
	}
	return centres, nil
}

// Employees returns who works in an organisation now: the head first, then administrators, then by name.
func Employees(ctx context.Context, d db.DB, oid int64) ([]Employee, error) {
	return employees(ctx, d, oid, nil)
}

// employeeByID returns one of them, or a NotFound fault.
func employeeByID(ctx context.Context, d db.DB, oid int64, id uuid.UUID) (*Employee, error) {
	found, err := employees(ctx, d, oid, &id)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, fault.New(fault.NotFound, "idp_org.no_employee")
	}
	return &found[0], nil
}

func employees(ctx context.Context, d db.DB, oid int64, id *uuid.UUID) ([]Employee, error) {
	rows, _ := d.Query(ctx, `
		SELECT e.id, e.account_id AS account, a.oid AS account_oid, a.last_name, a.first_name, a.middle_name, e.chief, e.admin,
		       e.position, e.joined_at, e.until,
		       ARRAY(SELECT p.code
		             FROM organisation_power p
		             LEFT JOIN organisation_grant g ON g.power = p.code AND g.employee_id = e.id AND g.revoked_at IS NULL
		                   AND g.from_at <= now() AND (g.until IS NULL OR g.until > now())
		             WHERE (g.id IS NOT NULL OR e.chief AND p.chief OR e.admin AND p.admin)
		               AND (o.accreditation IS NOT NULL OR NOT p.needs_accreditation)
		             ORDER BY p.place) AS powers
		FROM organisation o
		JOIN organisation_employee e ON e.organisation_id = o.id
		JOIN account a ON a.id = e.account_id
		WHERE o.oid = $1 AND e.ended_at IS NULL AND (e.until IS NULL OR e.until > now()) AND o.state = 'active'
		  AND ($2::uuid IS NULL OR e.id = $2)
		ORDER BY e.chief DESC, e.admin DESC, a.last_name, a.first_name, e.id`, oid, id)
	return pgx.CollectRows(rows, pgx.RowToStructByName[Employee])
}

// ByOID returns an active organisation by the number that clients know, or a NotFound fault.
func ByOID(ctx context.Context, d db.DB, oid int64) (*Organisation, error) {
	o, err := organisationByOID(ctx, d, oid)
	if err == nil && o.State != Active && o.State != Liquidated {
		return nil, fault.New(fault.NotFound, "idp_org.none_such")
	}
	return o, err
}

func organisationByOID(ctx context.Context, d db.DB, oid int64) (*Organisation, error) {
	rows, _ := d.Query(ctx, `
		SELECT id, oid, type, state, round, ogrn, inn, kpp, full_name, short_name, legal_form, okved, founding_type,
		       founding_number, founding_date, legal_address, postal_address, phone, email, oktmo, accreditation, created_by,
		       created_at, submitted_at, decided_at, verified_at
		FROM organisation
		WHERE oid = $1`, oid)
	o, err := pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByName[Organisation])
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.New(fault.NotFound, "idp_org.none_such")
	}
	return o, err
}
