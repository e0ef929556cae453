package stand

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
)

func registerRecord(ctx context.Context, d db.DB, kind, key string) (raw json.RawMessage, err error) {
	err = d.QueryRow(ctx, `SELECT answer FROM register_record WHERE kind = $1 AND key = $2`, kind, key).Scan(&raw)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	return raw, err
}

func saveRegisterRecord(ctx context.Context, d db.DB, kind, key string, answer []byte) error {
	_, err := d.Exec(ctx, `
		INSERT INTO register_record (kind, key, answer)
		VALUES ($1, $2, $3)
		ON CONFLICT (kind, key) DO NOTHING`, kind, key, answer)
	return err
}

func registerMode(ctx context.Context, d db.DB, code string) (mode string, err error) {
	err = d.QueryRow(ctx, `SELECT mode FROM register_mode WHERE code = $1`, code).Scan(&mode)
	if errors.Is(err, pgx.ErrNoRows) {
		return "normal", nil
	}
	return mode, err
}

func setRegisterMode(ctx context.Context, d db.DB, code, mode string) error {
	_, err := d.Exec(ctx, `
		INSERT INTO register_mode (code, mode)
		VALUES ($1, $2)
		ON CONFLICT (code) DO UPDATE SET mode = excluded.mode`, code, mode)
	return err
}

// noteAsk counts how often a question came.
func noteAsk(ctx context.Context, d db.DB, a *registerAsk, now time.Time) (times int, err error) {
	err = d.QueryRow(ctx, `
		INSERT INTO register_ask (id, register, kind, department, number, at)
		VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (id) DO UPDATE SET times = register_ask.times + 1
		RETURNING times`, a.ID, a.Audience, a.Kind, a.Department, a.Number, now).Scan(&times)
	return times, err
}

type askedRow struct {
	Register, Kind, Department, Number string
	Times                              int
	At                                 time.Time
}

func lastAsks(ctx context.Context, d db.DB) ([]askedRow, error) {
	rows, _ := d.Query(ctx, `SELECT register, kind, department, number, times, at FROM register_ask ORDER BY at DESC LIMIT 50`)
	return pgx.CollectRows(rows, pgx.RowToStructByPos[askedRow])
}
