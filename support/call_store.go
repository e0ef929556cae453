package support

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
)

// call is somebody on the phone.
type call struct {
	ID       uuid.UUID
	Employee uuid.UUID
	Caller   string // citizen, body
	Name     []byte
	Body     string // code of the department whose employee calls
	Purpose  string
	BeganAt  time.Time
	EndedAt  *time.Time
}

func insertCall(ctx context.Context, d db.DB, k *call) error {
	_, err := d.Exec(ctx, `INSERT INTO support_call (id, employee_id, caller, name, body, purpose, began_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		k.ID, k.Employee, k.Caller, k.Name, k.Body, k.Purpose, k.BeganAt)
	return err
}

// callOf is a call that this employee took: nobody works in another's.
func callOf(ctx context.Context, d db.DB, employee, id uuid.UUID) (*call, error) {
	var k call
	err := d.QueryRow(ctx, `SELECT id, employee_id, caller, name, body, purpose, began_at, ended_at FROM support_call WHERE id = $1 AND employee_id = $2`,
		id, employee).Scan(&k.ID, &k.Employee, &k.Caller, &k.Name, &k.Body, &k.Purpose, &k.BeganAt, &k.EndedAt)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, errNotFound
	}
	return &k, err
}

func callsOf(ctx context.Context, d db.DB, employee uuid.UUID) ([]call, error) {
	rows, err := d.Query(ctx, `SELECT id, employee_id, caller, name, body, purpose, began_at, ended_at FROM support_call WHERE employee_id = $1
		ORDER BY began_at DESC LIMIT 20`, employee)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[call])
}

func endCall(ctx context.Context, d db.DB, employee, id uuid.UUID, now time.Time) error {
	_, err := d.Exec(ctx, `UPDATE support_call SET ended_at = COALESCE(ended_at, $3) WHERE id = $1 AND employee_id = $2`, id, employee, now)
	return err
}

func insertLookup(ctx context.Context, d db.DB, callID uuid.UUID, number string, found bool, at time.Time) error {
	_, err := d.Exec(ctx, `INSERT INTO support_call_lookup (id, call_id, number, found, at) VALUES ($1, $2, $3, $4, $5)`,
		uuid.Must(uuid.NewV7()), callID, number, found, at)
	return err
}

// fact is all that a call may see of an application: no name, no answers, no documents.
type fact struct {
	Number, Service, State string
	UpdatedAt              time.Time
	Late                   bool
	Person                 *uuid.UUID // who filed it: the journal's subject, never shown
	Paid                   bool
	Owed                   bool
}

// factOf finds by the whole number, which the caller must know. A citizen names the surname of a party besides; a department sees what
// went to it.
func factOf(ctx context.Context, d db.DB, number, surname, department string) (*fact, error) {
	var f fact
	err := d.QueryRow(ctx, `SELECT a.number, a.service, a.state, a.updated_at, a.late_at IS NOT NULL,
		(SELECT person FROM application_party WHERE application = a.id AND position = 0),
		a.paid_at IS NOT NULL, EXISTS (SELECT FROM charge g WHERE g.origin_kind = 'application' AND g.origin_id = a.id AND g.status = 'open')
		FROM application a WHERE a.number = $1 AND CASE WHEN $2 = '' THEN EXISTS (SELECT FROM delivery d WHERE d.application_id = a.id
		AND d.department = $3) ELSE EXISTS (SELECT FROM application_party y WHERE y.application = a.id
		AND lower(replace(y.last_name, 'ё', 'е')) = lower(replace($2, 'ё', 'е'))) END`, number, surname, department).
		Scan(&f.Number, &f.Service, &f.State, &f.UpdatedAt, &f.Late, &f.Person, &f.Paid, &f.Owed)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, errNotFound
	}
	return &f, err
}
