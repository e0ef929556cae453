package family

import (
	"context"

	"github.com/google/uuid"

	"tamga/internal/db"
)

// Related tells whether two people are kin as far as the provider knows: parent and child, or parents of one child.
func Related(ctx context.Context, d db.DB, one, other uuid.UUID) (yes bool, err error) {
	err = d.QueryRow(ctx, `
		SELECT EXISTS (SELECT 1 FROM kin WHERE (parent_id, child_id) IN (($1, $2), ($2, $1)))
		    OR EXISTS (SELECT 1 FROM kin a JOIN kin b ON b.child_id = a.child_id WHERE a.parent_id = $1 AND b.parent_id = $2)
		    OR EXISTS (SELECT 1
		               FROM child_parent a JOIN child_parent b ON b.child_id = a.child_id
		               WHERE a.parent_id = $1 AND b.parent_id = $2 AND a.verified_at IS NOT NULL AND b.verified_at IS NOT NULL)`,
		one, other).Scan(&yes)
	return yes, err
}

// remember keeps the kinship of a child who takes over the own account, before the parents' hold on it ends.
func remember(ctx context.Context, d db.DB, child uuid.UUID) error {
	_, err := d.Exec(ctx, `
		INSERT INTO kin (parent_id, child_id, since)
		SELECT parent_id, child_id, verified_at FROM child_parent WHERE child_id = $1 AND verified_at IS NOT NULL
		ON CONFLICT DO NOTHING`, child)
	return err
}
