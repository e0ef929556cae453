package organisation

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
)

func insertChecks(ctx context.Context, d db.DB, organisation uuid.UUID, round int, kinds []string, now time.Time) error {
	_, err := d.Exec(ctx, `
		INSERT INTO organisation_check (id, organisation_id, round, kind, created_at)
		SELECT gen_random_uuid(), $1, $2, kind, $4
		FROM unnest($3::text[]) AS kind`, organisation, round, kinds, now)
	return err
}

// checksOf returns the results of the latest round.
func checksOf(ctx context.Context, d db.DB, organisation uuid.UUID) ([]Check, error) {
	rows, _ := d.Query(ctx, `
		SELECT c.id, c.kind, c.state, c.reason, c.found, c.attempts, c.last_error
		FROM organisation_check c
		JOIN organisation o ON o.id = c.organisation_id AND o.round = c.round
		WHERE c.organisation_id = $1
		ORDER BY array_position(ARRAY['number', 'tax', 'name', 'head'], c.kind)`, organisation)
	return pgx.CollectRows(rows, pgx.RowToStructByName[Check])
}

// noteAttempt keeps why the register could not be asked.
func noteAttempt(ctx context.Context, d db.DB, organisation uuid.UUID, round int, problem string) error {
	_, err := d.Exec(ctx, `
		UPDATE organisation_check
		SET attempts = attempts + 1, last_error = $3
		WHERE organisation_id = $1 AND round = $2 AND state = 'waiting'`, organisation, round, problem)
	return err
}

// finishCheck writes a result down once.
func finishCheck(ctx context.Context, d db.DB, organisation uuid.UUID, round int, kind string, v verdict, now time.Time) error {
	_, err := d.Exec(ctx, `
		UPDATE organisation_check
		SET state = $4, reason = $5, found = $6, checked_at = $7, attempts = attempts + 1, last_error = ''
		WHERE organisation_id = $1 AND round = $2 AND kind = $3 AND state = 'waiting'`,
		organisation, round, kind, v.State, v.Reason, v.Found, now)
	return err
}
