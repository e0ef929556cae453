package departments

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
)

// lockApplication makes enqueueing for one application one after another, so that seq is the order of commits too.
func lockApplication(ctx context.Context, tx pgx.Tx, application uuid.UUID) error {
	_, err := db.Later(tx).Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('delivery ' || $1, 0))`, application.String())
	return err
}

func insertDelivery(ctx context.Context, tx pgx.Tx, d Delivery, sealed, sum []byte, job int64) error {
	_, err := db.Later(tx).Exec(ctx, `
		INSERT INTO delivery (id, application_id, number, department, service, service_version, data, data_sha256, type, job_id)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		ON CONFLICT (id) DO NOTHING`,
		d.ID, d.ApplicationID, d.Number, d.Department, d.Service, d.ServiceVersion, sealed, sum, d.Type, job)
	if db.IsForeignKey(err, "") {
		return fmt.Errorf("enqueue delivery %s: no endpoint for department %q", d.ID, d.Department)
	}
	return err
}

func setJob(ctx context.Context, tx pgx.Tx, id uuid.UUID, job int64) error {
	_, err := tx.Exec(ctx, `UPDATE delivery SET job_id = $2 WHERE id = $1`, id, job)
	return err
}

// isJob tells whether the job is still the one that may send the delivery, and something is to be sent.
func isJob(ctx context.Context, d db.DB, id uuid.UUID, job int64) (current bool, err error) {
	err = d.QueryRow(ctx, `
		SELECT EXISTS (
			SELECT FROM delivery
			WHERE id = $1 AND job_id = $2 AND state = 'waiting'
				AND NOT EXISTS (
					SELECT FROM delivery earlier
					WHERE earlier.application_id = delivery.application_id AND earlier.seq < delivery.seq
						AND earlier.state IN ('waiting', 'stuck')))`, id, job).Scan(&current)
	return current, err
}

// claimed is a delivery that this worker alone may send until its lease ends.
type claimed struct {
	ID             uuid.UUID
	ApplicationID  uuid.UUID
	Number         string
	Department     string
	Service        string
	ServiceVersion int
	Data           []byte
	CreatedAt      time.Time
	Type           string
	URL            string
	Signature      string // form of the department's
}

const claimedColumns = `delivery.id, application_id, number, department, service, service_version, data, created_at, type, e.url, e.signature`

func (d *claimed) endpoint() *Endpoint {
	return &Endpoint{Code: d.Department, URL: d.URL, Signature: d.Signature}
}

// claim takes the delivery for sending, or returns nil when it is not to be sent now: it is done, another job is its current
// one, it is not due, a worker has it, or an earlier one of the same application is still under way.
func claim(ctx context.Context, d db.DB, id uuid.UUID, job int64, now, until time.Time) (*claimed, error) {
	rows, _ := d.Query(ctx, `
		UPDATE delivery SET claimed_until = $4
		FROM department_endpoint e
		WHERE delivery.id = $1 AND job_id = $2 AND e.code = department
			AND state = 'waiting' AND next_attempt_at <= $3 AND claimed_until <= $3
			AND NOT EXISTS (
				SELECT FROM delivery earlier
				WHERE earlier.application_id = delivery.application_id AND earlier.seq < delivery.seq
					AND earlier.state IN ('waiting', 'stuck'))
			AND e.paused_at IS NULL AND e.open_until = '-infinity'
			AND NOT EXISTS (
				SELECT FROM department_works w
				WHERE w.department = e.code AND w.cancelled_at IS NULL AND w.starts_at <= $3 AND w.ends_at > $3)
		RETURNING `+claimedColumns,
		id, job, now, until)
	c, err := pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByPos[claimed])
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	return c, err
}

// waitOf tells the job of a delivery that it could not claim when to look again; zero means that there is nothing to come back
// for. A delivery held up by an earlier one is woken by that one.
func waitOf(ctx context.Context, d db.DB, id uuid.UUID, job int64, now time.Time) (time.Time, error) {
	var at time.Time
	err := d.QueryRow(ctx, `
		SELECT greatest(next_attempt_at, claimed_until)
		FROM delivery
		WHERE id = $1 AND job_id = $2 AND state = 'waiting' AND greatest(next_attempt_at, claimed_until) > $3`,
		id, job, now).Scan(&at)
	if errors.Is(err, pgx.ErrNoRows) {
		return time.Time{}, nil
	}
	return at, err
}

// progress is what changes of a delivery.
type progress struct {
	ID            uuid.UUID
	ApplicationID uuid.UUID
	State         string
	Status        string
	Attempts      int
	LastSequence  int64
	CreatedAt     time.Time
	ExpiresAt     *time.Time
	LateAt        *time.Time
	Department    string
	Type          string
}

const progressColumns = `id, application_id, state, coalesce(status, ''), attempts, last_sequence, created_at, expires_at, late_at, department, type`

func lockDelivery(ctx context.Context, tx pgx.Tx, id uuid.UUID) (*progress, error) {
	rows, _ := tx.Query(ctx, `SELECT `+progressColumns+` FROM delivery WHERE id = $1 FOR UPDATE`, id)
	return pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByPos[progress])
}

// lockOwned returns the delivery that submitted the application to the department, or nil when that department has nothing to do
// with it.
func lockOwned(ctx context.Context, tx pgx.Tx, application uuid.UUID, department string) (*progress, error) {
	rows, _ := tx.Query(ctx, `
		SELECT `+progressColumns+`
		FROM delivery
		WHERE application_id = $1 AND department = $2
		ORDER BY type = 'tamga.application.submitted' DESC, seq DESC
		LIMIT 1
		FOR UPDATE`, application, department)
	p, err := pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByPos[progress])
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	return p, err
}

func markDelivered(ctx context.Context, tx pgx.Tx, id uuid.UUID, now time.Time) error {
	_, err := tx.Exec(ctx, `
		UPDATE delivery SET state = 'delivered', delivered_at = $2, reason = '', claimed_until = '-infinity'
		WHERE id = $1`, id, now)
	return err
}

func markRejected(ctx context.Context, tx pgx.Tx, id uuid.UUID, reason string) error {
	_, err := tx.Exec(ctx, `
		UPDATE delivery SET state = 'rejected', status = 'rejected', reason = $2, claimed_until = '-infinity'
		WHERE id = $1`, id, reason)
	return err
}

func markStatus(ctx context.Context, tx pgx.Tx, id uuid.UUID, status string, sequence int64) error {
	_, err := tx.Exec(ctx, `
		UPDATE delivery SET status = $2, last_sequence = greatest(last_sequence, $3)
		WHERE id = $1`, id, status, sequence)
	return err
}

// markSequence keeps an older status from undoing what came later.
func markSequence(ctx context.Context, tx pgx.Tx, id uuid.UUID, sequence int64) error {
	_, err := tx.Exec(ctx, `UPDATE delivery SET last_sequence = greatest(last_sequence, $2) WHERE id = $1`, id, sequence)
	return err
}

func markFailed(ctx context.Context, tx pgx.Tx, id uuid.UUID, reason string, next time.Time) error {
	_, err := tx.Exec(ctx, `
		UPDATE delivery SET reason = $2, next_attempt_at = $3, claimed_until = '-infinity'
		WHERE id = $1`, id, reason, next)
	return err
}

func markStuck(ctx context.Context, tx pgx.Tx, id uuid.UUID, reason string) error {
	_, err := tx.Exec(ctx, `
		UPDATE delivery SET state = 'stuck', reason = $2, claimed_until = '-infinity'
		WHERE id = $1`, id, reason)
	return err
}

func markLate(ctx context.Context, tx pgx.Tx, id uuid.UUID, now time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE delivery SET late_at = $2 WHERE id = $1`, id, now)
	return err
}

func insertAttempt(ctx context.Context, tx pgx.Tx, id uuid.UUID, a *attempt) (n int, err error) {
	err = tx.QueryRow(ctx, `
		WITH next AS (UPDATE delivery SET attempts = attempts + 1, body_sha256 = coalesce($7, body_sha256) WHERE id = $1 RETURNING attempts)
		INSERT INTO delivery_attempt (delivery_id, n, at, took_ms, answer, outcome, error)
		SELECT $1, attempts, $2, $3, nullif($4, 0), $5, $6 FROM next
		RETURNING n`, id, a.At, a.Took.Milliseconds(), a.Status, a.Outcome, a.Error, a.Sum).Scan(&n)
	return n, err
}

// nextWaiting returns the delivery that an earlier one of its application held up.
func nextWaiting(ctx context.Context, tx pgx.Tx, application uuid.UUID) (id uuid.UUID, department string, err error) {
	err = tx.QueryRow(ctx, `
		SELECT id, department
		FROM delivery
		WHERE application_id = $1 AND state = 'waiting'
		ORDER BY seq
		LIMIT 1`, application).Scan(&id, &department)
	if errors.Is(err, pgx.ErrNoRows) {
		return uuid.Nil, "", nil
	}
	return id, department, err
}
