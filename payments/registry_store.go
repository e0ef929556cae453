package payments

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
	"tamga/internal/fault"
)

// insertRegistry keeps the file of a day with its lines. The same file again changes nothing; another one for the same day is
// an error: a bank does not rewrite its books.
func insertRegistry(ctx context.Context, tx pgx.Tx, acquirer string, day time.Time, sum []byte, lines []registryLine, at time.Time) error {
	date := day.Format(time.DateOnly)
	tag, err := tx.Exec(ctx, `
		INSERT INTO registry (acquirer, day, sha256, lines, taken_at)
		VALUES ($1, $2::text::date, $3, $4, $5)
		ON CONFLICT (acquirer, day) DO NOTHING`, acquirer, date, sum, len(lines), at)
	if err != nil {
		return err
	}
	if tag.RowsAffected() == 0 {
		var known []byte
		err := tx.QueryRow(ctx, `SELECT sha256 FROM registry WHERE acquirer = $1 AND day = $2::text::date`, acquirer, date).Scan(&known)
		if err == nil && !bytes.Equal(known, sum) {
			err = fmt.Errorf("the registry of %s for %s has changed", acquirer, date)
		}
		return err
	}
	for i, l := range lines {
		_, err := tx.Exec(ctx, `
			INSERT INTO registry_line (acquirer, day, line, kind, bank_id, payment_of, order_id, amount, commission, currency, at)
			VALUES ($1, $2::text::date, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
			acquirer, date, i+1, l.Kind, l.BankID, l.PaymentOf, l.Order, l.Amount, l.Commission, l.Currency, l.At)
		if err != nil {
			return fmt.Errorf("registry of %s, line %d: %w", date, i+1, err)
		}
	}
	return nil
}

// unmatchedLines returns the lines of a day that have not been matched, by their numbers.
func unmatchedLines(ctx context.Context, d db.DB, acquirer string, day time.Time) (map[int]registryLine, error) {
	rows, err := d.Query(ctx, `
		SELECT line, kind, bank_id, payment_of, order_id, amount, commission, currency, at
		FROM registry_line
		WHERE acquirer = $1 AND day = $2::text::date AND payment_id IS NULL`, acquirer, day.Format(time.DateOnly))
	if err != nil {
		return nil, err
	}
	found := map[int]registryLine{}
	var n int
	var l registryLine
	_, err = pgx.ForEachRow(rows, []any{&n, &l.Kind, &l.BankID, &l.PaymentOf, &l.Order, &l.Amount, &l.Commission, &l.Currency, &l.At}, func() error {
		found[n] = l
		return nil
	})
	return found, err
}

func markLine(ctx context.Context, d db.DB, acquirer string, day time.Time, n int, payment uuid.UUID) error {
	_, err := d.Exec(ctx, `UPDATE registry_line SET payment_id = $4 WHERE acquirer = $1 AND day = $2::text::date AND line = $3`,
		acquirer, day.Format(time.DateOnly), n, payment)
	return err
}

func setRegistryDay(ctx context.Context, tx pgx.Tx, payment uuid.UUID, day time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE payment SET registry_day = coalesce(registry_day, $2::text::date) WHERE id = $1`,
		payment, day.Format(time.DateOnly))
	return err
}

// notInRegistry returns payments whose money came before a moment and that no registry has named.
func notInRegistry(ctx context.Context, d db.DB, acquirer string, before time.Time) ([]*Payment, error) {
	rows, _ := d.Query(ctx, `
		SELECT `+paymentColumns+`
		FROM payment
		WHERE acquirer = $1 AND paid_at < $2 AND registry_day IS NULL AND state IN ('succeeded', 'surplus', 'mismatch', 'refunded')
		LIMIT 10000`, acquirer, before)
	return pgx.CollectRows(rows, pgx.RowToAddrOfStructByName[Payment])
}

// paymentAtBank returns our payment of a bank's number, nil when there is none.
func paymentAtBank(ctx context.Context, d db.DB, acquirer, bankID string) (*Payment, error) {
	rows, _ := d.Query(ctx, `SELECT `+paymentColumns+` FROM payment WHERE acquirer = $1 AND bank_id = $2`, acquirer, bankID)
	return noneIsNil(onePayment(rows))
}

func paymentOrNil(ctx context.Context, d db.DB, id uuid.UUID) (*Payment, error) {
	return noneIsNil(paymentByID(ctx, d, id))
}

func noneIsNil(p *Payment, err error) (*Payment, error) {
	if errors.Is(err, fault.NotFound) {
		return nil, nil
	}
	return p, err
}
