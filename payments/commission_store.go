package payments

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
	"tamga/internal/rus"
	"tamga/payments/banks"
)

// feeOf is the commission for a sum by the rule in force: that of the kind of charge before that of any kind; without a rule there
// is none.
func feeOf(ctx context.Context, d db.DB, bank string, method banks.Method, kind string, sum int64, at time.Time) (int64, error) {
	rows, _ := d.Query(ctx, `
		SELECT per_myriad::bigint, least, most
		FROM commission_rule
		WHERE acquirer = $1 AND method = $2 AND kind IN ('*', $3) AND valid_from <= $4::date
		ORDER BY kind = '*', valid_from DESC
		LIMIT 1`, bank, method, kind, at.In(rus.Moscow).Format(time.DateOnly))
	rule, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[commissionRule])
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, nil
	}
	return rule.of(sum), err
}
