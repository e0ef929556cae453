package workplace

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/departments"
	"tamga/internal/db"
)

// colleague is somebody to whom a case may be given.
type colleague struct {
	ID   uuid.UUID
	Name string
}

func colleaguesOf(ctx context.Context, d db.DB, department string) ([]colleague, error) {
	rows, _ := d.Query(ctx, `
		SELECT e.id, e.last_name || ' ' || left(e.first_name, 1) || '.'
		FROM employee e JOIN organisation o ON o.id = e.organisation_id
		WHERE o.department = $1 AND 'workplace' = ANY (e.rights) AND e.blocked_at IS NULL
		ORDER BY e.last_name, e.first_name`, department)
	return pgx.CollectRows(rows, pgx.RowToStructByPos[colleague])
}

const caseColumns = `c.id, c.department, c.number, c.service, c.service_version, c.service_name, c.office, c.state, c.assignee,
	COALESCE(e.last_name || ' ' || left(e.first_name, 1) || '.', ''), c.letter, c.received_at, c.due_at, c.asked_until, c.decided_at,
	c.ground, c.sequence, c.fresh`

// caseOf returns a case of the department; another's is not found.
func caseOf(ctx context.Context, d db.DB, department string, id uuid.UUID) (*Case, error) {
	rows, _ := d.Query(ctx, `
		SELECT `+caseColumns+`
		FROM workplace_case c LEFT JOIN employee e ON e.id = c.assignee
		WHERE c.id = $1 AND c.department = $2`, id, department)
	return oneCase(rows)
}

func lockCase(ctx context.Context, tx pgx.Tx, department string, id uuid.UUID) (*Case, error) {
	rows, _ := tx.Query(ctx, `
		SELECT `+caseColumns+`
		FROM workplace_case c LEFT JOIN employee e ON e.id = c.assignee
		WHERE c.id = $1 AND c.department = $2
		FOR UPDATE OF c`, id, department)
	return oneCase(rows)
}

func oneCase(rows pgx.Rows) (*Case, error) {
	c, err := pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByPos[Case])
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, errNone
	}
	return c, err
}

// filter narrows the inbox.
type filter struct {
	Show            string // open, mine, free, late, done
	Service, Office string
}

// listCases returns what is open, the nearest term first, or what is decided, the latest first.
func listCases(ctx context.Context, d db.DB, who *departments.Clerk, f filter, now time.Time, offset, limit int) ([]*Case, error) {
	order := `c.due_at NULLS LAST, c.received_at, c.id`
	if f.Show == "done" {
		order = `c.decided_at DESC, c.id`
	}
	rows, _ := d.Query(ctx, `
		SELECT `+caseColumns+`
		FROM workplace_case c LEFT JOIN employee e ON e.id = c.assignee
		WHERE c.department = $1 AND (c.state IN ('new', 'accepted', 'in_progress')) = ($2 <> 'done')
			AND ($2 <> 'mine' OR c.assignee = $3) AND ($2 <> 'free' OR c.assignee IS NULL) AND ($2 <> 'late' OR c.due_at < $4)
			AND ($5 = '' OR c.service = $5) AND ($6 = '' OR c.office = $6)
		ORDER BY `+order+`
		OFFSET $7 LIMIT $8`, who.Department, f.Show, who.ID, now, f.Service, f.Office, offset, limit)
	return pgx.CollectRows(rows, pgx.RowToAddrOfStructByPos[Case])
}

// counts are how many open cases there are of each sort.
type counts struct{ Open, Mine, Free, Late, Done int }

func countCases(ctx context.Context, d db.DB, who *departments.Clerk, now time.Time) (n counts, err error) {
	err = d.QueryRow(ctx, `
		SELECT count(*) FILTER (WHERE open), count(*) FILTER (WHERE open AND assignee = $2), count(*) FILTER (WHERE open AND assignee IS NULL),
			count(*) FILTER (WHERE open AND due_at < $3), count(*) FILTER (WHERE NOT open)
		FROM (SELECT assignee, due_at, state IN ('new', 'accepted', 'in_progress') AS open FROM workplace_case WHERE department = $1) c`,
		who.Department, who.ID, now).Scan(&n.Open, &n.Mine, &n.Free, &n.Late, &n.Done)
	return n, err
}

