package checks

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
)

const columns = `c.id, c.application, c.department, c.number, c.kind, c.register, c.asker, c.subject,
	COALESCE(e.last_name || ' ' || left(e.first_name, 1) || '.', ''), c.question, c.question_key, c.state, c.outcome, c.differs, c.answer, c.reused,
	c.attempts, c.problem, c.asked_at, c.ended_at, c.answered_at, c.fresh_until, c.keep_until`

func one(rows pgx.Rows) (*Check, error) {
	c, err := pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByPos[Check])
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, errNone
	}
	return c, err
}

// checkOf returns a check of the department; another's is not found.
func checkOf(ctx context.Context, d db.DB, department string, id uuid.UUID) (*Check, error) {
	rows, _ := d.Query(ctx, `
		SELECT `+columns+`
		FROM register_check c LEFT JOIN employee e ON e.id = c.asker
		WHERE c.id = $1 AND c.department = $2`, id, department)
	return one(rows)
}

// filter narrows the list.
type filter struct{ State, Kind, Number string }

func listChecks(ctx context.Context, d db.DB, department string, f filter, offset, limit int) ([]*Check, error) {
	rows, _ := d.Query(ctx, `
		SELECT `+columns+`
		FROM register_check c LEFT JOIN employee e ON e.id = c.asker
		WHERE c.department = $1 AND ($2 = '' OR c.state = $2) AND ($3 = '' OR c.kind = $3) AND ($4 = '' OR c.number = $4)
		ORDER BY c.asked_at DESC, c.id
		OFFSET $5 LIMIT $6`, department, f.State, f.Kind, f.Number, offset, limit)
	return pgx.CollectRows(rows, pgx.RowToAddrOfStructByPos[Check])
}

func checksOf(ctx context.Context, d db.DB, department string, application uuid.UUID) ([]*Check, error) {
	rows, _ := d.Query(ctx, `
		SELECT `+columns+`
		FROM register_check c LEFT JOIN employee e ON e.id = c.asker
		WHERE c.department = $1 AND c.application = $2
		ORDER BY c.asked_at DESC, c.id
		LIMIT 100`, department, application)
	return pgx.CollectRows(rows, pgx.RowToAddrOfStructByPos[Check])
}

// applicationByNumber finds what went to the department.
func applicationByNumber(ctx context.Context, d db.DB, department, number string) (id uuid.UUID, err error) {
	err = d.QueryRow(ctx, `SELECT application_id FROM delivery WHERE number = $1 AND department = $2 LIMIT 1`, number, department).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return id, errNoLetter
	}
	return id, err
}

// insertCheck tells whether the check is new.
func insertCheck(ctx context.Context, tx pgx.Tx, c *Check) (bool, error) {
	tag, err := tx.Exec(ctx, `
		INSERT INTO register_check (id, department, application, number, kind, register, asker, subject, question, question_key, asked_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
		ON CONFLICT (id) DO NOTHING`,
		c.ID, c.Department, c.Application, c.Number, c.Kind, c.Register, c.Asker, c.Subject, c.Question, c.Key, c.AskedAt)
	return tag.RowsAffected() == 1, err
}

// freshAnswer is an answer to the same question of the same department that may still be used; nil without one.
func freshAnswer(ctx context.Context, d db.DB, c *Check, now time.Time) (*Check, error) {
	rows, _ := d.Query(ctx, `
		SELECT `+columns+`
		FROM register_check c LEFT JOIN employee e ON e.id = c.asker
		WHERE c.department = $1 AND c.kind = $2 AND c.question_key = $3 AND c.state = 'answered' AND c.fresh_until > $4 AND c.keep_until IS NOT NULL
		ORDER BY c.fresh_until DESC
		LIMIT 1`, c.Department, c.Kind, c.Key, now)
	found, err := one(rows)
	if errors.Is(err, errNone) {
		return nil, nil
	}
	return found, err
}

// startAttempt counts an attempt of a check that is still asked; nil otherwise.
func startAttempt(ctx context.Context, d db.DB, id uuid.UUID) (*Check, error) {
	rows, _ := d.Query(ctx, `
		WITH c AS (UPDATE register_check SET attempts = attempts + 1 WHERE id = $1 AND state = 'asked' RETURNING *)
		SELECT `+columns+`
		FROM c LEFT JOIN employee e ON e.id = c.asker`, id)
	found, err := one(rows)
	if errors.Is(err, errNone) {
		return nil, nil
	}
	return found, err
}

