package payments

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
	"tamga/internal/fault"
	"tamga/internal/rus"
)

// untakenDays are yesterday, taken or not, for its lines may still be to be matched, and the days before it whose file was not taken, as far
// back as the bank has been in use.
func untakenDays(ctx context.Context, d db.DB, acquirer string, yesterday time.Time, back int) ([]time.Time, error) {
	rows, _ := d.Query(ctx, `
		SELECT day
		FROM (SELECT $2::text::date - n AS day FROM generate_series(0, $3::int) AS n) AS d
		WHERE day = $2::text::date OR NOT EXISTS (SELECT FROM registry r WHERE r.acquirer = $1 AND r.day = d.day)
			AND EXISTS (
				SELECT FROM payment p
				WHERE p.acquirer = $1 AND p.created_at >= $4 AND p.created_at < (day + 1)::timestamp AT TIME ZONE 'Europe/Moscow')
		ORDER BY day`, acquirer, yesterday.Format(time.DateOnly), back, yesterday.AddDate(0, 0, -2*back))
	days, err := pgx.CollectRows(rows, pgx.RowTo[time.Time])
	for i, day := range days {
		days[i] = time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, rus.Moscow)
	}
	return days, err
}

func registryTaken(ctx context.Context, d db.DB, acquirer string, day time.Time) (taken bool, err error) {
	err = d.QueryRow(ctx, `SELECT EXISTS (SELECT FROM registry WHERE acquirer = $1 AND day = $2::text::date)`, acquirer, day.Format(time.DateOnly)).Scan(&taken)
	return taken, err
}

// insertRegistry keeps the file of a day with its lines, and returns those that it or an earlier file has named before: they count once.
// A day whose file another worker has taken in this moment is left as it is: a bank does not rewrite its books.
func insertRegistry(ctx context.Context, tx pgx.Tx, acquirer string, day time.Time, sum []byte, lines []registryLine, at time.Time) (again []registryLine, err error) {
	date := day.Format(time.DateOnly)
	tag, err := tx.Exec(ctx, `
		INSERT INTO registry (acquirer, day, sha256, lines, taken_at)
		VALUES ($1, $2::text::date, $3, $4, $5)
		ON CONFLICT (acquirer, day) DO NOTHING`, acquirer, date, sum, len(lines), at)
	if err != nil || tag.RowsAffected() == 0 {
		return nil, err
	}
	for i, l := range lines {
		tag, err := tx.Exec(ctx, `
			INSERT INTO registry_line (acquirer, day, line, kind, bank_id, payment_of, order_id, amount, commission, currency, at)
			VALUES ($1, $2::text::date, $3, $4, $5, $6, $7, $8, $9, $10, $11)
			ON CONFLICT (acquirer, kind, bank_id) DO NOTHING`,
			acquirer, date, i+1, l.Kind, l.BankID, l.PaymentOf, l.Order, l.Amount, l.Commission, l.Currency, l.At)
		if err != nil {
			return nil, fmt.Errorf("registry of %s, line %d: %w", date, i+1, err)
		}
		if tag.RowsAffected() == 0 {
			again = append(again, l)
		}
	}
	return again, nil
}

// settleFound ends what was noted of a file or a refund that a registry has brought now.
func settleFound(ctx context.Context, tx pgx.Tx, x Discrepancy) error {
	_, err := tx.Exec(ctx, `
		UPDATE discrepancy
		SET resolution = 'found', resolved_by = 'registry', resolved_at = $5
		WHERE kind = $1 AND acquirer = $2 AND bank_id = $3 AND payment_id IS NOT DISTINCT FROM $4 AND resolution IS NULL`, x.Kind, x.Acquirer, x.BankID, x.PaymentID, x.FoundAt)
	return err
}

// unmatchedLines returns the lines of a day, and of the days since a moment, that have not been matched.
func unmatchedLines(ctx context.Context, d db.DB, acquirer string, since, day time.Time) ([]registryLine, error) {
	rows, _ := d.Query(ctx, `
		SELECT kind, bank_id, payment_of, order_id AS "order", amount, commission, currency, at, day, line
		FROM registry_line
		WHERE acquirer = $1 AND payment_id IS NULL AND (day >= $2::text::date OR day = $3::text::date)
		ORDER BY day, line`, acquirer, since.Format(time.DateOnly), day.Format(time.DateOnly))
	return pgx.CollectRows(rows, pgx.RowToStructByName[registryLine])
}

func markLine(ctx context.Context, tx pgx.Tx, l registryLine, p *Payment) error {
	_, err := tx.Exec(ctx, `UPDATE registry_line SET payment_id = $4 WHERE acquirer = $1 AND day = $2::text::date AND line = $3`,
		p.Acquirer, l.Day.Format(time.DateOnly), l.Line, p.ID)
	return err
}

func setRegistryDay(ctx context.Context, tx pgx.Tx, payment uuid.UUID, day time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE payment SET registry_day = coalesce(registry_day, $2::text::date) WHERE id = $1`,
		payment, day.Format(time.DateOnly))
	return err
}

// ofTakenDay says that the file of a moment's day has been taken: what is not in a file that is yet to come is not missing.
func ofTakenDay(moment string) string {
	return `EXISTS (SELECT FROM registry g WHERE g.acquirer = $1 AND g.day = (` + moment + ` AT TIME ZONE 'Europe/Moscow')::date)`
}

// notInRegistry returns payments whose money came before a moment and that no registry has named.
func notInRegistry(ctx context.Context, d db.DB, acquirer string, before time.Time) ([]*Payment, error) {
	rows, _ := d.Query(ctx, `
		SELECT `+paymentColumns+`
		FROM payment
		WHERE acquirer = $1 AND paid_at < $2 AND registry_day IS NULL AND state IN ('succeeded', 'surplus', 'mismatch', 'refunded') AND `+ofTakenDay("paid_at")+`
		LIMIT 10000`, acquirer, before)
	return pgx.CollectRows(rows, pgx.RowToAddrOfStructByName[Payment])
}

// refundsNotInRegistry returns refunds that the bank said it had made between two moments and that no registry has named.
func refundsNotInRegistry(ctx context.Context, d db.DB, acquirer string, from, to time.Time) ([]*Refund, error) {
	rows, _ := d.Query(ctx, `
		SELECT `+refundColumns+`
		FROM refund r
		JOIN payment p ON p.id = r.payment_id
		WHERE p.acquirer = $1 AND r.state = 'done' AND r.done_at >= $2 AND r.done_at < $3 AND `+ofTakenDay("r.done_at")+`
			AND NOT EXISTS (SELECT FROM registry_line l WHERE l.acquirer = $1 AND l.kind = 'refund' AND l.order_id = r.id::text)
		LIMIT 10000`, acquirer, from, to)
	return pgx.CollectRows(rows, pgx.RowToAddrOfStructByName[Refund])
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
