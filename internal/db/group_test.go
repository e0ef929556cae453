package db_test

import (
	"sync"
	"testing"
	"time"

	"tamga/internal/db"
	"tamga/internal/dbtest"
)

// TestGroup: statements that go together are all done, an error is that of the one who made it, and a row that somebody has locked
// holds up nobody but those who want it.
func TestGroup(t *testing.T) {
	t.Parallel()
	pool := dbtest.DB(t, dbtest.Empty)
	if _, err := pool.Exec(t.Context(), `CREATE TABLE one (id int PRIMARY KEY, by xid8 DEFAULT pg_current_xact_id())`); err != nil {
		t.Fatal(err)
	}
	g := db.NewGroup(pool)
	var wg sync.WaitGroup
	insert := func(id int, wrong bool) {
		wg.Go(func() {
			tag, err := g.Exec(t.Context(), `INSERT INTO one (id) VALUES ($1)`, id)
			if wrong != db.IsUnique(err, "one_pkey") || !wrong && (err != nil || tag.RowsAffected() != 1) {
				t.Errorf("%d: %v, %v", id, tag, err)
			}
		})
	}
	for id := range 200 {
		insert(id, false)
	}
	wg.Wait()
	insert(7, true)
	for id := range 50 {
		insert(1000+id, false)
	}
	wg.Wait()
	var rows, commits int
	if err := pool.QueryRow(t.Context(), `SELECT count(*), count(DISTINCT by::text) FROM one WHERE id < 200`).Scan(&rows, &commits); err != nil || rows != 200 {
		t.Errorf("%d rows, %v", rows, err)
	}
	if commits > 150 {
		t.Errorf("%d commits for %d rows: they did not go together", commits, rows)
	}

	tx, err := pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), `SELECT 1 FROM one WHERE id = 1 FOR UPDATE`); err != nil {
		t.Fatal(err)
	}
	held := make(chan error, 1)
	go func() {
		_, err := g.Exec(t.Context(), `UPDATE one SET id = -1 WHERE id = 1`)
		held <- err
	}()
	time.Sleep(10 * time.Millisecond)
	insert(2000, false)
	wg.Wait()
	select {
	case err := <-held:
		t.Errorf("the locked row was changed: %v", err)
	default:
	}
	if err := tx.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := <-held; err != nil {
		t.Error(err)
	}
}
