package intra

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
	"tamga/internal/fault"
)

const employeeColumns = `
	SELECT e.id, e.organisation_id, o.name AS organisation, e.last_name, e.first_name, e.middle_name, e.post, e.password_hash,
	  e.temporary, e.rights, e.password_changed_at
	FROM employee e JOIN organisation o ON o.id = e.organisation_id`

func listOrganisations(ctx context.Context, d db.DB) ([]Organisation, error) {
	rows, err := d.Query(ctx, `
		SELECT id, name, coalesce(department, '') AS department
		FROM organisation
		ORDER BY position, name`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Organisation])
}

// listEmployees returns those of the organisation who may sign in.
func listEmployees(ctx context.Context, d db.DB, organisation uuid.UUID) ([]Employee, error) {
	rows, err := d.Query(ctx, employeeColumns+`
		WHERE e.organisation_id = $1 AND e.blocked_at IS NULL
		ORDER BY e.last_name, e.first_name`, organisation)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Employee])
}

func employeeByID(ctx context.Context, d db.DB, id uuid.UUID) (*Employee, error) {
	rows, err := d.Query(ctx, employeeColumns+`
		WHERE e.id = $1 AND e.blocked_at IS NULL`, id)
	if err != nil {
		return nil, err
	}
	e, err := pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByName[Employee])
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.New(fault.NotFound, "intra.no_employee")
	}
	return e, err
}

// setPassword replaces the password that e has, unless somebody else has replaced it meanwhile.
func setPassword(ctx context.Context, d db.DB, e *Employee, hash string, now time.Time) error {
	err := d.QueryRow(ctx, `
		UPDATE employee
		SET password_hash = $3, temporary = false, password_changed_at = $4
		WHERE id = $1 AND password_hash = $2 AND blocked_at IS NULL
		RETURNING password_changed_at`, e.ID, e.PasswordHash, hash, now).Scan(&e.PasswordChangedAt)
	if errors.Is(err, pgx.ErrNoRows) {
		return fault.New(fault.SignIn, "intra.sign_in_first")
	}
	return err
}

// insertOrganisation and insertEmployee are for the demo and for tests: an administrator's page comes later.
func insertOrganisation(ctx context.Context, d db.DB, o Organisation, position int) error {
	_, err := d.Exec(ctx, `
		INSERT INTO organisation (id, name, department, position)
		VALUES ($1, $2, nullif($3, ''), $4)
		ON CONFLICT (id) DO NOTHING`, o.ID, o.Name, o.Department, position)
	return err
}

func insertEmployee(ctx context.Context, d db.DB, e Employee, now time.Time) error {
	_, err := d.Exec(ctx, `
		INSERT INTO employee (id, organisation_id, last_name, first_name, middle_name, post, password_hash, temporary, rights,
		  password_changed_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		ON CONFLICT (id) DO NOTHING`,
		e.ID, e.OrganisationID, e.LastName, e.FirstName, e.MiddleName, e.Post, e.PasswordHash, e.Temporary, e.Rights, now)
	return err
}
