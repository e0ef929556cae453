package stand

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
)

func saveUtility(ctx context.Context, d db.DB, u Utility, now time.Time) error {
	_, err := d.Exec(ctx, `
		INSERT INTO stand_utility (department, number, body, next_at)
		VALUES ($1, $2, $3, $4)
		ON CONFLICT (department, number) DO NOTHING`, u.Department, u.Number, u.Data, now)
	return err
}

const (
	claimUtilities = `
		UPDATE stand_utility
		SET attempts = attempts + 1, next_at = $3
		WHERE department = $1 AND number IN (SELECT number FROM stand_utility WHERE department = $1 AND next_at <= $2 LIMIT 20 FOR UPDATE SKIP LOCKED)
		RETURNING number AS key, body, attempts, $2::timestamptz AS at`
	endUtility = `UPDATE stand_utility SET next_at = $3, last_error = $4 WHERE department = $1 AND number = $2`
)

// heardReading is a reading that the portal tells of.
type heardReading struct {
	ID      uuid.UUID `json:"id"`
	Account string    `json:"account"`
	Meter   string    `json:"meter"`
	Value   string    `json:"value"`
	Month   string    `json:"month"`
}

// takeReading keeps a reading; the text says why not. One that comes again only counts as a copy.
func takeReading(ctx context.Context, d db.DB, department string, r heardReading, now time.Time) (refusal string, err error) {
	err = pgx.BeginFunc(ctx, d, func(tx pgx.Tx) error {
		var lower bool
		err := tx.QueryRow(ctx, `
			SELECT $4::numeric < (m->>'value')::numeric
			FROM stand_utility u, jsonb_array_elements(u.body->'meters') m
			WHERE u.department = $1 AND u.number = $2 AND m->>'number' = $3`, department, r.Account, r.Meter, r.Value).Scan(&lower)
		switch {
		case errors.Is(err, pgx.ErrNoRows):
			refusal = "такого счётчика на этом лицевом счёте нет"
			return nil
		case err != nil:
			return err
		case lower:
			refusal = "показания меньше прошлых"
			return nil
		}
		_, err = tx.Exec(ctx, `
			INSERT INTO stand_reading (id, department, number, meter, value, month, taken_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7)
			ON CONFLICT (id) DO UPDATE SET copies = stand_reading.copies + 1`, r.ID, department, r.Account, r.Meter, r.Value, r.Month, now)
		return err
	})
	return refusal, err
}

// listedReading is a reading on the register's page.
type listedReading struct {
	Number  string
	Meter   string
	Value   string
	Month   string
	TakenAt time.Time
}

func readingsOf(ctx context.Context, d db.DB, department string) ([]listedReading, error) {
	rows, _ := d.Query(ctx, `SELECT number, meter, value, month, taken_at FROM stand_reading WHERE department = $1 ORDER BY taken_at DESC LIMIT 100`, department)
	return pgx.CollectRows(rows, pgx.RowToStructByName[listedReading])
}
