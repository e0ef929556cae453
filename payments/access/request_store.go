package access

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
	"tamga/internal/fault"
)

// RightsOf returns the rights that an employee has on a day by approved requests and by roles: for the staff site, which asks with each
// request, so that an ended access is gone at once.
func RightsOf(ctx context.Context, d db.DB, employee uuid.UUID, now time.Time) ([]string, error) {
	rows, err := d.Query(ctx, `
		SELECT role
		FROM payment_role
		WHERE employee_id = $1
		UNION
		SELECT $3
		FROM payment_access_person p
		JOIN payment_access_request r ON r.id = p.request_id
		WHERE p.employee_id = $1 AND p.approved AND p.ended_at IS NULL AND $2 BETWEEN r.starts_on AND r.ends_on`,
		employee, dayOf(now), RightLook)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

func insertRequest(ctx context.Context, tx pgx.Tx, r *request, people []person) error {
	err := tx.QueryRow(ctx, `
		INSERT INTO payment_access_request (id, organisation_id, head_id, head_name, head_post, purpose, starts_on, ends_on, asked_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (id) DO NOTHING
		RETURNING number`, r.ID, r.OrganisationID, r.HeadID, r.HeadName, r.HeadPost, r.Purpose, r.StartsOn, r.EndsOn, r.AskedAt).Scan(&r.Number)
	if err != nil {
		return err
	}
	for i, p := range people {
		if _, err := tx.Exec(ctx, `
			INSERT INTO payment_access_person (request_id, position, last_name, first_name, middle_name, post, phone)
			VALUES ($1, $2, $3, $4, $5, $6, $7)`, r.ID, i+1, p.LastName, p.FirstName, p.MiddleName, p.Post, p.Phone); err != nil {
			return err
		}
	}
	return nil
}

const requestColumns = `
	SELECT r.id, r.number, r.organisation_id, o.name AS organisation, r.head_id, r.head_name, r.head_post, r.purpose, r.starts_on, r.ends_on,
		r.asked_at, r.decided_at, coalesce(concat_ws(' ', e.last_name, e.first_name, nullif(e.middle_name, '')), '') AS decided_by,
		(SELECT count(*) FROM payment_access_person p WHERE p.request_id = r.id AND p.approved) AS approved,
		(SELECT count(*) FROM payment_access_person p WHERE p.request_id = r.id) AS people
	FROM payment_access_request r
	JOIN organisation o ON o.id = r.organisation_id
	LEFT JOIN employee e ON e.id = r.decided_by`

// requestsOf returns the requests of a body, or with the nil one those of all: what waits first, then the newest.
func requestsOf(ctx context.Context, d db.DB, organisation uuid.UUID) ([]request, error) {
	rows, err := d.Query(ctx, requestColumns+`
		WHERE r.organisation_id = $1 OR $1 = '00000000-0000-0000-0000-000000000000'::uuid
		ORDER BY r.decided_at IS NOT NULL, r.asked_at DESC
		LIMIT 200`, organisation)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[request])
}

// requestOf returns a request, of the body if one is named.
func requestOf(ctx context.Context, d db.DB, id, organisation uuid.UUID) (*request, error) {
	rows, err := d.Query(ctx, requestColumns+`
		WHERE r.id = $1 AND (r.organisation_id = $2 OR $2 = '00000000-0000-0000-0000-000000000000'::uuid)`, id, organisation)
	if err != nil {
		return nil, err
	}
	r, err := pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByName[request])
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.New(fault.NotFound, "payments_access.no_request")
	}
	return r, err
}

// peopleOf returns the list of a request. The temporary password is told only until it was used.
func peopleOf(ctx context.Context, d db.DB, request uuid.UUID) ([]person, error) {
	rows, err := d.Query(ctx, `
		SELECT p.request_id, p.position, p.last_name, p.first_name, p.middle_name, p.post, p.phone, p.approved, p.reason, p.employee_id,
			CASE WHEN e.temporary THEN p.password END AS password, p.ended_at, p.end_reason
		FROM payment_access_person p
		LEFT JOIN employee e ON e.id = p.employee_id
		WHERE p.request_id = $1
		ORDER BY p.position`, request)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[person])
}

// decideRequest marks a request as decided; of two who decide at once the second finds it so.
func decideRequest(ctx context.Context, tx pgx.Tx, id, by uuid.UUID, at time.Time) error {
	done, err := tx.Exec(ctx, `
		UPDATE payment_access_request
		SET decided_at = $3, decided_by = $2
		WHERE id = $1 AND decided_at IS NULL`, id, by, at)
	if err == nil && done.RowsAffected() == 0 {
		err = fault.New(fault.Conflict, "payments_access.decided_already")
	}
	return err
}

func decidePerson(ctx context.Context, tx pgx.Tx, p *person) error {
	_, err := tx.Exec(ctx, `
		UPDATE payment_access_person
		SET approved = $3, reason = $4, employee_id = $5, password = $6
		WHERE request_id = $1 AND position = $2`, p.RequestID, p.Position, p.Approved, p.Reason, p.EmployeeID, p.Password)
	return err
}

// endAccess ends what was approved for one of the list, today.
func endAccess(ctx context.Context, tx pgx.Tx, request uuid.UUID, position int, by uuid.UUID, reason string, at time.Time) error {
	done, err := tx.Exec(ctx, `
		UPDATE payment_access_person
		SET ended_at = $4, ended_by = $3, end_reason = $5
		WHERE request_id = $1 AND position = $2 AND approved AND ended_at IS NULL`, request, position, by, at, reason)
	if err == nil && done.RowsAffected() == 0 {
		err = fault.New(fault.Conflict, "payments_access.ended_already")
	}
	return err
}

func insertRole(ctx context.Context, d db.DB, employee uuid.UUID, role string) error {
	_, err := d.Exec(ctx, `
		INSERT INTO payment_role (employee_id, role)
		VALUES ($1, $2)
		ON CONFLICT DO NOTHING`, employee, role)
	return err
}