// sort is a service or an office with the number of its open cases.
type sort struct {
	Code, Name string
	Count      int
}

func servicesOf(ctx context.Context, d db.DB, department string) ([]sort, error) {
	rows, _ := d.Query(ctx, `
		SELECT service, max(service_name), count(*) FILTER (WHERE state IN ('new', 'accepted', 'in_progress'))
		FROM workplace_case
		WHERE department = $1
		GROUP BY service
		ORDER BY 2`, department)
	return pgx.CollectRows(rows, pgx.RowToStructByPos[sort])
}

func officesOf(ctx context.Context, d db.DB, department string) ([]sort, error) {
	rows, _ := d.Query(ctx, `
		SELECT office, office, count(*) FILTER (WHERE state IN ('new', 'accepted', 'in_progress'))
		FROM workplace_case
		WHERE department = $1 AND office <> ''
		GROUP BY office
		ORDER BY 1`, department)
	return pgx.CollectRows(rows, pgx.RowToStructByPos[sort])
}

// insertCase tells whether the application is new here.
func insertCase(ctx context.Context, tx pgx.Tx, c *Case) (bool, error) {
	tag, err := tx.Exec(ctx, `
		INSERT INTO workplace_case (id, department, number, service, service_version, service_name, office, letter, received_at, due_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		ON CONFLICT (id) DO NOTHING`, c.ID, c.Department, c.Number, c.Service, c.Version, c.ServiceName, c.Office, c.Letter, c.ReceivedAt, c.DueAt)
	return tag.RowsAffected() == 1, err
}

// setState moves a case that is in one of the states; false when it has moved on.
func setState(ctx context.Context, tx pgx.Tx, c *Case, m move, ground string, now time.Time) (bool, error) {
	var decided *time.Time
	if m.to == "completed" || m.to == "refused" || m.to == "cancelled" {
		decided = &now
	}
	tag, err := tx.Exec(ctx, `
		UPDATE workplace_case SET state = $2, ground = $3, decided_at = $4, asked_until = CASE WHEN $4::timestamptz IS NULL THEN asked_until END
		WHERE id = $1 AND state = ANY ($5)`, c.ID, m.to, ground, decided, m.from)
	return tag.RowsAffected() == 1, err
}

func setAssignee(ctx context.Context, tx pgx.Tx, id uuid.UUID, employee *uuid.UUID) error {
	_, err := tx.Exec(ctx, `UPDATE workplace_case SET assignee = $2 WHERE id = $1`, id, employee)
	return err
}

func setLetter(ctx context.Context, tx pgx.Tx, id uuid.UUID, sealed []byte) error {
	_, err := tx.Exec(ctx, `UPDATE workplace_case SET letter = $2 WHERE id = $1`, id, sealed)
	return err
}

// setFresh notes that something came, or was seen. What came may be what the citizen was asked for.
func setFresh(ctx context.Context, d db.DB, id uuid.UUID, fresh bool) error {
	_, err := d.Exec(ctx, `UPDATE workplace_case SET fresh = $2, asked_until = CASE WHEN $2 THEN NULL ELSE asked_until END WHERE id = $1`, id, fresh)
	return err
}

func setAsked(ctx context.Context, tx pgx.Tx, id uuid.UUID, until time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE workplace_case SET asked_until = $2 WHERE id = $1`, id, until)
	return err
}

func setSequence(ctx context.Context, tx pgx.Tx, id uuid.UUID, n int64) error {
	_, err := tx.Exec(ctx, `UPDATE workplace_case SET sequence = $2 WHERE id = $1`, id, n)
	return err
}

// applicantOf is the account of who filed, whose journal tells who looked; Nil for nobody known.
func applicantOf(ctx context.Context, d db.DB, application uuid.UUID) (person uuid.UUID, err error) {
	err = d.QueryRow(ctx, `SELECT person FROM application_party WHERE application = $1 AND person IS NOT NULL ORDER BY position LIMIT 1`,
		application).Scan(&person)
	if errors.Is(err, pgx.ErrNoRows) {
		return uuid.Nil, nil
	}
	return person, err
}
