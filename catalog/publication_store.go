package catalog

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"tamga/internal/db"
	"tamga/internal/fault"
)

// actorRelease stands for the one who publishes by installing a new release.
const actorRelease = "release"

// Publication is one act of publishing a service, planned or done.
type Publication struct {
	ID         uuid.UUID
	Service    string
	State      string // "planned", "published", "cancelled", "failed"
	Definition string
	Parameters []Parameter // that the definition reads; nil in publications of before they were kept
	SHA256     string
	Version    *int // once published
	Actor      string
	PlannedAt  time.Time
	CreatedAt  time.Time
	DoneAt     *time.Time
	Failure    string
}

const publicationColumns = `
	SELECT id, service, state, definition, parameters, sha256, version, actor, planned_at, created_at, done_at, failure
	FROM catalog_publication`

// mayPublish asks in the transaction of the change itself whether the employee has the right at this moment.
func mayPublish(ctx context.Context, tx pgx.Tx, actor string) error {
	var may bool
	err := tx.QueryRow(ctx, `
		SELECT EXISTS (SELECT FROM employee
			WHERE id = $1 AND 'catalog' = ANY (rights) AND NOT temporary AND blocked_at IS NULL)`, actor).Scan(&may)
	if err == nil && !may {
		return fault.New(fault.Forbidden, "intra.no_right")
	}
	return err
}

// staffNames returns the names of the employees who have published anything.
func staffNames(ctx context.Context, d db.DB) (map[string]string, error) {
	rows, _ := d.Query(ctx, `
		SELECT id::text, last_name || ' ' || first_name
		FROM employee
		WHERE id::text IN (SELECT actor FROM catalog_publication)`)
	names := map[string]string{}
	var id, name string
	_, err := pgx.ForEachRow(rows, []any{&id, &name}, func() error {
		names[id] = name
		return nil
	})
	return names, err
}

var errPlannedAlready = fault.New(fault.Conflict, "catalog_editor.planned_already")

// insertPublished notes a publication that is made at this moment. The clock of the database orders what several processes do.
func insertPublished(ctx context.Context, d db.DB, p *Publication, version int) error {
	_, err := d.Exec(ctx, `
		INSERT INTO catalog_publication (id, service, state, definition, parameters, sha256, version, actor, planned_at, created_at, done_at)
		VALUES ($1, $2, 'published', $3, $4, $5, $6, $7, now(), now(), clock_timestamp())`,
		p.ID, p.Service, p.Definition, p.Parameters, p.SHA256, version, p.Actor)
	return err
}

// insertPlanned notes what is to be published. A service has one plan at a time.
func insertPlanned(ctx context.Context, d db.DB, p *Publication) error {
	_, err := d.Exec(ctx, `
		INSERT INTO catalog_publication (id, service, state, definition, parameters, sha256, actor, planned_at, created_at)
		VALUES ($1, $2, 'planned', $3, $4, $5, $6, $7, $8)`,
		p.ID, p.Service, p.Definition, p.Parameters, p.SHA256, p.Actor, p.PlannedAt, p.CreatedAt)
	var bad *pgconn.PgError
	if errors.As(err, &bad) && bad.ConstraintName == "catalog_publication_planned" {
		return errPlannedAlready
	}
	return err
}

// lockPlanned holds a publication that is still planned, or returns nil.
func lockPlanned(ctx context.Context, tx pgx.Tx, id uuid.UUID) (*Publication, error) {
	rows, _ := tx.Query(ctx, publicationColumns+` WHERE id = $1 AND state = 'planned' FOR UPDATE`, id)
	p, err := pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByName[Publication])
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	return p, err
}

func markPublished(ctx context.Context, tx pgx.Tx, id uuid.UUID, version int) error {
	_, err := tx.Exec(ctx, `
		UPDATE catalog_publication SET state = 'published', version = $2, done_at = clock_timestamp() WHERE id = $1`, id, version)
	return err
}

func markUnpublished(ctx context.Context, tx pgx.Tx, id uuid.UUID, state, failure string) error {
	_, err := tx.Exec(ctx, `
		UPDATE catalog_publication SET state = $2, failure = $3, done_at = clock_timestamp() WHERE id = $1`, id, state, failure)
	return err
}

// duePublications are those whose time has come and that no job has made.
func duePublications(ctx context.Context, d db.DB, now time.Time) ([]uuid.UUID, error) {
	rows, _ := d.Query(ctx, `SELECT id FROM catalog_publication WHERE state = 'planned' AND planned_at <= $1 ORDER BY planned_at`, now)
	return pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
}

// publicationsOf is the history of a service, the newest first.
func publicationsOf(ctx context.Context, d db.DB, service string) ([]Publication, error) {
	rows, _ := d.Query(ctx, publicationColumns+` WHERE service = $1 ORDER BY coalesce(done_at, planned_at) DESC, id DESC LIMIT 200`, service)
	return pgx.CollectRows(rows, pgx.RowToStructByName[Publication])
}

// latestPublications are the current version and the plan of each service: at most two rows of one.
func latestPublications(ctx context.Context, d db.DB) ([]Publication, error) {
	rows, _ := d.Query(ctx, `
		SELECT DISTINCT ON (service, state) id, service, state, definition, parameters, sha256, version, actor, planned_at, created_at, done_at, failure
		FROM catalog_publication
		WHERE state IN ('planned', 'published')
		ORDER BY service, state, done_at DESC, id DESC`)
	return pgx.CollectRows(rows, pgx.RowToStructByName[Publication])
}

// currentVersions are the versions that applications begin with.
func currentVersions(ctx context.Context, d db.DB) (map[string]int, error) {
	rows, _ := d.Query(ctx, `
		SELECT DISTINCT ON (service) service, version
		FROM catalog_publication
		WHERE state = 'published'
		ORDER BY service, done_at DESC, id DESC`)
	current := map[string]int{}
	var service string
	var version int
	_, err := pgx.ForEachRow(rows, []any{&service, &version}, func() error {
		current[service] = version
		return nil
	})
	return current, err
}

// editionOf returns a published version as it was written.
func editionOf(ctx context.Context, d db.DB, service string, version int) (e edition, err error) {
	err = d.QueryRow(ctx, `SELECT definition, parameters FROM catalog_version WHERE service = $1 AND version = $2`, service, version).
		Scan(&e.Definition, &e.Parameters)
	if errors.Is(err, pgx.ErrNoRows) {
		return e, fault.New(fault.NotFound, "catalog.no_service")
	}
	return e, err
}
