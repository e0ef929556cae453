package organisation

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
	"tamga/internal/fault"
)

// power is a row of table organisation_power.
type power struct {
	Code               string
	Chief              bool // the head has it by office
	Admin              bool // an administrator has it by office
	NeedsAccreditation bool
}

// powersFor returns the powers that there are in an organisation.
func powersFor(ctx context.Context, d db.DB, accredited bool) ([]power, error) {
	rows, _ := d.Query(ctx, `
		SELECT code, chief, admin, needs_accreditation
		FROM organisation_power
		WHERE $1 OR NOT needs_accreditation
		ORDER BY place`, accredited)
	return pgx.CollectRows(rows, pgx.RowToStructByName[power])
}

// grant is a power given to an employee for a time.
type grant struct {
	ID        uuid.UUID
	Power     string
	FromAt    time.Time
	Until     *time.Time
	GrantedAt time.Time
	RevokedAt *time.Time
	State     string // now, future, past, revoked: by the database's clock, which is also the judge
}

// grantsOf returns what an employee was given, what counts now or will first.
func grantsOf(ctx context.Context, d db.DB, employee uuid.UUID) ([]grant, error) {
	rows, _ := d.Query(ctx, `
		SELECT g.id, g.power, g.from_at, g.until, g.granted_at, g.revoked_at,
		       CASE WHEN g.revoked_at IS NOT NULL THEN 'revoked' WHEN g.until <= now() THEN 'past' WHEN g.from_at > now() THEN 'future'
		            ELSE 'now' END AS state
		FROM organisation_grant g
		JOIN organisation_power p ON p.code = g.power
		WHERE g.employee_id = $1
		ORDER BY g.revoked_at IS NOT NULL, p.place, g.granted_at DESC
		LIMIT 50`, employee)
	return pgx.CollectRows(rows, pgx.RowToStructByName[grant])
}

// insertGrant gives a power, in place of an earlier grant of the same.
func insertGrant(ctx context.Context, tx pgx.Tx, employee uuid.UUID, g grant, by *uuid.UUID) error {
	_, err := tx.Exec(ctx, `
		UPDATE organisation_grant SET revoked_at = $3, revoked_by = $4
		WHERE employee_id = $1 AND power = $2 AND revoked_at IS NULL`, employee, g.Power, g.GrantedAt, by)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO organisation_grant (id, employee_id, power, from_at, until, granted_by, granted_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`, g.ID, employee, g.Power, g.FromAt, g.Until, by, g.GrantedAt)
	if db.IsUnique(err, "organisation_grant_once") {
		return fault.New(fault.Conflict, "idp_org.not_now")
	}
	return err
}

// revokeGrant takes a power away, and returns which. It changes nothing the second time.
func revokeGrant(ctx context.Context, d db.DB, employee, id, by uuid.UUID, now time.Time) (string, error) {
	rows, _ := d.Query(ctx, `
		UPDATE organisation_grant SET revoked_at = $4, revoked_by = $3
		WHERE id = $2 AND employee_id = $1 AND revoked_at IS NULL
		RETURNING power`, employee, id, by, now)
	found, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return "", err
	}
	return append(found, "")[0], one(int64(len(found)), nil, "idp_org.not_now")
}
