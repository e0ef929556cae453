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

// errNoAppeal is the answer to staff for what is not there and for what another department is to decide.
var errNoAppeal = fault.New(fault.NotFound, "applications_staff.no_appeal")

// appeal is a complaint as the staff of the department find it. What it says stays sealed.
type appeal struct {
	ID             uuid.UUID
	Application    uuid.UUID
	Number         string
	Service        string
	ServiceVersion int
	At             time.Time
	Until          *time.Time
	AnsweredAt     *time.Time
}

// appealsOf reads messages about applications to the department of an employee ($1) with the right.
const appealsOf = `
		SELECT m.id, m.application, a.number, a.service, a.service_version, m.at, m.until, m.answered_at
		FROM application_message m
		JOIN application a ON a.id = m.application
		JOIN delivery s ON s.id = a.id
		JOIN organisation o ON o.department = s.department
		JOIN employee e ON e.organisation_id = o.id AND e.id = $1 AND 'applications' = ANY (e.rights) AND NOT e.temporary AND e.blocked_at IS NULL`

// appealsFor lists the complaints that an employee with the right may decide, those whose term ends first on top.
func appealsFor(ctx context.Context, d db.DB, employee string) ([]appeal, error) {
	rows, _ := d.Query(ctx, appealsOf+`
		WHERE m.kind = 'appeal' AND m.answered_at IS NULL
		ORDER BY m.until, m.id
		LIMIT 200`, employee)
	return pgx.CollectRows(rows, pgx.RowToStructByName[appeal])
}

// decidedFor lists the complaints that were decided since a moment, the latest on top.
func decidedFor(ctx context.Context, d db.DB, employee string, since time.Time) ([]appeal, error) {
	rows, _ := d.Query(ctx, appealsOf+`
		WHERE m.kind = 'appeal' AND m.answered_at > $2
		ORDER BY m.answered_at DESC, m.id
		LIMIT 100`, employee, since)
	return pgx.CollectRows(rows, pgx.RowToStructByName[appeal])
}

// appealFor finds one complaint that an employee may decide.
func appealFor(ctx context.Context, d db.DB, employee string, id uuid.UUID) (*appeal, error) {
	rows, _ := d.Query(ctx, appealsOf+`
		WHERE m.id = $2 AND m.kind = 'appeal'`, employee, id)
	a, err := pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByName[appeal])
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, errNoAppeal
	}
	return a, err
}
