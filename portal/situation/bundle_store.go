package situation

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/applications"
	"tamga/internal/db"
	"tamga/internal/fault"
)

var errNoBundle = fault.New(fault.NotFound, "situation.not_found")

// bundle is a set of applications begun together.
type bundle struct {
	ID        uuid.UUID
	Situation string
	CreatedAt time.Time
}

// insertBundle returns false when the form was sent before.
func insertBundle(ctx context.Context, tx pgx.Tx, b *bundle, account uuid.UUID) (bool, error) {
	done, err := tx.Exec(ctx, `
		INSERT INTO bundle (id, account, situation, created_at)
		VALUES ($1, $2, $3, $4)
		ON CONFLICT (id) DO NOTHING`, b.ID, account, b.Situation, b.CreatedAt)
	return done.RowsAffected() == 1, err
}

func insertBundled(ctx context.Context, tx pgx.Tx, b, application uuid.UUID, position int) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO bundle_application (bundle, application, position)
		VALUES ($1, $2, $3)`, b, application, position)
	return err
}

func bundleOf(ctx context.Context, d db.DB, account, id uuid.UUID) (*bundle, error) {
	rows, _ := d.Query(ctx, `
		SELECT id, situation, created_at
		FROM bundle
		WHERE id = $2 AND account = $1`, account, id)
	b, err := pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByName[bundle])
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, errNoBundle
	}
	return b, err
}

func exportBundles(ctx context.Context, d db.DB, account uuid.UUID) ([]json.RawMessage, error) {
	rows, _ := d.Query(ctx, `
		SELECT jsonb_build_object('situation', b.situation, 'created_at', b.created_at, 'applications', (
			SELECT coalesce(jsonb_agg(a.application ORDER BY a.position), '[]') FROM bundle_application a WHERE a.bundle = b.id))
		FROM bundle b
		WHERE b.account = $1
		ORDER BY b.created_at`, account)
	return pgx.CollectRows(rows, pgx.RowTo[json.RawMessage])
}

func bundlesOf(ctx context.Context, d db.DB, account uuid.UUID) ([]bundle, error) {
	rows, _ := d.Query(ctx, `
		SELECT id, situation, created_at
		FROM bundle
		WHERE account = $1
		ORDER BY created_at DESC
		LIMIT 20`, account)
	return pgx.CollectRows(rows, pgx.RowToStructByName[bundle])
}

func bundled(ctx context.Context, d db.DB, b uuid.UUID) ([]applications.Summary, error) {
	rows, _ := d.Query(ctx, `
		SELECT a.id, a.service, a.service_version, a.state, coalesce(a.number, '') AS number, 0 AS position, a.deadline, a.late_at,
			a.kept_until, a.updated_at, a.organisation
		FROM bundle_application m
		JOIN application a ON a.id = m.application
		WHERE m.bundle = $1
		ORDER BY m.position`, b)
	return pgx.CollectRows(rows, pgx.RowToStructByName[applications.Summary])
}
