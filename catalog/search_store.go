package catalog

import (
	"context"

	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
)

// saveWords replaces the words of a service, but never those of a later version by those of an earlier one: during a release
// old processes may start too.
func saveWords(ctx context.Context, tx pgx.Tx, s *Service, w words) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO catalog_search AS old (service, version, words, words_tt)
		VALUES ($1, $2,
			setweight(to_tsvector('russian', $3), 'A') || setweight(to_tsvector('russian', $4), 'B') ||
				setweight(to_tsvector('russian', $5), 'C'),
			setweight(to_tsvector('simple', $6), 'A') || setweight(to_tsvector('simple', $7), 'B') ||
				setweight(to_tsvector('simple', $8), 'C'))
		ON CONFLICT (service) DO UPDATE
			SET version = excluded.version, words = excluded.words, words_tt = excluded.words_tt
			WHERE old.version <= excluded.version`,
		s.ID, s.Version, w.name, w.said, w.rest, w.nameTT, w.saidTT, w.restTT)
	return err
}

// findServices returns the ids of services for a query, best first. A service is found when at least half of the meaningful
// words meet it, or a third of them meet its name or keywords: people add words that no definition has, and one common word is
// no answer to a long question.
func findServices(ctx context.Context, d db.DB, query string, beginnings []string) ([]string, error) {
	rows, err := d.Query(ctx, `
		WITH asked AS (
			SELECT tsvector_to_array(to_tsvector('russian', $1)) AS stems, $2::text[] AS beginnings
		), hit AS (
			SELECT s.service, s.words, s.words_tt, a.stems, a.beginnings,
				(SELECT count(*) FROM unnest(a.stems) w WHERE s.words @@ quote_literal(w)::tsquery) AS met,
				(SELECT count(*) FROM unnest(a.stems) w WHERE s.words @@ (quote_literal(w) || ':AB')::tsquery) AS met_well,
				(SELECT count(*) FROM unnest(a.beginnings) w WHERE s.words_tt @@ (quote_literal(w) || ':*')::tsquery) AS met_tt
			FROM asked a, catalog_search s
			WHERE s.words @@ (SELECT string_agg(quote_literal(w), '|')::tsquery FROM unnest(a.stems) w)
			OR s.words_tt @@ (SELECT string_agg(quote_literal(w) || ':*', '|')::tsquery FROM unnest(a.beginnings) w)
		)
		SELECT service
		FROM hit
		WHERE 2 * met >= cardinality(stems) AND met > 0 OR 3 * met_well >= cardinality(stems) AND met_well > 0
		OR 2 * met_tt >= cardinality(beginnings) AND met_tt > 0
		ORDER BY greatest((met + met_well)::float / 2 / greatest(cardinality(stems), 1), met_tt::float / greatest(cardinality(beginnings), 1)) DESC,
			ts_rank(words, (SELECT string_agg(quote_literal(w), '|')::tsquery FROM unnest(stems) w)) DESC NULLS LAST,
			service
		LIMIT 50`, query, beginnings)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}
