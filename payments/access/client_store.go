package access

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
	"tamga/internal/fault"
)

func clientsOf(ctx context.Context, d db.DB) ([]Client, error) {
	rows, err := d.Query(ctx, `
		SELECT k.id, k.organisation_id, o.name AS organisation, k.name, k.per_minute, k.issued_at, k.ends_on, k.revoked_at, k.used_at
		FROM payment_client k
		JOIN organisation o ON o.id = k.organisation_id
		ORDER BY k.revoked_at IS NOT NULL, k.issued_at DESC
		LIMIT 200`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Client])
}

func insertClient(ctx context.Context, d db.DB, k Client, hash []byte, by uuid.UUID) error {
	_, err := d.Exec(ctx, `
		INSERT INTO payment_client (id, organisation_id, name, key_hash, per_minute, issued_by, issued_at, ends_on)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, k.ID, k.OrganisationID, k.Name, hash, k.PerMinute, by, k.IssuedAt, k.EndsOn)
	return err
}

func revokeClient(ctx context.Context, d db.DB, id uuid.UUID, at time.Time) error {
	done, err := d.Exec(ctx, `
		UPDATE payment_client
		SET revoked_at = $2
		WHERE id = $1 AND revoked_at IS NULL`, id, at)
	if err == nil && done.RowsAffected() == 0 {
		err = fault.New(fault.NotFound, "payments_clients.gone")
	}
	return err
}

// useClient returns the client of a key that is in force, and notes that it was used.
func useClient(ctx context.Context, d db.DB, hash []byte, now time.Time) (*Client, error) {
	rows, err := d.Query(ctx, `
		UPDATE payment_client k
		SET used_at = $2
		FROM organisation o
		WHERE k.key_hash = $1 AND k.revoked_at IS NULL AND k.ends_on >= $3 AND o.id = k.organisation_id
		RETURNING k.id, k.organisation_id, o.name AS organisation, k.name, k.per_minute, k.issued_at, k.ends_on, k.revoked_at, k.used_at`,
		hash, now, dayOf(now))
	if err != nil {
		return nil, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowToAddrOfStructByName[Client])
}

// choice is an organisation or an employee that a form offers.
type choice struct{ Code, Name string }

func organisationNames(ctx context.Context, d db.DB) ([]choice, error) {
	rows, err := d.Query(ctx, `
		SELECT id::text AS code, name
		FROM organisation
		ORDER BY position, name`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[choice])
}
