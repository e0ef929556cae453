package portal

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/applications"
	"tamga/internal/db"
	"tamga/internal/i18n"
)

// What the cabinet shows of the domains: one query for each block, whatever their number of rows.

// organisationOwing returns the organisation in whose name the application was begun that a charge is for, 0 for none.
func organisationOwing(ctx context.Context, d db.DB, charge uuid.UUID) (oid int64, err error) {
	err = d.QueryRow(ctx, `
		SELECT a.organisation_oid
		FROM charge c
		JOIN application a ON a.id = c.origin_id
		WHERE c.id = $1 AND c.origin_kind = 'application' AND a.organisation_oid IS NOT NULL`, charge).Scan(&oid)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, nil
	}
	return oid, err
}

// owed is a charge to pay.
type owed struct {
	ID      uuid.UUID
	Purpose string
	Amount  int64
	Due     *time.Time
	For     *int64 // the organisation whose application it is for
}

// chargesOf returns what a person has to pay, the nearest end first.
func chargesOf(ctx context.Context, d db.DB, payer uuid.UUID) ([]owed, error) {
	rows, _ := d.Query(ctx, `
		SELECT c.id, c.purpose, c.amount, c.due, a.organisation_oid AS "for"
		FROM charge c
		LEFT JOIN application a ON a.id = c.origin_id AND c.origin_kind = 'application'
		WHERE c.payer = $1 AND c.status = 'open'
		ORDER BY c.due NULLS LAST, c.created_at DESC
		LIMIT 20`, payer)
	return pgx.CollectRows(rows, pgx.RowToStructByName[owed])
}

// visit is a time at which a person is awaited.
type visit struct {
	Application uuid.UUID
	Service     string
	Version     int
	Office      string // of organisations.yaml, "" when the department named the place itself
	Place       string
	At          time.Time
}

// visitsOf returns the times ahead, the nearest first: booked here, or given by a department.
func visitsOf(ctx context.Context, d db.DB, person uuid.UUID, now time.Time) ([]visit, error) {
	rows, _ := d.Query(ctx, `
		SELECT a.id AS application, a.service, a.service_version AS version, v.office, v.place, v.at
		FROM application_party p
		JOIN application a ON a.id = p.application
		CROSS JOIN LATERAL (
			SELECT b.office, '' AS place, b.starts_at AS at FROM application_booking b WHERE b.application = a.id AND b.state = 'booked'
			UNION ALL
			SELECT '', m.place, m.at FROM application_appointment m
			WHERE m.application = a.id AND a.state NOT IN ('cancelled', 'rejected', 'refused')) v
		WHERE p.person = $1 AND v.at > $2
		ORDER BY v.at
		LIMIT 20`, person, now)
	return pgx.CollectRows(rows, pgx.RowToStructByName[visit])
}

// asking is an application whose department has asked the person for something.
type asking struct {
	Application uuid.UUID
	Until       *time.Time
}

// askedOf returns the open requests of departments: a decision or a withdrawal ends them too.
func askedOf(ctx context.Context, d db.DB, person uuid.UUID) ([]asking, error) {
	rows, _ := d.Query(ctx, `
		SELECT m.application, min(m.until) AS until
		FROM application_party p
		JOIN application a ON a.id = p.application AND a.state IN ('submitted', 'sent', 'accepted', 'in_progress')
		JOIN application_message m ON m.application = p.application
		WHERE p.person = $1 AND m.kind = 'request' AND m.answered_at IS NULL
		GROUP BY m.application
		LIMIT 50`, person)
	return pgx.CollectRows(rows, pgx.RowToStructByName[asking])
}

// counts are the numbers beside the links.
type counts struct {
	Documents int
	Unread    int
	Open      int // questions to support that are not answered for good
}

func countsOf(ctx context.Context, d db.DB, account uuid.UUID) (n counts, err error) {
	err = d.QueryRow(ctx, `
		SELECT (SELECT count(*) FROM document WHERE account = $1),
			(SELECT count(*) FROM account_notice WHERE account = $1 AND read_at IS NULL),
			(SELECT count(*) FROM support_incident WHERE account_id = $1 AND state IN ('new', 'working', 'answered'))`, account).
		Scan(&n.Documents, &n.Unread, &n.Open)
	return n, err
}

// announced is a notice of the service, or planned works of a department.
type announced struct {
	Title    i18n.Text
	Works    bool
	StartsAt time.Time
	EndsAt   *time.Time
}

// announcedFor returns what concerns everybody, and the planned works of the departments given, the nearest first.
func announcedFor(ctx context.Context, d db.DB, departments []string, now time.Time) ([]announced, error) {
	rows, _ := d.Query(ctx, `
		SELECT title, false AS works, starts_at, ends_at
		FROM status_notice
		WHERE withdrawn_at IS NULL AND (ends_at IS NULL OR ends_at > $2) AND starts_at < $2 + interval '7 days'
		UNION ALL
		SELECT e.name, true, w.starts_at, w.ends_at
		FROM department_works w
		JOIN department_endpoint e ON e.code = w.department
		WHERE w.cancelled_at IS NULL AND w.ends_at > $2 AND w.department = ANY ($1)
		ORDER BY starts_at
		LIMIT 10`, departments, now)
	return pgx.CollectRows(rows, pgx.RowToStructByPos[announced])
}

// filedFor returns what all employees have filed in an organisation's name.
func filedFor(ctx context.Context, d db.DB, oid int64) ([]applications.Summary, error) {
	rows, _ := d.Query(ctx, `
		SELECT a.id, a.service, a.service_version, a.state, coalesce(a.number, '') AS number, 0 AS position, a.deadline, a.late_at,
			a.kept_until, a.updated_at, a.organisation
		FROM application a
		WHERE a.organisation_oid = $1 AND a.state <> 'draft'
		ORDER BY a.updated_at DESC
		LIMIT 50`, oid)
	return pgx.CollectRows(rows, pgx.RowToStructByName[applications.Summary])
}

func unreadOf(ctx context.Context, d db.DB, account uuid.UUID) (n int, err error) {
	err = d.QueryRow(ctx, `SELECT count(*) FROM account_notice WHERE account = $1 AND read_at IS NULL`, account).Scan(&n)
	return n, err
}

// post is what a citizen learns of an employee: the post and the organisation, not the name.
type post struct {
	ID           uuid.UUID
	Post         string
	Organisation string
}

func staffOf(ctx context.Context, d db.DB, ids []uuid.UUID) (map[string]post, error) {
	rows, _ := d.Query(ctx, `
		SELECT e.id, e.post, o.name
		FROM employee e
		JOIN organisation o ON o.id = e.organisation_id
		WHERE e.id = ANY ($1)`, ids)
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[post])
	staff := map[string]post{}
	for _, one := range list {
		staff[one.ID.String()] = one
	}
	return staff, err
}
