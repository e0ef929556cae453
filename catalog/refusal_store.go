package catalog

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
)

// saveRefusals replaces what a process has said before. What processes have said that are gone is forgotten after a day.
func saveRefusals(ctx context.Context, tx pgx.Tx, process string, refused map[string]*refusal) error {
	if _, err := tx.Exec(ctx, `
		DELETE FROM catalog_refusal WHERE process = $1 OR seen_at < clock_timestamp() - interval '1 day'`, process); err != nil {
		return err
	}
	for _, r := range refused {
		if _, err := tx.Exec(ctx, `
			INSERT INTO catalog_refusal (service, process, version, reason, seen_at)
			VALUES ($1, $2, $3, $4, clock_timestamp())`, r.Service, process, r.Version, r.Why.Error()); err != nil {
			return err
		}
	}
	return nil
}

// renewRefusals says that the process still runs and still refuses.
func renewRefusals(ctx context.Context, d db.DB, process string, count int) error {
	if count == 0 {
		return nil
	}
	_, err := d.Exec(ctx, `UPDATE catalog_refusal SET seen_at = clock_timestamp() WHERE process = $1`, process)
	return err
}

// refusedFor is how long a refusal stands without being renewed.
const refusedFor = time.Minute

// refusedNow are the reasons why current versions are not served, by service.
func refusedNow(ctx context.Context, d db.DB) (map[string]string, error) {
	rows, _ := d.Query(ctx, `
		SELECT DISTINCT ON (service) service, reason
		FROM catalog_refusal
		WHERE seen_at > clock_timestamp() - $1::interval
		ORDER BY service, seen_at DESC`, refusedFor)
	why := map[string]string{}
	var service, reason string
	_, err := pgx.ForEachRow(rows, []any{&service, &reason}, func() error {
		why[service] = reason
		return nil
	})
	return why, err
}
