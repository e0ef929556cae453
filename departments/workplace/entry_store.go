package workplace

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
)

// entry is a line of a case's history.
type entry struct {
	ID     uuid.UUID
	Kind   string
	Actor  string // an employee's id, "citizen"; when read, the employee's name
	Sealed []byte
	At     time.Time
}

// insertEntry tells whether the entry is new: a message that came twice, or a form sent twice, is not.
func insertEntry(ctx context.Context, tx pgx.Tx, id uuid.UUID, e entry) (bool, error) {
	tag, err := tx.Exec(ctx, `
		INSERT INTO workplace_entry (id, case_id, kind, actor, text, at)
		VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (id) DO NOTHING`, e.ID, id, e.Kind, e.Actor, e.Sealed, e.At)
	return tag.RowsAffected() == 1, err
}

func entriesOf(ctx context.Context, d db.DB, id uuid.UUID) ([]entry, error) {
	rows, _ := d.Query(ctx, `
		SELECT n.id, n.kind, COALESCE(e.last_name || ' ' || left(e.first_name, 1) || '.', n.actor), n.text, n.at
		FROM workplace_entry n LEFT JOIN employee e ON e.id::text = n.actor
		WHERE n.case_id = $1
		ORDER BY n.at DESC, n.id DESC`, id)
	return pgx.CollectRows(rows, pgx.RowToStructByPos[entry])
}

// document is what a department issued. Content is sealed, and nil in lists.
type document struct {
	ID          uuid.UUID
	Name        string
	Size        int64
	SHA256      []byte
	Content     []byte
	Signature   []byte
	Signer      string
	SignedUntil *time.Time // end of the signer's certificate
	Trust       string     // whether its issuer was trusted when it came, "" without a signature
	At          time.Time
}

func insertDocument(ctx context.Context, tx pgx.Tx, id, employee uuid.UUID, f *document) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO workplace_document (id, case_id, name, size, sha256, content, signature, signer, signed_until, trust, employee_id, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		f.ID, id, f.Name, f.Size, f.SHA256, f.Content, f.Signature, f.Signer, f.SignedUntil, f.Trust, employee, f.At)
	return err
}

func documentsOf(ctx context.Context, d db.DB, id uuid.UUID) ([]document, error) {
	rows, _ := d.Query(ctx, `
		SELECT id, name, size, sha256, NULL::bytea, NULL::bytea, signer, signed_until, trust, at
		FROM workplace_document
		WHERE case_id = $1
		ORDER BY at`, id)
	return pgx.CollectRows(rows, pgx.RowToStructByPos[document])
}

func documentOf(ctx context.Context, d db.DB, id, file uuid.UUID) (*document, error) {
	rows, _ := d.Query(ctx, `
		SELECT id, name, size, sha256, content, signature, signer, signed_until, trust, at
		FROM workplace_document
		WHERE case_id = $1 AND id = $2`, id, file)
	f, err := pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByPos[document])
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, errNone
	}
	return f, err
}
