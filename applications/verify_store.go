package applications

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
)

// filed is what a public check needs of an application.
type filed struct {
	Service        string
	ServiceVersion int
	State          State
	SubmittedAt    time.Time
	Hash           []byte
	ControlCode    string
	Department     string
}

// filedByNumber returns an application that was sent, or nil.
func filedByNumber(ctx context.Context, d db.DB, number string) (*filed, error) {
	rows, _ := d.Query(ctx, `
		SELECT a.service, a.service_version, a.state, a.submitted_at, a.hash, coalesce(a.control_code, '') AS control_code,
			coalesce((SELECT department FROM delivery WHERE id = a.id), '') AS department
		FROM application a
		WHERE a.number = $1`, number)
	f, err := pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByName[filed])
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	return f, err
}

// documentFor returns a document that the department issued to somebody who takes part.
func documentFor(ctx context.Context, d db.DB, person, application, id uuid.UUID) (*document, error) {
	rows, _ := d.Query(ctx, `
		SELECT o.id, o.name, o.media_type, o.size, o.sha256, o.signature, o.signed, o.signer, o.at
		FROM application_document o
		JOIN application_party p ON p.application = o.application AND p.person = $1
		WHERE o.application = $2 AND o.id = $3`, person, application, id)
	o, err := pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByName[document])
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, errNoDocument
	}
	return o, err
}
