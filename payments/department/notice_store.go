package department

import (
	"bytes"
	"context"
	"errors"
	"net/http"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
	"tamga/payments/signed"
)

// originFor tells what the charges of a department for a payee are; it may not charge for another's.
func originFor(ctx context.Context, d db.DB, department, payee string) (kind string, err error) {
	err = d.QueryRow(ctx, `SELECT origin FROM department_payee WHERE department = $1 AND payee = $2`, department, payee).Scan(&kind)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", signed.Refuse(http.StatusForbidden, "payee", "the department may not charge for this payee")
	}
	return kind, err
}

// knownNotice returns the charge of a message that has been taken already; uuid.Nil when it is new. The same id with other words is a
// Conflict.
func knownNotice(ctx context.Context, tx pgx.Tx, s *message) (uuid.UUID, error) {
	var id uuid.UUID
	var sum []byte
	err := tx.QueryRow(ctx, `SELECT charge_id, sha256 FROM charge_notice WHERE department = $1 AND id = $2`, s.Department, s.ID).Scan(&id, &sum)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return uuid.Nil, nil
	case err == nil && !bytes.Equal(sum, s.Sum[:]):
		return uuid.Nil, signed.Refuse(http.StatusConflict, "id", "another message had this id")
	}
	return id, err
}

func insertNotice(ctx context.Context, tx pgx.Tx, s *message, charge uuid.UUID) error {
	_, err := tx.Exec(ctx, `INSERT INTO charge_notice (department, id, type, sha256, charge_id, at) VALUES ($1, $2, $3, $4, $5, $6)`,
		s.Department, s.ID, s.Type, s.Sum[:], charge, s.At)
	return err
}

// lockNotices lets the messages of one department with one number pass one after the other.
func lockNotices(ctx context.Context, tx pgx.Tx, s *message) error {
	_, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended($1, 6))`, s.Department+"\n"+s.ID)
	return err
}
