package dbtest_test

import (
	"context"
	"testing"

	"tamga/internal/dbtest"
)

func TestTxSeesSchema(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t, dbtest.Portal)
	var n int
	if err := tx.QueryRow(t.Context(), `SELECT count(*) FROM journal`).Scan(&n); err != nil || n != 0 {
		t.Fatalf("journal has %d rows, %v", n, err)
	}
	var river bool
	if err := tx.QueryRow(t.Context(), `SELECT to_regclass('river_job') IS NOT NULL`).Scan(&river); err != nil || !river {
		t.Errorf("River's tables are missing: %v", err)
	}
}

func TestDatabasesAreApart(t *testing.T) {
	t.Parallel()
	a, b := dbtest.DB(t, dbtest.Portal), dbtest.DB(t, dbtest.Portal)
	if _, err := a.Exec(t.Context(), `CREATE TABLE mark ()`); err != nil {
		t.Fatal(err)
	}
	var there bool
	if err := b.QueryRow(t.Context(), `SELECT to_regclass('mark') IS NOT NULL`).Scan(&there); err != nil || there {
		t.Errorf("a table of one test is seen by another: %v", err)
	}
}

func TestDatabaseIsDropped(t *testing.T) {
	t.Parallel()
	var name string
	t.Run("use", func(t *testing.T) {
		pool := dbtest.DB(t, dbtest.Empty)
		if err := pool.QueryRow(t.Context(), `SELECT current_database()`).Scan(&name); err != nil {
			t.Fatal(err)
		}
	})
	var there bool
	err := dbtest.Tx(t, dbtest.Portal).QueryRow(t.Context(),
		`SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = $1)`, name).Scan(&there)
	if err != nil || there {
		t.Errorf("database %s is still there: %v", name, err)
	}
}

func TestRedis(t *testing.T) {
	t.Parallel()
	if err := dbtest.Redis(t).Set(context.Background(), "k", "v", 0).Err(); err != nil {
		t.Error(err)
	}
}
