package confirm

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
	"tamga/internal/fault"
)

// personBy returns whose phone or checked СНИЛС it is, or uuid.Nil. Eleven digits may be both: then the СНИЛС counts, which is on the
// paper in the operator's hand.
func personBy(ctx context.Context, d db.DB, phone string, snils []byte) (id uuid.UUID, err error) {
	err = d.QueryRow(ctx, `
		SELECT id FROM account
		WHERE phone = $1 OR snils_key = $2
		ORDER BY snils_key = $2 DESC NULLS LAST
		LIMIT 1`, phone, snils).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return uuid.Nil, nil
	}
	return id, err
}

func insertVisit(ctx context.Context, tx pgx.Tx, o *operator, v *visit, now, expires time.Time) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO operator_visit (id, operator_id, session_id, centre_oid, account_id, purpose, created_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, v.ID, o.ID, o.Session, v.CentreOID, v.AccountID, v.Purpose, now, expires)
	return err
}

// visitByID returns a visit of this operator at this sign-in, while it lasts.
func visitByID(ctx context.Context, d db.DB, id, operator, session uuid.UUID, now time.Time) (*visit, error) {
	rows, _ := d.Query(ctx, `
		SELECT id, account_id, centre_oid, purpose, tries, passport_at, contacts, code_hash, code_at, done_at
		FROM operator_visit
		WHERE id = $1 AND operator_id = $2 AND session_id = $3 AND expires_at > $4`, id, operator, session, now)
	v, err := pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByName[visit])
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.New(fault.NotFound, "idp_confirm.visit_gone")
	}
	return v, err
}

func countVisitTry(ctx context.Context, d db.DB, id uuid.UUID, limit int) (allowed bool, err error) {
	tag, err := d.Exec(ctx, `UPDATE operator_visit SET tries = tries + 1 WHERE id = $1 AND tries < $2 AND done_at IS NULL`, id, limit)
	return err == nil && tag.RowsAffected() == 1, err
}

// setPassport notes that the passport in hand is the checked one, and gives the try back: it was right.
func setPassport(ctx context.Context, d db.DB, id uuid.UUID, now time.Time) error {
	_, err := d.Exec(ctx, `UPDATE operator_visit SET passport_at = $2, tries = tries - 1 WHERE id = $1`, id, now)
	return err
}

// endVisit lets a visit do one thing: the second of two clicks finds it done.
func endVisit(ctx context.Context, tx pgx.Tx, id uuid.UUID, now time.Time) error {
	tag, err := tx.Exec(ctx, `
		UPDATE operator_visit SET done_at = $2
		WHERE id = $1 AND done_at IS NULL AND passport_at IS NOT NULL`, id, now)
	if err == nil && tag.RowsAffected() == 0 {
		return fault.New(fault.Conflict, "idp_confirm.visit_gone")
	}
	return err
}

func setVisitContacts(ctx context.Context, d db.DB, id uuid.UUID, contacts, code []byte, now time.Time) error {
	_, err := d.Exec(ctx, `
		UPDATE operator_visit SET contacts = $2, code_hash = $3, code_at = $4, code_tries = 0
		WHERE id = $1`, id, contacts, code, now)
	return err
}

func countVisitCode(ctx context.Context, d db.DB, id uuid.UUID, limit int) (allowed bool, err error) {
	tag, err := d.Exec(ctx, `UPDATE operator_visit SET code_tries = code_tries + 1 WHERE id = $1 AND code_tries < $2`, id, limit)
	return err == nil && tag.RowsAffected() == 1, err
}

// snilsTaken tells whether an account has this checked СНИЛС.
func snilsTaken(ctx context.Context, d db.DB, key []byte) (taken bool, err error) {
	err = d.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM account WHERE snils_key = $1)`, key).Scan(&taken)
	return taken, err
}

// deskForm is a registration at an operator's desk between the form and the code.
type deskForm struct {
	ID        uuid.UUID
	CentreOID int64
	Form      []byte
	CodeHash  []byte
	CodeAt    time.Time
}

func insertDeskForm(ctx context.Context, tx pgx.Tx, o *operator, f deskForm, expires time.Time) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO operator_registration (id, operator_id, session_id, centre_oid, form, code_hash, code_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, f.ID, o.ID, o.Session, f.CentreOID, f.Form, f.CodeHash, f.CodeAt, expires)
	return err
}

// deskFormByID returns a registration of this operator at this sign-in, while it lasts.
func deskFormByID(ctx context.Context, d db.DB, id, operator, session uuid.UUID, now time.Time) (*deskForm, error) {
	rows, _ := d.Query(ctx, `
		SELECT id, centre_oid, form, code_hash, code_at
		FROM operator_registration
		WHERE id = $1 AND operator_id = $2 AND session_id = $3 AND expires_at > $4`, id, operator, session, now)
	f, err := pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByName[deskForm])
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.New(fault.NotFound, "idp_confirm.visit_gone")
	}
	return f, err
}

func countDeskCode(ctx context.Context, d db.DB, id uuid.UUID, limit int) (allowed bool, err error) {
	tag, err := d.Exec(ctx, `UPDATE operator_registration SET code_tries = code_tries + 1 WHERE id = $1 AND code_tries < $2`, id, limit)
	return err == nil && tag.RowsAffected() == 1, err
}

// deleteDeskForm ends a registration: the second of two clicks finds none.
func deleteDeskForm(ctx context.Context, tx pgx.Tx, id uuid.UUID) error {
	tag, err := tx.Exec(ctx, `DELETE FROM operator_registration WHERE id = $1`, id)
	if err == nil && tag.RowsAffected() == 0 {
		return fault.New(fault.Conflict, "idp_confirm.visit_gone")
	}
	return err
}
