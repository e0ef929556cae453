package paytest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// BookMany books n payments; every second one is of a single surname, as in life.
func BookMany(t *testing.T, pool *pgxpool.Pool, n int) {
	t.Helper()
	first := Book(t, pool, "Первый", "Иван", "Петрович", "registered", "declined")
	firsts, middles := []string{"иван", "илья", "игорь"}, []string{"петрович", "павлович", "олегович"}
	at := time.Now().Add(-1000 * time.Hour)
	if _, err := pool.Exec(t.Context(), `ALTER TABLE payment DISABLE TRIGGER USER`); err != nil { // no history is needed here
		t.Fatal(err)
	}
	_, err := pool.CopyFrom(t.Context(), pgx.Identifier{"payment"},
		[]string{"id", "charge_id", "receipt", "acquirer", "state", "amount", "last_n", "first_n", "middle_n", "created_at"},
		pgx.CopyFromSlice(n, func(i int) ([]any, error) {
			last := "общий"
			if i%2 == 0 {
				last = string([]rune{'а' + rune(i/32%16), 'а' + rune(i/2%16)})
			}
			return []any{uuid.Must(uuid.NewV7()), first.Charge, fmt.Sprint("n", i), "sandbox", "failed", int64(100), last,
				firsts[rand.IntN(3)], middles[rand.IntN(3)], at.Add(time.Duration(i) * time.Minute)}, nil
		}))
	if err != nil {
		t.Fatal(err)
	}
	for _, sql := range []string{
		`INSERT INTO payment_name SELECT last_n, first_n, middle_n, created_at, id, amount, '', 'zags' FROM payment WHERE receipt LIKE 'n%'`,
		`SELECT name_word_add('last', last_n) FROM (SELECT DISTINCT last_n FROM payment) x`,
	} {
		if _, err := pool.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
}

// Explain returns the plan that EXPLAIN tells.
func Explain(t *testing.T, conn *pgxpool.Conn, sql string) string {
	t.Helper()
	rows, err := conn.Query(context.Background(), sql, pgx.QueryExecModeSimpleProtocol)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(lines, "\n")
}
