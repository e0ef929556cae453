package departments

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
	"tamga/internal/fault"
	"tamga/internal/i18n"
)

// listed is a delivery as staff see it. Nothing in it is personal.
type listed struct {
	ID          uuid.UUID
	Number      string
	Department  i18n.Text
	Service     string
	State       string
	Status      string
	Reason      string
	Attempts    int
	CreatedAt   time.Time
	NextAt      *time.Time
	DeliveredAt *time.Time
	LateAt      *time.Time
	Answer      *int // of the last attempt
	Blocked     bool // an earlier message of the application is in the way
	Type        string
}

const listedColumns = `d.id, d.number, e.name, d.service, d.state, coalesce(d.status, ''), d.reason, d.attempts, d.created_at,
	nullif(d.next_attempt_at, '-infinity'), d.delivered_at, d.late_at,
	(SELECT a.answer FROM delivery_attempt a WHERE a.delivery_id = d.id AND a.n = d.attempts),
	d.state IN ('waiting', 'stuck') AND EXISTS (
		SELECT FROM delivery earlier
		WHERE earlier.application_id = d.application_id AND earlier.seq < d.seq AND earlier.state IN ('waiting', 'stuck')), d.type
	FROM delivery d JOIN department_endpoint e ON e.code = d.department`

// listSQL narrows by rank, which is the state: what orders the list then also finds the few stuck ones among all that arrived.
const listSQL = `
	SELECT ` + listedColumns + `
	WHERE d.rank BETWEEN $1 AND $2 AND ($3 = '' OR d.number = $3)
	ORDER BY d.rank, d.seq DESC
	OFFSET $4 LIMIT $5`

// listDeliveries returns one more than limit when there is a further page. Empty filters mean all.
func listDeliveries(ctx context.Context, d db.DB, state, number string, offset, limit int) ([]listed, error) {
	from, to := 0, len(states)-1
	if i := slices.Index(states, state); i >= 0 {
		from, to = i, i
	}
	rows, _ := d.Query(ctx, listSQL, from, to, number, offset, limit+1)
	return pgx.CollectRows(rows, pgx.RowToStructByPos[listed])
}

func deliveryByID(ctx context.Context, d db.DB, id uuid.UUID) (*listed, error) {
	rows, _ := d.Query(ctx, `SELECT `+listedColumns+` WHERE d.id = $1`, id)
	l, err := pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByPos[listed])
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.New(fault.NotFound, "departments.no_delivery")
	}
	return l, err
}

// tried is an attempt as staff see it.
type tried struct {
	N       int
	At      time.Time
	TookMS  int
	Answer  *int
	Outcome string
	Error   string
}

// attemptsOf returns the newest attempts first, at most limit.
func attemptsOf(ctx context.Context, d db.DB, id uuid.UUID, limit int) ([]tried, error) {
	rows, _ := d.Query(ctx, `
		SELECT n, at, took_ms, answer, outcome, error
		FROM delivery_attempt
		WHERE delivery_id = $1
		ORDER BY n DESC
		LIMIT $2`, id, limit)
	return pgx.CollectRows(rows, pgx.RowToStructByPos[tried])
}

// called is a call-back as staff see it.
type called struct {
	ID         string
	Status     string
	Text       string
	At         time.Time
	ReceivedAt time.Time
	Applied    bool
	Kind       string
}

func callbacksOf(ctx context.Context, d db.DB, id uuid.UUID, limit int) ([]called, error) {
	rows, _ := d.Query(ctx, `
		SELECT id, status, text, at, received_at, applied, kind
		FROM department_event
		WHERE delivery_id = $1
		ORDER BY received_at DESC
		LIMIT $2`, id, limit)
	return pgx.CollectRows(rows, pgx.RowToStructByPos[called])
}

// putBack makes a delivery due now. It returns a Conflict fault when there is nothing to repeat.
func putBack(ctx context.Context, tx pgx.Tx, id uuid.UUID, now, expires time.Time) (number, department string, err error) {
	err = tx.QueryRow(ctx, `
		UPDATE delivery SET state = 'waiting', next_attempt_at = $2, expires_at = greatest(expires_at, $3)
		WHERE id = $1 AND state IN ('waiting', 'stuck')
		RETURNING number, department`, id, now, expires).Scan(&number, &department)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", "", fault.New(fault.Conflict, "departments.nothing_to_retry")
	}
	return number, department, err
}

// turnDelivery gives a delivery that has not arrived, and that nobody is sending, to another department.
func turnDelivery(ctx context.Context, tx pgx.Tx, id uuid.UUID, to string, now, expires time.Time) (from string, err error) {
	err = tx.QueryRow(ctx, `
		WITH before AS (SELECT id, department FROM delivery WHERE id = $1 FOR UPDATE)
		UPDATE delivery d SET department = e.code, state = 'waiting', next_attempt_at = $3, expires_at = greatest(expires_at, $4)
		FROM before, department_endpoint e
		WHERE d.id = before.id AND e.code = $2 AND d.state IN ('waiting', 'stuck') AND d.claimed_until <= $3 AND d.department <> e.code
		RETURNING before.department`, id, to, now, expires).Scan(&from)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", fault.New(fault.Conflict, "departments_mend.cannot_turn")
	}
	return from, err
}
