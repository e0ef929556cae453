package applications

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/departments"
	"tamga/internal/db"
	"tamga/internal/fault"
)

// errNoApplication is the answer to everybody who is not a party, so that a guessed address tells nothing.
var errNoApplication = fault.New(fault.NotFound, "applications.not_found")

// askApplicationOf finds an application of a person who takes part in it.
func askApplicationOf(b *pgx.Batch, person, id uuid.UUID, into *[]Application) {
	b.Queue(`
		SELECT a.id, a.service, a.service_version, a.state, a.version, coalesce(a.number, '') AS number, a.hash, a.deadline,
			a.paid_charge, a.paid_at, a.refund_due, a.late_at, a.kept_until, a.created_at, a.updated_at, a.submitted_at, a.organisation,
			a.answer_by, coalesce(a.control_code, '') AS control_code
		FROM application a
		JOIN application_party p ON p.application = a.id AND p.person = $2
		WHERE a.id = $1`, id, person).Query(db.Into(into))
}

// askLockedOf is askApplicationOf, holding the row until the transaction ends: whatever changes an application does so under this
// lock, and takes it before any other.
func askLockedOf(b *pgx.Batch, person, id uuid.UUID, into *[]Application) {
	b.Queue(`
		SELECT a.id, a.service, a.service_version, a.state, a.version, coalesce(a.number, '') AS number, a.hash, a.deadline,
			a.paid_charge, a.paid_at, a.refund_due, a.late_at, a.kept_until, a.created_at, a.updated_at, a.submitted_at, a.organisation,
			a.answer_by, coalesce(a.control_code, '') AS control_code
		FROM application a
		JOIN application_party p ON p.application = a.id AND p.person = $2
		WHERE a.id = $1
		FOR UPDATE OF a`, id, person).Query(db.Into(into))
}

// askLocked holds an application for the portal itself: a job, the department's answer, somebody with an invitation.
func askLocked(b *pgx.Batch, id uuid.UUID, into *[]Application) {
	b.Queue(`
		SELECT id, service, service_version, state, version, coalesce(number, '') AS number, hash, deadline,
			paid_charge, paid_at, refund_due, late_at, kept_until, created_at, updated_at, submitted_at, organisation,
			answer_by, coalesce(control_code, '') AS control_code
		FROM application
		WHERE id = $1
		FOR UPDATE`, id).Query(db.Into(into))
}

// applicationOf returns an application to one of its parties.
func applicationOf(ctx context.Context, d db.DB, person, id uuid.UUID) (*Application, error) {
	b, list := &pgx.Batch{}, []Application{}
	askApplicationOf(b, person, id, &list)
	err := db.All(ctx, d, b)
	return theOnly(list, err)
}

// lockApplicationOf holds an application for one of its parties.
func lockApplicationOf(ctx context.Context, tx pgx.Tx, person, id uuid.UUID) (*Application, error) {
	b, list := &pgx.Batch{}, []Application{}
	askLockedOf(b, person, id, &list)
	err := db.All(ctx, tx, b)
	return theOnly(list, err)
}

func theOnly(list []Application, err error) (*Application, error) {
	switch {
	case err != nil:
		return nil, err
	case len(list) == 0:
		return nil, errNoApplication
	}
	return &list[0], nil
}

func insertApplication(ctx context.Context, tx pgx.Tx, a *Application) error {
	_, err := db.Later(tx).Exec(ctx, `
		INSERT INTO application (id, service, service_version, state, kept_until, created_at, updated_at, organisation)
		VALUES ($1, $2, $3, $4, $5, $6, $6, $7)`, a.ID, a.Service, a.ServiceVersion, a.State, a.KeptUntil, a.CreatedAt, a.Organisation)
	return err
}

// saveApplication writes what the flow changed. The version grows with each call.
func saveApplication(ctx context.Context, tx pgx.Tx, a *Application) error {
	a.Version++
	_, err := db.Later(tx).Exec(ctx, `
		UPDATE application
		SET state = $2, version = $3, number = nullif($4, ''), hash = $5, deadline = $6, paid_charge = $7, paid_at = $8,
			refund_due = $9, late_at = $10, kept_until = $11, updated_at = $12, submitted_at = $13, answer_by = $14,
			control_code = nullif($15, '')
		WHERE id = $1`, a.ID, a.State, a.Version, a.Number, a.Hash, a.Deadline, a.PaidCharge, a.PaidAt,
		a.RefundDue, a.LateAt, a.KeptUntil, a.UpdatedAt, a.SubmittedAt, a.AnswerBy, a.ControlCode)
	return err
}

