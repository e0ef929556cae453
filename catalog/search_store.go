package catalog

import (
	"context"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
)

// saveWords replaces the words of a service, but never those of a later version by those of an earlier one: during a release
// old processes may start too. Words that are there already are not written again.
func saveWords(ctx context.Context, tx pgx.Tx, s *Service, w words) error {
	tag, err := tx.Exec(ctx, `
		INSERT INTO catalog_search AS old (service, version, sum)
		VALUES ($1, $2, $3)
		ON CONFLICT (service) DO UPDATE
			SET version = excluded.version, sum = excluded.sum
			WHERE old.version < excluded.version OR old.version = excluded.version AND old.sum <> excluded.sum`,
		s.ID, s.Version, w.sum())
	if err != nil || tag.RowsAffected() == 0 {
		return err
	}
	before, err := dropPostings(ctx, tx, s.ID)
	if err != nil {
		return err
	}
	all := slices.Sorted(maps.Keys(w.weights))
	weights := make([]float32, len(all))
	for i, word := range all {
		weights[i] = w.weights[word]
	}
	_, err = tx.Exec(ctx, `
		WITH said AS (
			SELECT word, weight, catalog_stem(word) AS lexeme FROM unnest($2::text[], $3::real[]) AS w(word, weight)
		), spelt AS (
			INSERT INTO catalog_word (word, lexeme)
			SELECT word, lexeme FROM said WHERE lexeme IS NOT NULL
			ON CONFLICT DO NOTHING
		), whole AS (
			SELECT '=' || (SELECT string_agg(catalog_stem(word), ' ' ORDER BY n) FROM unnest(string_to_array(phrase, ' ')) WITH ORDINALITY AS w(word, n)) AS lexeme
			FROM unnest($4::text[]) AS phrase
		)
		INSERT INTO catalog_posting (lexeme, service, weight)
		SELECT lexeme, $1, max(weight) FROM said WHERE lexeme IS NOT NULL GROUP BY lexeme
		UNION ALL
		SELECT DISTINCT lexeme, $1, 1::real FROM whole WHERE lexeme IS NOT NULL`, s.ID, all, weights, w.phrases)
	if err != nil || len(before) == 0 {
		return err
	}
	_, err = tx.Exec(ctx, `
		DELETE FROM catalog_word w
		WHERE lexeme = ANY($1) AND NOT EXISTS (SELECT 1 FROM catalog_posting p WHERE p.lexeme = w.lexeme)`, before)
	return err
}

