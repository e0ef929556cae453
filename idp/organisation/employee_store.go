package organisation

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
	"tamga/internal/fault"
)

// employment is a row of table organisation_employee.
type employment struct {
	ID           uuid.UUID
	Organisation uuid.UUID
	Account      uuid.UUID
	Chief        bool
	Admin        bool
	Position     string
	JoinedAt     time.Time
	Until        *time.Time
}

func insertEmployee(ctx context.Context, d db.DB, e employment) error {
	_, err := d.Exec(ctx, `
		INSERT INTO organisation_employee (id, organisation_id, account_id, chief, admin, position, joined_at, until)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		e.ID, e.Organisation, e.Account, e.Chief, e.Admin, e.Position, e.JoinedAt, e.Until)
	if db.IsUnique(err, "organisation_employee_once") {
		return fault.New(fault.Conflict, "idp_org.employee_already")
	}
	return err
}

// endOf ends what a person is in an organisation, if anything. How: left, dismissed, expired, liquidated.
func endOf(ctx context.Context, d db.DB, organisation, person uuid.UUID, how string, now time.Time) error {
	_, err := d.Exec(ctx, `
		UPDATE organisation_employee
		SET ended_at = $4, ended_how = $3
		WHERE organisation_id = $1 AND account_id = $2 AND ended_at IS NULL`, organisation, person, how, now)
	return err
}

// endEmployee ends the employment of one who is not the head. It changes nothing the second time.
func endEmployee(ctx context.Context, d db.DB, id uuid.UUID, how string, now time.Time) error {
	done, err := d.Exec(ctx, `
		UPDATE organisation_employee
		SET ended_at = $3, ended_how = $2
		WHERE id = $1 AND ended_at IS NULL AND NOT chief`, id, how, now)
	return one(done.RowsAffected(), err, "idp_org.not_now")
}

// endExpired writes down what the queries already see: that somebody's time is over.
func endExpired(ctx context.Context, d db.DB) error {
	_, err := d.Exec(ctx, `
		UPDATE organisation_employee
		SET ended_at = until, ended_how = 'expired'
		WHERE ended_at IS NULL AND until <= now()`)
	return err
}

// endExpiredOf does so for one person, who may be taken on again.
func endExpiredOf(ctx context.Context, d db.DB, organisation, person uuid.UUID) error {
	_, err := d.Exec(ctx, `
		UPDATE organisation_employee
		SET ended_at = until, ended_how = 'expired'
		WHERE organisation_id = $1 AND account_id = $2 AND ended_at IS NULL AND until <= now()`, organisation, person)
	return err
}

func setAdmin(ctx context.Context, d db.DB, id uuid.UUID, admin bool) error {
	done, err := d.Exec(ctx, `
		UPDATE organisation_employee
		SET admin = $2
		WHERE id = $1 AND ended_at IS NULL AND NOT chief`, id, admin)
	return one(done.RowsAffected(), err, "idp_org.not_now")
}

// lockEmployee makes all that changes one employee wait for each other.
func lockEmployee(ctx context.Context, tx pgx.Tx, id uuid.UUID) error {
	_, err := tx.Exec(ctx, `SELECT 1 FROM organisation_employee WHERE id = $1 FOR UPDATE`, id)
	return err
}

// chiefOf returns the head of an organisation, or nil.
func chiefOf(ctx context.Context, d db.DB, organisation uuid.UUID) (*Employee, error) {
	var oid int64
	if err := d.QueryRow(ctx, `SELECT oid FROM organisation WHERE id = $1`, organisation).Scan(&oid); err != nil {
		return nil, err
	}
	all, err := Employees(ctx, d, oid)
	if err != nil || len(all) == 0 || !all[0].Chief {
		return nil, err
	}
	return &all[0], nil
}