func nextNumber(ctx context.Context, tx pgx.Tx, at time.Time) (string, error) {
	var seq int64
	if err := tx.QueryRow(ctx, `SELECT nextval('application_number')`).Scan(&seq); err != nil {
		return "", err
	}
	return formatNumber(seq, at), nil
}

// Summary is an application in a list.
type Summary struct {
	ID             uuid.UUID
	Service        string
	ServiceVersion int
	State          State
	Number         string // "" until sent
	Position       int    // of the reader: 0 files
	Deadline       *time.Time
	LateAt         *time.Time
	KeptUntil      time.Time
	UpdatedAt      time.Time
	Organisation   *Organisation // in whose name
}

// List returns the applications that a person takes part in, the latest change first.
func List(ctx context.Context, d db.DB, person uuid.UUID) ([]Summary, error) {
	rows, _ := d.Query(ctx, `
		SELECT a.id, a.service, a.service_version, a.state, coalesce(a.number, '') AS number, p.position, a.deadline, a.late_at,
			a.kept_until, a.updated_at, a.organisation
		FROM application_party p
		JOIN application a ON a.id = p.application
		WHERE p.person = $1
		ORDER BY a.updated_at DESC
		LIMIT 200`, person)
	return pgx.CollectRows(rows, pgx.RowToStructByName[Summary])
}

// allOf returns the keys of every application that a person takes part in, the newest first.
func allOf(ctx context.Context, d db.DB, person uuid.UUID) ([]uuid.UUID, error) {
	rows, _ := d.Query(ctx, `
		SELECT application
		FROM application_party
		WHERE person = $1
		ORDER BY application DESC`, person)
	return pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
}

// draftOf returns the newest draft that a person has of a service in a name, or uuid.Nil.
func draftOf(ctx context.Context, d db.DB, person uuid.UUID, in *Organisation, service string, now time.Time) (uuid.UUID, error) {
	var id uuid.UUID
	var oid *int64
	if in != nil {
		oid = &in.OID
	}
	err := d.QueryRow(ctx, `
		SELECT a.id
		FROM application_party p
		JOIN application a ON a.id = p.application
		WHERE p.person = $1 AND p.position = 0 AND a.service = $2 AND a.state = 'draft' AND a.kept_until > $3
			AND a.organisation_oid IS NOT DISTINCT FROM $4
		ORDER BY a.updated_at DESC
		LIMIT 1`, person, service, now, oid).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return uuid.Nil, nil
	}
	return id, err
}

// keptNoLonger returns drafts and ended applications whose time is over and of which no money is to be returned any more.
func keptNoLonger(ctx context.Context, d db.DB, now time.Time) ([]uuid.UUID, error) {
	rows, _ := d.Query(ctx, `
		SELECT id
		FROM application
		WHERE state IN ('draft', 'completed', 'rejected', 'refused', 'declined', 'expired', 'cancelled') AND kept_until < $1
			AND (NOT refund_due OR EXISTS (SELECT FROM charge c WHERE c.id = application.paid_charge AND c.status = 'refunded'))
			AND (state <> 'draft' OR paid_charge IS NULL)
		ORDER BY kept_until
		LIMIT $2`, now, erasedInOne)
	return pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
}

// deleteApplication removes an application; everything of it goes with it, and the letters that told the department of it.
func deleteApplication(ctx context.Context, tx pgx.Tx, id uuid.UUID) error {
	if _, err := tx.Exec(ctx, `DELETE FROM application WHERE id = $1`, id); err != nil {
		return err
	}
	return departments.Forget(ctx, tx, id)
}

// overdue returns applications whose clock has run out and that no job has ended yet.
func overdue(ctx context.Context, d db.DB, now time.Time) ([]uuid.UUID, error) {
	rows, _ := d.Query(ctx, `
		SELECT id
		FROM application
		WHERE state IN ('filling', 'signing', 'paying') AND deadline <= $1
		ORDER BY deadline
		LIMIT 500`, now)
	return pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
}

// serviceOf returns which service an application is for, to somebody who is not yet known to be a party.
func serviceOf(ctx context.Context, d db.DB, id uuid.UUID) (service string, version int, err error) {
	err = d.QueryRow(ctx, `SELECT service, service_version FROM application WHERE id = $1`, id).Scan(&service, &version)
	return service, version, err
}