// dropPostings returns the lexemes that the service had.
func dropPostings(ctx context.Context, tx pgx.Tx, service string) ([]string, error) {
	rows, err := tx.Query(ctx, `DELETE FROM catalog_posting WHERE service = $1 RETURNING lexeme`, service)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// stemsOf returns what all forms of each word have in common, "" for words that say nothing.
func stemsOf(ctx context.Context, d db.DB, all []string) (map[string]string, error) {
	rows, err := d.Query(ctx, `SELECT word, coalesce(catalog_stem(word), '') FROM unnest($1::text[]) AS w(word)`, all)
	if err != nil {
		return nil, err
	}
	stems := make(map[string]string, len(all))
	var word, stem string
	_, err = pgx.ForEachRow(rows, []any{&word, &stem}, func() error {
		stems[word] = stem
		return nil
	})
	return stems, err
}

// lookUp returns the words as the index knows them: by their lexeme, else by their sound.
func lookUp(ctx context.Context, d db.DB, all []string) (map[string]*term, error) {
	rows, err := d.Query(ctx, `
		SELECT a.word, coalesce(s.stem, ''), s.key, coalesce(m.lexeme, ''), coalesce(m.quality, 0)::real, coalesce(m.written, '')
		FROM (SELECT DISTINCT word FROM unnest($1::text[]) AS w(word)) a
		CROSS JOIN LATERAL (SELECT catalog_stem(a.word) AS stem, catalog_key(a.word) AS key) s
		LEFT JOIN LATERAL (
			(SELECT lexeme, 1 AS quality, '' AS written FROM catalog_word WHERE lexeme = s.stem LIMIT 1)
			UNION ALL
			(SELECT lexeme, 0.95, min(word) FROM catalog_word
			 WHERE length(s.key) > 2 AND (key = s.key OR lexeme_key = catalog_key(s.stem)) AND lexeme <> s.stem
			 GROUP BY lexeme LIMIT 8)
		) m ON true`, all)
	if err != nil {
		return nil, err
	}
	look := make(map[string]*term, len(all))
	var one term
	var lexeme, written string
	var quality float32
	_, err = pgx.ForEachRow(rows, []any{&one.word, &one.lexeme, &one.key, &lexeme, &quality, &written}, func() error {
		t := look[one.word]
		if t == nil {
			t = &term{word: one.word, lexeme: one.lexeme, key: one.key}
			look[one.word] = t
		}
		t.mean(lexeme, quality)
		if quality == 1 {
			t.written = ""
		} else if t.means[t.lexeme] != 1 {
			t.written = written
		}
		return nil
	})
	return look, err
}

// findNear returns the words that are written most like each of the terms, and those that begin alike.
func findNear(ctx context.Context, d db.DB, terms []*term) ([][]near, error) {
	keys, beginnings := make([]string, len(terms)), make([]string, len(terms))
	for i, t := range terms {
		keys[i] = t.key
		beginnings[i] = t.key[:max(min(len(t.key), 4), len(t.key)*3/5)]
	}
	rows, err := d.Query(ctx, `
		SELECT a.n, w.word, w.lexeme, w.key
		FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS a(key, beginning, n)
		CROSS JOIN LATERAL (
			(SELECT word, lexeme, key FROM catalog_word WHERE length(a.beginning) > 3 AND key ~>=~ a.beginning AND key ~<~ (a.beginning || chr(1114111)) ORDER BY length(key), key LIMIT 12)
			UNION
			(SELECT word, lexeme, key FROM catalog_near(a.key))
		) w
		ORDER BY a.n, levenshtein(left(w.key, 60), left(a.key, 60)), w.word`, keys, beginnings)
	if err != nil {
		return nil, err
	}
	found := make([][]near, len(terms))
	var n int
	var one near
	_, err = pgx.ForEachRow(rows, []any{&n, &one.word, &one.lexeme, &one.key}, func() error {
		found[n-1] = append(found[n-1], one)
		return nil
	})
	return found, err
}

// beginningWith returns the lexemes of words that begin with a key.
func beginningWith(ctx context.Context, d db.DB, key string) ([]string, error) {
	if len(key) < 2 {
		return nil, nil
	}
	rows, err := d.Query(ctx, `
		SELECT DISTINCT lexeme FROM (SELECT lexeme FROM catalog_word WHERE key ~>=~ $1::text AND key ~<~ ($1::text || chr(1114111)) ORDER BY length(key), key LIMIT 40) w`, key)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// hit is a service that has words of a query.
type hit struct {
	Service           string
	Good, Cover, Well float64
}

// rankServices returns the services that have any of the words, best first. A rare word is worth more than a common one; whole is
// the query as one phrase, which is worth most where it is a name or a keyword.
func rankServices(ctx context.Context, d db.DB, said []*term, whole string, services int) ([]hit, error) {
	nth, lexemes, qualities := []int32{-1}, []string{"=" + whole}, []float32{1}
	for i, t := range said {
		if !t.known() { // no service has it, yet it was asked for
			nth, lexemes, qualities = append(nth, int32(i)), append(lexemes, ""), append(qualities, 0)
		}
		for _, lexeme := range slices.Sorted(maps.Keys(t.means)) {
			nth, lexemes, qualities = append(nth, int32(i)), append(lexemes, lexeme), append(qualities, t.means[lexeme])
		}
	}
	rows, err := d.Query(ctx, `
		WITH asked AS (
			SELECT nth, lexeme, quality FROM unnest($1::int[], $2::text[], $3::real[]) AS a(nth, lexeme, quality)
		), hit AS MATERIALIZED (
			SELECT p.service, a.nth, max(a.quality * p.weight) AS met
			FROM asked a JOIN catalog_posting p ON p.lexeme = a.lexeme
			GROUP BY p.service, a.nth
		), worth AS (
			SELECT a.nth, CASE WHEN count(h.service) = 0 THEN 0.6 * ln(1 + $4::float) ELSE ln(1 + $4::float / greatest(sum(h.met), 1)) END AS worth
			FROM (SELECT DISTINCT nth FROM asked) a LEFT JOIN hit h ON h.nth = a.nth
			GROUP BY a.nth
		), total AS (
			SELECT sum(worth) AS total FROM worth WHERE nth >= 0
		)
		SELECT h.service, sum(h.met * w.worth) / t.total AS good,
			coalesce(sum(w.worth) FILTER (WHERE h.nth >= 0), 0) / t.total AS cover,
			coalesce(sum(w.worth) FILTER (WHERE h.nth >= 0 AND h.met >= 0.4), 0) / t.total AS well
		FROM hit h JOIN worth w ON w.nth = h.nth CROSS JOIN total t
		GROUP BY h.service, t.total
		ORDER BY good DESC, h.service
		LIMIT $5`, nth, lexemes, qualities, services, mostRanked)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[hit])
}
