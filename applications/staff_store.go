package applications

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
	"tamga/internal/fault"
)

// errNotYours is the answer to staff for what is not there and for what went to another department, so that numbers cannot be tried.
var errNotYours = fault.New(fault.NotFound, "applications_staff.not_found")

// received is an application as the staff of its department find it.
type received struct {
	ID             uuid.UUID
	Service        string
	ServiceVersion int
	Number         string
	SubmittedAt    time.Time
}

// receivedByNumber finds an application for an employee with the right, whose department it was sent to.
func receivedByNumber(ctx context.Context, d db.DB, employee, number string) (*received, error) {
	rows, _ := d.Query(ctx, `
		SELECT a.id, a.service, a.service_version, a.number, a.submitted_at
		FROM application a
		JOIN employee e ON e.id = $1 AND 'applications' = ANY (e.rights) AND NOT e.temporary AND e.blocked_at IS NULL
		JOIN organisation o ON o.id = e.organisation_id
		WHERE a.number = $2
			AND EXISTS (SELECT FROM delivery d WHERE d.application_id = a.id AND d.department = o.department)`, employee, number)
	a, err := pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByName[received])
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, errNotYours
	}
	return a, err
}

// sentFiles lists the files that went with an application.
func sentFiles(ctx context.Context, d db.DB, application uuid.UUID) ([]served, error) {
	rows, _ := d.Query(ctx, `
		SELECT id, application, person, name, kind, size, sha256
		FROM application_file
		WHERE application = $1 AND kept AND scan IN ('clean', 'none')
		ORDER BY created_at, id`, application)
	return pgx.CollectRows(rows, pgx.RowToStructByName[served])
}

// fileForStaff returns a file that went to the department of an employee with the right.
func fileForStaff(ctx context.Context, d db.DB, employee string, id uuid.UUID) (*served, error) {
	rows, _ := d.Query(ctx, `
		SELECT f.id, f.application, f.person, f.name, f.kind, f.size, f.sha256
		FROM application_file f
		JOIN employee e ON e.id = $1 AND 'applications' = ANY (e.rights) AND NOT e.temporary AND e.blocked_at IS NULL
		JOIN organisation o ON o.id = e.organisation_id
		WHERE f.id = $2 AND f.kept AND f.scan IN ('clean', 'none')
			AND EXISTS (SELECT FROM delivery d WHERE d.application_id = f.application AND d.department = o.department)`, employee, id)
	return oneServed(rows)
}
