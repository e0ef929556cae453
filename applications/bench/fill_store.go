package main

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// insertOne is what pgbench does: one row of the size of a small application.
const insertOne = `INSERT INTO bench_row (id, body, at) VALUES (gen_random_uuid(), repeat('x', 400), now());`

func saveEndpoint(ctx context.Context, pool *pgxpool.Pool) error {
	_, err := pool.Exec(ctx, `
		INSERT INTO department_endpoint (code, name, url, updated_at) VALUES ('zags', '{"ru": "x"}', 'http://localhost:1', now())
		ON CONFLICT DO NOTHING`)
	if err != nil {
		return err
	}
	_, err = pool.Exec(ctx, `CREATE TABLE IF NOT EXISTS bench_row (id uuid PRIMARY KEY, body text NOT NULL, at timestamptz NOT NULL)`)
	return err
}

// submitted counts what was submitted through HTTP.
func submitted(ctx context.Context, pool *pgxpool.Pool) (n int, err error) {
	err = pool.QueryRow(ctx, `SELECT count(*) FROM application WHERE state = 'submitted'`).Scan(&n)
	return n, err
}

// fillers make the rows of applications $1 to $2, as years of use leave them: most are over, some are drafts. Keys are random as those
// of people are; what is sealed is bytes of the usual size.
var fillers = []string{`
	CREATE TEMP TABLE filled ON COMMIT DROP AS
	SELECT n, gen_random_uuid() AS id, gen_random_uuid() AS person, now() - random() * interval '3 years' AS at,
		CASE WHEN n % 20 = 0 THEN 'draft' WHEN n % 20 < 3 THEN 'accepted' ELSE 'completed' END AS state
	FROM generate_series($1::int, $2::int) AS n`, `
	INSERT INTO application (id, service, service_version, state, number, hash, control_code, kept_until, created_at, updated_at, submitted_at)
	SELECT id, 'bench-application', 1, state, CASE WHEN state <> 'draft' THEN '16-20-' || lpad(n::text, 8, '0') || '-0' END,
		sha256(n::text::bytea), CASE WHEN state <> 'draft' THEN '00000000' END, now() + interval '5 years', at, at,
		CASE WHEN state <> 'draft' THEN at END
	FROM filled`, `
	INSERT INTO application_party (application, party, position, person, last_name, first_name, snils, contact, joined_at)
	SELECT id, 'applicant', 0, person, 'Гарипова', 'Алия', decode(repeat('ab', 46), 'hex'), decode(repeat('ab', 110), 'hex'), at FROM filled`, `
	INSERT INTO application_answers (application, party, sealed, updated_at)
	SELECT id, '', decode(repeat(md5(n::text), 32), 'hex'), at FROM filled`, `
	INSERT INTO application_signature (id, application, party, person, name, level, hash, signed_at)
	SELECT gen_random_uuid(), id, 'applicant', person, 'Гарипова Алия', 'standard', sha256(n::text::bytea), at FROM filled WHERE state <> 'draft'`, `
	INSERT INTO application_event (application, kind, party, at)
	SELECT id, kind, 'applicant', at FROM filled, unnest(ARRAY['started', 'signed', 'submitted', 'sent']) AS kind WHERE state <> 'draft'`, `
	INSERT INTO delivery (id, application_id, number, department, service, service_version, data, data_sha256, state, delivered_at)
	SELECT id, id, '16-20-' || lpad(n::text, 8, '0') || '-0', 'zags', 'bench-application', 1, decode(repeat(md5(n::text), 48), 'hex'),
		sha256(n::text::bytea), 'delivered', at FROM filled WHERE state <> 'draft'`}

// fill makes the tables hold so many applications.
func fill(ctx context.Context, pool *pgxpool.Pool, size int) error {
	var have int
	if err := pool.QueryRow(ctx, `SELECT count(*) FROM application WHERE number LIKE '16-20-%' OR state = 'draft'`).Scan(&have); err != nil {
		return err
	}
	const some = 50_000
	for from := have + 1; from <= size; from += some {
		err := pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
			if _, err := tx.Exec(ctx, `SET LOCAL session_replication_role = replica`); err != nil { // nothing here to be guarded
				return err
			}
			for i, sql := range fillers {
				var args []any
				if i == 0 {
					args = []any{from, min(from+some-1, size)}
				}
				if _, err := tx.Exec(ctx, sql, args...); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	for _, sql := range []string{`VACUUM ANALYZE`, `CHECKPOINT`} {
		if _, err := pool.Exec(ctx, sql); err != nil {
			return err
		}
	}
	return nil
}
