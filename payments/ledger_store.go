package payments

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// book writes an entry with its postings; one of nothing is not written. The database refuses one that does not balance.
func book(ctx context.Context, tx pgx.Tx, e entry, p position) error {
	slots := make([]slot, 0, len(p))
	for s, n := range p {
		if n != 0 {
			slots = append(slots, s)
		}
	}
	if len(slots) == 0 {
		return nil
	}
	slices.SortFunc(slots, func(a, b slot) int { return strings.Compare(a.currency+a.account, b.currency+b.account) })
	accounts, currencies, amounts := make([]string, len(slots)), make([]string, len(slots)), make([]int64, len(slots))
	for i, s := range slots {
		accounts[i], currencies[i], amounts[i] = s.account, s.currency, p[s]
	}
	_, err := tx.Exec(ctx, `
		WITH made AS (
			INSERT INTO ledger_entry (at, kind, charge_id, payment_id, detail)
			VALUES ($1, $2, $3, $4, $5)
			RETURNING id)
		INSERT INTO ledger_posting (entry_id, line, account, currency, amount)
		SELECT made.id, line, account, currency, amount
		FROM made, unnest($6::text[], $7::text[], $8::bigint[]) WITH ORDINALITY AS l (account, currency, amount, line)`,
		e.At, e.Kind, uuid.NullUUID{UUID: e.Charge, Valid: e.Charge != uuid.Nil},
		uuid.NullUUID{UUID: e.Payment, Valid: e.Payment != uuid.Nil}, e.Detail, accounts, currencies, amounts)
	if err != nil {
		return fmt.Errorf("book %s: %w", e.Kind, err)
	}
	return nil
}

// writeOff takes a sum off what is owed for a charge, or puts it back when it is negative.
func writeOff(ctx context.Context, tx pgx.Tx, charge uuid.UUID, kind string, sum int64, at time.Time) error {
	return book(ctx, tx, entry{Kind: kind, At: at, Charge: charge},
		position{{"receivable", Currency}: -sum, {"accrued", Currency}: sum})
}
