package journal

import (
	"context"

	"tamga/internal/db"
)

// Filter chooses among the entries about a person.
type Filter struct {
	Actions []string // LIKE patterns of actions, any of which fits; none fits all
	Roles   []string // capacities of who acted; none fits all
}

// OfSubjectFiltered is OfSubject with a filter.
func OfSubjectFiltered(ctx context.Context, d db.DB, subject string, f Filter, before int64, limit int) ([]Record, error) {
	rows, err := d.Query(ctx, `
		SELECT id, at, actor, actor_role, action, subject, purpose, details, address
		FROM journal
		WHERE subject = $1 AND ($2::bigint = 0 OR id < $2)
		  AND (cardinality($4::text[]) = 0 OR action LIKE ANY ($4::text[]))
		  AND (cardinality($5::text[]) = 0 OR actor_role = ANY ($5::text[]))
		ORDER BY id DESC
		LIMIT $3`, subject, before, limit, append([]string{}, f.Actions...), append([]string{}, f.Roles...))
	if err != nil {
		return nil, err
	}
	return collect(rows)
}
