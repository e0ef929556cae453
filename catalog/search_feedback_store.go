package catalog

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
	"tamga/internal/fault"
)

// feedback is what a reader did not find. Nobody is named in it.
type feedback struct {
	ID     uuid.UUID
	Query  string
	Wanted string
	Lang   string
	Found  int
	At     time.Time
	DoneAt *time.Time
}

func (f feedback) insert(ctx context.Context, d db.DB) error {
	_, err := d.Exec(ctx, `
		INSERT INTO search_feedback (id, query, wanted, lang, found, at)
		VALUES ($1, $2, $3, $4, $5, $6)`, uuid.Must(uuid.NewV7()), f.Query, f.Wanted, f.Lang, f.Found, f.At)
	return err
}

// listFeedback returns what is open, or what is done, the newest first.
func listFeedback(ctx context.Context, d db.DB, done bool, from, limit int) ([]feedback, error) {
	rows, err := d.Query(ctx, `
		SELECT id, query, wanted, lang, found, at, done_at
		FROM search_feedback
		WHERE (done_at IS NOT NULL) = $1
		ORDER BY id DESC
		OFFSET $2 LIMIT $3`, done, from, limit)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[feedback])
}

// markFeedback says that somebody has dealt with it, or that it is open again. A second click changes nothing.
func markFeedback(ctx context.Context, d db.DB, id uuid.UUID, done bool, by string, now time.Time) error {
	tag, err := d.Exec(ctx, `
		UPDATE search_feedback
		SET done_at = CASE WHEN $2 THEN coalesce(done_at, $4) END,
			done_by = CASE WHEN NOT $2 THEN '' WHEN done_by = '' THEN $3 ELSE done_by END
		WHERE id = $1`, id, done, by, now)
	if err == nil && tag.RowsAffected() == 0 {
		return fault.New(fault.NotFound, "catalog_search.no_feedback")
	}
	return err
}
