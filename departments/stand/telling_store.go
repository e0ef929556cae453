package stand

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
)

// claimTold takes what is due for one attempt; it is due again soon, whatever happens to the process meanwhile.
func claimTold(ctx context.Context, d db.DB, claim, department string, now, again time.Time) ([]waiting, error) {
	rows, _ := d.Query(ctx, claim, department, now, again)
	return pgx.CollectRows(rows, pgx.RowToStructByName[waiting])
}

func endTold(ctx context.Context, d db.DB, end, department, key string, next *time.Time, problem error) error {
	text := ""
	if problem != nil {
		text = problem.Error()
	}
	_, err := d.Exec(ctx, end, department, key, next, text)
	return err
}
