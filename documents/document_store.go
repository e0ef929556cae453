package documents

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
	"tamga/internal/fault"
	"tamga/internal/secret"
)

var (
	errNoDocument = fault.New(fault.NotFound, "documents.not_found")
	errTooMany    = fault.New(fault.Conflict, "documents.too_many")
)

// row is a document as it is stored.
type row struct {
	ID        uuid.UUID
	Kind      string
	Source    string
	Content   []byte
	Verified  bool
	CreatedAt time.Time
	ChangedAt time.Time
}

func (r *row) document(box *secret.Box) (Document, error) {
	d := Document{ID: r.ID, Kind: r.Kind, Source: r.Source, Verified: r.Verified, CreatedAt: r.CreatedAt, ChangedAt: r.ChangedAt}
	return d, d.open(box, r.Content)
}

func documentsOf(ctx context.Context, d db.DB, box *secret.Box, account uuid.UUID) ([]Document, error) {
	rows, _ := d.Query(ctx, `
		SELECT id, kind, source, content, verified, created_at, changed_at
		FROM document
		WHERE account = $1
		ORDER BY kind, source, created_at, id`, account)
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[row])
	if err != nil {
		return nil, err
	}
	all := make([]Document, len(found))
	for i := range found {
		if all[i], err = found[i].document(box); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// ownDocument returns a document that the person typed.
func ownDocument(ctx context.Context, d db.DB, box *secret.Box, account, id uuid.UUID) (*Document, error) {
	rows, _ := d.Query(ctx, `
		SELECT id, kind, source, content, verified, created_at, changed_at
		FROM document
		WHERE id = $2 AND account = $1 AND source = 'own'`, account, id)
	found, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[row])
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, errNoDocument
	}
	if err != nil {
		return nil, err
	}
	document, err := found.document(box)
	return &document, err
}

// lockOwner makes changes of one person's documents wait for each other. It hinders nobody who only needs the account to stay: of two
// who already do, both could not become the one that changes it.
func lockOwner(ctx context.Context, tx pgx.Tx, account uuid.UUID) error {
	_, err := tx.Exec(ctx, `SELECT FROM account WHERE id = $1 FOR NO KEY UPDATE`, account)
	return err
}

func countOwn(ctx context.Context, tx pgx.Tx, account uuid.UUID, kind string) (n int, err error) {
	err = tx.QueryRow(ctx, `
		SELECT count(*)
		FROM document
		WHERE account = $1 AND kind = $2 AND source = 'own'`, account, kind).Scan(&n)
	return n, err
}

func insertDocument(ctx context.Context, tx pgx.Tx, box *secret.Box, account uuid.UUID, d *Document) error {
	content, err := d.seal(box)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO document (id, account, kind, source, content, verified, created_at, changed_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $7)`, d.ID, account, d.Kind, d.Source, content, d.Verified, d.ChangedAt)
	return err
}

func updateDocument(ctx context.Context, tx pgx.Tx, box *secret.Box, account uuid.UUID, d *Document) error {
	content, err := d.seal(box)
	if err != nil {
		return err
	}
	done, err := tx.Exec(ctx, `
		UPDATE document
		SET content = $3, changed_at = $4
		WHERE id = $2 AND account = $1 AND source = 'own'`, account, d.ID, content, d.ChangedAt)
	if err == nil && done.RowsAffected() == 0 {
		return errNoDocument
	}
	return err
}

func deleteDocument(ctx context.Context, d db.DB, account, id uuid.UUID) error {
	_, err := d.Exec(ctx, `
		DELETE FROM document
		WHERE id = $2 AND account = $1 AND source = 'own'`, account, id)
	return err
}

// Forget removes what ESIA told, and with all what the person typed, too.
func Forget(ctx context.Context, d db.DB, account uuid.UUID, all bool) error {
	_, err := d.Exec(ctx, `
		DELETE FROM document
		WHERE account = $1 AND (source = 'esia' OR $2)`, account, all)
	return err
}

func keepsAnswers(ctx context.Context, d db.DB, account uuid.UUID) (keep bool, err error) {
	err = d.QueryRow(ctx, `
		SELECT coalesce(bool_or(keep_answers), false)
		FROM account
		WHERE id = $1`, account).Scan(&keep)
	return keep, err
}

func setKeepsAnswers(ctx context.Context, d db.DB, account uuid.UUID, keep bool) error {
	_, err := d.Exec(ctx, `
		UPDATE account
		SET keep_answers = $2
		WHERE id = $1 AND keep_answers IS DISTINCT FROM $2`, account, keep)
	return err
}
