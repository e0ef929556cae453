package applications

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
)

// fileRow is a file as it is stored.
type fileRow struct {
	ID        uuid.UUID
	Party     string
	Question  string
	Name      []byte // sealed
	Kind      string
	Size      int64
	SHA256    []byte `db:"sha256"`
	Scan      string
	Kept      bool
	CreatedAt time.Time
}

func askFiles(b *pgx.Batch, application uuid.UUID, into *[]fileRow) {
	b.Queue(`
		SELECT id, party, question, name, kind, size, sha256, scan, kept, created_at
		FROM application_file
		WHERE application = $1 AND message IS NULL
		ORDER BY created_at, id`, application).Query(db.Into(into))
}

func filesOf(ctx context.Context, d db.DB, application uuid.UUID) (list []fileRow, err error) {
	b := &pgx.Batch{}
	askFiles(b, application, &list)
	err = db.All(ctx, d, b)
	return list, err
}

// insertFile adds a file of somebody who takes part, unless the application has too many.
func insertFile(ctx context.Context, tx pgx.Tx, application, person uuid.UUID, f fileRow, now time.Time) (bool, error) {
	done, err := tx.Exec(ctx, `
		INSERT INTO application_file (id, application, party, person, question, name, kind, size, sha256, scan, created_at, scanned_at)
		SELECT $1, a.id, $3, p.person, $5, $6, $7, $8::bigint, $9, $10::text, $11::timestamptz,
			CASE WHEN $10::text = 'none' THEN NULL ELSE $11::timestamptz END
		FROM application a
		JOIN application_party p ON p.application = a.id AND p.person = $4
		WHERE a.id = $2 AND (
			SELECT count(*) < $12::bigint AND coalesce(sum(size), 0) + $8::bigint <= $13::bigint FROM application_file WHERE application = $2)`,
		f.ID, application, f.Party, person, f.Question, f.Name, f.Kind, f.Size, f.SHA256, f.Scan, now, maxFiles, int64(maxFileBytes))
	return done.RowsAffected() == 1, err
}

func markKept(ctx context.Context, tx pgx.Tx, application uuid.UUID, named []uuid.UUID) error {
	_, err := tx.Exec(ctx, `
		UPDATE application_file
		SET kept = NOT kept
		WHERE application = $1 AND message IS NULL AND kept <> (id = ANY($2))`, application, named)
	return err
}

// served is a file for somebody who may read it.
type served struct {
	ID          uuid.UUID
	Application uuid.UUID
	Person      uuid.UUID
	Name        []byte // sealed
	Kind        string
	Size        int64
	SHA256      []byte `db:"sha256"`
}

// fileFor returns a file to somebody who takes part in its application: the own ones and those of the shared part at any time,
// the others' with the whole that is to be signed. What the scanner refused is served to nobody, and what it has not seen yet to
// its sender alone.
func fileFor(ctx context.Context, d db.DB, person, application, id uuid.UUID) (*served, error) {
	rows, _ := d.Query(ctx, `
		SELECT f.id, f.application, f.person, f.name, f.kind, f.size, f.sha256
		FROM application_file f
		JOIN application a ON a.id = f.application
		JOIN application_party p ON p.application = f.application AND p.person = $1
		WHERE f.application = $2 AND f.id = $3 AND (f.scan IN ('clean', 'none') OR f.scan <> 'infected' AND f.person = $1)
			AND (f.party IN ('', p.party) OR f.kept AND a.state NOT IN ('draft', 'filling'))`, person, application, id)
	return oneServed(rows)
}

// fileIn returns a file of an application to whom the caller has found to be allowed it.
func fileIn(ctx context.Context, d db.DB, application, id uuid.UUID) (*served, error) {
	rows, _ := d.Query(ctx, `SELECT id, application, person, name, kind, size, sha256 FROM application_file WHERE application = $1 AND id = $2`, application, id)
	return oneServed(rows)
}

func oneServed(rows pgx.Rows) (*served, error) {
	f, err := pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByName[served])
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, errNoFile
	}
	return f, err
}

// scanned is a file whose scan is still to come.
type scanned struct {
	ID          uuid.UUID
	Application uuid.UUID
	Scan        string
	CreatedAt   time.Time
}

func fileToScan(ctx context.Context, d db.DB, id uuid.UUID) (*scanned, error) {
	rows, _ := d.Query(ctx, `
		SELECT id, application, scan, created_at
		FROM application_file
		WHERE id = $1 AND scan IN ('waiting', 'unavailable')`, id)
	f, err := pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByName[scanned])
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	return f, err
}

// setScan writes what the scanner says, once, and returns whether an answer names the file, or one may that waits for signatures.
func setScan(ctx context.Context, tx pgx.Tx, id uuid.UUID, scan, virus string, now time.Time) (kept bool, err error) {
	err = tx.QueryRow(ctx, `
		UPDATE application_file
		SET scan = $2, virus = $3, scanned_at = $4
		WHERE id = $1 AND scan IN ('waiting', 'unavailable')
		RETURNING kept OR EXISTS (
			SELECT FROM application_correction c
			JOIN application_message m ON m.id = c.request AND m.answered_at IS NULL
			WHERE c.application = application_file.application)`, id, scan, virus, now).Scan(&kept)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil
	}
	return kept, err
}

// unscannedFiles lists files that wait for a scanner for longer than their job should have taken.
func unscannedFiles(ctx context.Context, d db.DB, before time.Time) ([]uuid.UUID, error) {
	rows, _ := d.Query(ctx, `
		SELECT id
		FROM application_file
		WHERE scan IN ('waiting', 'unavailable') AND created_at < $1
		ORDER BY created_at
		LIMIT 500`, before)
	return pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
}

// dropLoose removes files that no answer names: neither one that is given nor one that waits for signatures to take its place. An
// application that somebody changes at this moment is left for the next time: the change may name a file.
func dropLoose(ctx context.Context, d db.DB, before time.Time) error {
	_, err := d.Exec(ctx, `
		DELETE FROM application_file
		WHERE id IN (
			SELECT f.id
			FROM application_file f
			JOIN application a ON a.id = f.application
			WHERE NOT f.kept AND f.created_at < $1
				AND NOT EXISTS (
					SELECT FROM application_correction c
					JOIN application_message m ON m.id = c.request AND m.answered_at IS NULL
					WHERE c.application = f.application)
			LIMIT 1000
			FOR UPDATE OF a, f SKIP LOCKED)`, before)
	return err
}

func goneFiles(ctx context.Context, d db.DB) ([]uuid.UUID, error) {
	rows, _ := d.Query(ctx, `SELECT id FROM application_file_gone ORDER BY gone_at LIMIT 1000`)
	return pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
}

func forgetGone(ctx context.Context, d db.DB, ids []uuid.UUID) error {
	_, err := d.Exec(ctx, `DELETE FROM application_file_gone WHERE id = ANY($1)`, ids)
	return err
}

// knownFiles returns those of the ids that have a row.
func knownFiles(ctx context.Context, d db.DB, ids []uuid.UUID) (map[uuid.UUID]bool, error) {
	rows, _ := d.Query(ctx, `SELECT id FROM application_file WHERE id = ANY($1) UNION ALL SELECT id FROM application_document WHERE id = ANY($1)`, ids)
	list, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	known := map[uuid.UUID]bool{}
	for _, id := range list {
		known[id] = true
	}
	return known, err
}
