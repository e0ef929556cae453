package access

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
)

// watchRule is from how many look-ups of a kind on a day the head is shown an employee.
type watchRule struct {
	Kind      string
	Threshold int
}

func watchRules(ctx context.Context, d db.DB) ([]watchRule, error) {
	rows, err := d.Query(ctx, `
		SELECT kind, threshold
		FROM payment_watch_rule
		ORDER BY kind`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[watchRule])
}

// headsBut are the employees who watch over others, without one of them.
func headsBut(ctx context.Context, d db.DB, one uuid.UUID) ([]string, error) {
	rows, _ := d.Query(ctx, `SELECT employee_id::text FROM payment_role WHERE role = $1 AND employee_id <> $2`, RightHead, one)
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// concernsOf returns what stands out among the look-ups of a body's staff, or of the actors named, in the last month, what is not noted
// first. Within an hour means the hour that ends with a look-up, wherever it begins.
func concernsOf(ctx context.Context, d db.DB, organisation uuid.UUID, actors []string, now time.Time) ([]concern, error) {
	rows, err := d.Query(ctx, `
		WITH look AS MATERIALIZED (
			SELECT l.id, l.actor, l.organisation, l.at, l.hits, l.exported, (l.at AT TIME ZONE 'Europe/Moscow')::date AS day,
				extract(hour FROM l.at AT TIME ZONE 'Europe/Moscow') AS hour,
				count(*) OVER lately AS in_hour, count(*) FILTER (WHERE l.hits = 0) OVER lately AS empty_in_hour
			FROM payment_lookup l
			WHERE l.organisation = $1 AND l.at >= $2 OR l.actor = ANY($4::text[]) AND l.organisation IS NOT NULL AND l.at >= $2
			WINDOW lately AS (PARTITION BY l.actor ORDER BY l.at RANGE BETWEEN '1 hour' PRECEDING AND CURRENT ROW)
		), counted AS (
			SELECT organisation, actor, day, 'hour' AS kind, max(in_hour) AS n FROM look GROUP BY organisation, actor, day
			UNION ALL
			SELECT organisation, actor, day, 'day', count(*) FROM look GROUP BY organisation, actor, day
			UNION ALL
			SELECT organisation, actor, day, 'empty', max(empty_in_hour) FROM look GROUP BY organisation, actor, day
			UNION ALL
			SELECT organisation, actor, day, 'export', count(*) FROM look WHERE exported GROUP BY organisation, actor, day
			UNION ALL
			SELECT organisation, actor, day, 'night', count(*) FROM look WHERE hour < 7 OR hour >= 20 OR day = ANY($3::date[]) GROUP BY organisation, actor, day
			UNION ALL
			SELECT organisation, actor, day, 'own', count(*)
			FROM look
			JOIN payment_lookup_seen s ON s.lookup_id = look.id
			WHERE s.own
			GROUP BY organisation, actor, day
			UNION ALL
			SELECT organisation, actor, day, 'same_person', max(n)
			FROM (
				SELECT organisation, actor, day, count(*) AS n
				FROM look
				JOIN payment_lookup_seen s ON s.lookup_id = look.id
				GROUP BY organisation, actor, day, s.person
			) p
			GROUP BY organisation, actor, day
		)
		SELECT c.organisation, o.name AS body, c.actor, coalesce(e.last_name || ' ' || e.first_name, k.name, c.actor) AS name, c.kind, c.day::timestamp AT TIME ZONE 'UTC' AS day,
			c.n AS count, r.threshold AS limit, coalesce(n.outcome, '') AS outcome, coalesce(n.note, '') AS note, n.noted_at
		FROM counted c
		JOIN payment_watch_rule r ON r.kind = c.kind AND c.n >= r.threshold
		JOIN organisation o ON o.id = c.organisation
		LEFT JOIN employee e ON e.id::text = c.actor
		LEFT JOIN payment_client k ON 'system:' || k.id = c.actor
		LEFT JOIN payment_watch_note n ON n.organisation_id = c.organisation AND n.actor = c.actor AND n.kind = c.kind AND n.day = c.day
		ORDER BY n.noted_at IS NOT NULL, c.day DESC, name, c.kind
		LIMIT 100`, organisation, dayOf(now).AddDate(0, 0, -watchDays), restDays(now), actors)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[concern])
}

// staffLookups is how much one employee looked up.
type staffLookups struct {
	Name    string
	Lookups int
	Empty   int
	Exports int
	Last    time.Time
}

func lookupsOfStaff(ctx context.Context, d db.DB, organisation uuid.UUID, since time.Time) ([]staffLookups, error) {
	rows, err := d.Query(ctx, `
		SELECT coalesce(e.last_name || ' ' || e.first_name, k.name, l.actor) AS name, count(*) AS lookups,
			count(*) FILTER (WHERE l.hits = 0) AS empty, count(*) FILTER (WHERE l.exported) AS exports, max(l.at) AS last
		FROM payment_lookup l
		LEFT JOIN employee e ON e.id::text = l.actor
		LEFT JOIN payment_client k ON 'system:' || k.id = l.actor
		WHERE l.organisation = $1 AND l.at >= $2
		GROUP BY l.actor, e.last_name, e.first_name, k.name
		ORDER BY lookups DESC, name
		LIMIT 200`, organisation, since)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[staffLookups])
}

// insertWatchNote keeps the first note of a concern: what was found out is not written over.
func insertWatchNote(ctx context.Context, tx pgx.Tx, x concern, by uuid.UUID, at time.Time) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO payment_watch_note (organisation_id, actor, kind, day, outcome, note, noted_by, noted_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT DO NOTHING`, x.Organisation, x.Actor, x.Kind, x.Day, x.Outcome, x.Note, by, at)
	return err
}