func insertAttempt(ctx context.Context, tx pgx.Tx, c *Check, a *attempt) error {
	var status *int
	if a.Status != 0 {
		status = &a.Status
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO register_check_attempt (check_id, n, at, took_ms, status, outcome, problem)
		VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT DO NOTHING`, c.ID, c.Attempts, a.At, a.Took.Milliseconds(), status, a.Outcome, a.Problem)
	return err
}

// attemptRow is an attempt as it stands.
type attemptRow struct {
	At      time.Time
	TookMS  int
	Status  *int
	Outcome string
	Problem string
}

func attemptsOf(ctx context.Context, d db.DB, id uuid.UUID) ([]attemptRow, error) {
	rows, _ := d.Query(ctx, `
		SELECT at, took_ms, status, outcome, problem
		FROM register_check_attempt
		WHERE check_id = $1
		ORDER BY n DESC
		LIMIT 100`, id)
	return pgx.CollectRows(rows, pgx.RowToStructByPos[attemptRow])
}

// endCheck writes how a check ended, once.
func endCheck(ctx context.Context, tx pgx.Tx, c *Check) (bool, error) {
	differs := c.Differs
	if differs == nil {
		differs = []string{}
	}
	tag, err := tx.Exec(ctx, `
		UPDATE register_check SET state = $2, outcome = $3, differs = $4, answer = $5, reused = $6, problem = $7, ended_at = $8, answered_at = $9,
			fresh_until = $10, keep_until = $11
		WHERE id = $1 AND state = 'asked'`,
		c.ID, c.State, c.Outcome, differs, c.Answer, c.Reused, c.Problem, c.EndedAt, c.AnsweredAt, c.FreshUntil, c.KeepUntil)
	return tag.RowsAffected() == 1, err
}

func setProblem(ctx context.Context, tx pgx.Tx, id uuid.UUID, problem string) error {
	_, err := tx.Exec(ctx, `UPDATE register_check SET problem = $2 WHERE id = $1 AND state = 'asked'`, id, problem)
	return err
}

// forget erases what is kept no longer.
func forget(ctx context.Context, d db.DB, now time.Time) (int64, error) {
	tag, err := d.Exec(ctx, `
		UPDATE register_check SET question = '', question_key = '', answer = NULL, keep_until = NULL
		WHERE keep_until <= $1`, now)
	return tag.RowsAffected(), err
}

// abandoned are checks that wait although no job works on them: a worker died between two writes, or River gave up.
func abandoned(ctx context.Context, d db.DB, kind string, before time.Time) ([]uuid.UUID, error) {
	rows, _ := d.Query(ctx, `
		SELECT c.id
		FROM register_check c
		WHERE c.state = 'asked' AND c.asked_at < $2 AND NOT EXISTS (
			SELECT FROM river_job j
			WHERE j.kind = $1 AND j.args->>'id' = c.id::text AND j.state IN ('available', 'running', 'retryable', 'scheduled', 'pending'))
		LIMIT 500`, kind, before)
	return pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
}

// personOf is the account of a party, nil without one.
func personOf(ctx context.Context, d db.DB, application uuid.UUID, party string) (*uuid.UUID, error) {
	var person *uuid.UUID
	err := d.QueryRow(ctx, `
		SELECT person
		FROM application_party
		WHERE application = $1 AND person IS NOT NULL
		ORDER BY party = $2 DESC, position
		LIMIT 1`, application, party).Scan(&person)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	return person, err
}

func departmentName(ctx context.Context, d db.DB, code string) (name string, err error) {
	err = d.QueryRow(ctx, `SELECT COALESCE(name->>'ru', code) FROM department_endpoint WHERE code = $1`, code).Scan(&name)
	return name, err
}

// registerOf locks a check that still waits; "" when it does not.
func registerOf(ctx context.Context, tx pgx.Tx, id uuid.UUID) (register string, err error) {
	err = tx.QueryRow(ctx, `SELECT register FROM register_check WHERE id = $1 AND state = 'asked' FOR UPDATE`, id).Scan(&register)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", nil
	}
	return register, err
}
