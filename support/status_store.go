package support

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
	"tamga/internal/i18n"
	"tamga/internal/web"
)

// endpoint is a department's system as the exchange knows it.
type endpoint struct {
	Code, URL string
	Name      i18n.Text
}

func departmentEndpoints(ctx context.Context, d db.DB) ([]endpoint, error) {
	rows, err := d.Query(ctx, `SELECT code, url, name FROM department_endpoint WHERE url LIKE 'http%' ORDER BY code`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[endpoint])
}

// putComponents keeps the list to what is really measured.
func putComponents(ctx context.Context, d db.DB, checks map[string]web.Check, bodies []endpoint, now time.Time) error {
	put := func(code string, name *i18n.Text, position int) error {
		_, err := d.Exec(ctx, `INSERT INTO status_component (code, name, position, checked_at) VALUES ($1, $2, $3, $4)
			ON CONFLICT (code) DO UPDATE SET name = excluded.name, position = excluded.position, checked_at = excluded.checked_at`,
			code, name, position, now)
		return err
	}
	for code := range checks {
		if err := put(code, nil, 1); err != nil {
			return err
		}
	}
	for _, b := range bodies {
		if err := put(departments+b.Code, &b.Name, 2); err != nil {
			return err
		}
	}
	return nil
}

func insertCheck(ctx context.Context, d db.DB, code string, at time.Time, ok bool, took int, problem string) error {
	_, err := d.Exec(ctx, `INSERT INTO status_check (component, at, ok, took_ms, error) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (component, at) DO NOTHING`, code, at, ok, took, problem)
	return err
}

func deleteChecks(ctx context.Context, d db.DB, before time.Time) error {
	_, err := d.Exec(ctx, `DELETE FROM status_check WHERE at < $1`, before)
	return err
}

// listComponents returns what has been measured in the last day, with how it went.
func listComponents(ctx context.Context, d db.DB, now time.Time) ([]*component, error) {
	rows, err := d.Query(ctx, `SELECT p.code, p.name, k.ok, k.at, k.took_ms, COALESCE(k.error, ''),
		(SELECT avg(ok::int)::float8 FROM status_check WHERE component = p.code AND at > $1::timestamptz - interval '1 day'),
		(SELECT avg(ok::int)::float8 FROM status_check WHERE component = p.code AND at > $1::timestamptz - interval '30 days'),
		(SELECT count(*) FROM status_check f WHERE f.component = p.code AND NOT f.ok AND f.at > COALESCE(g.at, '-infinity')), g.at
		FROM status_component p
		LEFT JOIN LATERAL (SELECT * FROM status_check WHERE component = p.code ORDER BY at DESC LIMIT 1) k ON true
		LEFT JOIN LATERAL (SELECT at FROM status_check WHERE component = p.code AND ok ORDER BY at DESC LIMIT 1) g ON true
		WHERE p.checked_at > $1::timestamptz - interval '1 day' ORDER BY p.position, p.code`, now)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (*component, error) {
		var c component
		return &c, row.Scan(&c.Code, &c.Name, &c.OK, &c.CheckedAt, &c.TookMS, &c.Error, &c.Day, &c.Days, &c.Failures, &c.LastGood)
	})
}

// notice is what staff announce.
type notice struct {
	ID          uuid.UUID
	Kind        string
	Title, Text i18n.Text
	StartsAt    time.Time
	EndsAt      *time.Time
	AnnouncedAt time.Time
	AnnouncedBy string
}

func insertNotice(ctx context.Context, d db.DB, n *notice) error {
	_, err := d.Exec(ctx, `INSERT INTO status_notice (id, kind, title, text, starts_at, ends_at, announced_at, announced_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, n.ID, n.Kind, n.Title, n.Text, n.StartsAt, n.EndsAt, n.AnnouncedAt, n.AnnouncedBy)
	return err
}

// listNotices returns what is ahead, under way, or over for less than the given time.
func listNotices(ctx context.Context, d db.DB, after time.Time) ([]*notice, error) {
	rows, err := d.Query(ctx, `SELECT id, kind, title, text, starts_at, ends_at, announced_at, announced_by FROM status_notice
		WHERE withdrawn_at IS NULL AND (ends_at IS NULL OR ends_at > $1) ORDER BY starts_at DESC LIMIT 50`, after)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToAddrOfStructByPos[notice])
}

// listWorks returns the planned works of departments as notices, that last or are ahead.
func listWorks(ctx context.Context, d db.DB, now time.Time) ([]*works, error) {
	rows, err := d.Query(ctx, `SELECT w.department, e.name, w.starts_at, w.ends_at FROM department_works w
		JOIN department_endpoint e ON e.code = w.department WHERE w.cancelled_at IS NULL AND w.ends_at > $1 ORDER BY w.starts_at DESC LIMIT 50`, now)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToAddrOfStructByPos[works])
}

// works are planned by a department for its system.
type works struct {
	Department string
	Name       i18n.Text
	StartsAt   time.Time
	EndsAt     time.Time
}

// endNotice ends an incident, or withdraws works that have not begun.
func endNotice(ctx context.Context, d db.DB, id uuid.UUID, now time.Time) (bool, error) {
	tag, err := d.Exec(ctx, `UPDATE status_notice SET withdrawn_at = CASE WHEN starts_at >= $2::timestamptz THEN $2::timestamptz END,
		ends_at = CASE WHEN starts_at < $2::timestamptz THEN $2::timestamptz ELSE ends_at END
		WHERE id = $1 AND withdrawn_at IS NULL AND (ends_at IS NULL OR ends_at > $2::timestamptz)`, id, now)
	return tag.RowsAffected() == 1, err
}
