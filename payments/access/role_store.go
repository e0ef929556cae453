package access

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
	"tamga/internal/fault"
)

// roleHolder is an employee who asks for access, or approves it.
type roleHolder struct {
	EmployeeID   uuid.UUID
	Role         string
	Name         string
	Organisation string
}

func rolesHeld(ctx context.Context, d db.DB) ([]roleHolder, error) {
	rows, _ := d.Query(ctx, `
		SELECT r.employee_id, r.role, concat_ws(' ', e.last_name, e.first_name, nullif(e.middle_name, '')) AS name, o.name AS organisation
		FROM payment_role r
		JOIN employee e ON e.id = r.employee_id
		JOIN organisation o ON o.id = e.organisation_id
		ORDER BY r.role, name
		LIMIT 500`)
	return pgx.CollectRows(rows, pgx.RowToStructByName[roleHolder])
}

// candidates are the employees to whom a role may be given.
func candidates(ctx context.Context, d db.DB) ([]choice, error) {
	rows, _ := d.Query(ctx, `
		SELECT e.id::text AS code, concat_ws(' ', e.last_name, e.first_name, nullif(e.middle_name, '')) || ', ' || o.name AS name
		FROM employee e
		JOIN organisation o ON o.id = e.organisation_id
		WHERE e.blocked_at IS NULL
		ORDER BY e.last_name, e.first_name, o.name
		LIMIT 2000`)
	return pgx.CollectRows(rows, pgx.RowToStructByName[choice])
}

// giveRole tells whether it was not held yet.
func giveRole(ctx context.Context, tx pgx.Tx, employee uuid.UUID, role string) (bool, error) {
	done, err := tx.Exec(ctx, `
		INSERT INTO payment_role (employee_id, role)
		SELECT id, $2 FROM employee WHERE id = $1 AND blocked_at IS NULL
		ON CONFLICT DO NOTHING`, employee, role)
	return done.RowsAffected() > 0, err
}

// takeRole tells whether it was held. The last one who approves stays: nobody could give the role again.
func takeRole(ctx context.Context, tx pgx.Tx, employee uuid.UUID, role string) (bool, error) {
	if _, err := tx.Exec(ctx, `LOCK TABLE payment_role IN SHARE ROW EXCLUSIVE MODE`); err != nil {
		return false, err
	}
	done, err := tx.Exec(ctx, `DELETE FROM payment_role WHERE employee_id = $1 AND role = $2`, employee, role)
	if err != nil || done.RowsAffected() == 0 {
		return false, err
	}
	var left bool
	err = tx.QueryRow(ctx, `
		SELECT EXISTS (SELECT FROM payment_role r JOIN employee e ON e.id = r.employee_id WHERE r.role = $1 AND e.blocked_at IS NULL)`, RightAccess).Scan(&left)
	if err == nil && !left {
		err = fault.New(fault.Conflict, "payments_role.last")
	}
	return true, err
}
