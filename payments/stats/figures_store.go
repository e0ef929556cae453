package stats

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
)

// figure is what came of the payments of one service, payee, state or day.
type figure struct {
	Dimension string // "service", "payee", "state" or "day"
	Name      string
	Begun     int64
	Paid      int64
	Sum       int64 // what charges have taken, in kopecks
	Returned  int64
}

const figuresSQL = `
	SELECT CASE WHEN grouping(c.service) = 0 THEN 'service' WHEN grouping(c.payee) = 0 THEN 'payee' WHEN grouping(p.state) = 0 THEN 'state' ELSE 'day' END
			AS dimension,
		coalesce(c.service, c.payee, p.state, to_char(p.created_at AT TIME ZONE 'Europe/Moscow', 'YYYY-MM-DD')) AS name,
		count(*) AS begun, count(*) FILTER (WHERE p.state = 'succeeded') AS paid, sum(p.credited)::bigint AS sum, sum(p.refunded)::bigint AS returned
	FROM payment p
	JOIN charge c ON c.id = p.charge_id
	WHERE p.created_at >= $1 AND p.created_at < $2
	GROUP BY GROUPING SETS ((c.service), (c.payee), (p.state), (to_char(p.created_at AT TIME ZONE 'Europe/Moscow', 'YYYY-MM-DD')))
	ORDER BY 1, 5 DESC, 2`

// figuresOf counts the payments that were begun in a period.
func figuresOf(ctx context.Context, d db.DB, from, to time.Time) ([]figure, error) {
	rows, _ := d.Query(ctx, figuresSQL, from, to)
	return pgx.CollectRows(rows, pgx.RowToStructByName[figure])
}
