package db_test

import (
	"errors"
	"testing"

	"github.com/jackc/pgx/v5"

	"tamga/internal/db"
	"tamga/internal/dbtest"
)

// TestInTx: what is put off is done in its order, in the transaction, and an error anywhere undoes all.
func TestInTx(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t, dbtest.Portal)
	ctx := t.Context()
	if _, err := pool.Exec(ctx, `CREATE TABLE note (id int PRIMARY KEY)`); err != nil {
		t.Fatal(err)
	}
	add := func(d db.DB, id int) error {
		_, err := d.Exec(ctx, `INSERT INTO note VALUES ($1)`, id)
		return err
	}
	boom := errors.New("boom")
	for name, c := range map[string]struct {
		do   func(pgx.Tx) error
		fail bool
		rows int
	}{
		"nothing":         {do: func(pgx.Tx) error { return nil }},
		"put off":         {do: func(tx pgx.Tx) error { return add(db.Later(tx), 1) }, rows: 1},
		"error":           {do: func(tx pgx.Tx) error { return errors.Join(add(tx, 1), boom) }, fail: true},
		"error, put off":  {do: func(tx pgx.Tx) error { return errors.Join(add(db.Later(tx), 1), boom) }, fail: true},
		"clash, put off":  {do: func(tx pgx.Tx) error { return errors.Join(add(tx, 1), add(db.Later(tx), 1)) }, fail: true},
		"clash is hidden": {do: func(tx pgx.Tx) error { _ = add(tx, 1); _ = add(tx, 1); return nil }, fail: true},
		"row": {rows: 1, do: func(tx pgx.Tx) error {
			var n int
			err := errors.Join(add(db.Later(tx), 1), tx.QueryRow(ctx, `SELECT count(*) FROM note`).Scan(&n))
			if err == nil && n != 1 {
				err = errors.New("what was put off is not seen")
			}
			return err
		}},
		"rows": {rows: 2, do: func(tx pgx.Tx) error {
			_ = errors.Join(add(db.Later(tx), 1), add(db.Later(tx), 2))
			got, _ := tx.Query(ctx, `SELECT id FROM note`)
			ids, err := pgx.CollectRows(got, pgx.RowTo[int])
			if err == nil && len(ids) != 2 {
				err = errors.New("what was put off is not seen")
			}
			return err
		}},
		"no row": {fail: true, do: func(tx pgx.Tx) error {
			var n int
			return tx.QueryRow(ctx, `SELECT id FROM note`).Scan(&n)
		}},
	} {
		err := db.InTx(ctx, pool, c.do)
		if c.fail != (err != nil) {
			t.Errorf("%s: %v", name, err)
		}
		if name == "no row" && !errors.Is(err, pgx.ErrNoRows) {
			t.Errorf("%s: %v", name, err)
		}
		var rows int
		if err := pool.QueryRow(ctx, `WITH gone AS (DELETE FROM note RETURNING 1) SELECT count(*) FROM gone`).Scan(&rows); err != nil || rows != c.rows {
			t.Errorf("%s: %d rows, %v, want %d", name, rows, err, c.rows)
		}
	}
	if n := pool.Stat().AcquiredConns(); n != 0 {
		t.Errorf("%d connections are not back", n)
	}
}
